import type { CandidateReason } from '../../shared/customers.ts'
import type { KeptCustomer } from '../history/entries.ts'
import { takenOffOf, type MatchedCall } from './matching.ts'
import type { StoredCustomer } from './model.ts'
import { candidateOf } from './ranking.ts'

/**
 * A call that an agent has said is this customer's.
 * @param by how they were recognised
 */
export function decidedFor(
  call: MatchedCall,
  customer: StoredCustomer,
  decidedBy: string | null,
  by: CandidateReason = 'chosen',
): MatchedCall {
  return { ...boundTo(call, customer, by), takenOff: null, decided: true, decidedBy }
}

/** A call that an agent has said is nobody's we know of: nobody's until they say whose. */
export function decidedForNobody(call: MatchedCall, decidedBy: string | null): MatchedCall {
  const candidates = call.match.candidates.filter(({ customerId }) => customerId !== call.customer?._id)
  const takenOff = call.customer === null ? (call.takenOff ?? null) : takenOffOf(call.customer, call)
  const told = takenOff && { takenOff: { customerId: takenOff.customerId, name: takenOff.name } }
  const match =
    candidates.length > 0
      ? { outcome: 'several' as const, by: 'sameNumber' as const, candidates, ...told }
      : { outcome: 'none' as const, by: null, candidates, ...told }
  return { ...call, match, customer: null, takenOff, decided: true, decidedBy }
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
