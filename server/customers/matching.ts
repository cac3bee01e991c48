import type { Logger } from 'pino'
import type { CandidateReason, Match } from '../../shared/customers.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import type { PhoneNumber } from '../../shared/phone-numbers.ts'
import type { Collection } from '../database/database.ts'
import { isDatabaseAway } from '../database/errors.ts'
import type { KeptCustomer } from '../history/entries.ts'
import { accountKey, digitsKey, tailKey } from './keys.ts'
import type { StoredCustomer } from './model.ts'
import { rank, type CallFacts } from './ranking.ts'
import { asKept } from './restore.ts'

/** What a call brings to be matched by. */
export interface CallToMatch {
  callId: string
  /** As the network sent it; null when it sent none. */
  number: string | null
  /** The caller asked not to show the number: then it is not used, whatever was sent. */
  restricted: boolean
  /** The number of ours that was dialled. */
  dialled: string | null
  /** An account number entered in the IVR. */
  account: string | null
}

/** A call with what is known of who is calling. A new object at each change, so a reader may keep what it read. */
export interface MatchedCall {
  readonly callId: string
  /** The caller's number as it was understood; null when withheld. */
  readonly number: PhoneNumber | null
  /** What a choice for this number is remembered under; null when there is nothing to remember it by. */
  readonly numberKey: string | null
  readonly match: Match
  /** The customer of outcome `one`, with all that the card shows. */
  readonly customer: StoredCustomer | null
  /** Whose card an agent took off the call; null where none was. */
  readonly takenOff?: TakenOff | null
  /** Whether an agent said who is calling: then no look-up changes it. */
  readonly decided: boolean
  /** Which agent: their person's id; null where none did, or where that was not kept over a restart. */
  readonly decidedBy: string | null
}

/** Who was thought to be calling until an agent said that it is somebody else on their phone. */
export interface TakenOff {
  readonly customerId: string
  readonly name: string
  /** How they had been recognised. */
  readonly by: CandidateReason
  /** Whether an agent had chosen them for the number before. */
  readonly wasChosen: boolean
}

/** What is kept of a customer whose card is taken off a call. */
export function takenOffOf(
  customer: StoredCustomer,
  { match, numberKey }: Pick<MatchedCall, 'match' | 'numberKey'>,
): TakenOff {
  return {
    customerId: customer._id,
    name: customer.name,
    by: match.by ?? 'sameNumber',
    wasChosen: customer.choices.some(({ number }) => number === numberKey),
  }
}

export interface MatchingOptions {
  /** The customers, as the driver knows them. @throws ProblemError `database.unreachable` */
  customers: () => Collection<StoredCustomer>
  /** Whether the database is known to be away: then no call waits for it. */
  isAway: () => boolean
  /** Reads a number that a call brought. */
  readNumber: (raw: string, callId: string) => ReadNumber
  /** After this a call goes on without an answer, ms; a late answer is still told by `onLate`. */
  timeLimitMs: number
  log: Pick<Logger, 'warn'>
  /** A look-up that had been given up, or waited for the database, has answered after all. */
  onLate: (call: MatchedCall) => void
  now: () => number
}

/** Asks what is kept of whose a call is. @throws ProblemError `database.unreachable` when only the database could tell */
export type KeptOf = () => Promise<KeptCustomer | null>

export interface Matching {
  /** @param keptOf of a call of before a restart: until it has answered, the look-up waits, and what it says stands */
  match: (call: CallToMatch, keptOf?: KeptOf) => Promise<MatchedCall>
  get: (callId: string) => MatchedCall | null
  /** As `get`, after a look-up that is under way. */
  settled: (callId: string) => Promise<MatchedCall | null>
  /** Puts a new state of a call that is still known; forgotten calls stay forgotten. */
  set: (call: MatchedCall) => void
  all: () => Iterable<MatchedCall>
  forget: (callId: string) => void
  retryUnavailable: () => Promise<void>
}

