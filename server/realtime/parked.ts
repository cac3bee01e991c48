import { unidentified } from '../../shared/calls.ts'
import type { Change } from '../../shared/realtime.ts'
import type { Fact } from '../floor/facts.ts'
import type { Call, Floor } from '../floor/state.ts'
import type { FloorContext, LateChange } from './supervision.ts'
import { parkedRoom } from './topics.ts'

/** What changes in the parking spaces by a few facts of one moment. */
export function parkedChanges(facts: readonly Fact[], floor: Floor, context: FloorContext): LateChange[] {
  const calls = facts.flatMap((fact) =>
    fact.type === 'call.parked' || fact.type === 'call.unparked' ? [fact.callId] : [],
  )
  return [...new Set(calls)].flatMap((callId) => parkedChange(callId, floor, context))
}

/** One call is, or was, in a parking space: to be told anew to everybody, as after its look-up. */
export function parkedChange(callId: string, floor: Floor, context: FloorContext): LateChange[] {
  const make = (named: boolean) => (): Change => {
    const call = floor.calls.get(callId)
    return call?.endedAt === null && call.parkedIn !== null
      ? parked(call, call.parkedIn, context, named)
      : { type: 'parked.gone', callId }
  }
  return [
    { room: parkedRoom.named, key: callId, make: make(true) },
    { room: parkedRoom.plain, key: callId, make: make(false) },
  ]
}

/** Every parking space in which somebody waits. */
export function parkedContent(floor: Floor, context: FloorContext, named: boolean): Change[] {
  return [...floor.calls.values()].flatMap((call) =>
    call.endedAt === null && call.parkedIn !== null ? parked(call, call.parkedIn, context, named) : [],
  )
}

function parked(call: Call, space: string, { describe, customerOf }: FloorContext, named: boolean): Change {
  const { callId, pbx, parkedAt, startedAt } = call
  const party = describe(call.party, pbx)
  return {
    type: 'parked.set',
    parked: {
      callId,
      space,
      since: parkedAt ?? startedAt,
      party: named ? party : unidentified(party),
      customerName: named ? (customerOf(callId)?.name ?? null) : null,
    },
  }
}
