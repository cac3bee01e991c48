import type { Page } from 'playwright-core'
import { monotonicMs } from '../../lab/simulator/simulator.ts'
import { launchChromium } from '../../lab/chromium.ts'
import type { ConsoleSeat } from './messages.ts'

/** A visible console in Chromium, which marks when each card was painted. */
export interface PaintingConsole {
  /** When the card of each call was painted: the machine's monotonic clock, ms. */
  painted: () => Promise<Map<string, number>>
  close: () => Promise<void>
}

/**
 * Opens the console of an agent who is signed in already.
 * @throws Error when the page is not visible, for then it would paint nothing
 */
export async function openPaintingConsole(url: string, { cookie }: ConsoleSeat): Promise<PaintingConsole> {
  const browser = await launchChromium()
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const [name = '', value = ''] = (cookie ?? '').split('=')
  await context.addCookies([{ name, value, url }])
  const page = await context.newPage()
  await page.goto(url)
  await page.locator('main').first().waitFor()
  if ((await page.evaluate('document.visibilityState')) !== 'visible') {
    throw new Error('The console is not visible, so it paints nothing.')
  }
  return {
    painted: async () => {
      const differenceMs = await clockDifference(page)
      const marks = await page.evaluate<{ callId: string; atMs: number }[]>(
        `performance.getEntriesByName('card-painted').map(({ detail, startTime }) =>
          ({ callId: detail.callId, atMs: performance.timeOrigin + startTime }))`,
      )
      return new Map(
        marks.map(({ callId, atMs }) => [callId.slice(callId.indexOf(':') + 1), atMs + differenceMs]),
      )
    },
    close: () => browser.close(),
  }
}

/** What to add to the page's clock to have ours: by the question that was answered fastest. */
async function clockDifference(page: Page): Promise<number> {
  let best = { tookMs: Infinity, differenceMs: 0 }
  for (let round = 0; round < 50; round++) {
    const askedMs = monotonicMs()
    const theirsMs = await page.evaluate<number>('performance.timeOrigin + performance.now()')
    const tookMs = monotonicMs() - askedMs
    if (tookMs < best.tookMs) best = { tookMs, differenceMs: askedMs + tookMs / 2 - theirsMs }
  }
  return best.differenceMs
}
