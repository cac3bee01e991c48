import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { PlaceOutcome } from '../../shared/calls.ts'
import type { PlaceCommands } from '../asterisk/place-commands.ts'
import { createWaiters } from '../control/waiters.ts'
import type { Fact } from '../floor/facts.ts'
import type { Call, Floor, Place } from '../floor/state.ts'
import { isToBePut, placesInOrder, positionOf } from './line.ts'

/** Whether a customer may be called now, or why not. */
export type MayCall = 'yes' | 'outsideHours' | 'doNotCall'

/** A number as it is called on a PBX. */
export interface CalledNumber {
  /** E.164. */
  e164: string
  /** Digits. */
  exten: string
}

export interface PlacesOptions {
  floor: () => Floor
  commands: PlaceCommands
  /** Tells the dialplan, in variables of a channel. */
  tell: (channelId: string, variables: Readonly<Record<string, string>>) => Promise<void>
  /** Makes it known to the floor, and so to the journal, what a place came to. */
  refuse: (callId: string, why: PlaceOutcome, takenBy: string | null) => void
  /** The number of who calls, as it can be called back; null for a withheld one, or none. */
  numberOf: (call: Call) => CalledNumber | null
  /** @throws ProblemError where that cannot be known now */
  mayCall: (callId: string, number: string) => Promise<MayCall>
  log: Pick<Logger, 'info' | 'warn'>
}

export type Places = ReturnType<typeof createPlaces>

/** So long after it was made somebody waits in a queue, or never will, ms. */
const keptWithinMs = 5_000
/** How often nobody may have come to wait in a customer's stead before the promise becomes a task. */
const mostTries = 3
/** So long whoever still has the phone at the ear is given to put it down before it is called, ms. */
const hangsUpWithinMs = 2_500
const lookEveryMs = 100

/**
 * Places in queues that are kept for customers who hung up: who may have theirs kept, who waits in their stead, whether they may
 * be called when the turn comes. What is decided stands on the floor, and so in the journal: after a restart of the server or
 * of the PBX it goes on from there. The PBX itself lets nobody wait twice for one call.
 */
