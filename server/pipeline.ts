import type { Logger } from 'pino'
import type { Party } from '../shared/calls.ts'
import { understandNumber, type CountryCode } from '../shared/phone-numbers.ts'
import type { CallToMatch, MatchedCall } from './customers/matching.ts'
import type { DeskInfo, PbxEvent } from './floor/events.ts'
import type { Fact, RawParty } from './floor/facts.ts'
import { createFloor, reduce } from './floor/floor.ts'
import { floorFromJson, floorToJson, type FloorJson } from './floor/json.ts'
import type { Call, Floor, FloorOptions } from './floor/state.ts'
import { deskCall } from './floor/views.ts'
import type { History } from './history/history.ts'

/** What the pipeline needs of the other parts; each is satisfied by the part of that name. */
export interface PipelineOptions {
  floor: FloorOptions
  history: Pick<History, 'append' | 'bindCustomer' | 'bindingOf' | 'recover' | 'saveCheckpoint'>
  customers: {
    matchCall: (call: CallToMatch) => Promise<MatchedCall>
    restoreCall: (call: CallToMatch, customerId: string | null) => Promise<MatchedCall>
    callOf: (callId: string) => MatchedCall | null
    forgetCall: (callId: string) => void
  }
  /** Tells everybody who may see it. */
  publishFacts: (facts: readonly Fact[]) => void
  /** The look-up of a call came to something. */
  onPop: (callId: string) => void
  /** Tells the dialplan what it may wait for. */
  setVariables: (channelId: string, variables: Readonly<Record<string, string>>) => Promise<void>
  log: Pick<Logger, 'warn' | 'error' | 'info'>
  now?: () => number
}

/** How much may have to be replayed after a restart: a checkpoint at least this often, ms. */
const checkpointEveryMs = 20_000
const tickMs = 1_000

export type Pipeline = ReturnType<typeof createPipeline>

/**
 * The loop in the middle: takes one event at a time, lets the floor reduce it, keeps event and facts, and only then tells
 * anybody. Looks callers up as soon as a call begins, so that nothing is left to look up when it is offered.
 */
