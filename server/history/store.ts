import { needingDatabase, isDuplicateKey } from '../database/errors.ts'
import type { Database } from '../database/database.ts'
import { createKeyStore, type KeyStore } from '../keys/key-store.ts'
import type { Entry } from './entries.ts'
import { entriesOf, pagesOf } from './journal.ts'
import {
  callsCollection,
  gapsCollection,
  journalCollection,
  type CallDocument,
  type GapDocument,
  type JournalPage,
} from './model.ts'

/** History in the database, as it is kept there: sealed. Everything here may be repeated without harm. */
export interface HistoryStore {
  /** What it is sealed with, apart from it. */
  keys: KeyStore
  /** Keeps a batch of journal entries; one that is there already is not doubled for readers. */
  keepJournal: (entries: readonly Entry[]) => Promise<void>
  readCalls: (callIds: readonly string[]) => Promise<Map<string, CallDocument>>
  /**
   * Writes documents that were read by `readCalls` or are new (version 0).
   * @throws Error when somebody else wrote one of them meanwhile: read again, and repeat
   */
  writeCalls: (calls: readonly CallDocument[]) => Promise<void>
  /** Calls that a person was offered or talked in, the newest first. */
  callsOfPerson: (
    personId: string,
    sinceMs: number,
    limit: number,
    untilMs?: number,
  ) => Promise<CallDocument[]>
  /** Calls of which a person, or for null anybody, has not said yet what came of them, the newest first. */
  callsOwed: (personId: string | null, limit: number) => Promise<CallDocument[]>
  /**
   * Calls that began from `from` to before `to` and live on in no other, the newest first; of one moment, the greatest id
   * first. @param after the place in that order to go on behind, or null
   */
  callsBetween: (from: number, to: number, after: CallPlace | null, limit: number) => Promise<CallDocument[]>
  /** The first pages of the journal that are about any of some calls, or groups of channels, in order. */
  journalPages: (
    about: 'callIds' | 'linkedIds',
    ids: readonly string[],
    limit: number,
  ) => Promise<StoredPage[]>
  /** One entry by its number; null when it is not kept, or not any more. */
  journalEntry: (node: string, part: JournalPage['part'], seq: number) => Promise<Entry | null>
  /** Keeps times of which something is missing; one that is there already is replaced. */
  keepGaps: (gaps: readonly GapDocument[]) => Promise<void>
  /** The gaps that touch a time, ms, the newest first; 1,000 at most. */
  gapsBetween: (fromMs: number, toMs: number) => Promise<GapDocument[]>
}

/** A place in a list of calls that is ordered by their begin. */
export interface CallPlace {
  startedAt: number
  callId: string
}

/** A page of the journal as it is read. */
export type StoredPage = Pick<JournalPage, 'node' | 'content'>

const mostGaps = 1_000
/** What documents of older versions lack. */
const cameLater: Pick<
  CallDocument,
  'attestation' | 'verification' | 'quality' | 'dispositions' | 'reconstructed'
> = {
  attestation: null,
  verification: [],
  quality: [],
  dispositions: [],
  reconstructed: null,
}
const complete = (found: readonly CallDocument[]): CallDocument[] =>
  found.map((call) => ({ ...cameLater, ...call }))
/** How long the database may take over a batch before it counts as away, ms. */
const writeTimeoutMs = 15_000
/** How long a person waits for an answer, ms. */
const readTimeoutMs = 5_000

/**
 * @param inputDays how long inputs are kept; facts stay
 * @returns the store; its functions throw ProblemError `database.unreachable` when the database is away or frozen
 */
export function createStore(database: Database, inputDays: number): HistoryStore {
  const calls = () => database.collection<CallDocument>(callsCollection)
  const journal = () => database.collection<JournalPage>(journalCollection)
  const gaps = () => database.collection<GapDocument>(gapsCollection)
  const reading = { timeoutMS: readTimeoutMs }
  const writing = { timeoutMS: writeTimeoutMs, ordered: false }

  return {
    keys: createKeyStore(database),
    keepJournal: (entries) =>
      needingDatabase(async () => {
        const pages = pagesOf(entries, inputDays)
        try {
          // Nearly always all of them are new, and a plain insert is the cheapest way.
          await journal().insertMany(pages, writing)
        } catch (error) {
          if (!isDuplicateKey(error)) throw error
          const upserts = pages.map((page) => ({
            replaceOne: { filter: { _id: page._id }, replacement: page, upsert: true },
          }))
          await journal().bulkWrite(upserts, writing)
        }
      }),
    readCalls: (callIds) =>
      needingDatabase(async () => {
        const found = await calls()
          .find({ _id: { $in: [...callIds] } }, { timeoutMS: writeTimeoutMs })
          .toArray()
        return new Map(complete(found).map((call) => [call._id, call]))
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
    callsOfPerson: (personId, sinceMs, limit, untilMs) =>
      needingDatabase(() =>
        calls()
          .find(
            {
              people: personId,
              startedAt: { $gte: sinceMs, ...(untilMs === undefined ? {} : { $lt: untilMs }) },
              mergedInto: null,
            },
            reading,
          )
          .sort({ startedAt: -1 })
          .limit(limit)
          .toArray()
          .then(complete),
      ),
    callsOwed: (personId, limit) =>
      needingDatabase(() =>
        calls()
          .find({ owing: personId ?? { $gt: '' } }, reading)
          .sort({ startedAt: -1 })
          .limit(limit)
          .toArray()
          .then(complete),
      ),
    callsBetween: (from, to, after, limit) =>
      needingDatabase(() =>
        calls()
          .find(
            {
              startedAt: { $gte: from, $lt: to },
              mergedInto: null,
              ...(after === null
                ? {}
                : {
                    $or: [
                      { startedAt: { $lt: after.startedAt } },
                      { startedAt: after.startedAt, _id: { $lt: after.callId } },
                    ],
                  }),
            },
            reading,
          )
          .sort({ startedAt: -1, _id: -1 })
          .limit(limit)
          .toArray()
          .then(complete),
      ),
    journalPages: (about, ids, limit) =>
      needingDatabase(() =>
        journal()
          .find({ [about]: { $in: [...ids] } }, { ...reading, projection: { node: 1, content: 1 } })
          .sort({ node: 1, firstSeq: 1 })
          .limit(limit)
          .toArray(),
      ),
    journalEntry: (node, part, seq) =>
      needingDatabase(async () => {
        const page = await journal().findOne(
          { node, part, firstSeq: { $lte: seq } },
          { ...reading, sort: { firstSeq: -1 }, projection: { content: 1 } },
        )
        return page === null ? null : (entriesOf([page]).find((entry) => entry.seq === seq) ?? null)
      }),
    keepGaps: (documents) =>
      needingDatabase(async () => {
        const writes = documents.map((gap) => ({
          replaceOne: { filter: { _id: gap._id }, replacement: gap, upsert: true },
        }))
        await gaps().bulkWrite(writes, writing)
      }),
    gapsBetween: (fromMs, toMs) =>
      needingDatabase(() =>
        gaps()
          .find({ to: { $gte: fromMs }, from: { $lte: toMs } }, reading)
          .sort({ to: -1 })
          .limit(mostGaps)
          .toArray(),
      ),
  }
}