export function createPlaces(options: PlacesOptions) {
  const { floor, commands, log } = options
  const kept = createWaiters(keptWithinMs)
  /** Puts of one PBX after the other: who waited longer is put back first. */
  let putting: Promise<unknown> = Promise.resolve()
  /** Callers who are asked: they may be back in the queue in a moment. */
  const asking = new Set<string>()
  /** Callers who have a place that is kept already: where they would stand, as they were told. */
  const back = new Map<string, { placeOf: string; told: number }>()
  let stopped = false

  const placeOf = (callId: string): Place | undefined => floor().calls.get(callId)?.place

  async function tell(channelId: string | null, variables: Record<string, string>): Promise<void> {
    if (channelId === null) return
    try {
      await options.tell(channelId, variables)
    } catch (error) {
      // The caller may be gone by now, or the link: the dialplan goes on by itself.
      log.info({ channelId, err: error }, 'The dialplan could not be told of a kept place.')
    }
  }

  /** Whether a caller may have their place kept; the dialplan waits for the answer. */
  async function offer(call: Call): Promise<void> {
    const { place } = call
    if (!place) return
    const number = options.numberOf(call)
    let answer: 'offered' | 'refused' = 'refused'
    try {
      const may = number === null ? 'doNotCall' : await options.mayCall(call.callId, number.e164)
      const can =
        number !== null &&
        may === 'yes' &&
        !hasPlace(number.e164, call.callId) &&
        (await commands.canKeep(call.pbx, { queue: place.queue, exten: number.exten }))
      if (can) answer = 'offered'
    } catch (error) {
      log.info({ callId: call.callId, err: error }, 'Whether a place may be kept could not be known.')
    }
    await tellPosition(call.callId, place.ownId)
    await tell(place.ownId, { RINGCARD_PLACE: answer })
  }

  /** Where somebody stands who comes back to the queue. */
  async function tellPosition(callId: string, channelId: string | null): Promise<void> {
    const place = placeOf(callId)
    if (!place) return
    const position = positionOf(floor(), callId)
    await tell(channelId, { RINGCARD_POSITION: String(position), RINGCARD_BACK_TO: ownName(place.queue) })
  }

  /** A queue as its own PBX names it. */
  const ownName = (queue: string): string => queue.slice(queue.lastIndexOf('/') + 1)

  /** Has somebody wait in the customer's stead, after those who wait for longer. */
  function put(callId: string): void {
    putting = putting.then(() => putNow(callId)).catch(() => undefined)
  }

  async function putNow(callId: string): Promise<void> {
    for (let tries = 0; tries < mostTries && !stopped; tries += 1) {
      const call = floor().calls.get(callId)
      const place = call?.place
      if (!call || !place || !isToBePut(floor(), call)) return
      const number = options.numberOf(call)
      if (number === null) break
      try {
        const { queue, prio } = place
        const position = positionOf(floor(), callId)
        const wanted = { queue, prio, position, exten: number.exten, shown: number.e164 }
        await commands.keep(callId, place.keepers + 1, wanted)
        await kept.until(() => !isToBePut(floor(), floor().calls.get(callId)))
        return
      } catch (error) {
        log.warn({ callId, err: error }, 'Nobody came to wait in the stead of a caller.')
      }
    }
    const call = floor().calls.get(callId)
    // Whoever has the phone at the ear still is back in the queue by themselves.
    const isThere = floor().channels.has(call?.place?.ownId ?? '')
    if (!stopped && !isThere && isToBePut(floor(), call)) options.refuse(callId, 'lost', null)
  }

  /** An agent has come to the place: whether the customer is called. */
  async function decide(callId: string, channelId: string): Promise<void> {
    const why = await whyNot(callId)
    // Said before the dialplan goes on, so that what ends then ends for this reason.
    if (why !== null) options.refuse(callId, why, null)
    await tell(channelId, { RINGCARD_CALL: why === null ? 'yes' : 'no' })
  }

  async function whyNot(callId: string): Promise<PlaceOutcome | null> {
    const call = floor().calls.get(callId)
    const number = call ? options.numberOf(call) : null
    if (!call?.place || number === null) return 'notCalled'
    const { ownId } = call.place
    const until = Date.now() + hangsUpWithinMs
    const isAtEar = (): boolean => ownId !== null && floor().channels.has(ownId)
    while (isAtEar() && Date.now() < until) await delay(lookEveryMs)
    if (isAtEar() || otherCallOf(number.e164, callId) !== null) return 'inCall'
    try {
      const may = await options.mayCall(callId, number.e164)
      return may === 'yes' ? null : may
    } catch (error) {
      log.warn({ callId, err: error }, 'Whether a customer may be called could not be known: they are not.')
      return 'notCalled'
    }
  }

  /** Another call in which somebody of this number is on the phone now. */
  function otherCallOf(e164: string, callId: string): Call | null {
    for (const call of floor().calls.values()) {
      if (call.callId === callId || call.endedAt !== null || call.direction === 'internal') continue
      if (isKept(call) || options.numberOf(call)?.e164 !== e164) continue
      return call
    }
    return null
  }

  const isKept = ({ place }: Call): boolean => place?.state === 'kept' || place?.state === 'wanted'

  /** Whether a place is kept for a number in another call, on whichever PBX: nobody has two, and is called twice. */
  const hasPlace = (e164: string, callId: string): boolean =>
    [...floor().calls.values()].some(
      (call) => call.callId !== callId && isKept(call) && options.numberOf(call)?.e164 === e164,
    )

  /** The kept place of whoever calls again on the same PBX. */
  function keptFor(call: Call): Call | null {
    if (call.direction !== 'inbound' || call.endedAt !== null || isKept(call)) return null
    // Each call comes through here: its number is read only where a place is kept at all.
    const kept = [...floor().calls.values()].filter(
      (other) =>
        other.place?.state === 'kept' &&
        other.callId !== call.callId &&
        other.pbx === call.pbx &&
        other.endedAt === null,
    )
    if (kept.length === 0) return null
    const e164 = options.numberOf(call)?.e164
    if (e164 === undefined) return null
    return kept.find((other) => options.numberOf(other)?.e164 === e164) ?? null
  }

  /** Somebody calls: if their place is kept, they may stand there themselves. */
  function calledAgain(callId: string): void {
    const call = floor().calls.get(callId)
    const mine = call && keptFor(call)
    if (!call || !mine?.place) return
    const queued = call.visits.findLast(({ outcome }) => outcome === 'waiting')
    if (queued?.leftAt === null && queued.queue === mine.place.queue) {
      back.delete(callId)
      options.refuse(mine.callId, 'cameBack', callId)
      return
    }
    const position = positionOf(floor(), mine.callId)
    if (back.get(callId)?.told === position) return
    back.set(callId, { placeOf: mine.callId, told: position })
    void tellPosition(mine.callId, call.customerChannelId)
  }

  /** The line moved: whoever is on the way back is told where they would stand now. */
  function lineMoved(): void {
    for (const callId of asking) {
      const place = placeOf(callId)
      if (place?.state === 'asked') void tellPosition(callId, place.ownId)
      else asking.delete(callId)
    }
    for (const [callId, { placeOf: mine }] of back) {
      const call = floor().calls.get(callId)
      if (!call || call.endedAt !== null || placeOf(mine)?.state !== 'kept') back.delete(callId)
      else calledAgain(callId)
    }
  }

  function changed(fact: Fact & { type: 'place.changed' }): void {
    const call = floor().calls.get(fact.callId)
    const place = call?.place
    if (!call || !place) return
    if (fact.state === 'asked') {
      asking.add(fact.callId)
      void offer(call)
    }
    // The dialplan waits for this: behind nobody else's.
    if (fact.state === 'wanted') void putNow(fact.callId)
    if (fact.state === 'kept') void tell(place.ownId, { RINGCARD_PLACE: 'kept' })
    const { keeperId } = place
    const isOver = fact.outcome === 'cameBack' || fact.outcome === 'lost'
    if (isOver && keeperId !== null && floor().channels.has(keeperId))
      commands.withdraw(keeperId).catch((error: unknown) => {
        log.warn(
          { callId: fact.callId, err: error },
          'Who waits in the stead of a caller could not be sent away.',
        )
      })
  }

  function follow(fact: Fact): void {
    switch (fact.type) {
      case 'place.changed':
        changed(fact)
        return
      case 'place.due':
        void decide(fact.callId, fact.channelId)
        return
      case 'call.identified':
      case 'call.queued':
        calledAgain(fact.callId)
        return
      case 'call.dequeued':
        lineMoved()
        return
      case 'link.gap':
        // Whoever was lost with the PBX is put back, those first who wait for longest.
        for (const callId of placesInOrder(floor(), fact.pbx)) put(callId)
        return
      default:
    }
  }

  return {
    /** What happened on the floor, in order. What comes of it is told later, never within. */
    take: (facts: readonly Fact[]): void => {
      kept.look(facts)
      const own = facts.filter(({ recorded }) => recorded !== true)
      if (own.length > 0)
        setImmediate(() => {
          if (!stopped) own.forEach(follow)
        })
    },

    /** Nothing is begun any more. */
    stop: (): void => {
      stopped = true
      kept.stop()
    },
  }
}
