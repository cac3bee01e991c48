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
 * @returns null without a part in it; who only dialled a colleague has none
 * @param now for a talk that is still going on, ms
 */
export function todayCall(
  call: CallDocument,
  personId: string,
  now: number,
  showParty: ShowParty,
): TodayCall | null {
  const offers = call.offers.filter((offer) => offer.personId === personId)
  const contacts = call.contacts.filter((contact) => contact.personId === personId)
  const last = contacts.at(-1) ?? offers.at(-1)
  const dialled = call.direction === 'outbound' && call.dialledBy?.personId === personId
  if (!last && !dialled) return null
  return {
    callId: call._id,
    at: offers.at(-1)?.madeAt ?? contacts.at(-1)?.beganAt ?? call.startedAt,
    direction: call.direction,
    party: partyOf(call, showParty),
    customerId: call.customerId,
    customerName: null,
    queue: last?.queue ?? null,
    outcome: contacts.length > 0 ? 'answered' : (offers.at(-1)?.outcome ?? 'notAnswered'),
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
