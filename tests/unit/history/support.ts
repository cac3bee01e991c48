import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mongoose'
import { onTestFinished } from 'vitest'
import type { Database } from '../../../server/database/database.ts'
import type { RawParty } from '../../../server/floor/facts.ts'
import type { Entry } from '../../../server/history/entries.ts'
import { pagesOf } from '../../../server/history/journal.ts'
import type { CallDocument, GapDocument } from '../../../server/history/model.ts'
import type { SealedStore } from '../../../server/history/sealed-store.ts'
import { createSealing } from '../../../server/history/sealing.ts'
import { openCallKeys, type CallKeyRecord } from '../../../server/keys/call-keys.ts'
import type { CustomerErased, DestroyedKeys, KeyOwner, KeyStore } from '../../../server/keys/key-store.ts'
import type { HistoryStore } from '../../../server/history/store.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { morning } from './calls.ts'
import { masterKeys } from './master-keys.ts'

/** An empty folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringcard-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const silent = { error: () => undefined, warn: () => undefined, info: () => undefined }

export const showParty = ({ number, name, restricted }: RawParty) => ({
  number: restricted ? null : number,
  display: restricted ? '' : (number ?? ''),
  name: restricted ? null : name,
  withheld: restricted,
})

/** A database connection that is never opened: the unit tests' stores stand in for it. */
export function noDatabase(): Database {
  return {
    connection: createConnection(),
    state: () => ({ state: 'away', since: morning, message: null }),
    whenReady: () => new Promise(() => undefined),
    collection: () => {
      throw new ProblemError('database.unreachable')
    },
    stop: () => Promise.resolve(),
  }
}

/**
 * History's collections as plain maps, with faults on demand.
 * @param apart each entry on a page of its own: then none is found by what happens to stand beside it
 */
