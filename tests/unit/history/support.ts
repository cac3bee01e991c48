import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mongoose'
import { onTestFinished } from 'vitest'
import type { Database } from '../../../server/database/database.ts'
import type { RawParty } from '../../../server/floor/facts.ts'
import type { Entry } from '../../../server/history/entries.ts'
import type { CallDocument } from '../../../server/history/model.ts'
import type { HistoryStore } from '../../../server/history/store.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { morning } from './calls.ts'

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

/** History's collections as plain maps, with faults on demand. */
export function memoryStore() {
  const journal = new Map<string, Entry>()
  const calls = new Map<string, CallDocument>()
  const order: number[] = []
  const faults = { away: false, afterJournal: false }
  const check = (): void => {
    if (faults.away) throw new ProblemError('database.unreachable')
  }
  const list = (matches: (call: CallDocument) => boolean, limit: number): CallDocument[] =>
    [...calls.values()].filter(matches).slice(0, limit)
  const store: HistoryStore = {
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
    callsOfPerson: (personId, sinceMs, limit) =>
      attempt(() => {
        check()
        return list((call) => call.people.includes(personId) && call.startedAt >= sinceMs, limit)
      }),
    callsOfCustomer: (customerId, limit) =>
      attempt(() => {
        check()
        return list((call) => call.customerId === customerId, limit)
      }),
  }
  return { store, journal, calls, order, faults }
}

function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()))
}
