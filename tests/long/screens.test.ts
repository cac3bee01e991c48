import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { violations } from '../browser/support/axe.ts'
import { buildConsole } from '../browser/support/build.ts'
import { launchChromium } from '../../lab/chromium.ts'
import { openScene } from '../browser/support/console-page.ts'
import { handScenes } from '../browser/support/hand-scenes.ts'
import { pbxScenes } from '../browser/support/pbx-scenes.ts'
import { controlScenes } from '../browser/support/control-scenes.ts'
import { dayScenes } from '../browser/support/day-scenes.ts'
import { phoneScenes } from '../browser/support/phone-scenes.ts'
import { resultScenes } from '../browser/support/result-scenes.ts'
import { scenes } from '../browser/support/scenes.ts'
import { statusScenes } from '../browser/support/status-scenes.ts'
import { taskScenes } from '../browser/support/task-scenes.ts'

let browser: Browser

beforeAll(async () => {
  await buildConsole()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
})

// Two at a time: half of what a scene takes is spent waiting.
test.concurrent.for(
  [
    ...scenes,
    ...pbxScenes,
    ...statusScenes,
    ...phoneScenes,
    ...controlScenes,
    ...resultScenes,
    ...taskScenes,
    ...handScenes,
    ...dayScenes,
  ].map((scene) => [scene.name, scene] as const),
)(
  '%s: accessible and within the width, wide and light as on a phone in the dark; nothing asked of another host',
  async ([, scene], { expect, onTestFinished }) => {
    const { page, complaints, close } = await openScene(browser, scene)
    onTestFinished(close)
    for (const change of [null, { width: 390, height: 844 }]) {
      if (change !== null) {
        await page.setViewportSize(change)
        await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      }
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
    }
    expect(complaints).toEqual([])
  },
)
