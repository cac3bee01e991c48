import type { Delta, ResumeRequest, Snapshot, Topic } from '../../shared/realtime.ts'
import type { PeopleOnline } from './people-online.ts'
import type { Streams } from './stream.ts'
import { personRoom, topicsFor, type Room, type Viewer } from './topics.ts'

/** Who a socket's session belongs to. */
export interface Identity extends Viewer {
  sessionId: string
}

export type SignedOutReason = 'revoked' | 'expired' | 'signedOut'

/** What became of a session while its consoles are open. */
export type SessionChange =
  | { type: 'ended'; sessionId: string; reason: SignedOutReason }
  /** Other rights, or another desk. */
  | { type: 'changed'; identity: Identity }

/** The connection to one open console. */
export interface Connection {
  join: (room: Room) => void
  leave: (room: Room) => void
  sendTopics: (topics: Topic[]) => void
  sendSnapshot: (snapshot: Snapshot) => void
  sendDelta: (delta: Delta) => void
  /** Says why, then closes, whether the console listens or not. */
  signOut: (reason: SignedOutReason) => void
}

export interface Console {
  readonly connection: Connection
  identity: Identity
  /** The rooms it is in, by topic. */
  rooms: ReadonlyMap<Topic, Room>
  /** It reads too slowly, and is in no room until it has read what it was sent. */
  behind: boolean
}

export interface ConsoleOptions {
  epoch: string
  streams: Streams
  people: PeopleOnline
  /** The queues that an extension is a member of now. */
  queuesOf: (extension: string) => readonly string[]
  allQueues: () => readonly string[]
  /** Starts the sequence of a room, before the first console joins it. */
  openRoom: (room: Room, topic: Topic) => void
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
  /** How many consoles a session has open. */
  count: (sessionId: string) => number
  add: (connection: Connection, identity: Identity, have: ResumeRequest | null) => Console
  remove: (one: Console) => void
  /** Sends what is missing of the topics asked for, as far as the console is in them. */
  resume: (one: Console, request: ResumeRequest) => void
  /** Takes effect before it returns: no later send reaches a console that may not see it. */
  sessionsChanged: (changes: readonly SessionChange[]) => void
  /** The queues of some extension changed, or there are other queues: who may see which strip is decided anew. */
  queuesChanged: () => void
  /** Stops feeding a console that does not read. */
  fallBehind: (one: Console) => void
  /** Gives a console that fell behind and has read everything the state as it is now. */
  catchUp: (one: Console) => void
}

/** Which console may see what: puts each in the rooms of its topics, and takes it out at once when that changes. */
export function createConsoles(options: ConsoleOptions): Consoles {
  const { epoch, streams, people, queuesOf, allQueues, openRoom } = options
  const all = new Set<Console>()
  const bySession = new Map<string, Set<Console>>()
  const counters: ConsoleCounters = { resumes: 0, snapshots: 0, fellBehind: 0, signedOut: 0 }

  function send({ connection }: Console, room: Room, have: number | null): void {
    const missing = streams.catchUp(room, have)
    if ('snapshot' in missing) {
      counters.snapshots += 1
      connection.sendSnapshot(missing.snapshot)
    } else {
      for (const delta of missing.deltas) connection.sendDelta(delta)
    }
  }

  /** Brings a console's rooms in line with what it may see now, and sends it what it lacks of the new ones. */
  function place(one: Console, have: ResumeRequest | null): void {
    if (one.behind) return
    const { identity, connection, rooms: before } = one
    const mine = identity.extension === null ? [] : queuesOf(identity.extension)
    const wanted = topicsFor(identity, { mine, all: allQueues() })
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

  const consolesOf = (personId: string) => [...all].filter((one) => one.identity.personId === personId)

  /** Somebody's rights or desk may be others now: then what their room remembers may not be for them any more. */
  function notePerson(identity: Identity): void {
    const { personId } = identity
    const consoles = consolesOf(personId)
    if (
      !people.note(
        identity,
        consoles.map((one) => one.identity),
      )
    )
      return
    const room = personRoom(personId)
    streams.close(room)
    openRoom(room, room)
    for (const one of consoles) if (one.rooms.has(room)) send(one, room, null)
  }

  function endSession(sessionId: string, reason: SignedOutReason): void {
    for (const one of bySession.get(sessionId) ?? []) {
      leaveAll(one)
      remove(one)
      counters.signedOut += 1
      one.connection.signOut(reason)
      const { personId } = one.identity
      const [left] = consolesOf(personId)
      if (left) notePerson(left.identity)
      else {
        people.forget(personId)
        streams.close(personRoom(personId))
      }
    }
  }

  function remove(one: Console): void {
    all.delete(one)
    const siblings = bySession.get(one.identity.sessionId)
    siblings?.delete(one)
    if (siblings?.size === 0) bySession.delete(one.identity.sessionId)
  }

  return {
    all,
    counters,
    count: (sessionId) => bySession.get(sessionId)?.size ?? 0,
    add(connection, identity, have) {
      const one: Console = { connection, identity, rooms: new Map(), behind: false }
      all.add(one)
      bySession.set(identity.sessionId, (bySession.get(identity.sessionId) ?? new Set()).add(one))
      if (have?.epoch === epoch) counters.resumes += 1
      notePerson(identity)
      place(one, have)
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
    sessionsChanged(changes) {
      for (const change of changes) {
        if (change.type === 'ended') endSession(change.sessionId, change.reason)
        else {
          const { identity } = change
          const consoles = [...(bySession.get(identity.sessionId) ?? [])]
          for (const one of consoles) one.identity = identity
          if (people.get(identity.personId)) notePerson(identity)
          for (const one of consoles) place(one, null)
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
      notePerson(one.identity)
      place(one, null)
    },
  }
}
