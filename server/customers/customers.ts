import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { CardEdit, EditCardRequest } from '../../shared/card-edits.ts'
import type { ClosedParts } from '../../shared/closing.ts'
import type { CandidateReason, Card, Note, Pop, SearchAnswer } from '../../shared/customers.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import { phoneLabelOf } from '../../shared/phone-numbers.ts'
import type { Me, Right } from '../../shared/people.ts'
import {
  closedParts,
  defaultVerification,
  isPin,
  isWeakPin,
  type AskableFact,
  type CallVerification,
  type ExpectedAnswer,
} from '../../shared/verification.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Database } from '../database/database.ts'
import { needingDatabase } from '../database/errors.ts'
import type { PartInCall } from '../floor/views.ts'
import { answersOf } from './answers.ts'
import { cardFor, noteOf, type NameOf } from './card.ts'
import { createChoices } from './choices.ts'
import { createEdits, editsOf } from './edits.ts'
import { amountsOf, ownNumbers, takeOutOfCalls, type ToErase } from './erase.ts'
import { createMatching, type CallToMatch, type KeptOf, type MatchedCall } from './matching.ts'
import {
  customerModel,
  customersCollection,
  newCustomer,
  storedCustomerSchema,
  type StoredCustomer,
} from './model.ts'
import { createPins, type PinLock } from './pins.ts'
import { candidatesFor } from './ranking.ts'
import { decidedFor, decidedForNobody } from './restore.ts'
import { searchCustomers } from './search.ts'
import { putOnTimeline, takeOffTimeline, type Talk } from './timeline.ts'

export interface CustomersOptions {
  database: Database
  /** Reads a number that was typed, or that a call brought, whose id is given then. */
  readNumber: (raw: string, callId?: string) => ReadNumber
  /** How long a call may wait for its look-up, ms. */
  lookupTimeLimitMs?: number
  /** What this person has to do with a call; whoever has nothing to do with it may not change whose it is. */
  partIn: (me: Who, callId: string) => PartInCall | null
  nameOf: NameOf
  /**
   * What is closed in a call, or outside of any: to whoever talks with the caller, and to others who have the call. Without
   * it everybody is unverified, and all that is sensitive is closed.
   */
  disclosureOf?: (call: MatchedCall | null, isTalking: boolean) => Disclosure
  /** Whether somebody may give the customer of this call a PIN, or take it away. Without it nobody may. */
  mayGivePin?: (call: MatchedCall, me: Who) => boolean
  /** How many digits a PIN has; null or left out, as many as a request lets in. */
  pinDigits?: () => number | null
  /** The key under which PINs are hashed; empty or left out, there are none. */
  pinKey?: string
  log: Pick<Logger, 'warn'>
  /** Who is calling, or their card, has changed: whoever shows this call should show it anew. */
  onChange: (call: MatchedCall) => void
  /** What was promised to a customer and is open, beside what their card holds. */
  promisesOf?: (customerId: string) => StoredCustomer['promises']
  /** A card has changed: whoever has looked it up should read it anew. */
  onCardChange?: (customerId: string) => void
  now?: () => number
}

/** What of a card is closed, and how the caller is verified. */
export interface Disclosure {
  closed: ClosedParts
  verification?: CallVerification
  /** What is closed of it once the caller is not with this desk any more. */
  later?: ClosedParts
}
const nobodyVerified: Disclosure = { closed: closedParts(defaultVerification, 'none') }

/** The person who asks, as far as customers need to know. */
export type Who = Pick<Me, 'personId' | 'rights'>

/** A talk, and whose it is. */
export interface ContactToRecord extends Talk {
  /** Null: the call has proved to be nobody's. */
  customerId: string | null
  /** On whose timeline it has been so far, if on any. */
  takenFrom: string | null
}

export type Customers = ReturnType<typeof createCustomers>

/**
 * The customers: found for a call, shown as a card, searched, and changed by what is learnt in a call. Every function that
 * needs the database throws ProblemError `database.unreachable` when it is away, except `matchCall`, which says so in its
 * outcome.
 */
