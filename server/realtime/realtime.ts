import { randomUUID } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { PbxLink, TodayCall } from '../../shared/calls.ts'
import type { Right } from '../../shared/people.ts'
import type { ProblemError } from '../../shared/problems.ts'
import type { Change, Topic } from '../../shared/realtime.ts'
import type { Fact } from '../floor/facts.ts'
import type { Floor } from '../floor/state.ts'
import { queuesOf } from '../floor/views.ts'
import type { PeopleChange } from '../people/people.ts'
import type { Log } from './boundary.ts'
import { createConsoles, type Identity } from './consoles.ts'
import { deskChanges, deskContent, popChanges, type DeskContext, type Shown } from './desk.ts'
import { createLinks } from './links.ts'
import { createMembership } from './membership.ts'
import { createSockets } from './sockets.ts'
import { createStreams } from './stream.ts'
import {
  callChange,
  floorChanges,
  floorContent,
  stripOf,
  type FloorContext,
  type LateChange,
} from './supervision.ts'
import { createToday } from './today.ts'
import { floorRoom, personRoom, withoutCustomer, type Room } from './topics.ts'

export interface RealtimeOptions {
  httpServer: HttpServer
  log: Log
  /** The floor as it is now. */
  floor: () => Floor
  people: {
    /** Finds the session by the request's `cookie` header; throws or returns a ProblemError. */
    authenticate: (cookie: string | undefined) => Identity | ProblemError | Promise<Identity | ProblemError>
    isLive: (sessionId: string) => boolean
    /** An open console counts as activity of its session. */
    touch: (sessionId: string) => void
    rightsOf: (personId: string) => ReadonlySet<Right>
    deskOf: (personId: string) => string | null
    personAt: (extension: string) => string | null
    nameOf: (personId: string) => string | null
  }
  describe: DeskContext['describe']
  showDialled?: (number: string) => string
  popOf: DeskContext['popOf']
  customerOf: DeskContext['customerOf']
  /** A person's calls since an instant (ms), from history. */
  todayOf: (personId: string, since: number) => Promise<readonly TodayCall[]>
  /** When the day began, for the people of this centre; ms since epoch. */
  startOfToday: () => number
  /** Origins beside the server's own from which consoles connect. */
  allowedOrigins?: readonly string[]
  now?: () => number
  /** At most one delta in this time for the floor, each queue and the links, ms. */
  paceMs?: number
  /** How many deltas of a topic are kept for consoles that come back. */
  keep?: number
}

export interface RealtimeStatus {
  consoles: number
  /** Consoles that read too slowly and are not fed until they have read all. */
  behind: number
  topics: number
  resumes: number
  snapshots: number
  fellBehind: number
  signedOut: number
  refused: number
  badPayloads: number
  unknownEvents: number
  throttled: number
}

export interface Realtime {
  /** Tells everybody concerned what happened. Call once for each event of the PBX, after the floor has taken it in. */
  publishFacts: (facts: readonly Fact[]) => void
  /** The look-up of a call came to something new, or somebody chose who is calling. */
  onPop: (callId: string) => void
  /** The link to a PBX, or its newest event, is not what it was. */
  linkChanged: (link: PbxLink) => void
  /** A session ended, or somebody has other rights or another desk. In effect for every open socket when this returns. */
  peopleChanged: (change: PeopleChange) => void
  /** Sends changes of one's own making to a topic at once. */
  publish: (topic: Topic, changes: readonly Change[]) => void
  status: () => RealtimeStatus
  /** Closes every socket; consoles reconnect by themselves. The HTTP server is left open. */
  stop: () => void
}

const secondsKept = 60

