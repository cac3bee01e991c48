import type { Page } from 'playwright-core'
import { waitUntil } from '../../lab/asterisk/process.ts'
import type { Console } from './console.ts'

/** RTP packets of the newest connection, as the browser itself counts them. */
export interface Packets {
  received: number
  sent: number
}

/** Has a page keep its WebRTC connections where they can be asked; before it is opened. */
export async function keepConnections(page: Page): Promise<void> {
  await page.addInitScript(`{
    const connections = (window.__connections = [])
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...args) { super(...args); connections.push(this) }
    }
  }`)
}

/** @returns what the newest connection of a page has sent and received so far */
export function packetsOf(page: Page): Promise<Packets> {
  return page.evaluate(`(async () => {
    const sum = { received: 0, sent: 0 }
    const reports = await window.__connections.at(-1).getStats()
    for (const one of reports.values()) {
      if (one.type === 'inbound-rtp') sum.received += one.packetsReceived
      if (one.type === 'outbound-rtp') sum.sent += one.packetsSent
    }
    return sum
  })()`)
}

/** Waits until sound has gone both ways since a moment. @returns how many packets did meanwhile */
export async function soundFlows(page: Page): Promise<Packets> {
  const before = await packetsOf(page)
  let now = before
  await waitUntil('sound in both directions', async () => {
    now = await packetsOf(page)
    return now.received > before.received + 20 && now.sent > before.sent + 20
  })
  return { received: now.received - before.received, sent: now.sent - before.sent }
}

/** Waits for a state of the phone, as the console shows it. */
export function phoneIs(page: Page, state: string): Promise<void> {
  return page.locator(`[data-testid=phone-state][data-state=${state}]`).waitFor()
}

/** Takes calls by the browser from now on, and waits until it is registered. */
export async function takeBrowserPhone({ page }: Pick<Console, 'page'>): Promise<void> {
  await page.getByTestId('phone-state').click()
  await page.getByRole('button', { name: 'Browser', exact: true }).click()
  await phoneIs(page, 'ready')
  await page.keyboard.press('Escape')
}
