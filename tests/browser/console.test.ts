import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildConsole } from './support/build.ts'
import { launchChromium } from './support/chromium.ts'
import { openScene, type Look } from './support/console-page.ts'
import { scenes } from './support/scenes.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const kilobyte = 1_000
let browser: Browser
let axeSource: string

beforeAll(async () => {
  await buildConsole()
  browser = await launchChromium()
  axeSource = await readFile(axe, 'utf8')
})
afterAll(async () => {
  await browser.close()
})

const looks: [string, Look][] = [
  ['on a wide screen, light, in English', {}],
  ['on a phone, dark, in Russian', { viewport: { width: 390, height: 844 }, theme: 'dark', locale: 'ru' }],
]

describe.each(looks)('every screen in every state %s', (_name, look) => {
  test.each(scenes.map((scene) => [scene.name, scene] as const))(
    '%s: accessible, within the width, and content with this host',
    async (_scene, scene) => {
      const { page, complaints, close } = await openScene(browser, scene, look)
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
      expect(complaints).toEqual([])
      await close()
    },
  )
})

test('the first load is at most 250 KB of compressed script, card and all', async () => {
  const scene = scenes.find(({ name }) => name === 'desk-ringing')
  if (scene === undefined) throw new Error('There is no such scene.')
  const { page, close } = await openScene(browser, scene)
  const loaded = (await page.evaluate(
    "performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname).filter((path) => path.endsWith('.js'))",
  )) as string[]
  const files = await Promise.all([...new Set(loaded)].map((path) => readFile(`dist/client${path}`)))
  const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0)
  expect(files.length).toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(250 * kilobyte)
  await close()
})

/** What axe finds wrong, in one line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return (await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`)))",
  )) as string[]
}