/** What every console sees, now: snapshots, numbered deltas, and who may see which. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { log, floor, people, describe, customerOf } = options
  const now = options.now ?? Date.now
  const epoch = randomUUID()
  const shown: Shown = new Map()
  const emptySince = new Map<Room, number>()

  const sockets = createSockets({
    httpServer: options.httpServer,
    authenticate: people.authenticate,
    isLive: people.isLive,
    allowedOrigins: options.allowedOrigins ?? [],
    now,
    log,
    allowance: { burst: 30, perSecond: 5 },
    consolesPerSession: 20,
    pressure: { messages: 256, bytes: 1_048_576 },
    sweepMs: 100,
  })
  const streams = createStreams({
    epoch,
    now,
    send: sockets.send,
    paceMs: options.paceMs ?? 100,
    keep: options.keep ?? 128,
    keepMs: secondsKept * 1000,
  })
  const { popOf } = options
  const deskContext: DeskContext = {
    describe,
    ...(options.showDialled ? { showDialled: options.showDialled } : {}),
    popOf,
    customerOf,
    displayNameOf: people.nameOf,
    personAt,
  }
  const floorContext: FloorContext = { describe, customerOf, displayNameOf: people.nameOf }
  const links = createLinks(streams)
  const today = createToday({
    todayOf: options.todayOf,
    startOfToday: options.startOfToday,
    publish: (personId, calls) => {
      streams.publish(personRoom(personId), todayChanges(calls, people.rightsOf(personId)))
    },
    log,
  })

  function personAt(extension: string): ReturnType<DeskContext['personAt']> {
    const personId = people.personAt(extension)
    if (personId === null || !streams.isOpen(personRoom(personId))) return null
    return { personId, rights: people.rightsOf(personId) }
  }

  function personContent(personId: string): Change[] {
    const rights = people.rightsOf(personId)
    const extension = people.deskOf(personId)
    const desk = extension === null ? [] : deskContent(floor(), extension, rights, deskContext, shown)
    return rights.has('history.own') ? [...desk, ...todayChanges(today.content(personId), rights)] : desk
  }

  function contentOf(room: Room, topic: Topic): () => Change[] {
    if (topic.startsWith('person:')) return () => personContent(topic.slice('person:'.length))
    if (topic.startsWith('queue:')) return () => [stripOf(topic.slice('queue:'.length), floor())]
    if (topic === 'floor') return () => floorContent(floor(), floorContext, room === floorRoom.named)
    return () => links.content(room)
  }

  function openRoom(room: Room, topic: Topic): void {
    if (streams.isOpen(room)) return
    // What history learnt while nobody listened is asked for again.
    if (topic.startsWith('person:')) today.forget(topic.slice('person:'.length))
    streams.open(room, topic, contentOf(room, topic))
  }

  const membership = createMembership(floor)
  const consoles = createConsoles({
    epoch,
    streams,
    viewerOf: (personId) => ({
      personId,
      rights: people.rightsOf(personId),
      extension: people.deskOf(personId),
    }),
    queuesOf: (extension) => queuesOf(floor(), extension),
    allQueues: () => [...floor().queues.keys()],
    openRoom,
  })
  sockets.start(consoles)

  /** Open consoles keep their sessions; rooms that have been empty for long are forgotten. */
  const housekeeping = setInterval(() => {
    for (const one of consoles.all) people.touch(one.sessionId)
    for (const room of streams.rooms()) {
      if (sockets.size(room) > 0) emptySince.delete(room)
      else if (now() - (emptySince.get(room) ?? now()) > secondsKept * 1000) forget(room)
      else if (!emptySince.has(room)) emptySince.set(room, now())
    }
  }, 10_000)

  function forget(room: Room): void {
    emptySince.delete(room)
    streams.close(room)
    if (!room.startsWith('person:')) return
    today.forget(room.slice('person:'.length))
  }

  const publishLate = (changes: readonly LateChange[]) => {
    for (const { room, key, make } of changes) streams.publishSoon(room, key, make)
  }

  return {
    publishFacts(facts) {
      if (membership.isChangedBy(facts)) consoles.queuesChanged()
      for (const [topic, changes] of deskChanges(facts, floor(), deskContext, shown)) {
        for (const change of changes) {
          if (change.type === 'today.set') today.note(topic.slice('person:'.length), change.call)
        }
        streams.publish(topic, changes)
      }
      publishLate(floorChanges(facts, floor(), floorContext))
    },
    onPop(callId) {
      for (const [topic, changes] of popChanges(callId, deskContext, shown)) streams.publish(topic, changes)
      publishLate(callChange(callId, floor(), floorContext))
    },
    linkChanged: links.changed,
    peopleChanged: consoles.peopleChanged,
    publish: streams.publish,
    status() {
      const behind = [...consoles.all].filter((one) => one.behind).length
      const topics = [...streams.rooms()].length
      return { consoles: consoles.all.size, behind, topics, ...consoles.counters, ...sockets.counters }
    },
    stop() {
      clearInterval(housekeeping)
      streams.stop()
      sockets.stop()
    },
  }
}

function todayChanges(calls: readonly TodayCall[], rights: ReadonlySet<Right>): Change[] {
  if (!rights.has('history.own')) return []
  return calls.map((call) => ({
    type: 'today.set',
    call: rights.has('card.read') ? call : withoutCustomer(call),
  }))
}
