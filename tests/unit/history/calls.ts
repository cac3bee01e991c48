import type { PbxEvent } from '../../../server/floor/events.ts'
import type { Fact, RawParty } from '../../../server/floor/facts.ts'

/** A Monday morning. */
export const morning = Date.UTC(2026, 10, 23, 9)

/** A second passing on the floor. */
export function tick(at = morning): PbxEvent {
  return { pbx: 'lab', at, arrivedAt: at, type: 'tick' }
}

const pbx = 'lab'
export const caller: RawParty = { number: '+4930231250199', name: 'Erika Example', restricted: false }

/** The facts of a call that was answered by the second of two agents, held once, and ended by the customer. */
export function answeredCall(callId: string, at = morning): Fact[] {
  const second = (n: number): number => at + n * 1000
  const common = { pbx, callId, visitId: `${callId}/v1`, queue: 'support' }
  const first = { ...common, offerId: `${callId}/o1`, extension: '201', personId: 'anna' }
  const other = { ...common, offerId: `${callId}/o2`, extension: '202', personId: 'boris' }
  const talk = { pbx, callId, contactId: `${callId}/c1`, extension: '202' }
  return [
    {
      pbx,
      at,
      type: 'call.started',
      callId,
      direction: 'inbound',
      party: caller,
      dialled: '+49302312500',
      dialledBy: null,
    },
    { ...common, at: second(1), type: 'call.queued' },
    { ...first, at: second(2), type: 'offer.made' },
    { ...first, at: second(12), type: 'offer.ended', outcome: 'notAnswered', ringMs: 10_000 },
    { ...other, at: second(13), type: 'offer.made' },
    { ...other, at: second(16), type: 'offer.ended', outcome: 'answered', ringMs: 3_000 },
    { ...common, at: second(16), type: 'call.dequeued', outcome: 'answered', waitMs: 15_000 },
    {
      ...talk,
      at: second(16),
      type: 'contact.began',
      offerId: other.offerId,
      queue: 'support',
      personId: 'boris',
      waitMs: 15_000,
    },
    { ...talk, at: second(30), type: 'contact.held', by: 'agent' },
    { ...talk, at: second(40), type: 'contact.resumed', heldMs: 10_000 },
    {
      ...talk,
      at: second(76),
      type: 'contact.ended',
      queue: 'support',
      personId: 'boris',
      talkMs: 60_000,
      heldMs: 10_000,
      why: 'customerHungUp',
    },
    { pbx, at: second(76), type: 'call.ended', callId, end: 'customerHungUp', cause: 16, durationMs: 76_000 },
  ]
}

/** The facts of a call to the outside that nobody answered. */
export function unansweredDial(callId: string, personId: string, at = morning): Fact[] {
  const party = { number: '+4930231255550', name: null, restricted: false }
  const dialledBy = { extension: '201', personId }
  const end = at + 20_000
  return [
    {
      pbx,
      at,
      type: 'call.started',
      callId,
      direction: 'outbound',
      party,
      dialled: '03023125555',
      dialledBy,
    },
    { pbx, at: end, type: 'call.ended', callId, end: 'notAnswered', cause: 19, durationMs: 20_000 },
  ]
}
