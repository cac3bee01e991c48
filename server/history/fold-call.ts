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
  return told(marked(call ?? emptyCall(fact.callId, fact.pbx, fact.at), fact, call === null), fact)
}

/** Wholly reconstructed is what was never heard of but from the record. */
function marked(call: CallDocument, { recorded }: CallFact, isNew: boolean): CallDocument {
  const { reconstructed } = call
  if (recorded) return reconstructed ? call : { ...call, reconstructed: isNew ? 'wholly' : 'partly' }
  return reconstructed === 'wholly' ? { ...call, reconstructed: 'partly' } : call
}

function told(before: CallDocument, fact: CallFact): CallDocument {
  switch (fact.type) {
    case 'call.started': {
      const { dialledBy } = fact
      if (fact.direction === 'internal' && isCustomers(before)) return before
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
    case 'call.attested':
      return { ...before, attestation: fact.attestation }
    case 'call.recording': {
      const others = (before.recording ?? []).filter(({ at }) => at !== fact.at)
      return { ...before, recording: [...others, { at: fact.at, state: fact.recording }] }
    }
    case 'call.pickedUp':
      return { ...before, pickedUp: true }
    case 'consult.changed':
      // Who was asked stands in the journal; what came of it is a transfer.
      return before
    case 'call.pinTyped':
      // What it came to is told by an entry of its own.
      return before
    case 'call.queued': {
      const { visitId, queue, at } = fact
      const visit = { visitId, queue, enteredAt: at, leftAt: null, outcome: 'waiting' as const }
      return { ...before, visits: put(before.visits, 'visitId', visit, ['leftAt', 'outcome']) }
    }
    case 'call.dequeued': {
      const { visitId, queue, at, waitMs, outcome } = fact
      // Told once it is known how they left, which may be later than when they did: the wait is exact.
      const known = before.visits.find((one) => one.visitId === visitId)
      const enteredAt = known?.enteredAt ?? at - waitMs
      const visit = { visitId, queue, enteredAt, leftAt: enteredAt + waitMs, outcome }
      return { ...before, visits: put(before.visits, 'visitId', visit, []) }
    }
    case 'offer.made': {
      const offer = { ...offered(fact), madeAt: fact.at, endedAt: null, outcome: 'ringing' as const }
      const offers = put(before.offers, 'offerId', offer, ['endedAt', 'outcome'])
      return { ...before, people: withPerson(before.people, fact.personId), offers }
    }
    case 'offer.ended': {
      const { at, ringMs, outcome } = fact
      const offer = { ...offered(fact), madeAt: at - ringMs, endedAt: at, outcome }
      const offers = put(before.offers, 'offerId', offer, ['madeAt'])
      return { ...before, people: withPerson(before.people, fact.personId), offers }
    }
    case 'contact.began': {
      const { contactId, offerId, queue, extension, personId, at } = fact
      const talk = { contactId, offerId, queue, extension, personId, beganAt: at }
      const contact = { ...talk, endedAt: null, heldMs: 0, why: null }
      const contacts = put(before.contacts, 'contactId', contact, ['endedAt', 'heldMs', 'why'])
      return { ...before, people: withPerson(before.people, personId), contacts }
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
      const talk = { contactId, offerId: null, queue, extension, personId, beganAt: at - talkMs }
      const contact = { ...talk, endedAt: at, heldMs, why }
      return {
        ...before,
        people: withPerson(before.people, personId),
        holds: endHolds(before.holds, contactId, at),
        contacts: put(before.contacts, 'contactId', contact, ['offerId', 'beganAt']),
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
    case 'voicemail.over': {
      const { mailbox, left, channelName, at } = fact
      return { ...before, voicemail: true, message: { mailbox, left, channelName, at } }
    }
    case 'place.changed': {
      const { queue, state, outcome, extension, at } = fact
      const keptAt = state === 'kept' ? at : (before.place?.keptAt ?? null)
      // Whoever was only asked waited like anybody else.
      if (keptAt === null) return before
      return {
        ...before,
        place: { queue, keptAt, extension, outcome, endedAt: state === 'over' ? at : null },
      }
    }
    case 'place.due':
      // That an agent has come is told by the change of the place.
      return before
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

/** A call that is found in progress once its customer has left looks like one between agents: whose it was stands. */
function isCustomers({ personal, customerId, direction }: CallDocument): boolean {
  const isKnown = personal.number !== null || personal.restricted || customerId !== null
  return direction !== 'internal' && isKnown
}

/** What both facts about an offer tell of it. */
function offered(fact: Extract<CallFact, { type: 'offer.made' | 'offer.ended' }>) {
  const { offerId, visitId, queue, extension, personId } = fact
  return { offerId, visitId, queue, extension, personId }
}

function identified(
  before: CallDocument,
  fact: Extract<CallFact, { type: 'call.started' | 'call.identified' }>,
): CallDocument {
  const { number, name, restricted, erased } = fact.party
  const personal = { ...before.personal, number, name, restricted, dialled: fact.dialled }
  if (erased === true) personal.erased = true
  else delete personal.erased
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
      ...(!into.customerDecided && (into.customerId === null || merged.customerDecided)
        ? {
            customerId: merged.customerId,
            customerDecided: merged.customerDecided,
            ...(merged.customerBy ? { customerBy: merged.customerBy } : {}),
          }
        : {}),
      visits: first([...merged.visits, ...into.visits], (visit) => visit.visitId),
      offers: first([...merged.offers, ...into.offers], (offer) => offer.offerId),
      contacts: first([...merged.contacts, ...into.contacts], (contact) => contact.contactId),
      holds: first([...merged.holds, ...into.holds], (hold) => `${hold.contactId} ${hold.beganAt}`),
      people: [...new Set([...into.people, ...merged.people])],
      voicemail: into.voicemail || merged.voicemail,
      attestation: into.attestation ?? merged.attestation,
      verification: first([...merged.verification, ...into.verification], (step) => step.stepId).sort(
        (one, other) => one.at - other.at,
      ),
      personal: withWords(into.personal, merged.personal),
      quality: first([...merged.quality, ...into.quality], (talk) => talk.talkId),
      dispositions: first(
        [...merged.dispositions, ...into.dispositions],
        ({ dispositionId }) => dispositionId,
      ).sort((one, other) => one.at - other.at),
      reconstructed: into.reconstructed === merged.reconstructed ? into.reconstructed : 'partly',
    },
    { ...merged, mergedInto: into._id, endedAt: merged.endedAt ?? at },
  ]
}

/** What agents left for each other goes with the call. */
function withWords(
  into: CallDocument['personal'],
  merged: CallDocument['personal'],
): CallDocument['personal'] {
  if (merged.words === undefined) return into
  const words = new Map([...merged.words, ...(into.words ?? [])].map((word) => [word.wordId, word]))
  return { ...into, words: [...words.values()].sort((one, other) => one.at - other.at) }
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
    attestation: null,
    verification: [],
    quality: [],
    dispositions: [],
    reconstructed: null,
    mergedInto: null,
    dialledBy: null,
    people: [],
    applied: [],
    version: 0,
  }
}

/**
 * Puts a part, as one fact alone tells it, in place of the part of the same id, or adds it.
 * @param assumed what the fact does not tell itself: where the part was there already, it knows better
 */
function put<Part extends object>(
  parts: readonly Part[],
  id: keyof Part,
  told: NoInfer<Part>,
  assumed: readonly (keyof Part)[],
): Part[] {
  const index = parts.findIndex((part) => part[id] === told[id])
  const known = parts[index]
  if (known === undefined) return [...parts, told]
  const part = { ...told }
  for (const field of assumed) part[field] = known[field]
  return parts.with(index, part)
}

function endHolds(holds: CallDocument['holds'], contactId: string, at: number): CallDocument['holds'] {
  return holds.map((hold) =>
    hold.contactId === contactId && hold.endedAt === null ? { ...hold, endedAt: at } : hold,
  )
}

function withPerson(people: readonly string[], personId: string | null): string[] {
  return personId === null || people.includes(personId) ? [...people] : [...people, personId]
}
