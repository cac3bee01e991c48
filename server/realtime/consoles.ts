import type { PeopleChange } from '../people/people.ts'
import type { Delta, ResumeRequest, Snapshot, Topic } from '../../shared/realtime.ts'
import type { Streams } from './stream.ts'
import { personRoom, topicsFor, type Room, type Viewer } from './topics.ts'

/** Whose session a socket belongs to. */
export interface Identity {
  sessionId: string
  personId: string
}

export type SignedOutReason = Extract<PeopleChange, { type: 'session.ended' }>['reason']

/** The connection to one open console. */
export interface Connection {
  join: (room: Room) => void
  leave: (room: Room) => void
  sendTopics: (topics: Topic[]) => void
  /** Says that its person is not who they were. */
  sendMeChanged: () => void
  /** Says that a card is not what it was. */
  sendCardChanged: (customerId: string) => void
  sendSnapshot: (snapshot: Snapshot) => void
  sendDelta: (delta: Delta) => void
  /** Says why, then closes, whether the console listens or not. */
  signOut: (reason: SignedOutReason) => void
}

export interface Console {
  readonly connection: Connection
  readonly sessionId: string
  readonly personId: string
  /** The desk of its person when its rooms were last decided. */
  extension: string | null
  /** The rooms it is in, by topic. */
  rooms: ReadonlyMap<Topic, Room>
  /** It reads too slowly, and is in no room until it has read what it was sent. */
  behind: boolean
}

export interface ConsoleOptions {
  epoch: string
  streams: Streams
  /** A person as they are now. */
  viewerOf: (personId: string) => Viewer
  /** The queues that an extension is a member of now. */
  queuesOf: (extension: string) => readonly string[]
  allQueues: () => readonly string[]
  /** Starts the sequence of a room, before the first console joins it. */
  openRoom: (room: Room, topic: Topic) => void
  /** A console was sent a topic as it is now. */
  onSnapshot: (snapshot: Snapshot) => void
  /** A person has opened their first console, or lost their last. */
  onPresence?: (personId: string, hasConsole: boolean) => void
}

export interface ConsoleCounters {
  /** Requests for what was missed, with a connection or after a gap. */
  resumes: number
  snapshots: number
  fellBehind: number
  signedOut: number
}

export interface Consoles {
  readonly all: ReadonlySet<Console>
  readonly counters: Readonly<ConsoleCounters>
  /** Whether a person has a console open. */
  hasConsole: (personId: string) => boolean
  /** How many consoles a session has open. */
  count: (sessionId: string) => number
  add: (connection: Connection, identity: Identity, have: ResumeRequest | null) => Console
  remove: (one: Console) => void
  /** Sends what is missing of the topics asked for, as far as the console is in them. */
  resume: (one: Console, request: ResumeRequest) => void
  /** Takes effect before it returns: no later send reaches a console that may not see it. */
  peopleChanged: (change: PeopleChange) => void
  /** The queues of some extension changed, or there are other queues: who may see which strip is decided anew. */
  queuesChanged: () => void
  /** Stops feeding a console that does not read. */
  fallBehind: (one: Console) => void
  /** Gives a console that fell behind and has read everything the state as it is now. */
  catchUp: (one: Console) => void
}

