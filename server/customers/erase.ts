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
 * Takes a customer out of the calls that are kept: those that were theirs are nobody's, out of others they go as one who was
 * weighed.
 * @returns the calls as they are now
 */
export function takeOutOfCalls(matching: Pick<Matching, 'all' | 'set'>, customerId: string): MatchedCall[] {
  const changed: MatchedCall[] = []
  for (const call of matching.all()) {
    const { customer, match } = call
    const candidates = match.candidates.filter((candidate) => candidate.customerId !== customerId)
    const isTheirs = customer?._id === customerId
    if (!isTheirs && candidates.length === match.candidates.length) continue
    const without: MatchedCall = isTheirs
      ? { ...call, match: { outcome: 'none', by: null, candidates: [] }, customer: null }
      : { ...call, match: { ...match, candidates } }
    matching.set(without)
    changed.push(without)
  }
  return changed
}
