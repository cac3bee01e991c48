import type { Browser, Page, ViewportSize } from 'playwright-core'
import type { Locale } from '../../../shared/people.ts'
import type { Scene } from './scenes.ts'
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts'

export interface OpenScene {
  page: Page
  server: ScriptedServer
  /** What the page complained of: errors, refusals by the content security policy, requests to other hosts. */
  complaints: string[]
  close: () => Promise<void>
}

export interface Look {
  viewport?: ViewportSize
  theme?: 'light' | 'dark'
  locale?: Locale
}

/** Opens a scene on a server of its own, with the fonts loaded and the clocks started. */
export async function openScene(browser: Browser, scene: Scene, look: Look = {}): Promise<OpenScene> {
  const { viewport = { width: 1440, height: 900 }, theme = 'light', locale = 'en' } = look
  const server = await startScriptedServer('dist/client')
  scene.set(server, Date.now(), locale)
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    locale,
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const refused = /Failed to load resource|WebSocket connection/.test(message.text())
    if (message.type() === 'error' && !refused) complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) complaints.push(`request to ${request.url()}`)
  })
  await page.goto(server.url + (scene.path ?? '/'))
  await scene.act?.(page, server)
  await page.locator(scene.ready).first().waitFor()
  await page.evaluate('document.fonts.ready.then(() => null)')
  return {
    page,
    server,
    complaints,
    close: async () => {
      await context.close()
      await server.close()
    },
  }
}
