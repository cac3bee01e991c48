import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Card, Pop, SearchHit } from '../../shared/customers.ts'
import type { Me, Right } from '../../shared/people.ts'
import type { CountryCode } from '../../shared/phone-numbers.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Database } from '../database/database.ts'
import { needingDatabase } from '../database/errors.ts'
import { cardFor } from './card.ts'
import { createMatching, type CallToMatch, type MatchedCall } from './matching.ts'
import {
  customerModel,
  customersCollection,
  newCustomer,
  recentLength,
  storedCustomerSchema,
  type StoredCustomer,
} from './model.ts'
import { candidateOf, candidatesFor } from './ranking.ts'
import { searchCustomers } from './search.ts'

export interface CustomersOptions {
  database: Database
  /** ISO 3166 country of the trunk. */
  homeCountry: CountryCode
  /** Numbers that are nobody's: the own switchboard, test lines. */
  ignoredNumbers?: readonly string[]
  /** How long a call may wait for its look-up, ms. */
  lookupTimeLimitMs?: number
  /** Whether this call is on this person's desk, or theirs to change for another reason. */
  mayTouchCall: (me: Who, callId: string) => boolean
  log: Pick<Logger, 'warn'>
  /** Who is calling, or their card, has changed: whoever shows this call should show it anew. */
  onChange: (call: MatchedCall) => void
  now?: () => number
}

/** The person who asks, as far as customers need to know. */
export type Who = Pick<Me, 'personId' | 'displayName' | 'rights'>

/** One talk with a customer, as their timeline keeps it. */
export interface ContactToRecord {
  /** Of two agents who talked in one call each has a contact of their own. */
  contactId: string
  callId: string
  customerId: string
  at: number
  text: string
  talkMs: number
  by: string | null
}

export type Customers = ReturnType<typeof createCustomers>

/**
 * The customers: found for a call, shown as a card, searched, and changed by what is learnt in a call. Every function that
 * needs the database throws ProblemError `database.unreachable` when it is away, except `matchCall`, which says so in its
 * outcome.
 */
