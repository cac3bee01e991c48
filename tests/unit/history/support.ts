import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mongoose'
import { onTestFinished } from 'vitest'
import type { Database } from '../../../server/database/database.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import type { Fact, RawParty } from '../../../server/floor/facts.ts'
import type { Entry } from '../../../server/history/entries.ts'
import type { CallDocument } from '../../../server/history/model.ts'
import type { HistoryStore } from '../../../server/history/store.ts'
import { ProblemError } from '../../../shared/problems.ts'

/** A Monday morning. */
export const morning = Date.UTC(2026, 10, 23, 9)

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

/** A second passing on the floor. */
export function tick(at = morning): PbxEvent {
  return { pbx: 'lab', at, arrivedAt: at, type: 'tick' }
}

const pbx = 'lab'
export const caller: RawParty = { number: '+4930231250199', name: 'Erika Example', restricted: false }

/** The facts of a call that was answered by the second of two agents, held once, and ended by the customer. */
export function answeredCall(callId: string, at = morning): Fact[] {
  const second = (n: number): number => at + n * 1000
  const common = { pbx, callId, visitId: `${callId}/v1`, queue: 'support' }
  const first = { ...common, offerId: `${callId}/o1`, extension: '201', personId: 'anna' }
  const other = { ...common, offerId: `${callId}/o2`, extension: '202', personId: 'boris' }
  const talk = { pbx, callId, contactId: `${callId}/c1`, extension: '202' }
  return [
    { pbx, at, type: 'call.started', callId, direction: 'inbound', party: caller, dialled: '+49302312500' },
    { ...common, at: second(1), type: 'call.queued' },
    { ...first, at: second(2), type: 'offer.made' },
    { ...first, at: second(12), type: 'offer.ended', outcome: 'notAnswered', ringMs: 10_000 },
    { ...other, at: second(13), type: 'offer.made' },
    { ...other, at: second(16), type: 'offer.ended', outcome: 'answered', ringMs: 3_000 },
    { ...common, at: second(16), type: 'call.dequeued', outcome: 'answered', waitMs: 15_000 },
    {
      ...talk,
      at: second(16),
      type: 'contact.began',
      offerId: other.offerId,
      queue: 'support',
      personId: 'boris',
      waitMs: 15_000,
    },
    { ...talk, at: second(30), type: 'contact.held', by: 'agent' },
    { ...talk, at: second(40), type: 'contact.resumed', heldMs: 10_000 },
    {
      ...talk,
      at: second(76),
      type: 'contact.ended',
      queue: 'support',
      personId: 'boris',
      talkMs: 60_000,
      heldMs: 10_000,
      why: 'customerHungUp',
    },
    { pbx, at: second(76), type: 'call.ended', callId, end: 'customerHungUp', cause: 16, durationMs: 76_000 },
  ]
}

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