export function createCustomers(options: CustomersOptions) {
  const { database, readNumber, nameOf, disclosureOf = () => nobodyVerified } = options
  const now = options.now ?? Date.now
  customerModel(database.connection)
  const collection = () => database.collection<StoredCustomer>(customersCollection)
  const matching = createMatching({
    customers: collection,
    isAway: () => database.state().state === 'away',
    readNumber,
    timeLimitMs: options.lookupTimeLimitMs ?? 1_500,
    log: options.log,
    onLate: options.onChange,
    now,
  })
  const { remember, forgetChoice } = createChoices(collection, now)
  const edits = createEdits(collection, readNumber, now)
  const pins = createPins(collection, options.pinKey ?? '', now)
  /** By call: the card that was made for it, and whether the call has got it. */
  const cardsMade = new Map<string, { customerId: string; bound: boolean }>()
  /** By call: the card that is being made for it. */
  const cardsInTheMaking = new Map<string, Promise<MatchedCall>>()

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

  /** A customer with what was promised to them since. */
  function withPromises(customer: StoredCustomer): StoredCustomer {
    const promised = options.promisesOf?.(customer._id) ?? []
    return promised.length === 0 ? customer : { ...customer, promises: [...promised, ...customer.promises] }
  }

  /** Shows the new state of a customer in every call that is bound to them. */
  function refresh(customer: StoredCustomer): void {
    options.onCardChange?.(customer._id)
    for (const call of matching.all()) {
      if (call.customer?._id !== customer._id) continue
      const fresh = { ...call, customer }
      matching.set(fresh)
      options.onChange(fresh)
    }
  }

  /**
   * The agent has said who is calling: the call is theirs, and so is what was noted in it.
   * @param by how they were recognised
   */
  async function bind(
    call: MatchedCall,
    customer: StoredCustomer,
    decidedBy: string | null,
    by: CandidateReason = 'chosen',
  ): Promise<MatchedCall> {
    const withNotes = (await moveNotes(call.callId, customer._id)) ?? customer
    const bound = decidedFor(call, withNotes, decidedBy, by)
    matching.set(bound)
    options.onChange(bound)
    return bound
  }

  /** The agent has said that it is nobody we know of: the call is nobody's until they say whose. */
  function disown(call: MatchedCall, decidedBy: string | null): MatchedCall {
    const disowned = decidedForNobody(call, decidedBy)
    matching.set(disowned)
    options.onChange(disowned)
    return disowned
  }

  /**
   * What was noted in a call goes to the card that the call proves to be of. Adds before it removes: should it stop half-way,
   * a note is on two cards rather than on none.
   * @returns the card with the notes; null when there was nothing to move
   */
  async function moveNotes(callId: string, toId: string): Promise<StoredCustomer | null> {
    const holders = await collection()
      .find({ 'notes.callId': callId, _id: { $ne: toId } })
      .toArray()
    for (const { _id, notes } of holders) {
      for (const note of notes) if (note.callId === callId) await pushNote(toId, note)
      await collection().updateOne({ _id }, { $pull: { notes: { callId } }, $inc: { version: 1 } })
    }
    return holders.length === 0 ? null : read(toId)
  }

  async function pushNote(customerId: string, note: StoredCustomer['notes'][number]): Promise<void> {
    await collection().updateOne(
      { _id: customerId, 'notes.noteId': { $ne: note.noteId } },
      { $push: { notes: { $each: [note], $position: 0 } }, $inc: { version: 1 } },
    )
  }

  /** The customer whose note has this text now, for whoever wrote it. */
  async function withText(
    customer: StoredCustomer,
    { noteId, text }: { noteId: string; text: string },
    me: Who,
  ): Promise<StoredCustomer> {
    const stored = customer.notes.find((note) => note.noteId === noteId)
    if (!stored || stored.text === text) return customer
    if (stored.byPersonId !== me.personId) throw new ProblemError('note.not_yours')
    await collection().updateOne(
      { _id: customer._id, 'notes.noteId': noteId },
      { $set: { 'notes.$.text': text }, $inc: { version: 1 } },
    )
    return read(customer._id)
  }

  /** Takes a note off its card, for whoever wrote it. @returns it, empty; also where there is none */
  async function takeOff(customerId: string, noteId: string, me: Who): Promise<Note> {
    const stored = (await read(customerId)).notes.find((note) => note.noteId === noteId)
    if (stored && stored.byPersonId !== me.personId) throw new ProblemError('note.not_yours')
    if (stored) {
      await collection().updateOne(
        { _id: customerId },
        { $pull: { notes: { noteId } }, $inc: { version: 1 } },
      )
      refresh(await read(customerId))
    }
    return noteOf({ noteId, at: now(), by: null, byPersonId: me.personId, text: '' }, nameOf)
  }

  async function makeCard(
    call: MatchedCall,
    known: { name: string; company?: string | undefined },
    personId: string,
  ): Promise<MatchedCall> {
    const made = cardsMade.get(call.callId)
    const isMade = made?.bound === true && call.customer?._id === made.customerId
    if (isMade && call.customer.name === known.name) return call
    // One that was begun and not finished, since the database went away, is written again rather than made twice.
    const customerId = made?.bound === false ? made.customerId : randomUUID()
    cardsMade.set(call.callId, { customerId, bound: false })
    const e164 = call.number?.e164 ?? null
    const customer = storedCustomerSchema.parse(
      newCustomer({
        _id: customerId,
        name: known.name,
        company: known.company === undefined || known.company === '' ? null : known.company,
        customerSince: now(),
        phones: e164 === null ? [] : [{ number: e164, label: phoneLabelOf(e164, Boolean(known.company)) }],
        madeInCall: call.callId,
      }),
    )
    await collection().replaceOne({ _id: customerId }, customer, { upsert: true })
    if (call.numberKey !== null) await remember(call.numberKey, customerId, personId)
    const bound = await bind(calling(call.callId), await read(customerId), personId)
    cardsMade.set(call.callId, { customerId, bound: true })
    return bound
  }

  /** What somebody with these rights sees of a matched call: without `card.read`, only that there is one. */
  function popOf(call: MatchedCall, rights: readonly Right[], isTalking: boolean): Pop {
    if (!rights.includes('card.read')) {
      return { match: { outcome: call.match.outcome, by: null, candidates: [] }, card: null }
    }
    const match = { ...call.match, candidates: candidatesFor(call.match.candidates, rights) }
    if (!call.customer) return { match, card: null }
    const { closed, verification, later = closed } = disclosureOf(call, isTalking)
    const card = cardFor(withPromises(call.customer), rights, now(), nameOf, closed)
    const closesAfter = rights.includes('card.sensitive')
      ? []
      : [...later].flatMap(([part, opensAt]) => (closed.has(part) ? [] : [{ part, opensAt }]))
    return {
      match,
      card,
      ...(verification ? { verification } : {}),
      ...(closesAfter.length > 0 ? { closesAfter } : {}),
    }
  }

  function forgetCall(callId: string): void {
    matching.forget(callId)
    cardsMade.delete(callId)
  }

  /** What of a customer is closed to somebody: the least of any call with that customer that is at their desk now. */
  function closedTo(me: Who, customerId: string): ClosedParts {
    let least: ClosedParts | null = null
    for (const call of callsOf(customerId)) {
      const part = options.partIn(me, call.callId)
      if (part === null || part === 'after') continue
      const { closed } = disclosureOf(call, part === 'talking')
      if (least === null || closed.size < least.size) least = closed
    }
    return least ?? disclosureOf(null, false).closed
  }

  const seesMarked = (me: Who, closed: ClosedParts): boolean =>
    me.rights.includes('card.sensitive') || !closed.has('marked')

  function callsOf(customerId: string): MatchedCall[] {
    return [...matching.all()].filter(({ customer }) => customer?._id === customerId)
  }

  return {
    /** Finds who is calling, within the time limit; never rejects. The result is kept until `forgetCall`. */
    matchCall: (call: CallToMatch): Promise<MatchedCall> => matching.match(call),

    /**
     * As `matchCall`, for a call of before a restart: what had been found or decided stands, whatever is found now. While it
     * cannot be asked the card cannot be read; with the database back it comes as a late look-up does.
     */
    restoreCall: (call: CallToMatch, keptOf: KeptOf): Promise<MatchedCall> => matching.match(call, keptOf),

    /** What is known of a call now, without asking anybody; null for a call that was never matched or is forgotten. */
    callOf: (callId: string): MatchedCall | null => matching.get(callId),

    /**
     * What an agent's screen shows of a call beside the call itself; null as `callOf`.
     * @param isTalking whether the caller is with that agent now: what verifying them opens, it opens to nobody else
     */
    popOf: (callId: string, rights: readonly Right[], isTalking: boolean): Pop | null => {
      const call = matching.get(callId)
      return call && popOf(call, rights, isTalking)
    },

    /** The same, for somebody who asked. */
    popFor: (call: MatchedCall, me: Who): Pop =>
      popOf(call, me.rights, options.partIn(me, call.callId) === 'talking'),

    /** The call has ended, and whoever needed its customer has read it. */
    forgetCall,

    /** The numbers that lead to a customer and to nobody else, in E.164. @throws ProblemError `customer.unknown` */
    ownNumbers: (customerId: string): Promise<string[]> =>
      needingDatabase(async () => ownNumbers(collection(), await read(customerId))),

    /**
     * A customer as who erases them is told of, and the numbers that lead to nobody else.
     * @throws ProblemError `customer.unknown`, `database.unreachable`
     */
    toErase: (customerId: string): Promise<ToErase> =>
      needingDatabase(async () => {
        const customer = await read(customerId)
        return { ...amountsOf(customer), numbers: await ownNumbers(collection(), customer) }
      }),

    /**
     * Removes a card with all that is on it. The calls that are kept go on showing it until `forgetErased`.
     * @throws ProblemError `database.unreachable`
     */
    erase: (customerId: string): Promise<void> =>
      needingDatabase(async () => {
        await collection().deleteOne({ _id: customerId })
      }),

    /** Forgets what was found for some calls, and takes some customers out of all the others. */
    forgetErased: (callIds: readonly string[], customerIds: readonly string[]): void => {
      for (const callId of callIds) forgetCall(callId)
      for (const customerId of customerIds) {
        for (const call of takeOutOfCalls(matching, customerId)) options.onChange(call)
      }
    },

    /** Looks up again what could not be looked up: to be called when the database is back. */
    retryUnavailable: (): Promise<void> => matching.retryUnavailable(),

    /** One card; null without `card.read`. @throws ProblemError `customer.unknown` */
    readCard: (customerId: string, me: Who): Promise<Card | null> =>
      needingDatabase(async () =>
        cardFor(withPromises(await read(customerId)), me.rights, now(), nameOf, closedTo(me, customerId)),
      ),

    /**
     * Corrects a card; whoever has it before them sees it at once, and a call from a number that was added is theirs.
     * @returns null without `card.read`
     * @throws ProblemError `customer.unknown`, `edit.outdated`, `request.invalid` at a number that is none
     */
    editCard: (customerId: string, request: EditCardRequest, me: Who): Promise<Card | null> =>
      needingDatabase(async () => {
        const closed = closedTo(me, customerId)
        const customer = await edits.edit(customerId, request, {
          personId: me.personId,
          seesMarked: seesMarked(me, closed),
          isProven: callsOf(customerId).some((call) => options.mayGivePin?.(call, me)),
        })
        refresh(customer)
        return cardFor(withPromises(customer), me.rights, now(), nameOf, closed)
      }),

    /** What must be known of a customer to call them. @throws ProblemError `customer.unknown`, `database.unreachable` */
    readForTask: (
      customerId: string,
    ): Promise<{ name: string; numbers: string[]; timeZone: string | null; country: string | null }> =>
      needingDatabase(async () => {
        const { name, phones, timeZone, country } = await read(customerId)
        return { name, numbers: phones.map(({ number }) => number), timeZone, country }
      }),

    /** Something was promised to a customer, or is done: their card is shown anew. */
    promisesChanged: (customerId: string): void => {
      options.onCardChange?.(customerId)
      for (const call of callsOf(customerId)) options.onChange(call)
    },

    /** What was corrected on a card, the newest first. @throws ProblemError `customer.unknown` */
    editsOfCard: (customerId: string, me: Who): Promise<CardEdit[]> =>
      needingDatabase(async () =>
        editsOf(await read(customerId), nameOf, seesMarked(me, closedTo(me, customerId))),
      ),

    /** The call as its look-up, where one is under way, leaves it; null as `callOf`. */
    settledCall: (callId: string): Promise<MatchedCall | null> => matching.settled(callId),

    /** What the customer of a call could be asked, with the right answers. */
    answersOf: (call: MatchedCall): ReadonlyMap<AskableFact, ExpectedAnswer> =>
      call.customer ? answersOf(call.customer) : new Map(),

    /** Compares a PIN that was typed. @throws ProblemError `database.unreachable` */
    checkPin: (customerId: string, pin: string, lock: PinLock) =>
      needingDatabase(() => pins.check(customerId, pin, lock)),

    /** Whether PINs can be given and compared: there is a key for them. */
    hasPins: pins.isPossible,

    /**
     * Gives a customer a PIN, or takes it away.
     * @throws ProblemError `verification.needed` outside of a call in which it may be given, `pin.length`, `pin.weak`,
     *   `verification.not_open` without a key to store it under, `customer.unknown`
     */
    setPin: (customerId: string, pin: string | null, me: Who): Promise<void> =>
      needingDatabase(async () => {
        if (!callsOf(customerId).some((call) => options.mayGivePin?.(call, me)))
          throw new ProblemError('verification.needed')
        if (!pins.isPossible) throw new ProblemError('verification.not_open')
        const digits = options.pinDigits?.() ?? null
        if (pin !== null && digits !== null && !isPin(pin, digits)) {
          throw new ProblemError('pin.length', { detail: `A PIN has ${digits} digits here.` })
        }
        if (pin !== null && isWeakPin(pin)) throw new ProblemError('pin.weak')
        await collection().updateOne(
          { _id: customerId },
          { $set: { pin: pin === null ? null : pins.stored(customerId, pin) }, $inc: { version: 1 } },
        )
        refresh(await read(customerId))
      }),

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

    /** Customers whose name, company, phone, e-mail or account number begins so, and whether there are more. */
    search: (typed: string, limit = 50): Promise<SearchAnswer> =>
      needingDatabase(() => searchCustomers(collection(), typed, readNumber, limit)),

    /**
     * The agent says who is calling. With `toRemember` the next call from this number is theirs at once. Whose card was taken
     * off the call comes back without it as they were before, with what was remembered of the number.
     * @throws ProblemError `call.unknown`, `call.not_yours`, `customer.unknown`
     */
    choose: (callId: string, customerId: string, toRemember: boolean, me: Who): Promise<MatchedCall> =>
      needingDatabase(async () => {
        mustBeMine(me, callId)
        const { numberKey, takenOff } = calling(callId)
        // Not remembered anew, whose card was taken off is the caller after all: all is as it was.
        const again = !toRemember && takenOff?.customerId === customerId ? takenOff : null
        if ((toRemember || again?.wasChosen === true) && numberKey !== null)
          await remember(numberKey, customerId, me.personId)
        const customer = await read(customerId)
        return bind(calling(callId), customer, me.personId, again?.by ?? 'chosen')
      }),

    /**
     * A new card for the caller, with the number of the call. Asked again for a call that has got its new card, or is about
     * to, it returns that one.
     * @throws ProblemError `call.unknown`, `call.not_yours`
     */
    createForCall: (
      callId: string,
      known: { name: string; company?: string | undefined },
      me: Who,
    ): Promise<MatchedCall> =>
      needingDatabase(async () => {
        mustBeMine(me, callId)
        const underWay = cardsInTheMaking.get(callId)
        if (underWay) return underWay
        const making = makeCard(calling(callId), known, me.personId).finally(() =>
          cardsInTheMaking.delete(callId),
        )
        cardsInTheMaking.set(callId, making)
        return making
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
        return disown(call, me.personId)
      }),

    /**
     * Adds a note. Sent again under its `noteId` it is the same note, with the text sent last: what an agent typed on after
     * an answer that never came is not lost. Without a text it is taken off the card.
     * @throws ProblemError `customer.unknown`, `note.not_yours`
     */
    addNote: (customerId: string, note: { noteId: string; text: string }, me: Who): Promise<Note> =>
      needingDatabase(async () => {
        if (note.text === '') return takeOff(customerId, note.noteId, me)
        const call = callsOf(customerId).find(({ callId }) => options.partIn(me, callId) !== null)
        await pushNote(customerId, {
          ...note,
          at: now(),
          by: null,
          byPersonId: me.personId,
          ...(call ? { callId: call.callId } : {}),
        })
        const customer = await withText(await read(customerId), note, me)
        refresh(customer)
        const stored = customer.notes.find(({ noteId }) => noteId === note.noteId)
        if (!stored) throw new ProblemError('customer.changed')
        return noteOf(stored, nameOf)
      }),

    /**
     * Puts a talk into the customer's timeline, once however often it is told, and takes it off the one where it was. Unknown
     * customers are let be. Stopped half-way, it is on two timelines rather than on none.
     */
    recordContact: (contact: ContactToRecord): Promise<void> =>
      needingDatabase(async () => {
        const { customerId, takenFrom } = contact
        if (customerId !== null) await putOnTimeline(collection(), customerId, contact)
        if (takenFrom !== null) await takeOffTimeline(collection(), takenFrom, contact)
        // What came of a call is said while its card is open.
        if (customerId !== null && contact.result !== undefined) {
          const customer = await collection().findOne({ _id: customerId })
          if (customer) refresh(customer)
        }
      }),
  }

  function mustBeMine(me: Who, callId: string): void {
    if (options.partIn(me, callId) === null) throw new ProblemError('call.not_yours')
  }
}
