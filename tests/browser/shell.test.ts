import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../lab/chromium.ts'
import { buildConsole } from './support/build.ts'
import { nina } from './support/cast.ts'
import { startScriptedServer, type ScriptedServer } from './support/scripted-server.ts'

let browser: Browser
let context: BrowserContext
let server: ScriptedServer

beforeAll(async () => {
  await buildConsole()
  browser = await launchChromium()
  server = await startScriptedServer('dist/client')
  context = await browser.newContext()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

test('the shell alone is kept: it opens without the server, nothing of the API is in it, and it can be installed', async () => {
  server.me = nina
  server.show('person:nina', [])
  const page = await context.newPage()
  await page.goto(server.url)
  await page.locator('[data-state=idle]').waitFor()
  await page.evaluate('navigator.serviceWorker.ready.then(() => null)')
  const kept = await page.evaluate<string[]>(`(async () => {
    const [name] = await caches.keys()
    return (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)
  })()`)
  expect(kept.length).toBeGreaterThan(5)
  expect(kept.filter((path) => path !== '/index.html' && !path.startsWith('/assets/'))).toEqual([])

  const manifest = (await (await page.request.get(`${server.url}/manifest.webmanifest`)).json()) as {
    start_url: string
    icons: { src: string }[]
  }
  expect(manifest.start_url).toBe('/')
  for (const { src } of manifest.icons) expect((await page.request.get(server.url + src)).status()).toBe(200)

  // A second page is answered by the worker; without the server it says what is waited for, and shows nothing old.
  await page.reload()
  await page.locator('[data-state=idle]').waitFor()
  await server.close()
  await page.reload()
  await page.getByTestId('waiting').waitFor()
})
