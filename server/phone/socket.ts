import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { phoneWindowSchema, sipPath } from '../../shared/phone.ts'
import { ProblemError, problems } from '../../shared/problems.ts'
import { isOwnOrigin } from '../http/origin.ts'
import type { Caller } from '../people/people.ts'
import { largestSip } from './line.ts'
import type { Phones } from './phone.ts'

export interface PhoneSocketOptions {
  httpServer: Server
  phones: Pick<Phones, 'holds' | 'connect'>
  /** Finds the session by the `cookie` header. @throws ProblemError */
  authenticate: (cookies: string | undefined) => Caller
  /** The one origin that consoles come from; empty for that of whatever host they name. */
  publicOrigin: string
  log: { error: (fields: object, message: string) => void }
}

/**
 * Lets the console's phones in at `/sip`, by WebSocket with the subprotocol `sip` (RFC 7118): with the same session cookie and
 * from the same origin as everything else, and only a window that has asked for the phone of its desk.
 */
export function servePhoneLines(options: PhoneSocketOptions): void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: largestSip,
    perMessageDeflate: false,
    handleProtocols: () => 'sip',
  })
  options.httpServer.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname !== sipPath) return
    try {
      const { sessionId, window } = admit(request, url, options)
      sockets.handleUpgrade(request, socket, head, (browser) => {
        options.phones.connect(browser, sessionId, window)
      })
    } catch (error) {
      if (!(error instanceof ProblemError)) options.log.error({ err: error }, 'A phone could not be let in.')
      refuse(socket, error instanceof ProblemError ? problems[error.code].status : 500)
    }
  })
}

/** @throws ProblemError */
function admit(
  request: IncomingMessage,
  url: URL,
  { phones, authenticate, publicOrigin }: PhoneSocketOptions,
): { sessionId: string; window: string } {
  if (!isOwnOrigin(request.headers, publicOrigin)) throw new ProblemError('session.csrf')
  const { sessionId, rights } = authenticate(request.headers.cookie)
  if (!rights.has('desk.use')) throw new ProblemError('right.missing')
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
  const window = phoneWindowSchema.safeParse(url.searchParams.get('window'))
  if (!offered.includes('sip') || !window.success) throw new ProblemError('request.invalid')
  if (!phones.holds(sessionId, window.data)) throw new ProblemError('phone.none')
  return { sessionId, window: window.data }
}

function refuse(socket: Duplex, status: number): void {
  // A browser that is gone needs no answer.
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
