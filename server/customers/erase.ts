import type { CustomerErasure } from '../../shared/customers.ts'
import type { Collection } from '../database/database.ts'
import type { MatchedCall, Matching } from './matching.ts'
import type { StoredCustomer } from './model.ts'

/** Who is to be erased, and how much of them there is. */
export interface ToErase extends Pick<CustomerErasure, 'name' | 'card'> {
  /** In E.164, those that lead to nobody else. */
  numbers: string[]
}

/** How much a card holds. */
export function amountsOf(customer: StoredCustomer): Pick<ToErase, 'name' | 'card'> {
  const { name, phones, emails, notes, promises, purchases, recent } = customer
  const card = {
    phones: phones.length,
    emails: emails.length,
    notes: notes.length,
    promises: promises.length,
    purchases: purchases.length,
    timeline: recent.length,
  }
  return { name, card }
}

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
    const wasTheirs = call.takenOff?.customerId === customerId
    if (!isTheirs && !wasTheirs && candidates.length === match.candidates.length) continue
    const { takenOff: told, ...rest } = match
    const kept = wasTheirs || told === undefined ? rest : { ...rest, takenOff: told }
    const without: MatchedCall = isTheirs
      ? { ...call, match: { outcome: 'none', by: null, candidates: [] }, customer: null, takenOff: null }
      : { ...call, match: { ...kept, candidates }, takenOff: wasTheirs ? null : (call.takenOff ?? null) }
    matching.set(without)
    changed.push(without)
  }
  return changed
}
