import type { TimelineEntry } from '../../shared/customers.ts'
import type { Collection } from '../database/database.ts'
import { recentLength, type StoredCustomer } from './model.ts'

/** One talk with a customer, over, as their timeline keeps it. */
export interface Talk {
  /** Of two agents who talked in one call each has a contact of their own. */
  contactId: string
  callId: string
  /** When it began, ms since epoch. */
  at: number
  talkMs: number
  /** Who talked with them. */
  personId: string | null
  /** How the caller was verified; absent where nobody tried. */
  verification?: TimelineEntry['verification']
  /** What came of it; absent while nobody has said. */
  result?: TimelineEntry['result']
}

/** Puts a talk into a customer's timeline, once however often it is told. */
export async function putOnTimeline(
  customers: Collection<StoredCustomer>,
  customerId: string,
  { contactId, callId, at, talkMs, personId, verification, result }: Talk,
): Promise<void> {
  const author = personId === null ? {} : { byPersonId: personId }
  const entry = {
    contactId,
    at,
    kind: 'call' as const,
    text: '',
    callId,
    durationMs: talkMs,
    by: null,
    ...(verification === undefined ? {} : { verification }),
    ...(result === undefined ? {} : { result }),
    ...author,
  }
  await customers.updateOne(
    { _id: customerId, 'recent.contactId': { $ne: contactId } },
    {
      $push: { recent: { $each: [entry], $sort: { at: -1 }, $slice: recentLength } },
      $max: { lastContactAt: at },
      $inc: { version: 1 },
    },
  )
  // Said later than it was put there, or said anew.
  if (result !== undefined)
    await customers.updateOne(
      { _id: customerId, recent: { $elemMatch: { contactId, 'result.at': { $ne: result.at } } } },
      { $set: { 'recent.$.result': result }, $inc: { version: 1 } },
    )
}

/** Takes a talk off a timeline where it does not belong, as if it had never been there. */
export async function takeOffTimeline(
  customers: Collection<StoredCustomer>,
  customerId: string,
  { contactId, at }: Pick<Talk, 'contactId' | 'at'>,
): Promise<void> {
  const customer = await customers.findOneAndUpdate(
    { _id: customerId, 'recent.contactId': contactId },
    { $pull: { recent: { contactId } }, $inc: { version: 1 } },
    { returnDocument: 'after' },
  )
  if (customer === null) return
  const lastContactAt = customer.recent.find(({ kind }) => kind === 'call')?.at ?? null
  await customers.updateOne({ _id: customerId, lastContactAt: at }, { $set: { lastContactAt } })
}
