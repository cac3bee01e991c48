import type { Fact } from '../floor/facts.ts'
import type { CallDocument } from './model.ts'

/** A fact about one call, as opposed to one about an agent, a queue or a link. */
export type CallFact = Exclude<Extract<Fact, { callId: string }>, { type: 'agent.state' }>

/** Whether a fact is about one call. */
export function isCallFact(fact: Fact): fact is CallFact {
  return 'callId' in fact && fact.type !== 'agent.state'
}

/**
 * Folds one fact into the document of its call. Pure: the document given stays as it was. Parts are found by their ids, so
 * the end of a part whose beginning was never heard makes that part too.
 * @param call the document so far, null for the first fact
 * @returns the new document
 */
export function foldCall(call: CallDocument | null, fact: CallFact): CallDocument {
  const before = call ?? emptyCall(fact.callId, fact.pbx, fact.at)
  switch (fact.type) {
    case 'call.started': {
      const { dialledBy } = fact
      const people = withPerson(before.people, dialledBy?.personId ?? null)
      return { ...identified(before, fact), people, dialledBy }
    }
    case 'call.identified':
      return identified(before, fact)
    case 'call.learnt': {
      const account = fact.account ?? before.personal.account
      const digits = fact.digits ?? before.personal.digits
      return { ...before, personal: { ...before.personal, account, digits } }
    }
    case 'call.queued': {
      const { visitId, queue, at } = fact
      return {
        ...before,
        visits: put(
          before.visits,
          (visit) => visit.visitId === visitId,
          (visit) => ({
            leftAt: null,
            outcome: 'waiting' as const,
            ...visit,
            visitId,
            queue,
            enteredAt: at,
          }),
        ),
      }
    }
    case 'call.dequeued': {
      const { visitId, queue, at, waitMs, outcome } = fact
      return {
        ...before,
        visits: put(
          before.visits,
          (visit) => visit.visitId === visitId,
          (visit) => ({
            enteredAt: at - waitMs,
            ...visit,
            visitId,
            queue,
            leftAt: at,
            outcome,
          }),
        ),
      }
    }
    case 'offer.made': {
      const { offerId, visitId, queue, extension, personId, at } = fact
      return {
        ...before,
        people: withPerson(before.people, personId),
        offers: put(
          before.offers,
          (offer) => offer.offerId === offerId,
          (offer) => ({
            endedAt: null,
            outcome: 'ringing' as const,
            ...offer,
            offerId,
            visitId,
            queue,
            extension,
            personId,
            madeAt: at,
          }),
        ),
      }
    }
    case 'offer.ended': {
      const { offerId, visitId, queue, extension, personId, at, ringMs, outcome } = fact
      return {
        ...before,
        people: withPerson(before.people, personId),
        offers: put(
          before.offers,
          (offer) => offer.offerId === offerId,
          (offer) => ({
            madeAt: at - ringMs,
            ...offer,
            offerId,
            visitId,
            queue,
            extension,
            personId,
            endedAt: at,
            outcome,
          }),
        ),
      }
    }
    case 'contact.began': {
      const { contactId, offerId, queue, extension, personId, at } = fact
      return {
        ...before,
        people: withPerson(before.people, personId),
        contacts: put(
          before.contacts,
          (contact) => contact.contactId === contactId,
          (contact) => ({
            endedAt: null,
            heldMs: 0,
            why: null,
            ...contact,
            contactId,
            offerId,
            queue,
            extension,
            personId,
            beganAt: at,
          }),
        ),
      }
    }
    case 'contact.held':
      return {
        ...before,
        holds: [...before.holds, { contactId: fact.contactId, by: fact.by, beganAt: fact.at, endedAt: null }],
      }
    case 'contact.resumed':
      return { ...before, holds: endHolds(before.holds, fact.contactId, fact.at) }
    case 'contact.ended': {
      const { contactId, queue, extension, personId, at, talkMs, heldMs, why } = fact
      return {
        ...before,
        people: withPerson(before.people, personId),
        holds: endHolds(before.holds, contactId, at),
        contacts: put(
          before.contacts,
          (contact) => contact.contactId === contactId,
          (contact) => ({
            offerId: null,
            beganAt: at - talkMs,
            ...contact,
            contactId,
            queue,
            extension,
            personId,
            endedAt: at,
            heldMs,
            why,
          }),
        ),
      }
    }
    case 'call.transferred':
      return {
        ...before,
        transfers: [...before.transfers, { at: fact.at, kind: fact.kind, byExtension: fact.byExtension }],
        personal: { ...before.personal, transferredTo: [...before.personal.transferredTo, fact.to] },
      }
    case 'call.parked':
      return {
        ...before,
        parkings: [...before.parkings, { space: fact.space, beganAt: fact.at, endedAt: null, how: null }],
      }
    case 'call.unparked':
      return {
        ...before,
        parkings: before.parkings.map((parking) =>
          parking.endedAt === null ? { ...parking, endedAt: fact.at, how: fact.how } : parking,
        ),
      }
    case 'call.voicemail':
      return { ...before, voicemail: true }
    case 'call.merged':
      // The other call's parts come by `absorbCall`.
      return before
    case 'call.ended':
      return {
        ...before,
        startedAt: Math.min(before.startedAt, fact.at - fact.durationMs),
        endedAt: fact.at,
        end: fact.end,
        cause: fact.cause,
      }
  }
}