export function createPipeline(options: PipelineOptions) {
  const { history, customers, log } = options
  const now = options.now ?? Date.now
  let floor: Floor = createFloor(options.floor)
  /** The PBX's clock less ours, by the newest event: time passing is told in the PBX's time. */
  let clockDifference = 0
  let lastSeq = 0
  let checkpointAt = now()
  let timer: NodeJS.Timeout | undefined
  /** Calls with a look-up kept in `customers`, to be forgotten when the floor forgets them. */
  const lookedUp = new Set<string>()
  /** The tier that the dialplan was told, by call. */
  const tiersTold = new Map<string, string>()

  function take(event: PbxEvent): void {
    noteClock(event)
    const { facts } = reduce(floor, event)
    const isSilentTick = event.type === 'tick' && facts.length === 0
    if (!isSilentTick) {
      const kept = history.append(
        facts.length === 0
          ? [{ kind: 'input', event }]
          : [
              { kind: 'input', event },
              { kind: 'facts', facts },
            ],
      )
      if (kept.kept) lastSeq = kept.lastSeq
    }
    if (facts.length === 0) return
    options.publishFacts(facts)
    for (const fact of facts) follow(fact)
  }

  /** Events that we make ourselves say nothing of the PBX's clock. */
  function noteClock(event: PbxEvent): void {
    const isOurs = event.type === 'tick' || event.type === 'desks.set' || event.type === 'link.lost'
    if (!isOurs) clockDifference = event.at - event.arrivedAt
  }

  /** What a fact means for the card. */
  function follow(fact: Fact): void {
    switch (fact.type) {
      case 'call.started':
      case 'call.identified':
      case 'call.learnt':
      case 'call.queued':
      case 'offer.made': {
        const call = floor.calls.get(fact.callId)
        if (!call || call.direction === 'internal') return
        // A new channel's caller is known only with its presentation, an event later. Without one by the time that the
        // call goes to people there is nothing to wait for.
        const news = fact.type === 'call.identified' || fact.type === 'call.learnt'
        const knowsCaller =
          call.party.number !== null || call.party.restricted || fact.type !== 'call.started'
        if (news || (knowsCaller && !lookedUp.has(call.callId))) void lookUp(call)
        return
      }
      default:
    }
  }

  async function lookUp(call: Call): Promise<void> {
    const { callId } = call
    lookedUp.add(callId)
    try {
      const known = history.bindingOf(callId)
      const isToRestore = known?.decided === true && customers.callOf(callId)?.decided !== true
      const matched = isToRestore
        ? await customers.restoreCall(toMatch(call), known.customerId)
        : await customers.matchCall(toMatch(call))
      // Else something else was asked or said meanwhile: an answer to less would bind the wrong customer, and have the
      // dialplan go on too early.
      if (customers.callOf(callId) === matched) found(callId, matched)
    } catch (error) {
      log.error({ callId, err: error }, 'The look-up of a call failed.')
    }
  }

  /** A look-up came to something: kept with the call, shown, and told to the dialplan. */
  function found(callId: string, matched: MatchedCall): void {
    keepBinding(callId, matched)
    options.onPop(callId)
    tellDialplan(callId, matched.customer?.tier ?? '')
  }

  function tellDialplan(callId: string, tier: string): void {
    const call = floor.calls.get(callId)
    if (call?.direction !== 'inbound' || call.customerChannelId === null || call.endedAt !== null) return
    tiersTold.set(callId, tier)
    const variables = { RINGCARD_READY: '1', RINGCARD_TIER: tier }
    options.setVariables(call.customerChannelId, variables).catch((error: unknown) => {
      // The caller may be gone by now, or the link: the dialplan goes on by itself after 200 ms.
      log.info({ callId, err: error }, 'The dialplan could not be told who is calling.')
    })
  }

  function keepBinding(callId: string, matched: MatchedCall): void {
    const { decided, customer, match } = matched
    const known = history.bindingOf(callId) ?? { customerId: null, decided: false }
    const saysNothing = match.outcome === 'unavailable' || match.outcome === 'pending'
    if (!decided && (saysNothing || known.decided)) return
    const customerId = customer?._id ?? null
    if (customerId === known.customerId && decided === known.decided) return
    try {
      history.bindCustomer(callId, customerId, decided)
    } catch (error) {
      log.warn({ callId, err: error }, 'Who the call was matched to could not be kept.')
    }
  }

  function tick(pbx: string): void {
    const at = now()
    take({ type: 'tick', pbx, at: at + clockDifference, arrivedAt: at })
    for (const callId of lookedUp) {
      if (floor.calls.has(callId)) continue
      lookedUp.delete(callId)
      tiersTold.delete(callId)
      customers.forgetCall(callId)
    }
    if (at - checkpointAt >= checkpointEveryMs) void checkpoint()
  }

  async function checkpoint(): Promise<void> {
    checkpointAt = now()
    try {
      await history.saveCheckpoint(floorToJson(floor), lastSeq)
    } catch (error) {
      log.error({ err: error }, 'The checkpoint could not be written; a restart will replay more.')
    }
  }

  return {
    floor: (): Floor => floor,
    take,

    /**
     * Builds the floor again from the last checkpoint and the inputs after it, and marks the links as lost: what happened
     * meanwhile comes with the snapshot after the PBX is reached. To be called once, before anything is taken.
     * @returns how many inputs were replayed
     */
    async recover(): Promise<number> {
      const recovery = history.recover()
      lastSeq = recovery.lastSeq
      if (recovery.checkpoint) floor = floorFromJson(recovery.checkpoint.floor as FloorJson, options.floor)
      let replayed = 0
      let lastAt = recovery.checkpoint?.at ?? now()
      const unkept: Fact[] = []
      for await (const { event, factsKept } of recovery.inputs) {
        noteClock(event)
        const { facts } = reduce(floor, event)
        if (!factsKept) unkept.push(...facts)
        lastAt = event.at
        replayed += 1
      }
      if (unkept.length > 0) history.append([{ kind: 'facts', facts: unkept }])
      for (const pbx of floor.links.keys()) take({ type: 'link.lost', pbx, at: lastAt, arrivedAt: now() })
      return replayed
    },

    /** Finds the cards of the calls that a restart found in progress; what an agent had decided stays decided. */
    async restoreCards(): Promise<void> {
      for (const call of floor.calls.values()) {
        if (call.direction === 'internal' || customers.callOf(call.callId)) continue
        await lookUp(call)
      }
    },

    /** Begins to tell the floor that time passes. */
    start(pbx: string): void {
      timer = setInterval(() => tick(pbx), tickMs)
    },

    /** Somebody sat down at a desk or left it, or desks were added. */
    desksChanged(pbx: string, desks: readonly DeskInfo[]): void {
      const at = now()
      take({ type: 'desks.set', pbx, at: at + clockDifference, arrivedAt: at, desks })
    },

    /** An agent decided who is calling, a look-up came late, or a card changed. */
    cardChanged(matched: MatchedCall): void {
      const { callId, customer } = matched
      const call = floor.calls.get(callId)
      if (call && !matched.decided && history.bindingOf(callId)?.decided === true) {
        // Decided before a restart, and looked up only now: the agent's word stands.
        void lookUp(call)
        return
      }
      keepBinding(callId, matched)
      options.onPop(callId)
      const tier = customer?.tier ?? ''
      if (tiersTold.get(callId) !== tier) tellDialplan(callId, tier)
    },

    /** Whether a call is on the desk of this extension: ringing, talking, or the one being written up. */
    isOnDesk(extension: string | null, callId: string): boolean {
      const call = floor.calls.get(callId)
      return call !== undefined && extension !== null && deskCall(floor, call, extension, asIs) !== null
    },

    /** Writes a last checkpoint. Nothing may be taken after. */
    async stop(): Promise<void> {
      clearInterval(timer)
      await checkpoint()
    },
  }
}

function toMatch(call: Call): CallToMatch {
  const { number, restricted } = call.party
  const dialled = call.direction === 'inbound' ? call.dialled : null
  return { callId: call.callId, number, restricted, dialled, account: call.account }
}

const asIs = (party: RawParty): Party => ({
  number: party.number,
  display: party.number ?? '',
  name: party.name,
  withheld: party.restricted,
})

/**
 * Makes a party readable: E.164 and the form a person of the home country reads. A restricted number is nobody's to see.
 * @param home ISO 3166 country of the trunk
 */
export function describeParty(home: CountryCode): (party: RawParty) => Party {
  return ({ number, name, restricted }) => {
    if (restricted || number === null)
      return { number: null, display: '', name: restricted ? null : name, withheld: restricted }
    const understood = understandNumber(number, home)
    return { number: understood.e164 ?? number, display: understood.display, name, withheld: false }
  }
}

/**
 * Makes the number that was dialled readable: by its label, else as a person of the home country reads it.
 * @param labels by number, with or without plus
 */
export function describeDialled(
  home: CountryCode,
  labels: ReadonlyMap<string, string>,
): (number: string) => string {
  const canonical = (number: string): string => understandNumber(number, home).e164 ?? number
  const known = new Map([...labels].map(([number, label]) => [canonical(number), label]))
  return (number) => known.get(canonical(number)) ?? (understandNumber(number, home).display || number)
}
