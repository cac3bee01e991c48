import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { buildConsole } from './support/build.ts'
import { launchChromium } from '../../lab/chromium.ts'
import { openScene } from './support/console-page.ts'
import { scenes } from './support/scenes.ts'

const kilobyte = 1_000
let browser: Browser

beforeAll(async () => {
  await buildConsole()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
})

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
