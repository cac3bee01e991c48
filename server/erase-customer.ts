import { ProblemError } from '../shared/problems.ts'
import type { Customers } from './customers/customers.ts'
import type { History } from './history/history.ts'
import type { People } from './people/people.ts'
import type { Pipeline } from './pipeline.ts'

/** What takes part when a customer is erased; each is satisfied by the part of that name. */
export interface ErasureParts {
  customers: Pick<Customers, 'ownNumbers' | 'erase'>
  history: Pick<History, 'eraseCustomer'>
  pipeline: Pick<Pipeline, 'isInCall' | 'forgetParties'>
  people: Pick<People, 'audit'>
  /** The call shows nobody's card any more. */
  onPop: (callId: string) => void
}

/**
 * Erases a customer: the keys of their calls, what of them is in memory, and the card. In such an order that it may be stopped
 * anywhere and asked for again, and is in the audit before the card that led to it has gone.
 * @param actorId who asked
 * @returns in how many calls nobody can read any more who it was
 * @throws ProblemError `customer.unknown`, `customer.in_call`, `database.unreachable`
 */
export async function eraseCustomer(
  { customers, history, pipeline, people, onPop }: ErasureParts,
  customerId: string,
  actorId: string,
): Promise<{ calls: number }> {
  const numbers = await customers.ownNumbers(customerId)
  if (pipeline.isInCall(customerId)) throw new ProblemError('customer.in_call')
  const callIds = await history.eraseCustomer(customerId, numbers)
  await pipeline.forgetParties(callIds)
  await people.audit('customer.erased', actorId, customerId)
  for (const callId of await customers.erase(customerId)) onPop(callId)
  return { calls: callIds.length }
}
