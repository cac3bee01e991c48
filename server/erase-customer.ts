import type { CustomerErasure } from '../shared/customers.ts'
import { ProblemError } from '../shared/problems.ts'
import type { Customers } from './customers/customers.ts'
import type { Erased } from './history/erasure.ts'
import type { History } from './history/history.ts'
import type { People } from './people/people.ts'
import type { Pipeline } from './pipeline.ts'
import type { Realtime } from './realtime/realtime.ts'
import type { Tasks } from './tasks/tasks.ts'

/** What remembers callers; each is satisfied by the part of that name. */
export interface RememberingParts {
  customers: Pick<Customers, 'forgetErased'>
  realtime: Pick<Realtime, 'erased'>
  pipeline: Pick<Pipeline, 'forgetParties'>
}

/** What takes part when a customer is erased; each is satisfied by the part of that name. */
export interface ErasureParts extends RememberingParts {
  customers: Pick<Customers, 'ownNumbers' | 'erase' | 'forgetErased'>
  history: Pick<History, 'eraseCustomer' | 'finishErasure'>
  pipeline: Pick<Pipeline, 'isInCall' | 'forgetParties'>
  people: Pick<People, 'audit'>
  tasks: Pick<Tasks, 'erase'>
}

/** Has all that is in memory forget who was erased: the look-ups, every screen, the floor with its checkpoint. */
export async function forgetErased(
  { customers, realtime, pipeline }: RememberingParts,
  { callIds, customerIds }: Erased,
): Promise<void> {
  customers.forgetErased(callIds, customerIds)
  realtime.erased(callIds, customerIds)
  await pipeline.forgetParties(callIds)
}

/**
 * What erasing a customer would destroy, and what would stay.
 * @throws ProblemError `customer.unknown`, `database.unreachable`
 */
export async function erasureOf(
  {
    customers,
    history,
    pipeline,
    tasks,
  }: {
    customers: Pick<Customers, 'toErase'>
    history: Pick<History, 'callsToErase'>
    pipeline: Pick<Pipeline, 'isInCall'>
    tasks: Pick<Tasks, 'promisesTo'>
  },
  customerId: string,
): Promise<CustomerErasure> {
  const { numbers, ...told } = await customers.toErase(customerId)
  const calls = await history.callsToErase(customerId, numbers)
  const card = { ...told.card, promises: told.card.promises + tasks.promisesTo(customerId).length }
  return { ...told, card, calls, isInCall: pipeline.isInCall(customerId, numbers) }
}

/**
 * Erases a customer: the keys of their calls, what was promised to them, what of them is in memory (history tells `forgetErased`), and the card. In such
 * an order that it may be stopped anywhere and asked for again, and is in the audit before the card that led to it has gone.
 * @param actorId who asked
 * @returns in how many calls nobody can read any more who it was
 * @throws ProblemError `customer.unknown`, `customer.in_call`, `database.unreachable`
 */
export async function eraseCustomer(
  parts: ErasureParts,
  customerId: string,
  actorId: string,
): Promise<{ calls: number }> {
  const { customers, history, pipeline, people, tasks } = parts
  const numbers = await customers.ownNumbers(customerId)
  const mustNotBeInCall = (): void => {
    if (pipeline.isInCall(customerId, numbers)) throw new ProblemError('customer.in_call')
  }
  mustNotBeInCall()
  const callIds = await history.eraseCustomer(customerId, numbers)
  // They may have rung up meanwhile: that call is to be erased too, when it is over.
  mustNotBeInCall()
  await people.audit('customer.erased', actorId, customerId)
  await tasks.erase(customerId, numbers, callIds)
  await customers.erase(customerId)
  // What was promised to them while their card was still there.
  await tasks.erase(customerId, numbers, callIds)
  await history.finishErasure(customerId, numbers)
  // Whoever came to look at their day, or their call, before the card had gone.
  await forgetErased(parts, { callIds: [], customerIds: [customerId] })
  return { calls: callIds.length }
}