/** Several people on one number are a household or a small company; past this a list helps nobody. */
const mostCandidates = 20
/** Calls kept at once. Far more than one PBX holds: a bound for the case that ends of calls are missed. */
const mostCalls = 5_000

interface Kept {
  request: CallToMatch
  call: MatchedCall
  pending: Promise<MatchedCall> | null
  /** What is kept of it is still to be asked. */
  keptOf: KeptOf | null
  /** Its number is our own, or not to be looked up. */
  isIgnored: boolean
}

/** What was corrected on a card grows with the years, and a caller's card waits for none of it. */
const withoutEdits = { edits: 0 } as const

/**
 * Finds who is calling and keeps the result with the call until it is forgotten. Asked twice for the same call it looks up
 * once; asked with more known (an account number from the IVR) it looks up again.
 */
export function createMatching(options: MatchingOptions): Matching {
  const kept = new Map<string, Kept>()
  const { readNumber } = options

  async function find(filter: { lookupKeys: string; 'choices.number'?: string }): Promise<StoredCustomer[]> {
    return options.customers().find(filter, { limit: mostCandidates, projection: withoutEdits }).toArray()
  }

  /** Who has a number. Of a crowd not all are read, but always whom an agent chose for it. */
  async function withNumber(numberKey: string): Promise<StoredCustomer[]> {
    const found = await find({ lookupKeys: numberKey })
    if (found.length < mostCandidates) return found
    return [...(await find({ lookupKeys: numberKey, 'choices.number': numberKey })), ...found]
  }

  /** The call as a look-up of now leaves it, or where something is kept of it, as it was. */
  async function lookUp({ request, call, keptOf, isIgnored }: Kept): Promise<MatchedCall> {
    if (keptOf === null) return lookUpNow(request, call)
    const ignored: MatchedCall = { ...call, match: { outcome: 'ignored', by: null, candidates: [] } }
    const [kept, found] = await Promise.all([keptOf(), isIgnored ? ignored : lookUpNow(request, call)])
    if (kept === null) return found
    const { customerId } = kept
    const customer =
      customerId === null
        ? null
        : await options.customers().findOne({ _id: customerId }, { projection: withoutEdits })
    return asKept(found, kept, customer)
  }

  async function lookUpNow(request: CallToMatch, call: MatchedCall): Promise<MatchedCall> {
    const [byAccount, byNumber] = await Promise.all([
      request.account === null ? [] : find({ lookupKeys: accountKey(request.account) }),
      call.numberKey === null ? [] : withNumber(call.numberKey),
    ])
    let found = eachOnce([...byAccount, ...byNumber]).slice(0, mostCandidates)
    const tail = call.number !== null && !call.number.complete ? call.number.nationalTail : null
    const byTail = found.length === 0 && tail !== null
    if (byTail) found = await find({ lookupKeys: tailKey(tail) })
    const facts: CallFacts = {
      numberKey: call.numberKey,
      account: request.account,
      dialled:
        request.dialled === null
          ? null
          : (readNumber(request.dialled, request.callId).e164 ?? request.dialled),
      byTail,
      now: options.now(),
    }
    const { match, certain } = rank(found, facts)
    const nobody = match.outcome === 'none' && call.number === null
    return { ...call, match: nobody ? { ...match, outcome: 'withheld' } : match, customer: certain }
  }

  /** Looks up within the time limit. What comes later is told later, if nothing newer was asked meanwhile. */
  async function lookUpInTime(entry: Kept): Promise<MatchedCall> {
    const { request, call } = entry
    const stillAsked = (): boolean => kept.get(call.callId) === entry && entry.request === request
    const settle = (result: MatchedCall): MatchedCall => {
      if (stillAsked()) {
        if (!entry.call.decided) entry.call = result
        entry.pending = null
      }
      return entry.call
    }
    const unavailable: MatchedCall = {
      ...call,
      match: { outcome: 'unavailable', by: null, candidates: [] },
      customer: null,
    }
    if (options.isAway()) return settle(unavailable)

    let late = false
    const answer = lookUp(entry).then(
      (result) => {
        if (stillAsked()) entry.keptOf = null
        settle(result)
        if (late && stillAsked()) options.onLate(entry.call)
        return entry.call
      },
      (error: unknown) => {
        const reason = isDatabaseAway(error) ? 'The database is away.' : error
        options.log.warn({ callId: call.callId, reason }, 'The caller could not be looked up.')
        return settle(unavailable)
      },
    )
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<MatchedCall>((resolve) => {
      timer = setTimeout(() => {
        late = true
        resolve(settle(unavailable))
      }, options.timeLimitMs)
    })
    try {
      return await Promise.race([answer, limit])
    } finally {
      clearTimeout(timer)
    }
  }

  function keep(entry: Kept): void {
    kept.set(entry.call.callId, entry)
    if (kept.size <= mostCalls) return
    const [oldest] = kept.keys()
    if (oldest !== undefined) kept.delete(oldest)
  }

  async function begin(entry: Kept): Promise<MatchedCall> {
    entry.pending = lookUpInTime(entry)
    return entry.pending
  }

  return {
    match: async (request, keptOf) => {
      const known = kept.get(request.callId)
      const isAsked = known !== undefined && sameQuestion(known.request, request)
      if (isAsked && (keptOf === undefined || known.keptOf !== null)) return known.pending ?? known.call
      if (known?.call.decided === true) {
        known.request = request
        return known.call
      }

      const number =
        request.restricted || request.number === null ? null : readNumber(request.number, request.callId)
      const usable = number !== null && number.display !== '' ? number : null
      const numberKey = usable === null ? null : keyOf(usable)
      const call = (outcome: Match['outcome']): MatchedCall => ({
        callId: request.callId,
        number: usable,
        numberKey,
        match: { outcome, by: null, candidates: [] },
        customer: null,
        decided: false,
        decidedBy: null,
      })
      const isIgnored = usable?.kind === 'own' || usable?.kind === 'ignored'
      const toAsk = keptOf ?? known?.keptOf ?? null
      const atOnce = isIgnored ? 'ignored' : usable === null && request.account === null ? 'withheld' : null
      const outcome = toAsk === null ? (atOnce ?? 'pending') : 'pending'
      const entry: Kept = { request, call: call(outcome), pending: null, keptOf: toAsk, isIgnored }
      keep(entry)
      return outcome === 'pending' ? begin(entry) : entry.call
    },
    get: (callId) => kept.get(callId)?.call ?? null,
    settled: async (callId) => {
      await kept.get(callId)?.pending
      return kept.get(callId)?.call ?? null
    },
    set: (call) => {
      const entry = kept.get(call.callId)
      if (entry) entry.call = call
    },
    all: () => [...kept.values()].map(({ call }) => call),
    forget: (callId) => {
      kept.delete(callId)
    },
    retryUnavailable: async () => {
      const waiting = [...kept.values()].filter(({ call }) => call.match.outcome === 'unavailable')
      await Promise.all(
        waiting.map(async (entry) => {
          const call = await begin(entry)
          if (call.match.outcome !== 'unavailable') options.onLate(call)
        }),
      )
    },
  }
}

/** What a number is looked up and remembered by; null for extensions and the like. */
function keyOf(number: PhoneNumber): string | null {
  if (number.e164 !== null) return number.e164
  return number.nationalTail === null ? null : digitsKey(number.display)
}

function eachOnce(customers: readonly StoredCustomer[]): StoredCustomer[] {
  return [...new Map(customers.map((customer) => [customer._id, customer])).values()]
}

/** Whether two look-ups of a call ask the same. */
export function sameQuestion(one: CallToMatch, other: CallToMatch): boolean {
  return (
    one.number === other.number &&
    one.restricted === other.restricted &&
    one.account === other.account &&
    one.dialled === other.dialled
  )
}
