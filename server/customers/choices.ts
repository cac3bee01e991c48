import { ProblemError } from '../../shared/problems.ts'
import type { Collection } from '../database/database.ts'
import type { StoredCustomer } from './model.ts'

/** What agents said of numbers: whose a number is, whatever the phones on a card say. */
export function createChoices(customers: () => Collection<StoredCustomer>, now: () => number) {
  /** From now on this number means this customer, and no other. */
  async function remember(numberKey: string, customerId: string, personId: string): Promise<void> {
    const choice = { number: numberKey, by: personId, at: now() }
    const again = await customers().updateOne(
      { _id: customerId, 'choices.number': numberKey },
      { $set: { 'choices.$.by': choice.by, 'choices.$.at': choice.at }, $inc: { version: 1 } },
    )
    if (again.matchedCount === 0) {
      const first = await customers().updateOne(
        { _id: customerId },
        { $push: { choices: choice }, $addToSet: { lookupKeys: numberKey }, $inc: { version: 1 } },
      )
      if (first.matchedCount === 0) throw new ProblemError('customer.unknown')
    }
    const holders = await customers().find({ lookupKeys: numberKey, 'choices.number': numberKey }).toArray()
    for (const holder of holders) if (holder._id !== customerId) await forgetChoice(holder, numberKey)
  }

  async function forgetChoice(holder: StoredCustomer, numberKey: string): Promise<void> {
    const onTheCard = holder.phones.some(({ number }) => number === numberKey)
    await customers().updateOne(
      { _id: holder._id },
      {
        $pull: { choices: { number: numberKey }, ...(onTheCard ? {} : { lookupKeys: numberKey }) },
        $inc: { version: 1 },
      },
    )
  }

  return { remember, forgetChoice }
}
