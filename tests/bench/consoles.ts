import { io, type Socket } from 'socket.io-client'
import { monotonicMs } from '../../lab/simulator/simulator.ts'
import type { Delta, ServerToClientEvents } from '../../shared/realtime.ts'
import type { ConsoleMessage, ConsoleRequest, ConsoleSeat, Seen } from './messages.ts'

/*
 * Some consoles, in a process of their own: each is a socket that listens, as a browser's would, and notes when the card of
 * a call first came.
 */
const seen = new Map<string, Seen>()
const tell = (message: ConsoleMessage) => process.send?.(message)

function note(callId: string, extension: string): void {
  if (!seen.has(callId)) seen.set(callId, { callId, extension, atMs: monotonicMs() })
}

type Events = ServerToClientEvents & { card: (pop: { callId: string; customer?: object }) => void }

function open(url: string, { extension, cookie }: ConsoleSeat): Promise<void> {
  const socket: Socket<Events> = io(url, {
    transports: ['websocket'],
    forceNew: true,
    ...(cookie === null ? { auth: { extension } } : { extraHeaders: { cookie } }),
  })
  socket.on('card', ({ callId, customer }) => {
    if (customer) note(callId, extension)
  })
  socket.on('delta', ({ changes }: Delta) => {
    for (const change of changes) {
      // Ids of ours begin with the PBX's name.
      if (change.type === 'pop.set' && change.pop.card)
        note(change.callId.slice(change.callId.indexOf(':') + 1), extension)
    }
  })
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
}

process.on('message', (request: ConsoleRequest) => {
  if (request.type === 'collect') {
    tell({ type: 'seen', seen: [...seen.values()] })
    seen.clear()
    return
  }
  void (async () => {
    for (const seat of request.seats) await open(request.url, seat)
    tell({ type: 'opened' })
  })()
})
process.once('disconnect', () => process.exit(0))
