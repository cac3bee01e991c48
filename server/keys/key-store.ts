import type { Database } from '../database/database.ts'
import { needingDatabase } from '../database/errors.ts'
import type { CallKeyRecord } from './call-keys.ts'
import {
  callKeysCollection,
  defineKeyModel,
  erasuresCollection,
  type CallKeyDocument,
  type ErasureDocument,
} from './model.ts'

/** Whose a call is, and by what number it is found. */
export interface KeyOwner {
  callId: string
  customerId: string | null
  mergedInto: string | null
  numberHash: string | null
}

/** That the keys of a call were destroyed. */
export interface DestroyedKeys {
  callId: string
  /** For whom; null where an older version did not note it. */
  customerId: string | null
  /** When, by the clock of the node that did it, ms. */
  at: number
}

/** That a customer was erased. */
export interface CustomerErased {
  customerId: string
  /** When, by the clock of the node that did it, ms. */
  at: number
  /** What calls from their numbers are found by. */
  numberHashes: readonly string[]
}

/** The keys of all nodes' calls in the database. Everything here may be repeated without harm. */
export interface KeyStore {
  /** Keeps keys; one that is there, or was destroyed, stays as it is. */
  keep: (keys: readonly CallKeyRecord[]) => Promise<void>
  /** Those of some keys that there are. */
  read: (keyIds: readonly string[]) => Promise<CallKeyRecord[]>
  /** Says whose the keys of some calls are from now on. */
  bind: (owners: readonly KeyOwner[]) => Promise<void>
  /** The calls of a customer, and those that went on in them. */
  callsOfCustomer: (customerId: string) => Promise<string[]>
  /** The calls that a number is found in by its hashes, and that are nobody's. */
  callsOfNumbers: (hashes: readonly string[]) => Promise<string[]>
  /** Destroys every key of some calls, for a customer who is erased. */
  destroy: (callIds: readonly string[], customerId: string, at: number) => Promise<void>
  /** The calls whose keys were destroyed for a customer so far. */
  destroyedFor: (customerId: string) => Promise<string[]>
  /** The calls whose keys were destroyed since a time (ms); one whose keys were destroyed at several times, for each. */
  destroyedSince: (at: number) => Promise<DestroyedKeys[]>
  /** Has every node hear that a customer was erased: also of calls that the database does not know yet. */
  noteErasure: (erasure: CustomerErased) => Promise<void>
  /** The customers who were erased since a time (ms); none of longer ago than `erasureDays`. */
  erasuresSince: (at: number) => Promise<CustomerErased[]>
  /** How many keys are under none of these master keys. */
  underOtherThan: (masters: readonly string[]) => Promise<number>
}

/** So long a node may have been away from the database with calls that it does not know, days. */
const erasureDays = 7
const writing = { timeoutMS: 15_000, ordered: false }
const reading = { timeoutMS: 5_000 }

/**
 * Declares the collections, and makes the store.
 * @returns the store; its functions throw ProblemError `database.unreachable` when the database is away
 */
export function createKeyStore(database: Database): KeyStore {
  defineKeyModel(database.connection)
  const keys = () => database.collection<CallKeyDocument>(callKeysCollection)
  const erasures = () => database.collection<ErasureDocument>(erasuresCollection)
  const callsWhere = async (filter: Parameters<ReturnType<typeof keys>['distinct']>[1]): Promise<string[]> =>
    keys().distinct('callId', { ...filter, wrapped: { $ne: null } }, reading)
  /** Read a piece at a time, each in time: after years there are more than fit into one answer. */
  const destroyedWhere = async (filter: object): Promise<DestroyedKeys[]> => {
    const projection = { callId: 1, customerId: 1, destroyedAt: 1 }
    const found = keys().find(filter, { ...reading, timeoutMode: 'iteration', projection })
    const all = new Map<string, DestroyedKeys>()
    for await (const { callId, customerId = null, destroyedAt = 0 } of found) {
      all.set(`${callId} ${destroyedAt}`, { callId, customerId, at: destroyedAt })
    }
    return [...all.values()]
  }

  return {
    keep: (records) =>
      needingDatabase(async () => {
        const writes = records.map(({ keyId, callId, master, wrapped }) => ({
          updateOne: {
            filter: { _id: keyId },
            update: { $setOnInsert: { callId, master, wrapped } },
            upsert: true,
          },
        }))
        if (writes.length > 0) await keys().bulkWrite(writes, writing)
      }),
    read: (keyIds) =>
      needingDatabase(async () => {
        const found = await keys()
          .find({ _id: { $in: [...keyIds] } }, reading)
          .toArray()
        return found.flatMap(({ _id: keyId, callId, master, wrapped }) =>
          wrapped === null ? [] : [{ keyId, callId, master, wrapped }],
        )
      }),
    bind: (owners) =>
      needingDatabase(async () => {
        const writes = owners.map(({ callId, ...owner }) => ({
          updateMany: { filter: { callId, wrapped: { $ne: null } }, update: { $set: owner } },
        }))
        if (writes.length > 0) await keys().bulkWrite(writes, writing)
      }),
    callsOfCustomer: (customerId) =>
      needingDatabase(async () => {
        const all = new Set(await callsWhere({ customerId }))
        for (let newest = [...all]; newest.length > 0;) {
          const merged = await callsWhere({ mergedInto: { $in: newest } })
          newest = merged.filter((callId) => !all.has(callId))
          for (const callId of newest) all.add(callId)
        }
        return [...all]
      }),
    callsOfNumbers: (hashes) =>
      needingDatabase(() => callsWhere({ numberHash: { $in: [...hashes] }, customerId: null })),
    destroy: (callIds, customerId, at) =>
      needingDatabase(async () => {
        await keys().updateMany(
          { callId: { $in: [...callIds] }, wrapped: { $ne: null } },
          { $set: { wrapped: null, numberHash: null, customerId, destroyedAt: at } },
          { timeoutMS: 15_000 },
        )
      }),
    destroyedFor: (customerId) =>
      needingDatabase(async () => {
        const found = await destroyedWhere({ customerId, wrapped: null })
        return [...new Set(found.map(({ callId }) => callId))]
      }),
    destroyedSince: (at) => needingDatabase(() => destroyedWhere({ destroyedAt: { $gte: at } })),
    noteErasure: ({ customerId, at, numberHashes }) =>
      needingDatabase(async () => {
        const expiresAt = new Date(at + erasureDays * 24 * 3_600_000)
        await erasures().updateOne(
          { _id: customerId },
          { $set: { at, numberHashes: [...numberHashes], expiresAt } },
          { upsert: true, timeoutMS: 15_000 },
        )
      }),
    erasuresSince: (since) =>
      needingDatabase(async () => {
        const found = await erasures()
          .find({ at: { $gte: since } }, reading)
          .toArray()
        return found.map(({ _id: customerId, at, numberHashes }) => ({ customerId, at, numberHashes }))
      }),
    underOtherThan: (masters) =>
      needingDatabase(() =>
        keys().countDocuments({ master: { $nin: [...masters] }, wrapped: { $ne: null } }, reading),
      ),
  }
}
