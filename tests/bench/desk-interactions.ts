import type { Page } from 'playwright-core'
import { launchChromium } from '../../lab/chromium.ts'
import { agentCount, paintingAgent } from './center.ts'
import { callerNumbers } from './customer-base.ts'
import type { PlannedCall } from './messages.ts'
import { setUpPop } from './pop-stage.ts'
import { percentiles, round, type Percentiles } from './statistics.ts'

const customers = 50_000
const rate = 20
const lengthMs = 10_000
/** The agent is called so often, and has a card and a note before them most of the time. */
const ownEveryMs = 12_000
const betweenMs = 150

/** How long after a key or a click the next frame was painted. */
const paintsScript = `{
  window.__paints = []
  const seen = (event) => {
    const at = event.timeStamp
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => window.__paints.push(performance.now() - at)
      channel.port2.postMessage(null)
    })
  }
  window.addEventListener('keydown', seen, true)
  window.addEventListener('click', seen, true)
}`

/** An agent writes, looks people up and goes about while twenty calls a second change the floor of five hundred. */
export async function measureInteractions(
  seconds: number,
  say: (line: string) => void,
): Promise<Percentiles & { consoles: number; rateAsked: number; rateReached: number }> {
  const stage = await setUpPop(customers, say)
  const browser = await launchChromium()
  try {
    const seat = stage.seats.find(({ extension }) => extension === paintingAgent)
    const [name = '', value = ''] = (seat?.cookie ?? '').split('=')
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    await context.addCookies([{ name, value, url: stage.ours.url }])
    const page = await context.newPage()
    await page.addInitScript(paintsScript)
    await page.goto(stage.ours.url)
    await page.locator('[data-testid=call-slot]').waitFor()

    say('Writing and looking up while calls come')
    const played = stage.ours.play({ type: 'play', lengthMs, calls: planned(seconds) })
    const over = { is: false }
    void played.finally(() => (over.is = true))
    while (!over.is) await goAbout(page)
    const offers = await played
    await stage.ours.collect()
    const paints = await page.evaluate<number[]>('window.__paints')
    const arrivals = offers.map(({ arrivedMs }) => arrivedMs)
    const spanMs = Math.max(...arrivals) - Math.min(...arrivals)
    return {
      ...percentiles(paints),
      consoles: agentCount,
      rateAsked: rate,
      rateReached: round(((offers.length - 1) * 1000) / spanMs),
    }
  } finally {
    await browser.close()
    await stage.stop()
  }
}

function planned(seconds: number): PlannedCall[] {
  let nextOwnMs = 1_000
  return callerNumbers('one', seconds * rate, customers, 7).map((caller, index) => {
    const atMs = ((index + Math.random()) * 1000) / rate
    const isOwn = atMs >= nextOwnMs
    if (isOwn) nextOwnMs += ownEveryMs
    return { caller, atMs, waitMs: 1, ...(isOwn ? { firstTo: paintingAgent } : {}) }
  })
}

/** One turn of what somebody does: a note, somebody looked up, the list of keys. */
async function goAbout(page: Page): Promise<void> {
  const pause = () => page.waitForTimeout(betweenMs)
  const note = page.locator('textarea:visible').first()
  if (await note.isVisible()) {
    await note.click()
    await write(page, 'asks for the invoice again ')
    await page.locator('body').click({ position: { x: 5, y: 880 } })
  }
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').first().waitFor()
  await write(page, 'keller')
  await page.keyboard.press('Escape')
  await pause()
  await page.keyboard.press('?')
  await pause()
  await page.keyboard.press('Escape')
  await pause()
}

async function write(page: Page, text: string): Promise<void> {
  for (const letter of text) {
    await page.keyboard.press(letter === ' ' ? 'Space' : letter)
    await page.waitForTimeout(betweenMs)
  }
}
