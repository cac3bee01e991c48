import type { DayPart } from '../../shared/agent-day.ts'
import type { CallList, CallRecord, ListCalls } from '../../shared/api.ts'
import type { TodayCall } from '../../shared/calls.ts'
import { isDatabaseAway } from '../database/errors.ts'
import { heldMsOf, isOfTime, partOf } from './day-parts.ts'
import type { RecentGaps } from './gaps.ts'
import { mostMerges, readJournalOfCall, type JournalOfCall } from './journal-of-call.ts'
import type { CallDocument } from './model.ts'
import type { RecentCalls } from './recent-calls.ts'
import { pageOfCalls, placeOf } from './call-list.ts'
import type { SealedStore } from './sealed-store.ts'
import { talksOf, type Owed, type TalksInCall } from './results.ts'
import { callRecord, owedOf, todayCall, type ShowParty } from './views.ts'

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
   * What a person dialled or was offered since a time (ms), the newest first, and whether that is all: with the database
   * away there are only the calls that it does not have yet. Customers' names are for `customers/` to fill in.
   */
  todayOf: (
    personId: string,
    sinceMs: number,
    limit: number,
  ) => Promise<{ calls: TodayCall[]; complete: boolean }>
  /**
   * A person's parts in the calls of a time, the newest first, and whether that is all, as `todayOf`.
   */
  dayOf: (
    personId: string,
    from: number,
    to: number,
    limit: number,
  ) => Promise<{ calls: { part: DayPart; call: TodayCall; heldMs: number }[]; complete: boolean }>
  /**
   * Who talked in a call, running or over, and what they said came of it. Of a call that went on in another: in that one.
   * @throws as `readCall`
   */
  talksIn: (callId: string) => Promise<TalksInCall | null>
  /**
   * The calls that a person, or for null anybody, has talked in and not finished yet, the newest first.
   * @throws ProblemError `database.unreachable`
   */
  owedBy: (personId: string | null, limit: number) => Promise<Owed[]>
  /**
   * A page of the calls that began in a time, those of this moment among them, and of what part of that time calls may be
   * missing.
   * @throws ProblemError `database.unreachable`
   */
  listCalls: (request: ListCalls) => Promise<CallList>
  /**
   * A call with all that the journal has about it; null when there is no such call.
   * @throws as `readCall`
   */
  journalOf: (callId: string) => Promise<JournalOfCall | null>
}

/** No call that somebody has a part in today began longer before it, ms. */
const longestCallMs = 12 * 3_600_000
/** How long who asks about a call may wait for its newest moments, ms. */
const drainWithinMs = 500

/** Answers from memory and database together, so that what was just appended is in the answer. */
export function createQueries(options: {
  store: Pick<
    SealedStore,
    | 'readCalls'
    | 'callsOfPerson'
    | 'callsOwed'
    | 'callsBetween'
    | 'journalPages'
    | 'journalEntry'
    | 'openEntries'
  >
  recent: RecentCalls
  gaps: Pick<RecentGaps, 'between'>
  showParty: ShowParty
  clock: () => number
  /** Brings what is only on the disk to the database; false when that takes too long. */
  drain: (withinMs: number) => Promise<boolean>
}): Queries {
  const { store, recent, gaps, showParty, clock, drain } = options

  const find = async (callId: string): Promise<CallDocument | null> => {
    const here = recent.get(callId)
    if (here) return here
    const stored = (await store.readCalls([callId])).get(callId)
    return stored ? recent.freshen(stored) : null
  }

  /** The calls of a person that began in a time, or so long before it that they may reach into it, the newest first. */
  const withPerson = async (personId: string, from: number, to: number, limit: number) => {
    // A call of the night before may have come to this person after midnight.
    const startedSince = from - longestCallMs
    const { stored, complete } = await whatThereIs(
      store.callsOfPerson(personId, startedSince, limit, to === Infinity ? undefined : to),
    )
    // Memory knows better than the database, which is given every call a little later.
    const found = new Map(stored.map((call) => [call._id, recent.freshen(call)]))
    for (const call of recent.all()) found.set(call._id, call)
    const isTheirs = (call: CallDocument) => call.mergedInto === null && call.people.includes(personId)
    const calls = [...found.values()]
      .filter((call) => isTheirs(call) && call.startedAt >= startedSince && call.startedAt < to)
      .sort((one, other) => other.startedAt - one.startedAt)
      .slice(0, limit)
    return { calls, complete }
  }

  return {
    readCall: async (callId) => {
      const call = await find(callId)
      return call && callRecord(call, showParty)
    },
    tookPart: async (callId, personId) => (await find(callId))?.people.includes(personId) ?? false,
    todayOf: async (personId, sinceMs, limit) => {
      const { calls, complete } = await withPerson(personId, sinceMs, Infinity, limit)
      const now = clock()
      const mine = calls
        .flatMap((call) => todayCall(call, personId, now, showParty) ?? [])
        .filter(({ at }) => at >= sinceMs)
        .sort((one, other) => other.at - one.at)
      return { calls: mine, complete }
    },
    dayOf: async (personId, from, to, limit) => {
      const { calls, complete } = await withPerson(personId, from, to, limit)
      const now = Math.min(clock(), to)
      const parts = calls.flatMap((document) => {
        const part = partOf(document, personId)
        const call = todayCall(document, personId, now, showParty)
        return call && isOfTime(part, from, to, now) ? [{ part, call, heldMs: heldMsOf(part, now) }] : []
      })
      return { calls: parts.sort((one, other) => other.call.at - one.call.at), complete }
    },
    talksIn: async (callId) => {
      let call = await find(callId)
      for (let merges = 0; merges < mostMerges && call?.mergedInto != null; merges += 1)
        call = await find(call.mergedInto)
      return call && talksOf(call)
    },
    owedBy: async (personId, limit) => {
      const stored = await store.callsOwed(personId, limit)
      const calls = new Map(stored.map((call) => [call._id, recent.freshen(call)]))
      for (const call of recent.all()) calls.set(call._id, call)
      return [...calls.values()]
        .flatMap((call) => owedOf(call, personId, showParty))
        .sort((one, other) => other.at - one.at)
        .slice(0, limit)
    },
    listCalls: async ({ from, to, limit, after }) => {
      const place = after === undefined ? null : placeOf(after)
      // Memory first: what it lets go of meanwhile is in the database by then.
      const known = recent.all().filter(({ startedAt }) => startedAt >= from && startedAt < to)
      const stored = await store.callsBetween(from, to, place, limit + 1)
      const fresh = known.map(recent.freshen)
      const { calls, next } = pageOfCalls(stored.map(recent.freshen), fresh, place, limit)
      const found = calls.map((call) => callRecord(call, showParty))
      return { calls: found, next, gaps: await gaps.between(from, to) }
    },
    journalOf: async (callId) => {
      const current = await drain(drainWithinMs)
      const call = await find(callId)
      return call && { ...(await readJournalOfCall(store, call)), current }
    },
  }
}

async function whatThereIs(
  reading: Promise<CallDocument[]>,
): Promise<{ stored: CallDocument[]; complete: boolean }> {
  try {
    return { stored: await reading, complete: true }
  } catch (error) {
    if (isDatabaseAway(error)) return { stored: [], complete: false }
    throw error
  }
}
