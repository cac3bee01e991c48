import type { Browser, Page } from 'playwright-core'
import { waitUntil } from '../../lab/asterisk/process.ts'
import type { LabPerson } from '../../lab/centre.ts'

type SlotState = 'idle' | 'ringing' | 'talking' | 'held' | 'ended' | 'gone'

/** Somebody at their console. Every wait is for something that the person would see. */
export interface Console {
  page: Page
  person: LabPerson
  /** What the page complained of: errors and refusals by the content security policy. */
  complaints: string[]
  signIn: () => Promise<void>
  /** Waits until the call before them has this state, and its card this name. */
  shows: (state: SlotState, cardOf?: string) => Promise<void>
  /** Waits for one of the screens that ask who is calling. */
  asks: (screen: 'several' | 'none' | 'withheld') => Promise<void>
  /** Waits until the slot tells why the call has gone. */
  tellsGone: (reason: string) => Promise<void>
  /** Waits for a text in the state of the connection. */
  connection: (text: string) => Promise<void>
  /** Waits until a queue's strip says how many wait. */
  queueWaits: (queue: string, waiting: number) => Promise<void>
  /** Waits until the card of a call has been painted. */
  painted: (callId: string) => Promise<void>
  /** When each call's card was painted since the page was loaded, ms since epoch. */
  paintings: () => Promise<{ callId: string; at: number }[]>
}

const waitMs = 20_000

/** Opens a console in a browser profile of its own. */
export async function openConsole(browser: Browser, url: string, person: LabPerson): Promise<Console> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en',
    timezoneId: 'Europe/Berlin',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(waitMs)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`${person.signInName}: ${error.message}`))
  page.on('console', (message) => {
    const offline = /Failed to load resource|WebSocket connection/.test(message.text())
    if (message.type() === 'error' && !offline) complaints.push(`${person.signInName}: ${message.text()}`)
  })
  return {
    page,
    person,
    complaints,
    signIn: async () => {
      await page.goto(url)
      await page.fill('[name=username]', person.signInName)
      await page.fill('[name=password]', person.password)
      await page.click('[type=submit]')
      await page.getByTestId('connection').getByText('live').waitFor()
    },
    shows: async (state, cardOf) => {
      await page.locator(`[data-testid=call-slot][data-state=${state}]`).waitFor()
      if (cardOf === undefined) return
      await page.getByTestId('call-card').getByRole('heading', { name: cardOf }).waitFor()
    },
    asks: (screen) => page.locator(`[data-testid=who][data-screen=${screen}]`).waitFor(),
    tellsGone: (reason) => page.getByTestId('gone').getByText(reason).waitFor(),
    connection: (text) => page.getByTestId('connection').getByText(text).waitFor(),
    queueWaits: (queue, waiting) => page.locator(`li[title^="${queue}: ${waiting} waiting"]`).waitFor(),
    painted: async (callId) => {
      // Asked from outside: a condition that waits in the page would need eval, which the page's policy forbids.
      const isIt = `({ detail }) => detail.callId === ${JSON.stringify(callId)}`
      await waitUntil(
        `the card of ${callId} to be painted`,
        () => page.evaluate<boolean>(`performance.getEntriesByName('card-painted').some(${isIt})`),
        { timeoutMs: waitMs, everyMs: 100 },
      )
    },
    paintings: () =>
      page.evaluate(
        "performance.getEntriesByName('card-painted').map(({ startTime, detail }) => ({ callId: detail.callId, at: performance.timeOrigin + startTime }))",
      ),
  }
}
