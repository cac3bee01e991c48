import { appliedSeq, applyEntry, callsOf, isFolded } from './apply-entry.ts'
import type { Entry } from './entries.ts'
import type { CallDocument } from './model.ts'
import { partCall, partEntry } from './personal.ts'

/**
 * The calls that the database may not have yet, or not as they are: running ones, and those that ended lately. Whoever
 * reads history looks here first, so that a call just ended is there, with the database away too.
 */
export interface RecentCalls {
  /** Folds a journal entry in. */
  apply: (entry: Entry) => void
  /** A call as it is now, if it is here. */
  get: (callId: string) => CallDocument | undefined
  /** A document from the database, with what it has not seen yet. */
  freshen: (call: CallDocument) => CallDocument
  all: () => CallDocument[]
  /** Those that are here from their beginning. */
  whole: () => CallDocument[]
  /**
   * Has a call here as a whole: one that was found in progress, or is not here, is read, and what the reader has not seen of
   * it is folded in.
   * @param read what the database has of it
   * @throws what `read` throws
   */
  complete: (callId: string, read: () => Promise<CallDocument | undefined>) => Promise<void>
  /** What is personal in some calls is no more; one that goes on is nobody's from now on, and nobody is verified in it. */
  erase: (callIds: ReadonlySet<string>) => void
  /** The database has everything up to this entry: ended calls that are in it leave. */
  drained: (seq: number) => void
}

/**
 * @param node whose entries these are
 * @param known calls to begin with, from a checkpoint
 * @param mostEnded so many ended calls are held at most while the database is away; older ones are then found again when
 *   it is back
 */
export function createRecentCalls(
  node: string,
  known: readonly CallDocument[],
  mostEnded: number,
): RecentCalls {
  const calls = new Map(known.map((call) => [call._id, call]))
  /** Entries about calls that began before our time (they are in the database), by call. One may be `partial` besides. */
  const loose = new Map<string, Entry[]>()
  const ended = new Set(known.filter((call) => call.endedAt !== null).map((call) => call._id))
  /** Calls that were found in progress: the database may know of them from before. */
  const partial = new Set<string>()
  /** How often a call is being read: what comes meanwhile is not in what is read. */
  const beingRead = new Map<string, number>()
  /** Whether the last input told of what had begun before. */
  let ofBefore = false

  const folded = (call: CallDocument): CallDocument => {
    const found = new Map(calls).set(call._id, call)
    for (const entry of loose.get(call._id) ?? []) applyEntry(found, entry, (callId) => callId === call._id)
    return found.get(call._id) ?? call
  }
  const isWhole = (callId: string): boolean => calls.has(callId) && !partial.has(callId)
  const letGo = (callId: string): void => {
    ended.delete(callId)
    partial.delete(callId)
    calls.delete(callId)
  }

  return {
    apply: (entry) => {
      if (entry.kind === 'input') ofBefore = entry.event.type === 'snapshot' || entry.event.recorded === true
      if (!isFolded(entry)) return
      const touched = callsOf(entry)
      const here = (callId: string): boolean => calls.has(callId) || begins(entry, callId)
      for (const callId of touched) {
        const isFound = entry.kind === 'facts' && !calls.has(callId) && begins(entry, callId)
        if (isFound && (ofBefore || loose.has(callId))) partial.add(callId)
        if (here(callId) && !partial.has(callId)) continue
        const entries = loose.get(callId)
        if (entries) entries.push(entry)
        else loose.set(callId, [entry])
      }
      applyEntry(calls, entry, here)
      for (const callId of touched) if ((calls.get(callId)?.endedAt ?? null) !== null) ended.add(callId)
      for (const oldest of ended) {
        if (ended.size <= mostEnded) break
        letGo(oldest)
      }
      if (loose.size > mostEnded) loose.delete(loose.keys().next().value ?? '')
    },
    get: (callId) => calls.get(callId),
    freshen: (call) => {
      const here = calls.get(call._id)
      return here && isWhole(call._id) ? here : folded(call)
    },
    all: () => [...calls.values()],
    whole: () => [...calls.values()].filter(({ _id }) => isWhole(_id)),
    complete: async (callId, read) => {
      if (isWhole(callId)) return
      beingRead.set(callId, (beingRead.get(callId) ?? 0) + 1)
      try {
        const stored = await read()
        if (isWhole(callId)) return
        if (stored) calls.set(callId, folded(stored))
        if (stored && calls.get(callId)?.endedAt !== null) ended.add(callId)
        if (!calls.has(callId)) return
        partial.delete(callId)
        loose.delete(callId)
      } finally {
        const others = (beingRead.get(callId) ?? 1) - 1
        if (others > 0) beingRead.set(callId, others)
        else beingRead.delete(callId)
      }
    },
    erase: (callIds) => {
      for (const callId of callIds) {
        const call = calls.get(callId)
        if (!call) continue
        const clear = partCall(call).clear
        const personal = { ...clear.personal, erased: true }
        calls.set(callId, call.endedAt === null ? nobodys({ ...clear, personal }) : { ...clear, personal })
      }
      for (const [callId, entries] of loose) {
        if (!callIds.has(callId)) continue
        const others = entries.filter(
          ({ kind }) => kind !== 'binding' && kind !== 'verification' && kind !== 'word',
        )
        loose.set(
          callId,
          others.map((entry) => partEntry(entry, String).clear),
        )
      }
    },
    drained: (seq) => {
      for (const callId of ended) {
        if (appliedSeq(calls.get(callId), node) > seq || beingRead.has(callId)) continue
        letGo(callId)
      }
      for (const [callId, entries] of loose) {
        if ((entries.at(-1)?.seq ?? 0) <= seq && !beingRead.has(callId)) loose.delete(callId)
      }
    },
  }
}

/** A call without whose it was. */
function nobodys(call: CallDocument): CallDocument {
  const copy: CallDocument = { ...call, customerId: null, customerDecided: false, verification: [] }
  delete copy.customerBy
  return copy
}

function begins(entry: Entry, callId: string): boolean {
  if (entry.kind === 'record') return entry.call._id === callId
  return (
    entry.kind === 'facts' &&
    entry.facts.some((fact) => fact.type === 'call.started' && fact.callId === callId)
  )
}
