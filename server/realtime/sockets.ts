import type { Server as HttpServer } from 'node:http'
import { Server, type DefaultEventsMap, type ExtendedError, type Socket } from 'socket.io'
import { parseRequest, ProblemError } from '../../shared/problems.ts'
import {
  paintedReportSchema,
  resumeRequestSchema,
  type ClientToServerEvents,
  type PaintedReport,
  type ResumeRequest,
  type ServerToClientEvents,
} from '../../shared/realtime.ts'
import { createAllowance, type Allowance } from '../allowance.ts'
import { isOwnOrigin } from '../http/origin.ts'
import { answerRequest, problemOf, type Log } from './boundary.ts'
import type { Connection, Console, Consoles, Identity } from './consoles.ts'
import { watchPressure, type Pressure, type PressureLimit } from './pressure.ts'
import { createSlices, type Slices } from './slices.ts'
import type { StreamOptions } from './stream.ts'

interface SocketData {
  identity: Identity
  have: ResumeRequest | null
}
type ConsoleServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>
type ConsoleSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>

export interface SocketOptions {
  httpServer: HttpServer
  /** Finds the session by the request's `cookie` header; throws or returns a ProblemError. */
  authenticate: (cookie: string | undefined) => Identity | ProblemError | Promise<Identity | ProblemError>
  /** Whether a session still holds. */
  isLive: (sessionId: string) => boolean
  /** The one origin that consoles come from; empty for that of whatever host they name. */
  publicOrigin: string
  /** A console says that something stands on the screen; throws a ProblemError for what it was not sent. */
  onPainted: (personId: string, report: PaintedReport) => void
  now: () => number
  log: Log
  allowance: Allowance
  /** How many consoles one session may have open. */
  consolesPerSession: number
  pressure: PressureLimit
  /** How often it is looked whether a console reads too slowly, ms. */
  sweepMs: number
}

export interface SocketCounters {
  refused: number
  badPayloads: number
  unknownEvents: number
  throttled: number
}

export interface Sockets {
  readonly counters: Readonly<SocketCounters>
  /** Sends one delta to all in a room, in order. */
  send: StreamOptions['send']
  /** How many consoles are in a room. */
  size: (room: string) => number
  start: (consoles: Consoles) => void
  stop: () => void
}

/** Largest message that a console may send: a resume with some hundred topics, with long names in any script. */
const largestMessage = 65_536
/** How long a console has to take the end of its connection, ms. */
const closeWithinMs = 500

