import type { CallRecord } from '../../shared/api.ts'
import { unidentified, type Party, type TodayCall } from '../../shared/calls.ts'
import type { Right } from '../../shared/people.ts'
import type { RawParty } from '../floor/facts.ts'
import { talkMsOf } from '../floor/views.ts'
import type { CallDocument } from './model.ts'
import { resultOf, type Owed } from './results.ts'

/** How a party is shown: knows the home country of the PBX, and hides a withheld number. */
export type ShowParty = (raw: RawParty, pbx: string) => Party

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
    mergedInto: call.mergedInto,
    voicemail: call.voicemail,
    message: call.message === undefined ? null : { left: call.message.left },
    place: call.place ?? null,
    reconstructed: call.reconstructed ?? null,
    visits: call.visits.map(({ queue, enteredAt, leftAt, outcome }) => ({
      queue,
      enteredAt,
      leftAt,
      outcome,
    })),
    offers: call.offers.map(({ queue, extension, personId, madeAt, endedAt, outcome }) => ({
      queue,
      extension,
      personId,
      madeAt,
      endedAt,
      outcome,
    })),
    contacts: call.contacts.map(({ queue, extension, personId, beganAt, endedAt, heldMs, why }) => ({
      queue,
      extension,
      personId,
      beganAt,
      endedAt,
      heldMs,
      why,
    })),
    holds: call.holds.map(({ contactId, by, beganAt, endedAt }) => ({
      extension: call.contacts.find((contact) => contact.contactId === contactId)?.extension ?? '',
      by,
      beganAt,
      endedAt,
    })),
    transfers: call.transfers.map(({ at, kind, byExtension }) => ({ at, kind, byExtension })),
    parkings: call.parkings.map(({ space, beganAt, endedAt, how }) => ({ space, beganAt, endedAt, how })),
    attestation: call.attestation,
    verification: call.verification,
    quality: call.quality,
    dispositions: call.dispositions,
  }
}

/** A call as somebody with these rights may read it: without `card.read` neither number nor customer. */
export function recordFor(record: CallRecord, rights: readonly Right[]): CallRecord {
  if (rights.includes('card.read')) return record
  const verification = record.verification.map((step) => ({ ...step, customerId: null }))
  // What was written with a result may tell who it was.
  const dispositions = record.dispositions.map((one) => ({ ...one, said: null }))
  return {
    ...record,
    party: unidentified(record.party),
    dialled: null,
    customerId: null,
    verification,
    dispositions,
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
    talkMs: talkMsOf(contacts, now),
    // Documents of an older version have no mark.
    reconstructed: call.reconstructed ?? null,
    result: resultOf(call, personId),
    // By what is asked of the calls of its queue, which is not history's to know.
    owed: false,
  }
}

/** The other party of a call. */
export function partyOf(call: CallDocument, showParty: ShowParty): Party {
  const { number, name, restricted, erased } = call.personal
  return showParty({ number, name, restricted, erased }, call.pbx)
}

/**
 * What is still to be said of a call.
 * @param wanted by whom; null for anybody
 */
export function owedOf(call: CallDocument, wanted: string | null, showParty: ShowParty): Owed[] {
  if (call.personal.erased === true || call.mergedInto !== null) return []
  const people = (call.owing ?? []).filter((personId) => wanted === null || personId === wanted)
  return people.flatMap((personId) => {
    const talk = call.contacts.findLast((contact) => contact.personId === personId)
    if (talk?.endedAt == null) return []
    return {
      callId: call._id,
      personId,
      at: talk.beganAt,
      endedAt: talk.endedAt,
      direction: call.direction,
      queue: talk.queue,
      party: partyOf(call, showParty),
      customerId: call.customerId,
    }
  })
}