export function createCustomers(options: CustomersOptions) {
  const { database, homeCountry } = options
  const now = options.now ?? Date.now
  customerModel(database.connection)
  const collection = () => database.collection<StoredCustomer>(customersCollection)
  const matching = createMatching({
    customers: collection,
    isAway: () => database.state().state === 'away',
    homeCountry,
    ignoredNumbers: options.ignoredNumbers ?? [],
    timeLimitMs: options.lookupTimeLimitMs ?? 1_500,
    log: options.log,
    onLate: options.onChange,
    now,
  })
  /** By call: notes taken while the call was bound to a customer, so that they follow when it proves to be another. */
  const notesTaken = new Map<string, { customerId: string; noteIds: string[] }>()
  /** By call: the card that was made for it. */
  const cardsMade = new Map<string, string>()

  function calling(callId: string): MatchedCall {
    const call = matching.get(callId)
    if (!call) throw new ProblemError('call.unknown')
    return call
  }

  async function read(customerId: string): Promise<StoredCustomer> {
    const customer = await collection().findOne({ _id: customerId })
    if (!customer) throw new ProblemError('customer.unknown')
    return customer
  }

  /** Shows the new state of a customer in every call that is bound to them. */
  function refresh(customer: StoredCustomer): void {
    for (const call of matching.all()) {
      if (call.customer?._id !== customer._id) continue
      const fresh = { ...call, customer }
      matching.set(fresh)
      options.onChange(fresh)
    }
  }

  /** The agent has said who is calling: the call is theirs, and so is what was noted in it. */
  async function bind(call: MatchedCall, customer: StoredCustomer): Promise<MatchedCall> {
    const withNotes = (await moveNotes(call.callId, customer._id)) ?? customer
    const others = call.match.candidates.filter(({ customerId }) => customerId !== customer._id)
    const bound: MatchedCall = {
      ...call,
      match: { outcome: 'one', by: 'chosen', candidates: [candidateOf(withNotes, 'chosen'), ...others] },
      customer: withNotes,
      decided: true,
    }
    matching.set(bound)
    options.onChange(bound)
    return bound
  }

  /** The agent has said that it is nobody we know of: the call is nobody's until they say whose. */
  function disown(call: MatchedCall): MatchedCall {
    const candidates = call.match.candidates.filter(({ customerId }) => customerId !== call.customer?._id)
    const outcome = candidates.length > 0 ? ('several' as const) : ('none' as const)
    const disowned: MatchedCall = {
      ...call,
      match: { outcome, by: candidates.length > 0 ? 'sameNumber' : null, candidates },
      customer: null,
      decided: true,
    }
    matching.set(disowned)
    options.onChange(disowned)
    return disowned
  }

  /** Adds before it removes: should it stop half-way, a note is on two cards rather than on none. */
  async function moveNotes(callId: string, toId: string): Promise<StoredCustomer | null> {
    const taken = notesTaken.get(callId)
    if (!taken || taken.customerId === toId) return null
    const from = await collection().findOne({ _id: taken.customerId })
    const notes = from?.notes.filter(({ noteId }) => taken.noteIds.includes(noteId)) ?? []
    for (const note of notes) await pushNote(toId, note)
    await collection().updateOne(
      { _id: taken.customerId },
      { $pull: { notes: { noteId: { $in: taken.noteIds } } }, $inc: { version: 1 } },
    )
    notesTaken.set(callId, { ...taken, customerId: toId })
    return read(toId)
  }

  async function pushNote(customerId: string, note: StoredCustomer['notes'][number]): Promise<void> {
    await collection().updateOne(
      { _id: customerId, 'notes.noteId': { $ne: note.noteId } },
      { $push: { notes: { $each: [note], $position: 0 } }, $inc: { version: 1 } },
    )
  }

  /** From now on this number means this customer, and no other. */
  async function remember(numberKey: string, customerId: string, personId: string): Promise<void> {
    const choice = { number: numberKey, by: personId, at: now() }
    const again = await collection().updateOne(
      { _id: customerId, 'choices.number': numberKey },
      { $set: { 'choices.$.by': choice.by, 'choices.$.at': choice.at }, $inc: { version: 1 } },
    )
    if (again.matchedCount === 0) {
      const first = await collection().updateOne(
        { _id: customerId },
        { $push: { choices: choice }, $addToSet: { lookupKeys: numberKey }, $inc: { version: 1 } },
      )
      if (first.matchedCount === 0) throw new ProblemError('customer.unknown')
    }
    const holders = await collection().find({ lookupKeys: numberKey, 'choices.number': numberKey }).toArray()
    for (const holder of holders) if (holder._id !== customerId) await forgetChoice(holder, numberKey)
  }

  async function forgetChoice(holder: StoredCustomer, numberKey: string): Promise<void> {
    const onTheCard = holder.phones.some(({ number }) => number === numberKey)
    await collection().updateOne(
      { _id: holder._id },
      {
        $pull: { choices: { number: numberKey }, ...(onTheCard ? {} : { lookupKeys: numberKey }) },
        $inc: { version: 1 },
      },
    )
  }

  return {
    /** Finds who is calling, within the time limit; never rejects. The result is kept until `forgetCall`. */
    matchCall: (call: CallToMatch): Promise<MatchedCall> => matching.match(call),

    /**
     * After a restart: looks the call up again, and has it belong to whom the agent had said (null: nobody). Never rejects:
     * with the database away it stays as `matchCall` left it, and may be restored again.
     */
    restoreCall: async (call: CallToMatch, customerId: string | null): Promise<MatchedCall> => {
      const matched = await matching.match(call)
      if (matched.decided || matched.match.outcome === 'unavailable') return matched
      if (customerId === null) return disown(matched)
      const customer = await read(customerId).catch(() => null)
      return customer ? bind(matched, customer) : matched
    },

    /** What is known of a call now, without asking anybody; null for a call that was never matched or is forgotten. */
    callOf: (callId: string): MatchedCall | null => matching.get(callId),

    /** What an agent's screen shows of a call beside the call itself; null as `callOf`. */
    popOf: (callId: string, rights: readonly Right[]): Pop | null => {
      const call = matching.get(callId)
      return call && popFor(call, rights, now())
    },

    /** The call has ended, and whoever needed its customer has read it. */
    forgetCall: (callId: string): void => {
      matching.forget(callId)
      notesTaken.delete(callId)
      cardsMade.delete(callId)
    },

    /** Looks up again what could not be looked up: to be called when the database is back. */
    retryUnavailable: (): Promise<void> => matching.retryUnavailable(),

    /** One card; null without `card.read`. @throws ProblemError `customer.unknown` */
    readCard: (customerId: string, rights: readonly Right[]): Promise<Card | null> =>
      needingDatabase(async () => cardFor(await read(customerId), rights, now())),

    /** Calls with the names of their customers, found in one query; without names while the database is away. */
    named: async <C extends { customerId: string | null; customerName: string | null }>(
      calls: readonly C[],
    ): Promise<C[]> => {
      const customerIds = [...new Set(calls.flatMap(({ customerId }) => customerId ?? []))]
      const found =
        customerIds.length === 0
          ? []
          : await needingDatabase(() =>
              collection()
                .find({ _id: { $in: customerIds } }, { projection: { name: 1 } })
                .toArray(),
            ).catch(() => [])
      const names = new Map(found.map(({ _id, name }) => [_id, name]))
      return calls.map((call) => ({ ...call, customerName: names.get(call.customerId ?? '') ?? null }))
    },

    /** Customers whose name, company, phone, e-mail or account number begins so: at most 50. */
    search: (typed: string): Promise<SearchHit[]> =>
      needingDatabase(() => searchCustomers(collection(), typed, homeCountry)),

    /**
     * The agent says who is calling. With `toRemember` the next call from this number is theirs at once.
     * @throws ProblemError `call.unknown`, `call.not_yours`, `customer.unknown`
     */
    choose: (callId: string, customerId: string, toRemember: boolean, me: Who): Promise<MatchedCall> =>
      needingDatabase(async () => {
        mustBeMine(me, callId)
        const { numberKey } = calling(callId)
        if (toRemember && numberKey !== null) await remember(numberKey, customerId, me.personId)
        const customer = await read(customerId)
        return bind(calling(callId), customer)
      }),

    /**
     * A new card for the caller, with the number of the call. Asked again for a call that has got its new card, it returns
     * that one.
     * @throws ProblemError `call.unknown`, `call.not_yours`
     */
    createForCall: (
      callId: string,
      known: { name: string; company?: string | undefined },
      me: Who,
    ): Promise<MatchedCall> =>
      needingDatabase(async () => {
        mustBeMine(me, callId)
        const call = calling(callId)
        const isMade = call.customer !== null && call.customer._id === cardsMade.get(callId)
        if (isMade && call.customer.name === known.name) return call
        const at = now()
        const e164 = call.number?.e164 ?? null
        const customer = storedCustomerSchema.parse(
          newCustomer({
            _id: randomUUID(),
            name: known.name,
            company: known.company === undefined || known.company === '' ? null : known.company,
            customerSince: at,
            phones: e164 === null ? [] : [{ number: e164, label: 'other' }],
          }),
        )
        await collection().insertOne(customer)
        cardsMade.set(callId, customer._id)
        if (call.numberKey !== null) await remember(call.numberKey, customer._id, me.personId)
        return bind(calling(callId), await read(customer._id))
      }),

    /**
     * It is somebody else's phone: the call is nobody's again until the agent says whose, and what was remembered for the
     * number is forgotten. Notes taken so far stay where they are, and follow to whoever is chosen.
     * @throws ProblemError `call.unknown`, `call.not_yours`
     */
    unlink: (callId: string, me: Who): Promise<MatchedCall> =>
      needingDatabase(async () => {
        mustBeMine(me, callId)
        const call = calling(callId)
        if (call.customer && call.numberKey !== null) await forgetChoice(call.customer, call.numberKey)
        return disown(call)
      }),

    /**
     * Adds a note; a repeated `noteId` adds nothing and answers with the note there is.
     * @throws ProblemError `customer.unknown`
     */
    addNote: (customerId: string, note: { noteId: string; text: string }, me: Who) =>
      needingDatabase(async () => {
        await pushNote(customerId, { ...note, at: now(), by: me.displayName })
        const customer = await read(customerId)
        for (const call of matching.all()) {
          if (call.customer?._id !== customerId || !options.mayTouchCall(me, call.callId)) continue
          const taken = notesTaken.get(call.callId)
          const noteIds = taken?.customerId === customerId ? taken.noteIds : []
          notesTaken.set(call.callId, { customerId, noteIds: [...new Set([...noteIds, note.noteId])] })
        }
        refresh(customer)
        const stored = customer.notes.find(({ noteId }) => noteId === note.noteId)
        if (!stored) throw new ProblemError('customer.changed')
        return stored
      }),

    /** Puts a talk into the customer's timeline, once however often it is told. Unknown customers are let be. */
    recordContact: (contact: ContactToRecord): Promise<void> =>
      needingDatabase(async () => {
        const entry: StoredCustomer['recent'][number] = {
          contactId: contact.contactId,
          at: contact.at,
          kind: 'call',
          text: contact.text,
          callId: contact.callId,
          durationMs: contact.talkMs,
          by: contact.by,
        }
        await collection().updateOne(
          { _id: contact.customerId, 'recent.contactId': { $ne: contact.contactId } },
          {
            $push: { recent: { $each: [entry], $sort: { at: -1 }, $slice: recentLength } },
            $max: { lastContactAt: contact.at },
            $inc: { version: 1 },
          },
        )
      }),
  }

  function mustBeMine(me: Who, callId: string): void {
    if (!options.mayTouchCall(me, callId)) throw new ProblemError('call.not_yours')
  }
}

/** What somebody with these rights sees of a matched call: without `card.read`, only that there is one. */
export function popFor(call: MatchedCall, rights: readonly Right[], now: number): Pop {
  if (!rights.includes('card.read')) {
    return { match: { outcome: call.match.outcome, by: null, candidates: [] }, card: null }
  }
  const match = { ...call.match, candidates: candidatesFor(call.match.candidates, rights) }
  return { match, card: call.customer && cardFor(call.customer, rights, now) }
}
