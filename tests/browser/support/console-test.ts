import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { launchChromium } from '../../../lab/chromium.ts'
import { buildConsole } from './build.ts'
import { openScene, type Look, type OpenScene } from './console-page.ts'
import { scenes, type Scene } from './scenes.ts'

/**
 * A browser for the tests of one file, with the console as it is now; what a test opens is closed after it.
 * @param more scenes of another file
 * @returns opens a scene by its name
 */
export function useConsole(more: readonly Scene[] = []): (name: string, look?: Look) => Promise<OpenScene> {
  let browser: Browser
  let opened: OpenScene | null = null
  beforeAll(async () => {
    await buildConsole()
    browser = await launchChromium()
  })
  afterEach(async () => {
    await opened?.close()
    opened = null
  })
  afterAll(async () => {
    await browser.close()
  })
  return async (name, look) => {
    const scene = [...scenes, ...more].find((one) => one.name === name)
    if (scene === undefined) throw new Error(`There is no scene ${name}.`)
    opened = await openScene(browser, scene, look)
    return opened
  }
}

/** What has the focus: its label, else its tag. */
export async function focused(page: Page): Promise<unknown> {
  return page.evaluate(
    'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName',
  )
}
