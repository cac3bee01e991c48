export { launchChromium } from '../../../lab/chromium.ts'
