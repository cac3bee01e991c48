import { io, type Socket } from 'socket.io-client'
import type {
  ClientToServerEvents,
  Delta,
  PaintedReport,
  ResumeRequest,
  ServerToClientEvents,
  Snapshot,
  Topic,
} from '../../shared/realtime.ts'

/** How often the server's clock is asked for; an answer is also the proof that the connection lives. */
const clockEveryMs = 5_000
/** A question older than this is unanswered: the connection is half open and is made anew. */
const answerWithinMs = 4_000
const tryAgainMs = 2_000

/** Why a session has ended, as the server says; `expired` also where it does not say. */
export type SessionOver = Parameters<ServerToClientEvents['signedOut']>[0]

export interface ConnectionListener {
  /** How far each topic has come, sent with every connection attempt. */
  have: () => ResumeRequest
  onTopics: (topics: Topic[]) => void
  /** My rights, desk or name are not what they were. */
  onMeChanged: () => void
  /** A card is not what it was. */
  onCardChanged: (customerId: string) => void
  onSnapshot: (snapshot: Snapshot) => void
  onDelta: (delta: Delta) => void
  /** `up` when connected, `down` when not. */
  onState: (state: 'up' | 'down') => void
  /** The session has ended on the server. */
  onOver: (reason: SessionOver) => void
  /** `offsetMs`: what to add to this machine's clock to have the server's. */
  onClock: (offsetMs: number) => void
  /** The server refused the connection: is the session still good? */
  sessionIsGood: () => Promise<boolean>
}

export interface Connection {
  /** Asks for what was missed of the topics in `have()`. */
  resume: () => void
  /** Says that something stands on the screen. Without a connection nobody is told. */
  painted: (report: PaintedReport) => void
  close: () => void
}

/** Opens the one socket of the console, by WebSocket only, and keeps it open until `close`. */
export function openConnection(listener: ConnectionListener): Connection {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
    transports: ['websocket'],
    withCredentials: true,
    auth: (send) => send(anew ? { epoch: null, have: {} } : listener.have()),
    reconnectionDelay: 250,
    reconnectionDelayMax: 5_000,
    timeout: 5_000,
  })
  let retry: number | undefined
  let resuming = false
  let closed = false
  /** The server refused us: what we have may be why, so the next time everything is asked for anew. */
  let anew = false

  const askClock = () => {
    if (!socket.connected) return
    const asked = Date.now()
    socket.timeout(answerWithinMs).emit('clock', (error, answer) => {
      if (error instanceof Error) {
        // `disconnect` would be taken for a wish of ours; closing the transport lets it reconnect by itself.
        if (socket.connected) socket.io.engine.close()
      } else if (answer.ok) listener.onClock(answer.value - (asked + Date.now()) / 2)
    })
  }
  const clock = window.setInterval(askClock, clockEveryMs)
  const online = () => {
    if (!socket.connected) socket.disconnect().connect()
  }
  window.addEventListener('online', online)

  /** The server itself said no: the library does not try again after that, so we ask why and do. */
  const refused = () => {
    listener.onState('down')
    anew = true
    window.clearTimeout(retry)
    retry = window.setTimeout(() => {
      void listener.sessionIsGood().then((good) => {
        if (closed) return
        if (good) socket.connect()
        else listener.onOver('expired')
      })
    }, tryAgainMs)
  }

  socket.on('connect', () => {
    resuming = false
    anew = false
    listener.onState('up')
    askClock()
  })
  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') refused()
    else listener.onState('down')
  })
  socket.on('connect_error', () => {
    if (socket.active) listener.onState('down')
    else refused()
  })
  socket.on('topics', listener.onTopics)
  socket.on('meChanged', listener.onMeChanged)
  socket.on('cardChanged', listener.onCardChanged)
  socket.on('snapshot', listener.onSnapshot)
  socket.on('delta', listener.onDelta)
  socket.on('signedOut', listener.onOver)

  return {
    resume() {
      if (resuming || !socket.connected) return
      resuming = true
      socket.timeout(answerWithinMs).emit('resume', listener.have(), (error, answer) => {
        resuming = false
        if (error instanceof Error || answer.ok || !socket.connected) return
        anew = true
        socket.io.engine.close()
      })
    },
    painted(report) {
      if (socket.connected) socket.emit('painted', report, () => undefined)
    },
    close() {
      closed = true
      window.clearInterval(clock)
      window.clearTimeout(retry)
      window.removeEventListener('online', online)
      socket.disconnect()
    },
  }
}
