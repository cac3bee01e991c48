import type { OpenedPhone } from '../../shared/phone.ts'

/** The part of JsSIP's socket interface that it uses. */
export interface SipSocket {
  url: string
  via_transport: string
  sip_uri: string
  connect: () => void
  disconnect: () => void
  send: (message: string) => boolean
  isConnected: () => boolean
  isConnecting: () => boolean
  onconnect: () => void
  ondisconnect: (error: boolean, code?: number, reason?: string) => void
  ondata: (message: string) => void
}

export interface SipSocketOptions {
  url: string
  /** Asks the server for the phone: a new secret. */
  open: () => Promise<OpenedPhone>
  /** When to try: resolves at once, or when the time has come. Never resolves while nobody should try. */
  untilDue: () => Promise<void>
  onOpened: (opened: OpenedPhone) => void
  onRefused: (error: unknown) => void
  onClosed: (code: number) => void
}

/** A request or a handshake that takes longer has failed, ms. */
const connectWithinMs = 8_000

/**
 * The way of JsSIP to Asterisk: each connection begins by asking the server for the phone. When to try again is decided by
 * `untilDue`; JsSIP asks for it a second after each end.
 */
export function createSipSocket(options: SipSocketOptions): SipSocket {
  let socket: WebSocket | null = null
  /** Counts attempts: what belongs to an earlier one is of no interest any more. */
  let attempt = 0
  let connecting = false

  const failed = (mine: number, tell: () => void): void => {
    if (mine !== attempt) return
    connecting = false
    socket = null
    tell()
    self.ondisconnect(true)
  }

  const connectNow = async (mine: number): Promise<void> => {
    await options.untilDue()
    if (mine !== attempt) return
    let opened: OpenedPhone
    try {
      opened = await options.open()
    } catch (error) {
      failed(mine, () => options.onRefused(error))
      return
    }
    if (mine !== attempt) return
    options.onOpened(opened)
    const next = new WebSocket(options.url, 'sip')
    socket = next
    const tooLate = window.setTimeout(() => next.close(), connectWithinMs)
    next.addEventListener('open', () => {
      window.clearTimeout(tooLate)
      if (mine !== attempt) return
      connecting = false
      self.onconnect()
    })
    next.addEventListener('message', ({ data }) => {
      if (mine === attempt && typeof data === 'string') self.ondata(data)
    })
    next.addEventListener('close', ({ code }) => {
      window.clearTimeout(tooLate)
      failed(mine, () => options.onClosed(code))
    })
  }

  const self: SipSocket = {
    url: options.url,
    via_transport: 'WS',
    sip_uri: 'sip:ringcard.invalid;transport=ws',
    onconnect: () => undefined,
    ondisconnect: () => undefined,
    ondata: () => undefined,
    connect() {
      if (connecting || self.isConnected()) return
      connecting = true
      attempt += 1
      void connectNow(attempt)
    },
    disconnect() {
      attempt += 1
      connecting = false
      socket?.close()
      socket = null
    },
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false
      socket.send(message)
      return true
    },
    isConnected: () => socket?.readyState === WebSocket.OPEN,
    isConnecting: () => connecting,
  }
  return self
}
