import type { CallRecord } from '../../shared/api.ts'
import type { TodayCall } from '../../shared/calls.ts'
import { isDatabaseAway } from '../database/errors.ts'
import type { CallDocument } from './model.ts'
import type { RecentCalls } from './recent-calls.ts'
import type { HistoryStore } from './store.ts'
import { callRecord, todayCall, type ShowParty } from './views.ts'

export interface Queries {
  /**
   * One call, running or ended; null when there is none.
   * @throws ProblemError `database.unreachable` when only the database could tell and it is away
   */
  readCall: (callId: string) => Promise<CallRecord | null>
  /**
   * What a person was offered since a time (ms), the newest first. With the database away: the calls that it does not have
   * yet. Customers' names are for `customers/` to fill in.
   */
  todayOf: (personId: string, sinceMs: number, limit: number) => Promise<TodayCall[]>
  /** A customer's calls, the newest first. With the database away: those that it does not have yet. */
  callsOfCustomer: (customerId: string, limit: number) => Promise<CallRecord[]>
}

/** Answers from memory and database together, so that what was just appended is in the answer. */
export function createQueries(options: {
  store: Pick<HistoryStore, 'readCalls' | 'callsOfPerson' | 'callsOfCustomer'>
  recent: RecentCalls
  showParty: ShowParty
  clock: () => number
}): Queries {
  const { store, recent, showParty, clock } = options

  /** Puts together what the database has and what memory has; memory knows better. */
  const merged = async (
    stored: Promise<CallDocument[]>,
    matches: (call: CallDocument) => boolean,
    limit: number,
  ): Promise<CallDocument[]> => {
    const calls = new Map((await whatThereIs(stored)).map((call) => [call._id, recent.freshen(call)]))
    for (const call of recent.all()) calls.set(call._id, call)
    return [...calls.values()]
      .filter((call) => call.mergedInto === null && matches(call))
      .sort((one, other) => other.startedAt - one.startedAt)
      .slice(0, limit)
  }

  return {
    readCall: async (callId) => {
      const here = recent.get(callId)
      if (here) return callRecord(here, showParty)
      const stored = (await store.readCalls([callId])).get(callId)
      return stored ? callRecord(recent.freshen(stored), showParty) : null
    },
    todayOf: async (personId, sinceMs, limit) => {
      const calls = await merged(
        store.callsOfPerson(personId, sinceMs, limit),
        (call) => call.people.includes(personId) && call.startedAt >= sinceMs,
        limit,
      )
      const now = clock()
      return calls.map((call) => todayCall(call, personId, now, showParty))
    },
    callsOfCustomer: async (customerId, limit) => {
      const calls = await merged(
        store.callsOfCustomer(customerId, limit),
        (call) => call.customerId === customerId,
        limit,
      )
      return calls.map((call) => callRecord(call, showParty))
    },
  }
}

async function whatThereIs(stored: Promise<CallDocument[]>): Promise<CallDocument[]> {
  try {
    return await stored
  } catch (error) {
    if (isDatabaseAway(error)) return []
    throw error
  }
}
