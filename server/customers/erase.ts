import type { Collection } from '../database/database.ts'
import type { MatchedCall, Matching } from './matching.ts'
import type { StoredCustomer } from './model.ts'

/** A customer's numbers in E.164, on the card or by an agent's word, save those that other customers are found by too. */
export async function ownNumbers(
  customers: Collection<StoredCustomer>,
  { _id, phones, choices }: StoredCustomer,
): Promise<string[]> {
  const numbers = [...phones, ...choices].map(({ number }) => number).filter((each) => each.startsWith('+'))
  const others = await customers
    .find({ lookupKeys: { $in: numbers }, _id: { $ne: _id } }, { projection: { lookupKeys: 1 } })
    .toArray()
  const shared = new Set(others.flatMap(({ lookupKeys }) => lookupKeys))
  return [...new Set(numbers)].filter((number) => !shared.has(number))
}

/**
 * Takes a customer out of the calls that are kept: out of those that were theirs with all that was found, out of others as
 * one who was weighed.
 * @returns the calls that are now another, and the ids of those that are nobody's any more
 */
export function takeOutOfCalls(
  matching: Matching,
  customerId: string,
): { changed: MatchedCall[]; forgotten: string[] } {
  const changed: MatchedCall[] = []
  const forgotten: string[] = []
  for (const call of matching.all()) {
    if (call.customer?._id === customerId) {
      matching.forget(call.callId)
      forgotten.push(call.callId)
      continue
    }
    const candidates = call.match.candidates.filter((candidate) => candidate.customerId !== customerId)
    if (candidates.length === call.match.candidates.length) continue
    const without = { ...call, match: { ...call.match, candidates } }
    matching.set(without)
    changed.push(without)
  }
  return { changed, forgotten }
}