/** The Socket.IO server: lets sessions in, checks what comes, sends what it is told to. WebSocket only. */
export function createSockets(options: SocketOptions): Sockets {
  const { now, log } = options
  const counters: SocketCounters = { refused: 0, badPayloads: 0, unknownEvents: 0, throttled: 0 }
  const pressures = new Map<Console, Pressure>()
  let sweep: NodeJS.Timeout | null = null

  const io: ConsoleServer = new Server(options.httpServer, {
    transports: ['websocket'],
    serveClient: false,
    // Compressing many small messages costs more than it saves, and would be done once for each console.
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: largestMessage,
    connectTimeout: 5_000,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    allowRequest: (request, decide) => {
      const allowed = isOwnOrigin(request.headers, options.publicOrigin)
      if (!allowed) counters.refused += 1
      decide(null, allowed)
    },
  })

  const slices = createSlices({
    emit: (room, delta) => io.to(room).emit('delta', delta),
    size: (room) => io.of('/').adapter.rooms.get(room)?.size ?? 0,
  })

  function handshake(socket: ConsoleSocket, consoles: Consoles, next: (error?: ExtendedError) => void): void {
    const { auth } = socket.handshake
    void (async () => {
      try {
        socket.data.have = Object.keys(auth).length > 0 ? parseRequest(resumeRequestSchema, auth) : null
        const identity = await options.authenticate(socket.handshake.headers.cookie)
        if (identity instanceof ProblemError) throw identity
        socket.data.identity = identity
        if (consoles.count(identity.sessionId) >= options.consolesPerSession) {
          throw new ProblemError('request.throttled', {
            detail: 'Too many consoles are open in this session.',
          })
        }
        next()
      } catch (error) {
        counters.refused += 1
        const problem = problemOf(error, log)
        next(Object.assign(new Error(problem.title), { data: problem }))
      }
    })()
  }

  function welcome(socket: ConsoleSocket, consoles: Consoles): void {
    // The session may have ended since it was asked for.
    if (!options.isLive(socket.data.identity.sessionId)) {
      counters.refused += 1
      socket.disconnect(true)
      return
    }
    const one = consoles.add(connectionOf(socket, slices), socket.data.identity, socket.data.have)
    pressures.set(one, watchPressure(socket, options.pressure))
    socket.on('disconnect', () => {
      consoles.remove(one)
      pressures.delete(one)
    })
    socket.on('resume', (...args: unknown[]) => {
      const ok = answerRequest(args, log, (payload) => {
        consoles.resume(one, parseRequest(resumeRequestSchema, payload))
        return null
      })
      if (!ok) counters.badPayloads += 1
    })
    socket.on('painted', (...args: unknown[]) => {
      const ok = answerRequest(args, log, (payload) => {
        options.onPainted(one.personId, parseRequest(paintedReportSchema, payload))
        return null
      })
      if (!ok) counters.badPayloads += 1
    })
    socket.on('clock', (...args: unknown[]) => {
      answerRequest(args, log, () => now())
    })
  }

  /** Stands before every event: lets pass what is known and not too much. */
  function guard(socket: ConsoleSocket): void {
    const allowed = createAllowance(options.allowance)
    socket.use(([event, ...args], next) => {
      if (!allowed(now())) {
        counters.throttled += 1
        answerRequest(args, log, () => {
          throw new ProblemError('request.throttled')
        })
      } else if (event === 'resume' || event === 'painted' || event === 'clock') {
        next()
      } else {
        counters.unknownEvents += 1
        answerRequest(args, log, () => {
          throw new ProblemError('request.invalid', { detail: 'There is no such event.' })
        })
      }
    })
  }

  return {
    counters,
    send: slices.send,
    size: slices.size,
    start(consoles) {
      io.use((socket, next) => {
        handshake(socket, consoles, next)
      })
      io.on('connection', (socket) => {
        guard(socket)
        welcome(socket, consoles)
      })
      sweep = setInterval(() => {
        for (const [one, pressure] of pressures) {
          if (one.behind && pressure.isDrained()) consoles.catchUp(one)
          else if (!one.behind && pressure.isTooHigh()) consoles.fallBehind(one)
        }
      }, options.sweepMs)
    },
    stop() {
      if (sweep) clearInterval(sweep)
      const consoles = [...io.of('/').sockets.values()]
      io.engine.close()
      for (const socket of consoles) destroyLater(socket)
    },
  }
}

function connectionOf(socket: ConsoleSocket, slices: Slices): Connection {
  const slice = slices.next()
  return {
    join: (room) => void socket.join(slices.roomOf(room, slice)),
    leave: (room) => void socket.leave(slices.roomOf(room, slice)),
    sendTopics: (topics) => socket.emit('topics', topics),
    sendMeChanged: () => socket.emit('meChanged'),
    sendCardChanged: (customerId) => socket.emit('cardChanged', customerId),
    sendSnapshot: (snapshot) => socket.emit('snapshot', snapshot),
    sendDelta: (delta) => socket.emit('delta', delta),
    signOut(reason) {
      socket.emit('signedOut', reason)
      socket.disconnect(true)
      destroyLater(socket)
    },
  }
}

/** Closing waits until everything is sent, and a console that does not read would keep its connection by that. */
function destroyLater(socket: ConsoleSocket): void {
  const tcp = socket.request.socket
  setTimeout(() => tcp.destroy(), closeWithinMs).unref()
}
