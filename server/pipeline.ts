import type { Logger } from 'pino'
import type { PlaceOutcome } from '../shared/calls.ts'
import { heardChannels } from './asterisk/record/heard-channel.ts'
import type { Unheard } from './asterisk/record/record.ts'
import { createDesksOfCalls } from './desks-of-calls.ts'
import { createDialplan, type DialplanOptions } from './dialplan.ts'
import type { DeskInfo, PbxEvent, PbxEventType, Snapshot, Stamp } from './floor/events.ts'
import type { Fact } from './floor/facts.ts'
import { copyOfFloor, createFloor, reduce } from './floor/floor.ts'
import { floorFromJson, floorToJson } from './floor/json.ts'
import { reconcile } from './floor/reconcile.ts'
import type { Floor, FloorOptions } from './floor/state.ts'
import { partIn, talksAt, type PartInCall } from './floor/views.ts'
import { createForgottenCalls } from './forgotten-calls.ts'
import type { EntryBody } from './history/entries.ts'
import type { History } from './history/history.ts'
import { createLookUps, type LookUpOptions } from './look-ups.ts'

/** What the pipeline needs of the other parts; each is satisfied by the part of that name. */
export interface PipelineOptions extends Pick<
  DialplanOptions,
  'deskOf' | 'closedQueues' | 'pinDigits' | 'setVariables'
> {
  floor: FloorOptions
  /** The PBXs of the settings; calls of any other end at the start. All that were ever heard, where left out. */
  pbxs?: readonly string[]
  history: Pick<History, 'append' | 'bindCustomer' | 'bindingOf' | 'recall' | 'recover' | 'saveCheckpoint'>
  customers: LookUpOptions['customers']
  /** Tells everybody who may see it. */
  publishFacts: (facts: readonly Fact[]) => void
  /** The look-up of a call came to something. */
  onPop: (callId: string) => void
  /** A caller typed a PIN; what it can be asked for by. */
  onPinTyped?: (callId: string, keptAs: string) => void
  log: Pick<Logger, 'warn' | 'error' | 'info'>
  now?: () => number
}

/** Events that no PBX sent. */
const ownEvents: ReadonlySet<PbxEventType> = new Set([
  'tick',
  'desks.set',
  'link.lost',
  'call.erased',
  'place.refused',
])
/** How much may have to be replayed after a restart: a checkpoint at least this often, ms. */
const checkpointEveryMs = 20_000
const tickMs = 1_000
/** After this nobody writes up a call any more, ms. */
const longAfterMs = 24 * 3_600_000
/** So many pieces of news at most are held back while a record is read: screens are told the rest by their snapshots. */
const mostUntold = 50_000

/** Kept in the checkpoint beside the floor. */
interface HeardJson {
  until: [string, number][]
  clockDifferences: [string, number][]
}

export type Pipeline = ReturnType<typeof createPipeline>

/**
 * The loop in the middle: takes the events of one moment, lets the floor reduce them, keeps events and facts, and only then
 * tells anybody. Looks callers up as soon as a call begins, so that nothing is left to look up when it is offered.
 */
