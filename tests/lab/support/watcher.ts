import { io, type Socket } from 'socket.io-client'
import { callRecordSchema, healthSchema, type CallRecord, type Health } from '../../../shared/api.ts'
import type { AgentView, DeskCall, FloorCall, ParkedCall } from '../../../shared/calls.ts'
import type { Pop } from '../../../shared/customers.ts'
import type { StatusView } from '../../../shared/status.ts'
import type { Change, ClientToServerEvents, Delta, ServerToClientEvents } from '../../../shared/realtime.ts'
import { labPeople } from '../../../lab/centre.ts'

/** Somebody signed in with a console open, without a browser: what they see now, kept as a console keeps it. */
export interface Watcher {
  /** The calls on the floor, for who may see them. */
  floorCalls: () => FloorCall[]
  /** What a supervisor sees of an agent. */
  agent: (extension: string) => AgentView | undefined
  /** Agents' status: one's own, or for who may see the floor everybody's. */
  statuses: () => StatusView[]
  /** The calls on one's own desk, and what is known of who is calling. */
  deskCalls: () => DeskCall[]
  pop: (callId: string) => Pop | undefined
  /** The calls in parking spaces. */
  parked: () => ParkedCall[]
  /** Everything that came, in order, from every connection. */
  received: () => readonly Delta[]
  linkState: () => string | undefined
  health: () => Promise<Health>
  /** A call as history tells it, or null when it tells this person nothing of it. */
  readCall: (callId: string) => Promise<CallRecord | null>
  request: (method: string, path: string, body?: unknown) => Promise<Response>
  close: () => void
}

/** What is known of one topic, by what it is about. */
type Topic = Map<string, Change>

/** Signs somebody of the lab's company in and opens their console; it reconnects by itself, as consoles do. */
export async function watch(url: string, signInName: string): Promise<Watcher> {
  const password = labPeople.find((person) => person.signInName === signInName)?.password
  const answer = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ signInName, password }),
  })
  if (!answer.ok) throw new Error(`${signInName} could not sign in: ${await answer.text()}`)
  const { csrfToken } = (await answer.json()) as { csrfToken: string }
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''

  const received: Delta[] = []
  const topics = new Map<string, Topic>()
  const keep = (delta: Delta, fresh: boolean): void => {
    received.push(delta)
    const known = fresh ? undefined : topics.get(delta.topic)
    const topic: Topic = known ?? new Map<string, Change>()
    topics.set(delta.topic, topic)
    for (const change of delta.changes) apply(topic, change)
  }
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    transports: ['websocket'],
    extraHeaders: { cookie },
    reconnectionDelayMax: 500,
    forceNew: true,
  })
  socket.on('snapshot', (snapshot) => {
    keep(snapshot, true)
  })
  socket.on('delta', (delta) => {
    keep(delta, false)
  })
  // Refused while the server starts: Socket.IO does not try again by itself then.
  let retry: NodeJS.Timeout | undefined
  socket.on('connect_error', () => {
    if (!socket.active) retry = setTimeout(() => socket.connect(), 200)
  })

  const all = () => [...topics.values()].flatMap((topic) => [...topic.values()])
  const request = (method: string, path: string, body?: unknown) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        cookie,
        origin: url,
        'x-csrf-token': csrfToken,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    floorCalls: () => all().flatMap((change) => (change.type === 'floorCall.set' ? [change.call] : [])),
    agent: (extension) =>
      all()
        .flatMap((change) => (change.type === 'agent.set' ? [change.agent] : []))
        .find((agent) => agent.extension === extension),
    statuses: () => all().flatMap((change) => (change.type === 'status.set' ? [change.status] : [])),
    deskCalls: () => all().flatMap((change) => (change.type === 'deskCall.set' ? [change.call] : [])),
    pop: (callId) =>
      all()
        .flatMap((change) => (change.type === 'pop.set' && change.callId === callId ? [change.pop] : []))
        .at(-1),
    parked: () => all().flatMap((change) => (change.type === 'parked.set' ? [change.parked] : [])),
    received: () => received,
    linkState: () =>
      all()
        .flatMap((change) => (change.type === 'link.set' ? [change.link.state] : []))
        .at(-1),
    health: async () => healthSchema.parse(await (await request('GET', '/api/health')).json()),
    readCall: async (callId) => {
      const found = await request('GET', `/api/calls/${callId}`)
      return found.ok ? callRecordSchema.parse(await found.json()) : null
    },
    request,
    close: () => {
      clearTimeout(retry)
      socket.disconnect()
    },
  }
}

/** Each change sets or removes one small object. */
function apply(topic: Topic, change: Change): void {
  switch (change.type) {
    case 'deskCall.set':
      topic.set(`deskCall ${change.call.callId}`, change)
      return
    case 'deskCall.gone':
      topic.delete(`deskCall ${change.callId}`)
      topic.delete(`pop ${change.callId}`)
      return
    case 'pop.set':
      topic.set(`pop ${change.callId}`, change)
      return
    case 'agent.set':
      topic.set(`agent ${change.agent.extension}`, change)
      return
    case 'agent.gone':
      topic.delete(`agent ${change.extension}`)
      return
    case 'floorCall.set':
      topic.set(`floorCall ${change.call.callId}`, change)
      return
    case 'floorCall.gone':
      topic.delete(`floorCall ${change.callId}`)
      return
    case 'status.set':
      topic.set(`status ${change.status.extension}`, change)
      return
    case 'parked.set':
      topic.set(`parked ${change.parked.callId}`, change)
      return
    case 'parked.gone':
      topic.delete(`parked ${change.callId}`)
      return
    case 'link.set':
      topic.set(`link ${change.link.pbx}`, change)
      return
    default:
  }
}
