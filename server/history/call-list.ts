import type { CallDocument } from './model.ts'
import type { CallPlace } from './store.ts'

/**
 * One page of a list of calls, the newest first: what the database has of it, and what only memory knows yet.
 * @param stored the next `limit + 1` calls of the database behind `after`, as they are now
 * @param known calls of the same time that are in memory
 * @param after behind which place the page begins; null for the first
 * @returns at most `limit` calls that live on in no other, and where the next page begins (null: nowhere)
 */
export function pageOfCalls(
  stored: readonly CallDocument[],
  known: Iterable<CallDocument>,
  after: CallPlace | null,
  limit: number,
): { calls: CallDocument[]; next: string | null } {
  // Behind the last call that was read the database may have others: nothing that is there may come before them.
  const last = stored.length > limit ? stored[limit - 1] : undefined
  const calls = new Map<string, CallDocument>()
  for (const call of known) {
    const isBefore = after !== null && newestFirst(call, placed(after)) <= 0
    if (!isBefore && (last === undefined || newestFirst(call, last) <= 0)) calls.set(call._id, call)
  }
  for (const call of stored.slice(0, limit)) calls.set(call._id, call)
  const found = [...calls.values()].filter((call) => call.mergedInto === null).sort(newestFirst)
  const page = found.slice(0, limit)
  const end = found.length > limit ? page.at(-1) : last
  return { calls: page, next: end === undefined ? null : `${end.startedAt}~${end._id}` }
}

/** The place that a page said the next one begins at. */
export function placeOf(next: string): CallPlace {
  const at = next.indexOf('~')
  return { startedAt: Number(next.slice(0, at)), callId: next.slice(at + 1) }
}

function placed({ startedAt, callId }: CallPlace): Pick<CallDocument, 'startedAt' | '_id'> {
  return { startedAt, _id: callId }
}

function newestFirst(
  one: Pick<CallDocument, 'startedAt' | '_id'>,
  other: Pick<CallDocument, 'startedAt' | '_id'>,
): number {
  if (one.startedAt !== other.startedAt) return other.startedAt - one.startedAt
  return one._id === other._id ? 0 : one._id < other._id ? 1 : -1
}