export function createPipeline(options: PipelineOptions) {
  const { history, customers, log } = options
  const now = options.now ?? Date.now
  let floor: Floor = createFloor(options.floor)
  /** By PBX its clock less ours, by its newest event: time passing is told in the PBX's time. */
  const clockDifferences = new Map<string, number>()
  /** The PBXs whose time passes. */
  const ticking = new Set<string>()
  /** Up to when each PBX was heard, on its clock. */
  const heardUntil = new Map<string, number>()
  /** What was read from a PBX's record is told when the reading is over: nobody is to see a call ring that is long past. */
  const untold = new Map<string, (readonly Fact[])[]>()
  let lastSeq = 0
  let checkpointAt = now()
  let timer: NodeJS.Timeout | undefined
  /** Whatever the PBX goes on saying of who was erased is not kept. */
  const forgotten = createForgottenCalls(() => floor)
  const desksOfCalls = createDesksOfCalls()
  const { deskOf, closedQueues, pinDigits, setVariables } = options
  const callOf = (callId: string) => floor.calls.get(callId)
  const dialplan = createDialplan({ callOf, deskOf, closedQueues, pinDigits, setVariables, log, now })
  const lookUps = createLookUps({ history, customers, dialplan, callOf, onPop: options.onPop, log })

  /** Takes the events of one moment: all are kept in one write, and told together. */
  function takeAll(events: readonly PbxEvent[]): void {
    const entries: EntryBody[] = []
    const news: (readonly Fact[])[] = []
    const toErase: string[] = []
    for (const told of events) {
      const event = forgotten.without(told)
      noteClock(event)
      const own = reduced(event)
      const isSilentTick = event.type === 'tick' && own?.length === 0
      if (own === null || isSilentTick) continue
      for (const fact of own) {
        // A call in which the customer of another goes on; one that is found in progress, though it was erased before.
        if (fact.type === 'call.identified' && fact.party.erased === true) forgotten.add(fact.callId)
        if (fact.type === 'call.started' && forgotten.has(fact.callId)) toErase.push(fact.callId)
      }
      entries.push({ kind: 'input', event })
      if (own.length > 0) entries.push({ kind: 'facts', facts: own })
      news.push(own)
      if (event.type !== 'snapshot' && event.recorded !== true) continue
      for (const fact of own) if (fact.type === 'call.started') noteBegunBefore(fact.callId)
    }
    if (entries.length > 0) {
      const kept = history.append(entries)
      if (kept.kept) lastSeq = kept.lastSeq
    }
    // Asked first, so that the database works while people are told.
    const facts = news.flat()
    for (const fact of facts) follow(fact)
    const last = events.at(-1)
    if (last?.recorded) holdBack(last.pbx, news)
    else {
      const past = events.some(({ type }) => type === 'snapshot') ? newsOfThePast(last?.pbx ?? '') : []
      if (past.length + facts.length > 0) tell([...past.flat(), ...facts], [...past, ...news])
    }
    // For whoever asks later, and so after people are told.
    const parts = desksOfCalls.entriesFor(floor, events, facts)
    if (parts.length > 0) history.append(parts)
    for (const callId of toErase) eraseOnFloor(callId)
  }

  function eraseOnFloor(callId: string): void {
    const call = floor.calls.get(callId)
    if (call) take({ ...stampNow(call.pbx), type: 'call.erased', callId })
  }

  function noteBegunBefore(callId: string): void {
    lookUps.foundInProgress(callId)
    dialplan.foundInProgress(callId)
  }

  function holdBack(pbx: string, news: readonly (readonly Fact[])[]): void {
    const past = untold.get(pbx) ?? []
    past.push(...news)
    untold.set(pbx, past)
    if (past.length > mostUntold) past.splice(0, past.length - mostUntold)
  }

  function newsOfThePast(pbx: string): (readonly Fact[])[] {
    const past = untold.get(pbx) ?? []
    untold.delete(pbx)
    return past
  }

  /** Tells the news of a moment at once; if that fails, event by event: one must not cost the others. */
  function tell(facts: readonly Fact[], news: readonly (readonly Fact[])[]): void {
    try {
      options.publishFacts(facts)
    } catch (error) {
      log.error({ facts: facts.map(({ type }) => type), err: error }, 'News could not be told.')
      if (news.length > 1) for (const own of news) tell(own, [own])
    }
  }

  function reduced(event: PbxEvent): readonly Fact[] | null {
    try {
      return reduce(floor, event).facts
    } catch (error) {
      // One event that nobody thought of must not cost the others of its moment.
      log.error({ event: event.type, err: error }, 'An event of the PBX could not be worked on.')
      return null
    }
  }

  const take = (event: PbxEvent): void => takeAll([event])

  /** Events that we make ourselves say nothing of the PBX's clock. */
  function noteClock(event: PbxEvent): void {
    if (ownEvents.has(event.type)) return
    heardUntil.set(event.pbx, event.at)
    // What is read afterwards is of then, and says nothing of now.
    if (!event.recorded) clockDifferences.set(event.pbx, event.at - event.arrivedAt)
  }

  /** Now, for an event of our own making about a PBX. */
  function stampNow(pbx: string): Stamp {
    const arrivedAt = now()
    return { pbx, at: arrivedAt + (clockDifferences.get(pbx) ?? 0), arrivedAt }
  }

  /** What a fact means for the card, and for the dialplan. */
  function follow(fact: Fact): void {
    if (fact.type === 'call.started' && fact.recorded !== true) dialplan.callStarted(fact.callId)
    if (fact.type === 'call.pinTyped') options.onPinTyped?.(fact.callId, fact.keptAs)
    lookUps.heard(fact)
  }

  function tick(): void {
    for (const pbx of ticking) take({ type: 'tick', ...stampNow(pbx) })
    for (const memory of [desksOfCalls, dialplan, lookUps])
      memory.forget((callId) => !floor.calls.has(callId))
    lookUps.askAgain()
    forgotten.letGo()
    if (now() - checkpointAt >= checkpointEveryMs) void checkpoint()
  }

  /** A PBX that the settings have no more will never say that its calls are over. */
  function leave(stamp: Stamp): void {
    take({ type: 'snapshot', ...stamp, snapshot: nothing })
    take({ type: 'tick', ...stamp, at: stamp.at + longAfterMs })
  }

  async function checkpoint(): Promise<void> {
    checkpointAt = now()
    try {
      const heard: HeardJson = { until: [...heardUntil], clockDifferences: [...clockDifferences] }
      await history.saveCheckpoint({ ...floorToJson(floor), heard }, lastSeq)
    } catch (error) {
      log.error({ err: error }, 'The checkpoint could not be written; a restart will replay more.')
    }
  }

  return {
    floor: (): Floor => floor,
    take,
    takeAll,

    /**
     * Builds the floor again from the last checkpoint and the inputs after it, and marks the links as lost: what happened
     * meanwhile comes with the snapshot after the PBX is reached. To be called once, before anything is taken.
     * @returns how many inputs were replayed
     */
    async recover(): Promise<number> {
      const recovery = history.recover()
      lastSeq = recovery.lastSeq
      let { inputs, isWhole } = recovery
      try {
        if (recovery.checkpoint) {
          floor = floorFromJson(recovery.checkpoint.floor, options.floor)
          const { heard } = recovery.checkpoint.floor as { heard?: HeardJson }
          for (const [pbx, until] of heard?.until ?? []) heardUntil.set(pbx, until)
          for (const [pbx, difference] of heard?.clockDifferences ?? []) clockDifferences.set(pbx, difference)
        }
      } catch (error) {
        // Of another version: better a floor known in part, until the PBX tells, than none.
        log.error({ err: error }, 'The floor of the last checkpoint cannot be used.')
        inputs = recovery.setCheckpointAside()
        isWhole = false
      }
      let replayed = 0
      /** By PBX when it was heard last, by its clock. */
      const lastAt = new Map<string, number>()
      const unkept: Fact[] = []
      for await (const { event, factsKept } of inputs) {
        noteClock(event)
        const facts = reduced(event)
        // A floor known in part makes news of what was none.
        if (facts !== null && !factsKept && isWhole) unkept.push(...facts)
        lastAt.set(event.pbx, event.at)
        replayed += 1
      }
      if (unkept.length > 0) history.append([{ kind: 'facts', facts: unkept }])
      for (const { callId, party } of floor.calls.values()) {
        if (party.erased === true) forgotten.add(callId)
        else noteBegunBefore(callId)
      }
      for (const pbx of floor.links.keys()) {
        const saved = recovery.checkpoint ? recovery.checkpoint.at + (clockDifferences.get(pbx) ?? 0) : 0
        const at = Math.max(lastAt.get(pbx) ?? 0, saved) || now()
        const stamp: Stamp = { pbx, at, arrivedAt: now() }
        take({ type: 'link.lost', ...stamp })
        if (options.pbxs?.includes(pbx) === false) leave(stamp)
      }
      return replayed
    },

    /**
     * What went unheard of a PBX, for whoever reads its record; null when there is nothing to go on from: it was never heard
     * before.
     */
    unheardOf(pbx: string): Unheard | null {
      const link = floor.links.get(pbx)
      const since = heardUntil.get(pbx)
      if (link === undefined || since === undefined) return null
      return { since, bootedAt: link.bootedAt, channelOf: heardChannels(copyOfFloor(floor)) }
    },

    /**
     * Remembers the floor as it is now, to hold it against lists that are being read.
     * @returns what differs from a snapshot of this moment, as the events that would explain it
     */
    rememberFloor(): (snapshot: PbxEvent & { type: 'snapshot' }) => PbxEvent[] {
      const copy = copyOfFloor(floor)
      return (snapshot) => reconcile(copy, snapshot)
    },

    /**
     * Finds the cards of the calls that a restart found in progress, as they were: what had been found, decided and verified
     * is read from history where this node does not know it any more.
     */
    async restoreCards(): Promise<void> {
      for (const call of floor.calls.values()) {
        if (call.party.erased !== true && !customers.callOf(call.callId)) await lookUps.restore(call)
      }
    },

    /** Begins to tell the floor that time passes on this PBX. */
    start(pbx: string): void {
      ticking.add(pbx)
      timer ??= setInterval(tick, tickMs)
    },

    /** Somebody sat down at a desk or left it, or desks were added. */
    desksChanged(pbx: string, desks: readonly DeskInfo[]): void {
      take({ type: 'desks.set', ...stampNow(pbx), desks })
    },

    /** An agent decided who is calling, a look-up came late, or a card changed. */
    cardChanged: lookUps.cardChanged,

    /** What somebody who sits at a desk, or at none, has to do with a call; null for nothing. */
    partIn(personId: string, extension: string | null, callId: string): PartInCall | null {
      const call = floor.calls.get(callId)
      return call ? partIn(floor, call, { personId, extension }) : null
    },

    /** Whether the customer of a call is with this desk now. */
    talksAt(extension: string, callId: string): boolean {
      const call = floor.calls.get(callId)
      return call !== undefined && talksAt(call, extension)
    },

    /**
     * Whether a customer is in a call now, or somebody whose number is theirs.
     * @param numbers in E.164
     */
    isInCall(customerId: string, numbers: readonly string[]): boolean {
      for (const { callId, endedAt } of floor.calls.values()) {
        if (endedAt !== null) continue
        const number = customers.callOf(callId)?.number?.e164 ?? ''
        if (history.bindingOf(callId)?.customerId === customerId || numbers.includes(number)) return true
      }
      return false
    },

    /** Who was in these calls has been erased: the floor forgets them too, and no checkpoint remembers. */
    async forgetParties(callIds: readonly string[]): Promise<void> {
      for (const callId of callIds) {
        lookUps.forgetParty(callId)
        // Also of a call that the PBX has not named yet, as after a start.
        forgotten.add(callId)
        eraseOnFloor(callId)
      }
      await checkpoint()
    },

    /**
     * A place in a queue is not kept any more, or its customer not called.
     * @param takenBy the call in which they wait there themselves now; null for none
     */
    placeRefused(callId: string, why: PlaceOutcome, takenBy: string | null): void {
      const call = floor.calls.get(callId)
      if (call) take({ ...stampNow(call.pbx), type: 'place.refused', linkedId: callId, why, takenBy })
    },

    /** Writes a last checkpoint. Nothing may be taken after. */
    async stop(): Promise<void> {
      clearInterval(timer)
      await checkpoint()
    },
  }
}

/** A PBX on which there is nothing. */
const nothing: Snapshot = {
  channels: [],
  bridges: [],
  queues: [],
  members: [],
  waiting: [],
  parked: [],
  bootedAt: null,
}
