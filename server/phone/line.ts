import { WebSocket, type RawData } from 'ws'
import { phoneClosed } from '../../shared/phone.ts'
import { createAllowance } from '../allowance.ts'
import type { CallsOnLine } from './calls-on-line.ts'
import { whyNot } from './may-say.ts'
import { readSip } from './sip-message.ts'
import { unregister } from './unregister.ts'

/** Largest message, bytes: an INVITE with every codec and candidate of a browser is a tenth of it. */
export const largestSip = 65_536
/** What may wait for Asterisk's side to open, and for a browser that does not read. */
const mostWaiting = 20
const mostUnreadBytes = 1_000_000
/** A call makes ten messages or so at its begin and end; a phone that does more than this is none. */
const allowance = { burst: 80, perSecond: 20 }
const pingEveryMs = 10_000
/** Browsers say so when a page is left; a network that is gone says nothing (RFC 6455, 7.4.1). */
const goingAway = 1001
const connectWithinMs = 5_000

export interface LineOptions {
  browser: WebSocket
  /** Asterisk's SIP over WebSocket. */
  url: string
  endpoint: string
  calls: CallsOnLine
  /** Whether the phone may register and begin calls now. */
  mayBegin: () => boolean
  /** Told once, when either side is gone. @param left whether that is because the page was left */
  onClosed: (left: boolean) => void
  /** What the phone was not allowed to say. */
  onRefused: (why: string) => void
}

/** The line of one phone: what it says goes to Asterisk when it may be said, and what Asterisk says goes to it. */
export interface Line {
  close: (code: number) => void
  /**
   * Takes the phone's registration back. Resolves when Asterisk has answered, or after `withinMs`.
   * @param secret the one by which it is registered
   */
  unregister: (secret: string, withinMs: number) => Promise<void>
}

/** Connects a phone with Asterisk: what the browser sends meanwhile waits. */
export function openLine(options: LineOptions): Line {
  const { browser, endpoint, calls } = options
  const pbx = new WebSocket(options.url, 'sip', {
    handshakeTimeout: connectWithinMs,
    maxPayload: largestSip * 4,
    perMessageDeflate: false,
  })
  const waiting: string[] = []
  const allowed = createAllowance(allowance)
  const speaker = { endpoint, hasCall: calls.has, mayReplace: calls.mayReplace }
  let ours: { take: (text: string) => boolean } | null = null
  let isClosed = false
  const heard = { browser: true, pbx: true }

  const close = (code: number, left = false): void => {
    if (isClosed) return
    isClosed = true
    clearInterval(ping)
    pbx.terminate()
    if (browser.readyState === WebSocket.OPEN) {
      browser.close(code)
      setTimeout(() => browser.terminate(), 1_000).unref()
    } else browser.terminate()
    options.onClosed(left)
  }
  const toPbx = (text: string): void => {
    if (pbx.readyState === WebSocket.OPEN) pbx.send(text)
    else if (waiting.length < mostWaiting) waiting.push(text)
    else close(phoneClosed.pbxAway)
  }
  const refuse = (why: string): void => {
    options.onRefused(why)
    close(phoneClosed.notAllowed)
  }

  const ping = setInterval(() => {
    // The browser's network may be gone without a word.
    if (!heard.browser) close(phoneClosed.ended)
    else if (!heard.pbx) close(phoneClosed.pbxAway)
    else {
      heard.browser = false
      browser.ping()
      if (pbx.readyState !== WebSocket.OPEN) return
      heard.pbx = false
      pbx.ping()
    }
  }, pingEveryMs)

  browser.on('message', (data, isBinary) => {
    heard.browser = true
    const text = textOf(data)
    if (isBinary || !allowed(Date.now())) {
      refuse(isBinary ? 'not text' : 'too much')
      return
    }
    // Keep-alive (RFC 7118, 6): the WebSocket has its own.
    if (text === '\r\n' || text === '\r\n\r\n') return
    const message = readSip(text)
    const why = message === null ? 'not SIP' : whyNot(message, { ...speaker, mayBegin: options.mayBegin() })
    if (message === null || why !== null) {
      // Who signed out in a call has a phone that goes on registering, and that does not end the call.
      if (why === 'signed out') options.onRefused(why)
      else refuse(why ?? '')
      return
    }
    toPbx(text)
    calls.note(message)
  })
  browser.on('pong', () => (heard.browser = true))
  browser.on('close', (code) => close(phoneClosed.ended, code === goingAway))
  browser.on('error', () => close(phoneClosed.ended))

  pbx.on('open', () => {
    for (const text of waiting.splice(0)) pbx.send(text)
  })
  pbx.on('message', (data) => {
    heard.pbx = true
    const text = textOf(data)
    if (ours?.take(text) === true) return
    if (browser.bufferedAmount > mostUnreadBytes) close(phoneClosed.ended)
    else if (browser.readyState === WebSocket.OPEN) browser.send(text)
    const message = readSip(text)
    if (message !== null) calls.note(message)
  })
  pbx.on('pong', () => (heard.pbx = true))
  pbx.on('close', () => close(phoneClosed.pbxAway))
  pbx.on('error', () => close(phoneClosed.pbxAway))

  return {
    close,
    unregister: (secret, withinMs) =>
      new Promise((resolve) => {
        if (isClosed || pbx.readyState !== WebSocket.OPEN) {
          resolve()
          return
        }
        const asking = unregister(endpoint, secret)
        const done = (): void => {
          clearTimeout(timer)
          pbx.off('close', done)
          ours = null
          resolve()
        }
        const timer = setTimeout(done, withinMs)
        pbx.once('close', done)
        ours = {
          take: (text) => {
            const message = readSip(text)
            const next = message === null ? null : asking.take(message)
            if (next === null) return false
            if (next === 'done') done()
            else pbx.send(next.send)
            return true
          },
        }
        pbx.send(asking.first)
      }),
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.from(data as Buffer).toString('utf8')
}
