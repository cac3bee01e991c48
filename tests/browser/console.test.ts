import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { violations } from './support/axe.ts'
import { buildConsole } from './support/build.ts'
import { launchChromium } from '../../lab/chromium.ts'
import { openScene } from './support/console-page.ts'
import { handScenes } from './support/hand-scenes.ts'
import { pbxScenes } from './support/pbx-scenes.ts'
import { controlScenes } from './support/control-scenes.ts'
import { dayScenes } from './support/day-scenes.ts'
import { phoneScenes } from './support/phone-scenes.ts'
import { resultScenes } from './support/result-scenes.ts'
import { scenes } from './support/scenes.ts'
import { statusScenes } from './support/status-scenes.ts'
import { taskScenes } from './support/task-scenes.ts'

const kilobyte = 1_000
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

test('the first load, up to the painted card, is at most 250 KB of compressed script', async () => {
  const scene = scenes.find(({ name }) => name === 'desk-ringing')
  if (scene === undefined) throw new Error('There is no such scene.')
  const { page, close } = await openScene(browser, scene)
  onTestFinished(close)
  await page.evaluate(
    "new Promise((done) => new PerformanceObserver((_, all) => { all.disconnect(); done(null) }).observe({ type: 'mark', buffered: true }))",
  )
  const loaded = await page.evaluate<string[]>(
    "performance.getEntriesByType('resource').filter(({ startTime }) => startTime <= performance.getEntriesByName('card-painted')[0].startTime).map((one) => new URL(one.name).pathname).filter((path) => path.endsWith('.js'))",
  )
  const files = await Promise.all([...new Set(loaded)].map((path) => readFile(`dist/client${path}`)))
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0)
  expect(files.length).toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(250 * kilobyte)
})