function identified(
  before: CallDocument,
  fact: Extract<CallFact, { type: 'call.started' | 'call.identified' }>,
): CallDocument {
  const { number, name, restricted } = fact.party
  const personal = { ...before.personal, number, name, restricted, dialled: fact.dialled }
  const startedAt = Math.min(before.startedAt, fact.at)
  return { ...before, direction: fact.direction, personal, startedAt }
}

/**
 * Lets a call go on in another: its parts come to that one, and it keeps a mark of where it went. Absorbing twice changes
 * nothing more.
 * @returns both documents, the one that lives on first
 */
export function absorbCall(
  into: CallDocument,
  merged: CallDocument,
  at: number,
): [CallDocument, CallDocument] {
  const first = <T>(parts: readonly T[], idOf: (part: T) => string): T[] => [
    ...new Map(parts.map((part) => [idOf(part), part])).values(),
  ]
  return [
    {
      ...into,
      ...(into.customerId === null && !into.customerDecided
        ? { customerId: merged.customerId, customerDecided: merged.customerDecided }
        : {}),
      visits: first([...merged.visits, ...into.visits], (visit) => visit.visitId),
      offers: first([...merged.offers, ...into.offers], (offer) => offer.offerId),
      contacts: first([...merged.contacts, ...into.contacts], (contact) => contact.contactId),
      holds: first([...merged.holds, ...into.holds], (hold) => `${hold.contactId} ${hold.beganAt}`),
      people: [...new Set([...into.people, ...merged.people])],
      voicemail: into.voicemail || merged.voicemail,
    },
    { ...merged, mergedInto: into._id, endedAt: merged.endedAt ?? at },
  ]
}

/** The document of a call of which nothing is known yet but that it is there. */
export function emptyCall(callId: string, pbx: string, at: number): CallDocument {
  return {
    _id: callId,
    pbx,
    direction: 'inbound',
    personal: {
      number: null,
      name: null,
      restricted: false,
      dialled: null,
      account: null,
      digits: null,
      transferredTo: [],
    },
    customerId: null,
    customerDecided: false,
    startedAt: at,
    endedAt: null,
    end: null,
    cause: null,
    visits: [],
    offers: [],
    contacts: [],
    holds: [],
    transfers: [],
    parkings: [],
    voicemail: false,
    mergedInto: null,
    dialledBy: null,
    people: [],
    applied: [],
    version: 0,
  }
}

/** Replaces the part that `matches` by what `make` makes of it, or adds what it makes of nothing. */
function put<T>(parts: readonly T[], matches: (part: T) => boolean, make: (part: T | undefined) => T): T[] {
  const index = parts.findIndex(matches)
  return index === -1 ? [...parts, make(undefined)] : parts.with(index, make(parts[index]))
}

function endHolds(holds: CallDocument['holds'], contactId: string, at: number): CallDocument['holds'] {
  return holds.map((hold) =>
    hold.contactId === contactId && hold.endedAt === null ? { ...hold, endedAt: at } : hold,
  )
}

function withPerson(people: readonly string[], personId: string | null): string[] {
  return personId === null || people.includes(personId) ? [...people] : [...people, personId]
}
