import { randomUUID } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { Gap, PbxLink } from '../../shared/calls.ts'
import type { ShownResult } from '../../shared/dispositions.ts'
import type { Right } from '../../shared/people.ts'
import type { ProblemError } from '../../shared/problems.ts'
import type { Change, Topic } from '../../shared/realtime.ts'
import type { BreakReason, StatusView } from '../../shared/status.ts'
import type { Task } from '../../shared/tasks.ts'
import type { Fact } from '../floor/facts.ts'
import type { Floor } from '../floor/state.ts'
import { queuesOf } from '../floor/views.ts'
import type { PeopleChange } from '../people/people.ts'
import type { Log } from './boundary.ts'
import { createConsoles, type Identity } from './consoles.ts'
import {
  deskChanges,
  deskContent,
  erasedChanges,
  popChanges,
  wordChanges,
  type DeskContext,
  type Shown,
} from './desk.ts'
import { createLastCalls } from './last-calls.ts'
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
import { createTellingLog, type Seat, type TellingLogOptions } from './telling-log.ts'
import { taskChanges, type TaskNow, type ToldTask } from './tasks.ts'
import { createToday, type CallsSince, type DayNews } from './today.ts'
import { createTogether } from './together.ts'
import { parkedChange, parkedChanges, parkedContent } from './parked.ts'
import { floorRoom, parkedRoom, personRoom, seesTasks, withoutCustomer, type Room } from './topics.ts'

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
  showDialled?: NonNullable<DeskContext['showDialled']>
  popOf: DeskContext['popOf']
  customerOf: DeskContext['customerOf']
  opensInTalk?: NonNullable<DeskContext['opensInTalk']>
  guideFor?: NonNullable<DeskContext['guideFor']>
  articlesFor?: NonNullable<DeskContext['articlesFor']>
  wordsOf?: NonNullable<DeskContext['wordsOf']>
  /** A person's calls since an instant (ms), from history. */
  todayOf: (personId: string, since: number) => Promise<CallsSince>
  /** When the day began, for the people of this centre; ms since epoch. */
  startOfToday: () => number
  /** Keeps what people's screens were told, and when it stood there. */
  keepTold?: TellingLogOptions['keep']
  /** Times after an instant (ms) of which something is missing, the newest first. */
  gapsSince?: (since: number) => Gap[]
  resultOf?: NonNullable<DeskContext['resultOf']>
  isAsked?: NonNullable<DeskContext['isAsked']>
  /** Which definition of what may come of calls is in force. */
  dispositionsVersion?: () => number
  /** The status of whoever sits at a desk; null for a desk at which nobody has sat. */
  statusOf?: (extension: string) => StatusView | null
  /** The breaks that may be taken. */
  breaks?: () => readonly BreakReason[]
  /** The queues whose calls browser phones answer by themselves. */
  autoAnswer?: () => readonly string[]
  /** The callbacks and tasks that stand in a topic. */
  tasksIn?: (topic: Topic) => readonly Task[]
  /** A person has opened their first console, or lost their last. */
  onPresence?: (personId: string, hasConsole: boolean) => void
  /** Where the console is served from; left out, whatever host a console names. */
  publicOrigin?: string
  now?: () => number
  /** At most one delta in this time for the floor, each queue and the links, ms; the first of a moment waits half of it. */
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
  /** Tells everybody concerned what happened. Call once for the events of one moment, after the floor has taken them in. */
  publishFacts: (facts: readonly Fact[]) => void
  /** The look-up of a call came to something new, or somebody chose who is calling. */
  onPop: (callId: string) => void
  /** An agent left a word with a call for whoever gets it next. */
  onWord: (callId: string) => void
  /** What is open on cards is not what it was: shows each anew where it is shown, and keeps none as it was. */
  cardsChanged: () => void
  /**
   * Who called is known no more in these calls, nor are these customers: takes them off every desk, open console and day, and
   * out of what is kept for consoles that come back.
   */
  erased: (callIds: readonly string[], customerIds: readonly string[]) => void
  /** The link to a PBX, or its newest event, is not what it was. */
  linkChanged: (link: PbxLink) => void
  /** A card is not what it was: whoever may read cards is told, and asks for it if it is open. */
  cardChanged: (customerId: string) => void
  /** What is missing of the day is not what it was. */
  gapsChanged: () => void
  /** A session ended, or somebody has other rights or another desk. In effect for every open socket when this returns. */
  peopleChanged: (change: PeopleChange) => void
  /** The status of whoever sits at a desk is not what it was. */
  statusChanged: (extension: string) => void
  /** Other breaks may be taken from now on. */
  breaksChanged: () => void
  /** Somebody has said what came of a call of theirs. */
  resultGiven: (callId: string, personId: string, result: ShownResult) => void
  /** Something else may come of calls from now on. */
  dispositionsChanged: () => void
  /** A callback or a task is not what it was; null for none, before or after. */
  taskChanged: (before: ToldTask | null, after: TaskNow | null) => void
  hasConsole: (personId: string) => boolean
  /** Sends changes of one's own making to a topic at once. */
  publish: (topic: Topic, changes: readonly Change[]) => void
  status: () => RealtimeStatus
  /** Closes every socket; consoles reconnect by themselves. The HTTP server is left open. */
  stop: () => void
}

