import {
  candidateReasonSchema,
  type Candidate,
  type CandidateReason,
  type Match,
} from '../../shared/customers.ts'
import type { Right } from '../../shared/people.ts'
import { accountKey } from './keys.ts'
import type { StoredCustomer } from './model.ts'

const dayMs = 24 * 60 * 60 * 1000
const strength = new Map(candidateReasonSchema.options.map((reason, index) => [reason, index]))

/** What is known of the call that customers are ranked for. */
export interface CallFacts {
  /** The key of the caller's number (E.164, or that of bare digits); null when withheld. */
  numberKey: string | null
  /** The account number entered in the IVR. */
  account: string | null
  /** The number of ours that was dialled, E.164 where it could be understood. */
  dialled: string | null
  /** Whether the customers were found by the last digits alone. */
  byTail: boolean
  /** ms since epoch */
  now: number
}

/**
 * Puts the customers that a look-up found in order, each with the strongest reason to think that they are calling.
 * Certain enough to be shown as the caller is only: the one who has the account entered, the one an agent chose for this
 * number, or the only one with this number. A hit by the last digits alone is never certain.
 * @returns the match, and the customer of outcome `one`
 */
export function rank(
  found: readonly StoredCustomer[],
  call: CallFacts,
): { match: Match; certain: StoredCustomer | null } {
  const lastTalked = newest(found, (customer) => customer.lastContactAt)
  const chosen =
    call.numberKey === null ? null : newest(found, (customer) => chosenAt(customer, call.numberKey))
  const ranked = found
    .map((customer) => ({ customer, reason: reasonFor(customer, call, chosen, lastTalked) }))
    .sort(
      (one, other) =>
        strengthOf(one.reason) - strengthOf(other.reason) ||
        (other.customer.lastContactAt ?? 0) - (one.customer.lastContactAt ?? 0) ||
        (one.customer._id < other.customer._id ? -1 : 1),
    )
  const first = ranked[0]
  if (!first) return { match: { outcome: 'none', by: null, candidates: [] }, certain: null }

  const candidates = ranked.map(({ customer, reason }) => candidateOf(customer, reason))
  if (first.reason === 'nationalTail') {
    return { match: { outcome: 'several', by: 'nationalTail', candidates }, certain: null }
  }
  const decides = first.reason === 'account' || first.reason === 'chosen'
  const alone = ranked.length === 1 || (decides && ranked[1]?.reason !== first.reason)
  if (!alone) {
    return {
      match: { outcome: 'several', by: first.reason === 'account' ? 'account' : 'sameNumber', candidates },
      certain: null,
    }
  }
  // Open business makes somebody likelier to call; it is not what they were recognised by.
  return {
    match: { outcome: 'one', by: decides ? first.reason : 'sameNumber', candidates },
    certain: first.customer,
  }
}

/** A customer as a line to choose from. */
export function candidateOf(customer: StoredCustomer, reason: CandidateReason): Candidate {
  return {
    customerId: customer._id,
    name: customer.name,
    company: customer.company,
    city: customer.city,
    tier: customer.tier,
    reason,
    lastContactAt: customer.lastContactAt,
  }
}

/**
 * The candidates as somebody with these rights may see them: who may not see what was bought does not learn from reason
 * or order that business is open.
 */
export function candidatesFor(candidates: readonly Candidate[], rights: readonly Right[]): Candidate[] {
  if (rights.includes('card.purchases')) return [...candidates]
  return candidates
    .map((candidate) =>
      candidate.reason === 'openBusiness' ? { ...candidate, reason: 'sameNumber' as const } : candidate,
    )
    .sort((one, other) => strengthOf(one.reason) - strengthOf(other.reason))
}

function reasonFor(
  customer: StoredCustomer,
  call: CallFacts,
  chosen: StoredCustomer | null,
  lastTalked: StoredCustomer | null,
): CandidateReason {
  if (call.account !== null && customer.lookupKeys.includes(accountKey(call.account))) return 'account'
  if (customer === chosen) return 'chosen'
  if (call.byTail) return 'nationalTail'
  const due = customer.promises.some(({ open, dueAt }) => open && dueAt !== null && dueAt < call.now + dayMs)
  if (due) return 'promiseDue'
  if (customer.openBusiness.length > 0) return 'openBusiness'
  if (customer === lastTalked) return 'lastTalked'
  if (call.dialled !== null && customer.ourNumbers.includes(call.dialled)) return 'dialledNumber'
  return 'sameNumber'
}

function chosenAt(customer: StoredCustomer, numberKey: string | null): number | null {
  return customer.choices.find(({ number }) => number === numberKey)?.at ?? null
}

/** The one with the latest time; null when none has any. */
function newest(
  customers: readonly StoredCustomer[],
  timeOf: (customer: StoredCustomer) => number | null,
): StoredCustomer | null {
  let best: StoredCustomer | null = null
  let bestTime = -1
  for (const customer of customers) {
    const time = timeOf(customer) ?? -1
    if (time > bestTime) [best, bestTime] = [customer, time]
  }
  return best
}

function strengthOf(reason: CandidateReason): number {
  return strength.get(reason) ?? strength.size
}
