import { needingDatabase, isDuplicateKey } from '../database/errors.ts'
import type { Database } from '../database/database.ts'
import type { PbxEvent } from '../floor/events.ts'
import { callsOf } from './apply-entry.ts'
import type { Entry } from './entries.ts'
import { callsCollection, journalCollection, type CallDocument, type JournalDocument } from './model.ts'

/** History in the database. Everything here may be repeated without harm. */
export interface HistoryStore {
  /** Keeps journal entries; those that are there already stay as they are. */
  keepJournal: (entries: readonly Entry[]) => Promise<void>
  readCalls: (callIds: readonly string[]) => Promise<Map<string, CallDocument>>
  /**
   * Writes documents that were read by `readCalls` or are new (version 0).
   * @throws Error when somebody else wrote one of them meanwhile: read again, and repeat
   */
  writeCalls: (calls: readonly CallDocument[]) => Promise<void>
  /** Calls that a person was offered or talked in, the newest first. */
  callsOfPerson: (personId: string, sinceMs: number, limit: number) => Promise<CallDocument[]>
  callsOfCustomer: (customerId: string, limit: number) => Promise<CallDocument[]>
}

/** How long the database may take over a batch before it counts as away, ms. */
const writeTimeoutMs = 15_000
/** How long a person waits for an answer, ms. */
const readTimeoutMs = 5_000
const dayMs = 24 * 60 * 60 * 1000

/**
 * @param inputDays how long inputs are kept; facts stay
 * @returns the store; its functions throw ProblemError `database.unreachable` when the database is away or frozen
 */
export function createStore(database: Database, inputDays: number): HistoryStore {
  const calls = () => database.collection<CallDocument>(callsCollection)
  const journal = () => database.collection<JournalDocument>(journalCollection)
  const reading = { timeoutMS: readTimeoutMs }
  const writing = { timeoutMS: writeTimeoutMs, ordered: false }

  return {
    keepJournal: (entries) =>
      needingDatabase(async () => {
        const documents = entries.map((entry) => toDocument(entry, inputDays))
        try {
          // Nearly always all of them are new, and a plain insert is the cheapest way.
          await journal().insertMany(documents, writing)
        } catch (error) {
          if (!isDuplicateKey(error)) throw error
          const upserts = documents.map((document) => ({
            replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true },
          }))
          await journal().bulkWrite(upserts, writing)
        }
      }),
    readCalls: (callIds) =>
      needingDatabase(async () => {
        const found = await calls()
          .find({ _id: { $in: [...callIds] } }, { timeoutMS: writeTimeoutMs })
          .toArray()
        return new Map(found.map((call) => [call._id, call]))
      }),
    writeCalls: (documents) =>
      needingDatabase(async () => {
        const writes = documents.map((call) => {
          const next = { ...call, version: call.version + 1 }
          return call.version === 0
            ? { insertOne: { document: next } }
            : { replaceOne: { filter: { _id: call._id, version: call.version }, replacement: next } }
        })
        const { insertedCount, matchedCount } = await calls().bulkWrite(writes, writing)
        if (insertedCount + matchedCount < documents.length) {
          throw new Error('Another node wrote one of these calls meanwhile.')
        }
      }),
    callsOfPerson: (personId, sinceMs, limit) =>
      needingDatabase(() =>
        calls()
          .find({ people: personId, startedAt: { $gte: sinceMs }, mergedInto: null }, reading)
          .sort({ startedAt: -1 })
          .limit(limit)
          .toArray(),
      ),
    callsOfCustomer: (customerId, limit) =>
      needingDatabase(() =>
        calls()
          .find({ customerId, mergedInto: null }, reading)
          .sort({ startedAt: -1 })
          .limit(limit)
          .toArray(),
      ),
  }
}

function toDocument(entry: Entry, inputDays: number): JournalDocument {
  const { seq, node, at, kind } = entry
  return {
    _id: `${node}:${seq}`,
    node,
    seq,
    at,
    kind,
    linkedId: entry.kind === 'input' ? channelsOf(entry.event) : null,
    callIds: callsOf(entry),
    content: contentOf(entry),
    ...(kind === 'input' ? { expiresAt: new Date(at + inputDays * dayMs) } : {}),
  }
}

function contentOf(entry: Entry): unknown {
  switch (entry.kind) {
    case 'input':
      return entry.event
    case 'facts':
      return entry.facts
    case 'binding':
      return { customerId: entry.customerId, decided: entry.decided }
    case 'record':
      return entry.call
    case 'mark':
      return entry.mark
  }
}

function channelsOf(event: PbxEvent): string | null {
  if ('linkedId' in event) return event.linkedId
  if (event.type === 'channel.appeared') return event.channel.linkedId
  return null
}
