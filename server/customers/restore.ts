import type { CandidateReason } from '../../shared/customers.ts'
import type { KeptCustomer } from '../history/entries.ts'
import type { MatchedCall } from './matching.ts'
import type { StoredCustomer } from './model.ts'
import { candidateOf } from './ranking.ts'

/** A call that an agent has said is this customer's. */
export function decidedFor(
  call: MatchedCall,
  customer: StoredCustomer,
  decidedBy: string | null,
): MatchedCall {
  return { ...boundTo(call, customer, 'chosen'), decided: true, decidedBy }
}

/** A call that an agent has said is nobody's we know of: nobody's until they say whose. */
export function decidedForNobody(call: MatchedCall, decidedBy: string | null): MatchedCall {
  const candidates = call.match.candidates.filter(({ customerId }) => customerId !== call.customer?._id)
  const match =
    candidates.length > 0
      ? { outcome: 'several' as const, by: 'sameNumber' as const, candidates }
      : { outcome: 'none' as const, by: null, candidates }
  return { ...call, match, customer: null, decided: true, decidedBy }
}

/**
 * A call of before a restart as it was: what was found or decided then stands, whatever a look-up finds now.
 * @param call as a look-up leaves it now
 * @param customer of whom it was; null where there was none, or their card is no more
 */
export function asKept(call: MatchedCall, kept: KeptCustomer, customer: StoredCustomer | null): MatchedCall {
  const { customerId, decided, decidedBy, reason } = kept
  if (customerId === null) return decided ? decidedForNobody(call, decidedBy) : call
  if (customer === null) return call
  if (decided) return decidedFor(call, customer, decidedBy)
  return call.customer?._id === customerId ? call : boundTo(call, customer, reason ?? 'sameNumber')
}

function boundTo(call: MatchedCall, customer: StoredCustomer, reason: CandidateReason): MatchedCall {
  const others = call.match.candidates.filter(({ customerId }) => customerId !== customer._id)
  const candidates = [candidateOf(customer, reason), ...others]
  return { ...call, match: { outcome: 'one', by: reason, candidates }, customer }
}
