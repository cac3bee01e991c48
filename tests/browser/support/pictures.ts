import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locale } from '../../../shared/people.ts'
import { launchChromium } from '../../../lab/chromium.ts'
import { controlScenes } from './control-scenes.ts'
import { dayScenes } from './day-scenes.ts'
import { openScene } from './console-page.ts'
import { handScenes } from './hand-scenes.ts'
import { pbxScenes } from './pbx-scenes.ts'
import { phoneScenes } from './phone-scenes.ts'
import { resultScenes } from './result-scenes.ts'
import { scenes } from './scenes.ts'
import { statusScenes } from './status-scenes.ts'
import { supervisorScenes } from './supervisor-scenes.ts'
import { taskScenes } from './task-scenes.ts'

// Takes a picture of every screen in every state: `npx tsx tests/browser/support/pictures.ts [name …]`.
const folder = '.artifacts/console'
const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
const only = process.argv.slice(2)
const looks: { theme: 'light' | 'dark'; locale: Locale }[] = [
  { theme: 'light', locale: 'en' },
  { theme: 'dark', locale: 'en' },
  { theme: 'light', locale: 'ru' },
]

await mkdir(folder, { recursive: true })
const browser = await launchChromium()
for (const scene of [
  ...scenes,
  ...pbxScenes,
  ...statusScenes,
  ...phoneScenes,
  ...controlScenes,
  ...resultScenes,
  ...taskScenes,
  ...supervisorScenes,
  ...handScenes,
  ...dayScenes,
].filter(({ name }) => only.length === 0 || only.includes(name))) {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const { theme, locale } of looks) {
      const opened = await openScene(browser, scene, { viewport, theme, locale })
      await opened.page.screenshot({ path: join(folder, `${scene.name}-${size}-${theme}-${locale}.png`) })
      await opened.close()
    }
  }
}
await browser.close()
