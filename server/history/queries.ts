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
   * Whether a person dialled a call, was offered it or talked in it.
   * @throws as `readCall`
   */
  tookPart: (callId: string, personId: string) => Promise<boolean>
  /**
   * What a person dialled or was offered since a time (ms), the newest first. With the database away: the calls that it does not have
   * yet. Customers' names are for `customers/` to fill in.
   */
  todayOf: (personId: string, sinceMs: number, limit: number) => Promise<TodayCall[]>
  /** A customer's calls, the newest first. With the database away: those that it does not have yet. */
  callsOfCustomer: (customerId: string, limit: number) => Promise<CallRecord[]>
}

/** No call that somebody has a part in today began longer before it, ms. */
const longestCallMs = 12 * 3_600_000

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

  const find = async (callId: string): Promise<CallDocument | null> => {
    const here = recent.get(callId)
    if (here) return here
    const stored = (await store.readCalls([callId])).get(callId)
    return stored ? recent.freshen(stored) : null
  }

  return {
    readCall: async (callId) => {
      const call = await find(callId)
      return call && callRecord(call, showParty)
    },
    tookPart: async (callId, personId) => (await find(callId))?.people.includes(personId) ?? false,
    todayOf: async (personId, sinceMs, limit) => {
      // A call of the night before may have come to this person after midnight.
      const startedSince = sinceMs - longestCallMs
      const calls = await merged(
        store.callsOfPerson(personId, startedSince, limit),
        (call) => call.people.includes(personId) && call.startedAt >= startedSince,
        limit,
      )
      const now = clock()
      return calls
        .flatMap((call) => todayCall(call, personId, now, showParty) ?? [])
        .filter(({ at }) => at >= sinceMs)
        .sort((one, other) => other.at - one.at)
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
