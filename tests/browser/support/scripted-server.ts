import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { Server } from 'socket.io'
import type { Me } from '../../../shared/people.ts'
import type { DeskPhones } from '../../../shared/phone.ts'
import { ProblemError } from '../../../shared/problems.ts'
import type {
  Change,
  ClientToServerEvents,
  ResumeRequest,
  ServerToClientEvents,
  Topic,
} from '../../../shared/realtime.ts'

/** What a script answers to a request, by `METHOD /path`; it may throw a ProblemError. */
export type Reply = (request: { path: string; query: URLSearchParams; body: unknown }) => unknown

export interface ScriptedServer {
  readonly url: string
  /** Who is signed in; null for nobody. */
  me: Me | null
  /** Answers by the start of `METHOD /path`, the longest match first. */
  readonly replies: Map<string, Reply>
  /** What was asked, in order: `METHOD /path` and the body. */
  readonly asked: { what: string; body: unknown }[]
  /** Sets a topic as a console finds it when it connects, and sends it to those that are connected. */
  show: (topic: Topic, changes: Change[]) => void
  /** One step of a topic. */
  say: (topic: Topic, ...changes: Change[]) => void
  /** Skips a step, so that the console must notice and ask for the whole. */
  lose: (topic: Topic, ...changes: Change[]) => void
  /** Cuts every console off and lets none in until `letIn`. */
  cutOff: () => void
  letIn: () => void
  /** Refuses consoles that say what they have, as a server that cannot read it does. */
  refusesWhatTheyHave: boolean
  /** Gives the person other rights, another desk or another name, and tells their consoles. */
  changeMe: (more: Partial<Me>) => void
  /** Tells every console that a card is not what it was. */
  cardChanged: (customerId: string) => void
  /** Ends the session on the server: its time was over, unless said otherwise. */
  endSession: (why?: 'expired' | 'revoked' | 'signedOut') => void
  /** Lets whoever asks sign in as this person. */
  letsIn: (me: Me) => void
  close: () => Promise<void>
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** The strictest policy that the console must work under. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * A server for the console's own tests and pictures: it serves the built console on loopback and plays what a script
 * says, typed by the same contract as the real one. It knows nothing of telephones and keeps nothing.
 * @param folder the built console
 */
export async function startScriptedServer(folder: string): Promise<ScriptedServer> {
  const replies = new Map<string, Reply>()
  const asked: ScriptedServer['asked'] = []
  const topics = new Map<Topic, { seq: number; changes: Change[] }>()
  const epoch = 'scripted'
  let open = true
  const state = { me: null as Me | null, refusesWhatTheyHave: false }

  const http = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      const problem =
        error instanceof ProblemError ? error : new ProblemError('server.failed', { cause: error })
      if (!(error instanceof ProblemError)) console.error(error)
      send(response, problem.toProblem().status, problem.toProblem())
    })
  })
  const io = new Server<ClientToServerEvents, ServerToClientEvents>(http, {
    transports: ['websocket'],
    serveClient: false,
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://loopback')
    if (!path.startsWith('/api/')) return serveFile(path, response)
    if (!open) {
      request.socket.destroy()
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body: unknown = chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const what = `${request.method ?? ''} ${path}`
    asked.push({ what, body })
    const reply = [...replies]
      .filter(([start]) => what.startsWith(start))
      .sort((a, b) => b[0].length - a[0].length)[0]
    if (reply !== undefined) send(response, 200, await reply[1]({ path, query, body }))
    else if (what === 'GET /api/session' && state.me !== null) send(response, 200, state.me)
    else if (what === 'GET /api/session') response.writeHead(204).end()
    else if (what === 'GET /api/phone' && state.me !== null) {
      const desk: DeskPhones = { kinds: ['desk'], why: null, inUse: 'desk', deaf: false, testNumber: '*60' }
      send(response, 200, desk)
    } else if (what === 'DELETE /api/session') {
      state.me = null
      send(response, 200, null)
    } else throw new ProblemError(state.me === null ? 'session.required' : 'route.unknown')
  }

  async function serveFile(path: string, response: ServerResponse): Promise<void> {
    const file = extname(path) === '' ? 'index.html' : normalize(path).replace(/^\/+/, '')
    const content = await readFile(join(folder, file)).catch(() => null)
    if (content === null) throw new ProblemError('route.unknown')
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
    })
    response.end(content)
  }

  const snapshotOf = (topic: Topic) => {
    const known = topics.get(topic) ?? { seq: 0, changes: [] }
    return { topic, epoch, at: Date.now(), ...known }
  }
  io.use((socket, next) => {
    const { have } = socket.handshake.auth as Partial<ResumeRequest>
    if (!open || state.me === null) next(new Error('session.required'))
    else if (state.refusesWhatTheyHave && Object.keys(have ?? {}).length > 0)
      next(new Error('request.invalid'))
    else next()
  })
  io.on('connection', (socket) => {
    socket.emit('topics', [...topics.keys()])
    for (const topic of topics.keys()) socket.emit('snapshot', snapshotOf(topic))
    socket.on('resume', (_request, done) => {
      for (const topic of topics.keys()) socket.emit('snapshot', snapshotOf(topic))
      done({ ok: true, value: null })
    })
    socket.on('painted', (report, done) => {
      asked.push({ what: 'painted', body: report })
      done({ ok: true, value: null })
    })
    socket.on('clock', (done) => {
      done({ ok: true, value: Date.now() })
    })
  })

  /** Keeps what a later snapshot of the topic has to hold. */
  function remember(topic: Topic, changes: Change[], steps: number): number {
    const known = topics.get(topic) ?? { seq: 0, changes: [] }
    const gone = new Set(
      changes.flatMap((change) => (change.type === 'deskCall.gone' ? [change.callId] : [])),
    )
    const kept = [...known.changes, ...changes.filter((change) => change.type !== 'deskCall.gone')].filter(
      (change) =>
        !(change.type === 'deskCall.set' && gone.has(change.call.callId)) &&
        !(change.type === 'pop.set' && gone.has(change.callId)),
    )
    topics.set(topic, { seq: known.seq + steps, changes: kept })
    return known.seq + steps
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    get me() {
      return state.me
    },
    set me(next) {
      state.me = next
    },
    get refusesWhatTheyHave() {
      return state.refusesWhatTheyHave
    },
    set refusesWhatTheyHave(next) {
      state.refusesWhatTheyHave = next
    },
    replies,
    asked,
    show(topic, changes) {
      topics.set(topic, { seq: (topics.get(topic)?.seq ?? 0) + 1, changes })
      io.emit('topics', [...topics.keys()])
      io.emit('snapshot', snapshotOf(topic))
    },
    say(topic, ...changes) {
      const seq = remember(topic, changes, 1)
      io.emit('delta', { topic, epoch, seq, at: Date.now(), changes })
    },
    lose(topic, ...changes) {
      const seq = remember(topic, changes, 2)
      io.emit('delta', { topic, epoch, seq, at: Date.now(), changes: [] })
    },
    cutOff() {
      open = false
      for (const socket of io.sockets.sockets.values()) socket.conn.close()
    },
    letIn() {
      open = true
    },
    changeMe(more) {
      if (state.me !== null) state.me = { ...state.me, ...more }
      io.emit('meChanged')
    },
    cardChanged(customerId) {
      io.emit('cardChanged', customerId)
    },
    endSession(why = 'expired') {
      state.me = null
      io.emit('signedOut', why)
    },
    letsIn(me) {
      replies.set('POST /api/session', () => (state.me = me))
    },
    async close() {
      await io.close()
    },
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