export function memoryStore({ apart = false } = {}) {
  const journal = new Map<string, Entry>()
  const calls = new Map<string, CallDocument>()
  const keys = new Map<string, KeptKey>()
  const gaps = new Map<string, GapDocument>()
  const order: number[] = []
  const faults = { away: false, afterJournal: false }
  const check = (): void => {
    if (faults.away) throw new ProblemError('database.unreachable')
  }
  const list = (matches: (call: CallDocument) => boolean, limit: number): CallDocument[] =>
    [...calls.values()].filter(matches).slice(0, limit)
  const store: HistoryStore = {
    keys: memoryKeys(keys, check),
    keepJournal: (entries) =>
      attempt(() => {
        check()
        for (const entry of entries) {
          const id = `${entry.node}:${entry.seq}`
          if (!journal.has(id)) order.push(entry.seq)
          journal.set(id, entry)
        }
        if (faults.afterJournal) throw new ProblemError('database.unreachable')
      }),
    readCalls: (callIds) =>
      attempt(() => {
        check()
        return new Map(
          callIds.flatMap((callId) => {
            const call = calls.get(callId)
            return call ? [[callId, call] as const] : []
          }),
        )
      }),
    writeCalls: (documents) =>
      attempt(() => {
        check()
        for (const call of documents) calls.set(call._id, { ...call, version: call.version + 1 })
      }),
    callsOfPerson: (personId, sinceMs, limit, untilMs = Infinity) =>
      attempt(() => {
        check()
        const isOf = ({ startedAt }: CallDocument) => startedAt >= sinceMs && startedAt < untilMs
        return list((call) => call.people.includes(personId) && isOf(call), limit)
      }),
    callsOwed: (personId, limit) =>
      attempt(() => {
        check()
        const isOwed = ({ owing = [] }: CallDocument): boolean =>
          personId === null ? owing.length > 0 : owing.includes(personId)
        return list(isOwed, limit)
      }),
    callsBetween: (from, to, after, limit) =>
      attempt(() => {
        check()
        const isIn = (call: CallDocument): boolean =>
          call.startedAt >= from &&
          call.startedAt < to &&
          call.mergedInto === null &&
          (after === null ||
            call.startedAt < after.startedAt ||
            (call.startedAt === after.startedAt && call._id < after.callId))
        return list(isIn, Infinity)
          .sort((a, b) => b.startedAt - a.startedAt || (a._id < b._id ? 1 : -1))
          .slice(0, limit)
      }),
    journalPages: (about, ids, limit) =>
      attempt(() => {
        check()
        const entries = [...journal.values()]
        const pages = apart ? entries.flatMap((entry) => pagesOf([entry], 30)) : pagesOf(entries, 30)
        return pages.filter((page) => page[about].some((id) => ids.includes(id))).slice(0, limit)
      }),
    journalEntry: (node, _part, seq) =>
      attempt(() => {
        check()
        return journal.get(`${node}:${seq}`) ?? null
      }),
    keepGaps: (documents) =>
      attempt(() => {
        check()
        for (const gap of documents) gaps.set(gap._id, gap)
      }),
    gapsBetween: (fromMs, toMs) =>
      attempt(() => {
        check()
        return [...gaps.values()].filter(({ from, to }) => to >= fromMs && from <= toMs)
      }),
  }
  /** Journal and calls as who has the keys reads them. */
  const opened = (): { entries: Entry[]; calls: CallDocument[] } => {
    const folder = mkdtempSync(join(tmpdir(), 'ringcard-keys-'))
    try {
      const own = openCallKeys(folder, masterKeys)
      for (const key of keys.values()) own.take(key)
      const { openEntry, openCall } = createSealing(own, String)
      return {
        entries: [...journal.values()].map((entry) => openEntry(entry, own.inMemory)),
        calls: [...calls.values()].map((call) => openCall(call, own.inMemory)),
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  return { store, journal, opened, calls, gaps, order, faults }
}

/** A store whose entries stand in clear, for whoever reads a journal of them. */
export function inClear(
  store: HistoryStore,
): Pick<SealedStore, 'journalPages' | 'journalEntry' | 'openEntries'> {
  return { ...store, openEntries: (entries) => Promise.resolve([...entries]) }
}

type KeptKey = CallKeyRecord & Partial<KeyOwner>

/** The keys' collection as a plain map. */
function memoryKeys(keys: Map<string, KeptKey>, check: () => void): KeyStore {
  const destroyed = new Map<string, DestroyedKeys>()
  const erasures = new Map<string, CustomerErased>()
  const callsWhere = (matches: (key: Partial<KeyOwner>) => boolean): string[] =>
    [...keys.values()].filter((key) => matches(key) && !destroyed.has(key.callId)).map(({ callId }) => callId)
  return {
    keep: (records) =>
      attempt(() => {
        check()
        for (const record of records) if (!keys.has(record.keyId)) keys.set(record.keyId, record)
      }),
    read: (keyIds) =>
      attempt(() => {
        check()
        return keyIds.flatMap((keyId) => keys.get(keyId) ?? []).filter(({ callId }) => !destroyed.has(callId))
      }),
    bind: (owners) =>
      attempt(() => {
        check()
        for (const [keyId, key] of keys) {
          const owner = owners.find(({ callId }) => callId === key.callId)
          if (owner) keys.set(keyId, { ...key, ...owner })
        }
      }),
    callsOfCustomer: (customerId) =>
      attempt(() => {
        check()
        const own = callsWhere((key) => key.customerId === customerId)
        return [...own, ...callsWhere((key) => own.includes(key.mergedInto ?? ''))]
      }),
    callsOfNumbers: (hashes) =>
      attempt(() => {
        check()
        return callsWhere((key) => hashes.includes(key.numberHash ?? '') && (key.customerId ?? null) === null)
      }),
    destroy: (callIds, customerId, at) =>
      attempt(() => {
        check()
        for (const callId of callIds) destroyed.set(callId, { callId, customerId, at })
      }),
    destroyedFor: (customerId) =>
      attempt(() => {
        check()
        return [...destroyed.values()].flatMap((each) => (each.customerId === customerId ? each.callId : []))
      }),
    destroyedSince: (at) =>
      attempt(() => {
        check()
        return [...destroyed.values()].filter((each) => each.at >= at)
      }),
    noteErasure: (erasure) =>
      attempt(() => {
        check()
        erasures.set(erasure.customerId, erasure)
      }),
    erasuresSince: (at) =>
      attempt(() => {
        check()
        return [...erasures.values()].filter((each) => each.at >= at)
      }),
    underOtherThan: () => Promise.resolve(0),
  }
}

function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()))
}