/** Which console may see what: puts each in the rooms of its topics, and takes it out at once when that changes. */
export function createConsoles(options: ConsoleOptions): Consoles {
  const { epoch, streams, viewerOf, queuesOf, allQueues, openRoom, onSnapshot } = options
  const all = new Set<Console>()
  const bySession = new Map<string, Set<Console>>()
  const counters: ConsoleCounters = { resumes: 0, snapshots: 0, fellBehind: 0, signedOut: 0 }

  function send({ connection }: Console, room: Room, have: number | null): void {
    const missing = streams.catchUp(room, have)
    if ('snapshot' in missing) {
      counters.snapshots += 1
      connection.sendSnapshot(missing.snapshot)
      onSnapshot(missing.snapshot)
    } else {
      for (const delta of missing.deltas) connection.sendDelta(delta)
    }
  }

  /** Brings a console's rooms in line with what it may see now, and sends it what it lacks of the new ones. */
  function place(one: Console, have: ResumeRequest | null): void {
    if (one.behind) return
    const { connection, rooms: before } = one
    const viewer = viewerOf(one.personId)
    const mine = viewer.extension === null ? [] : queuesOf(viewer.extension)
    const wanted = topicsFor(viewer, { mine, all: allQueues() })
    one.extension = viewer.extension
    for (const [topic, room] of before) if (wanted.get(topic) !== room) connection.leave(room)
    one.rooms = wanted
    const same = before.size === wanted.size && [...wanted.keys()].every((topic) => before.has(topic))
    if (!same) connection.sendTopics([...wanted.keys()])
    for (const [topic, room] of wanted) {
      if (before.get(topic) === room) continue
      openRoom(room, topic)
      connection.join(room)
      send(one, room, have?.epoch === epoch ? (have.have[topic] ?? null) : null)
    }
  }

  function leaveAll(one: Console): void {
    for (const room of one.rooms.values()) one.connection.leave(room)
    one.rooms = new Map()
  }

  /** Somebody's rights or desk are others now: what their room remembers may not be for them any more. */
  function refresh(personId: string): void {
    const room = personRoom(personId)
    streams.close(room)
    for (const one of all) {
      if (one.personId !== personId) continue
      one.connection.sendMeChanged()
      if (one.rooms.has(room)) {
        openRoom(room, room)
        send(one, room, null)
      }
      place(one, null)
    }
  }

  function endSession(sessionId: string, reason: SignedOutReason): void {
    for (const one of bySession.get(sessionId) ?? []) {
      leaveAll(one)
      remove(one)
      counters.signedOut += 1
      one.connection.signOut(reason)
    }
  }

  function hasConsole(personId: string): boolean {
    for (const one of all) if (one.personId === personId) return true
    return false
  }

  function remove(one: Console): void {
    const was = all.delete(one)
    const siblings = bySession.get(one.sessionId)
    siblings?.delete(one)
    if (siblings?.size === 0) bySession.delete(one.sessionId)
    if (was && !hasConsole(one.personId)) options.onPresence?.(one.personId, false)
  }

  return {
    all,
    counters,
    hasConsole,
    count: (sessionId) => bySession.get(sessionId)?.size ?? 0,
    add(connection, identity, have) {
      const { sessionId, personId } = identity
      const one: Console = {
        connection,
        sessionId,
        personId,
        extension: null,
        rooms: new Map(),
        behind: false,
      }
      const isFirst = !hasConsole(personId)
      all.add(one)
      bySession.set(sessionId, (bySession.get(sessionId) ?? new Set()).add(one))
      if (have?.epoch === epoch) counters.resumes += 1
      place(one, have)
      if (isFirst) options.onPresence?.(personId, true)
      return one
    },
    remove,
    resume(one, request) {
      counters.resumes += 1
      for (const [topic, have] of Object.entries(request.have)) {
        const room = one.rooms.get(topic)
        if (room !== undefined) send(one, room, request.epoch === epoch ? have : null)
      }
    },
    peopleChanged(change) {
      switch (change.type) {
        case 'session.ended':
          endSession(change.sessionId, change.reason)
          return
        case 'person.changed':
          refresh(change.personId)
          return
        case 'desk.changed': {
          const { extension } = change
          const sat = [...all].filter((one) => one.extension === extension).map((one) => one.personId)
          const concerned = new Set(sat)
          if (change.personId !== null) concerned.add(change.personId)
          for (const personId of concerned) refresh(personId)
        }
      }
    },
    queuesChanged() {
      for (const one of all) place(one, null)
    },
    fallBehind(one) {
      counters.fellBehind += 1
      leaveAll(one)
      one.behind = true
    },
    catchUp(one) {
      one.behind = false
      place(one, null)
    },
  }
}
