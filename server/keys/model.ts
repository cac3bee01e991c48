import type { Connection } from 'mongoose'
import { z } from 'zod'
import { instantSchema } from '../../shared/calls.ts'
import { defineModel } from '../database/schema.ts'

/** A key of a call as the database keeps it, apart from what it opens. */
export const callKeySchema = z.object({
  /** The key's id, which every box sealed with it names. */
  _id: z.string(),
  callId: z.string(),
  /** Which master key it is under. */
  master: z.string(),
  /** Null when it was destroyed: what it sealed can be read by nobody any more. */
  wrapped: z.string().nullable(),
  /** Whose call it is, once that is known; of a key that was destroyed, for whom. */
  customerId: z.string().nullable().optional(),
  /** The call in which this one went on. */
  mergedInto: z.string().nullable().optional(),
  /** What the other party's number is found by. */
  numberHash: z.string().nullable().optional(),
  destroyedAt: instantSchema.optional(),
})
export type CallKeyDocument = z.infer<typeof callKeySchema>

export const callKeysCollection = 'callKeys'

/** That a customer was erased, for nodes whose calls with them the database did not know then. */
export const erasureSchema = z.object({
  /** The customer's id. */
  _id: z.string(),
  at: instantSchema,
  /** What calls from their numbers are found by. */
  numberHashes: z.array(z.string()),
  /** When the database may remove it. */
  expiresAt: z.date(),
})
export type ErasureDocument = z.infer<typeof erasureSchema>

export const erasuresCollection = 'erasures'

/** Declares the collections on a connection, so that `ensureIndexes` makes their indexes. */
export function defineKeyModel(connection: Connection): void {
  defineModel(connection, callKeysCollection, callKeySchema, [
    { keys: { callId: 1 }, options: { name: 'keys_of_call' } },
    { keys: { customerId: 1 }, options: { name: 'keys_of_customer' } },
    { keys: { mergedInto: 1 }, options: { name: 'keys_of_merged_calls' } },
    { keys: { numberHash: 1 }, options: { name: 'keys_of_number' } },
    { keys: { destroyedAt: 1 }, options: { name: 'keys_destroyed', sparse: true } },
  ])
  defineModel(connection, erasuresCollection, erasureSchema, [
    { keys: { at: 1 }, options: { name: 'erasures_by_time' } },
    { keys: { expiresAt: 1 }, options: { name: 'erasures_expiry', expireAfterSeconds: 0 } },
  ])
}
