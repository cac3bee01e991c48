import type { CallRecord } from '../../shared/api.ts'
import type { Party, TodayCall } from '../../shared/calls.ts'
import type { RawParty } from '../floor/facts.ts'
import type { CallDocument } from './model.ts'

/** How a party is shown: knows the home country, and hides a withheld number. */
export type ShowParty = (raw: RawParty) => Party

/** A call as the API tells it. */
export function callRecord(call: CallDocument, showParty: ShowParty): CallRecord {
  return {
    callId: call._id,
    direction: call.direction,
    party: partyOf(call, showParty),
    dialled: call.personal.dialled,
    customerId: call.customerId,
    startedAt: call.startedAt,
    endedAt: call.endedAt,
    end: call.end,
    visits: call.visits.map(({ queue, enteredAt, leftAt, outcome }) => ({
      queue,
      enteredAt,
      leftAt,
      outcome,
    })),
    offers: call.offers.map(({ extension, personId, madeAt, endedAt, outcome }) => ({
      extension,
      personId,
      madeAt,
      endedAt,
      outcome,
    })),
    contacts: call.contacts.map(({ extension, personId, beganAt, endedAt, heldMs }) => ({
      extension,
      personId,
      beganAt,
      endedAt,
      heldMs,
    })),
  }
}

/**
 * One person's part in a call, as a line of their day. The customer's name is not history's to tell: it is null here.
 * @param now for a talk that is still going on, ms
 */
export function todayCall(
  call: CallDocument,
  personId: string,
  now: number,
  showParty: ShowParty,
): TodayCall {
  const offers = call.offers.filter((offer) => offer.personId === personId)
  const contacts = call.contacts.filter((contact) => contact.personId === personId)
  const last = contacts.at(-1) ?? offers.at(-1)
  const times = [...offers.map((offer) => offer.madeAt), ...contacts.map((contact) => contact.beganAt)]
  return {
    callId: call._id,
    at: times.length > 0 ? Math.min(...times) : call.startedAt,
    direction: call.direction,
    party: partyOf(call, showParty),
    customerId: call.customerId,
    customerName: null,
    queue: last?.queue ?? null,
    outcome: contacts.length > 0 ? 'answered' : (offers.at(-1)?.outcome ?? 'unknown'),
    talkMs: contacts.reduce(
      (sum, contact) => sum + Math.max(0, (contact.endedAt ?? now) - contact.beganAt),
      0,
    ),
  }
}

function partyOf(call: CallDocument, showParty: ShowParty): Party {
  const { number, name, restricted } = call.personal
  return showParty({ number, name, restricted })
}