const secondsKept = 60
/** A ringing call waits for its card no longer than nobody notices, ms. */
const cardWaitMs = 12

/** What every console sees, now: snapshots, numbered deltas, and who may see which. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { log, floor, people, describe, customerOf } = options
  const now = options.now ?? Date.now
  const epoch = randomUUID()
  const paceMs = options.paceMs ?? 100
  const shown: Shown = new Map()
  const emptySince = new Map<Room, number>()

  const sockets = createSockets({
    httpServer: options.httpServer,
    authenticate: people.authenticate,
    isLive: people.isLive,
    publicOrigin: options.publicOrigin ?? '',
    onPainted: (personId, report) => {
      telling.painted(personId, report)
    },
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
    paceMs,
    gatherMs: paceMs / 2,
    keep: options.keep ?? 128,
    keepMs: secondsKept * 1000,
  })
  const telling = createTellingLog({ keep: options.keepTold ?? (() => undefined), now })
  const lastCalls = createLastCalls()
  const desks = createTogether((topic, changes) => {
    lastCalls.note(topic, changes)
    const delta = streams.publish(topic, changes)
    const seat = seatOf(topic)
    if (delta && seat) telling.sent(seat, changes, delta.at, sockets.size(topic))
  }, cardWaitMs)
  const { popOf } = options
  const deskContext: DeskContext = {
    describe,
    ...(options.showDialled ? { showDialled: options.showDialled } : {}),
    popOf,
    customerOf,
    ...(options.guideFor ? { guideFor: options.guideFor } : {}),
    ...(options.articlesFor ? { articlesFor: options.articlesFor } : {}),
    ...(options.wordsOf ? { wordsOf: options.wordsOf } : {}),
    ...(options.opensInTalk ? { opensInTalk: options.opensInTalk } : {}),
    displayNameOf: people.nameOf,
    personAt,
    ...(options.resultOf ? { resultOf: options.resultOf } : {}),
    ...(options.isAsked ? { isAsked: options.isAsked } : {}),
  }
  const floorContext: FloorContext = { describe, customerOf, displayNameOf: people.nameOf }
  const links = createLinks(streams, () => options.gapsSince?.(options.startOfToday()) ?? [])
  const today = createToday({
    todayOf: options.todayOf,
    startOfToday: options.startOfToday,
    publish: (personId, news) => {
      desks.publish(personRoom(personId), dayChanges(news, people.rightsOf(personId)))
    },
    log,
  })

  function personAt(extension: string): ReturnType<DeskContext['personAt']> {
    const personId = people.personAt(extension)
    if (personId === null || !streams.isOpen(personRoom(personId))) return null
    return { personId, rights: people.rightsOf(personId) }
  }

  /** Whose desk a person's topic is about; null for somebody who sits at none. */
  function seatOf(topic: Topic): Seat | null {
    const personId = topic.slice('person:'.length)
    const extension = people.deskOf(personId)
    if (extension === null) return null
    return { personId, extension, mayReadCards: people.rightsOf(personId).has('card.read') }
  }

  /** A call rings at desks: whoever is not told of it has no console open, or not the right. */
  function noteUntold(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.type !== 'offer.made') continue
      const { callId, extension } = fact
      if (floor().calls.get(callId)?.direction === 'internal') continue
      const personId = people.personAt(extension)
      const why =
        personId === null
          ? 'nobodyThere'
          : !people.rightsOf(personId).has('desk.use')
            ? 'noDeskRight'
            : streams.isOpen(personRoom(personId))
              ? null
              : 'noConsole'
      if (why !== null) telling.untold({ callId, extension, personId, why })
    }
  }

  function personContent(personId: string): Change[] {
    const rights = people.rightsOf(personId)
    const extension = people.deskOf(personId)
    const status =
      extension === null || !rights.has('desk.use') ? [] : [...statusChange(extension), ...breaksChange()]
    const desk =
      extension === null ? [] : [...deskContent(floor(), extension, rights, deskContext, shown), ...status]
    const promised = seesTasks(rights) ? taskContent(personRoom(personId)) : []
    const own = [...desk, ...dispositionsChange(rights), ...promised]
    return rights.has('history.own') ? [...own, ...dayChanges(today.content(personId), rights)] : own
  }

  const taskContent = (topic: Topic): Change[] =>
    (options.tasksIn?.(topic) ?? []).map((task) => ({ type: 'task.set', task }))
  const dispositionsChange = (rights: ReadonlySet<Right>): Change[] => {
    const version = rights.has('dispositions.set') ? options.dispositionsVersion?.() : undefined
    return version === undefined ? [] : [{ type: 'dispositions.set', version }]
  }

  const statusChange = (extension: string): Change[] => {
    const status = options.statusOf?.(extension) ?? null
    return status === null ? [] : [{ type: 'status.set', status }]
  }
  const breaksChange = (): Change[] => {
    const breaks = options.breaks?.()
    const autoAnswer = [...(options.autoAnswer?.() ?? [])]
    return breaks === undefined ? [] : [{ type: 'breaks.set', breaks: [...breaks], autoAnswer }]
  }

  function contentOf(room: Room, topic: Topic): () => Change[] {
    if (topic.startsWith('person:')) return () => personContent(topic.slice('person:'.length))
    if (topic.startsWith('queue:')) return () => [stripOf(topic.slice('queue:'.length), floor())]
    if (topic === 'floor')
      return () => [
        ...floorContent(floor(), floorContext, room === floorRoom.named),
        ...[...floor().agents.keys()].flatMap(statusChange),
      ]
    if (topic.startsWith('tasks:')) return () => taskContent(topic)
    if (topic === 'parked') return () => parkedContent(floor(), floorContext, room === parkedRoom.named)
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
    onSnapshot: ({ topic, changes, at }) => {
      lastCalls.note(topic, changes)
      const seat = topic.startsWith('person:') ? seatOf(topic) : null
      if (seat) telling.sent(seat, changes, at, 1)
    },
    ...(options.onPresence ? { onPresence: options.onPresence } : {}),
  })
  sockets.start(consoles)

  /** Open consoles keep their sessions; rooms that have been empty for long are forgotten. */
  const housekeeping = setInterval(() => {
    for (const one of consoles.all) people.touch(one.sessionId)
    today.look()
    telling.forget((callId) => !floor().calls.has(callId))
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
    lastCalls.forget(room)
  }

  /** The desks on which a talk or a call ended whose card was open: what they were sent is not for whoever comes back. */
  function roomsToForget(facts: readonly Fact[]): Room[] {
    return facts.flatMap((fact) => {
      if (fact.type !== 'call.ended' && fact.type !== 'contact.ended') return []
      if (options.opensInTalk?.(fact.callId) !== true) return []
      const over = fact.type === 'contact.ended' ? [fact.extension] : (shown.get(fact.callId) ?? [])
      return [...over].flatMap((extension) => {
        const person = personAt(extension)
        return person ? [personRoom(person.personId)] : []
      })
    })
  }

  const isParked = (callId: string) => floor().calls.get(callId)?.parkedIn != null
  const publishLate = (changes: readonly LateChange[]) => {
    for (const { room, key, make } of changes) streams.publishSoon(room, key, make)
  }

  return {
    publishFacts(facts) {
      for (const room of roomsToForget(facts)) streams.forgetPast(room)
      if (membership.isChangedBy(facts)) consoles.queuesChanged()
      for (const [topic, changes] of deskChanges(facts, floor(), deskContext, shown)) {
        const personId = topic.slice('person:'.length)
        const news = changes.filter(
          (change) => change.type !== 'today.set' || today.note(personId, change.call),
        )
        desks.publish(topic, news)
      }
      noteUntold(facts)
      publishLate(floorChanges(facts, floor(), floorContext))
      publishLate(parkedChanges(facts, floor(), floorContext))
      if (facts.some(({ type }) => type === 'link.gap')) links.gapsChanged()
    },
    onPop(callId) {
      for (const [topic, changes] of popChanges(callId, floor(), deskContext, shown))
        desks.publish(topic, changes)
      publishLate(callChange(callId, floor(), floorContext))
      if (isParked(callId)) publishLate(parkedChange(callId, floor(), floorContext))
    },
    onWord(callId) {
      for (const [topic, changes] of wordChanges(callId, floor(), deskContext, shown))
        desks.publish(topic, changes)
    },
    cardsChanged() {
      desks.flush()
      for (const room of streams.rooms()) if (room.startsWith('person:')) streams.forgetPast(room)
      for (const callId of shown.keys())
        for (const [topic, changes] of popChanges(callId, floor(), deskContext, shown))
          desks.publish(topic, changes)
    },
    erased(callIds, customerIds) {
      const erased = new Set(callIds)
      desks.flush()
      for (const room of streams.rooms()) {
        streams.forgetPast(room)
        if (!room.startsWith('person:')) continue
        const personId = room.slice('person:'.length)
        const theirs = [...lastCalls.of(room)].filter((callId) => erased.has(callId))
        const changes = erasedChanges(theirs, people.deskOf(personId), people.rightsOf(personId), shown)
        desks.publish(personRoom(personId), changes)
      }
      for (const callId of callIds)
        for (const [topic, changes] of wordChanges(callId, floor(), deskContext, shown))
          desks.publish(topic, changes)
      today.erase(erased, new Set(customerIds))
      const living = callIds.filter((callId) => floor().calls.has(callId))
      publishLate(living.flatMap((callId) => callChange(callId, floor(), floorContext)))
      publishLate(living.filter(isParked).flatMap((callId) => parkedChange(callId, floor(), floorContext)))
    },
    cardChanged(customerId) {
      for (const one of consoles.all)
        if (people.rightsOf(one.personId).has('card.read')) one.connection.sendCardChanged(customerId)
    },
    linkChanged: links.changed,
    gapsChanged: links.gapsChanged,
    peopleChanged(change) {
      desks.flush()
      consoles.peopleChanged(change)
    },
    statusChanged(extension) {
      const person = personAt(extension)
      if (person?.rights.has('desk.use')) desks.publish(personRoom(person.personId), statusChange(extension))
      publishLate(
        [floorRoom.named, floorRoom.plain].map((room) => ({
          room,
          key: `status ${extension}`,
          make: () => statusChange(extension)[0] ?? null,
        })),
      )
    },
    breaksChanged() {
      for (const room of streams.rooms()) {
        const personId = room.startsWith('person:') ? room.slice('person:'.length) : null
        if (
          personId !== null &&
          people.deskOf(personId) !== null &&
          people.rightsOf(personId).has('desk.use')
        )
          desks.publish(personRoom(personId), breaksChange())
      }
    },
    resultGiven(callId, personId, result) {
      today.noteResult(personId, callId, result)
      if (streams.isOpen(personRoom(personId)))
        desks.publish(personRoom(personId), [{ type: 'result.set', callId, result }])
    },
    dispositionsChanged() {
      for (const room of streams.rooms()) {
        if (!room.startsWith('person:')) continue
        const personId = room.slice('person:'.length)
        const changes = dispositionsChange(people.rightsOf(personId))
        if (changes.length > 0) desks.publish(personRoom(personId), changes)
      }
    },
    taskChanged(before, after) {
      for (const [topic, change] of taskChanges(before, after)) {
        if (!topic.startsWith('person:')) streams.publish(topic, [change])
        else if (seesTasks(people.rightsOf(topic.slice('person:'.length)))) desks.publish(topic, [change])
      }
    },
    hasConsole: consoles.hasConsole,
    publish: streams.publish,
    status() {
      const behind = [...consoles.all].filter((one) => one.behind).length
      const topics = [...streams.rooms()].length
      return { consoles: consoles.all.size, behind, topics, ...consoles.counters, ...sockets.counters }
    },
    stop() {
      clearInterval(housekeeping)
      desks.stop()
      telling.flush()
      streams.stop()
      sockets.stop()
    },
  }
}

function dayChanges({ day, calls }: DayNews, rights: ReadonlySet<Right>): Change[] {
  if (!rights.has('history.own')) return []
  const shown = rights.has('card.read') ? calls : calls.map(withoutCustomer)
  return [{ type: 'day.set', day }, ...shown.map((call): Change => ({ type: 'today.set', call }))]
}
