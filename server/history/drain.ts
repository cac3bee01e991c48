import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Disposition } from '../../shared/dispositions.ts'
import type { Interval } from '../agents/status.ts'
import { isDocumentFault } from '../database/errors.ts'
import { applyEntry, callsOf, isFolded } from './apply-entry.ts'
import { newlyEnded, type EndedContact } from './ended-contacts.ts'
import type { Entry } from './entries.ts'
import { frameLine } from './frame.ts'
import { heardCalls, type HeardCall } from './heard-calls.ts'
import { gapsOf } from './gaps.ts'
import { pagesOf } from './journal.ts'
import type { SegmentReader } from './segments.ts'
import type { HistoryStore } from './store.ts'
import type { ShowParty } from './views.ts'

export interface DrainOptions {
  folder: string
  store: Pick<HistoryStore, 'keepJournal' | 'keepGaps' | 'readCalls' | 'writeCalls'>
  reader: SegmentReader
  /** Opens what is sealed in an entry. The journal is given it as it was read. */
  open: (entry: Entry) => Entry
  /** The last entry that the database has acknowledged so far. */
  drainedSeq: number
  /** The last entry that may be drained. */
  untilSeq: () => number
  /** Called when the database has acknowledged everything up to an entry; must keep that. */
  onDrained: (seq: number) => Promise<void>
  /** Told each talk that has ended, before its call is written: so that a stop in between has it told again. */
  onContact?: (contact: EndedContact) => Promise<void>
  /** Told what calls came to, before they are written; may be told one twice. */
  onCalls?: (calls: readonly HeardCall[]) => Promise<void>
  /** How the party of a call is read; needed for `onCalls`. */
  showParty?: ShowParty
  /** Told what agents spent in a status; may be told one twice. */
  onIntervals?: (intervals: readonly Interval[]) => Promise<void>
  /** Told what people said came of calls; may be told one twice. */
  onDispositions?: (dispositions: readonly Disposition[]) => Promise<void>
  log: Pick<Logger, 'error' | 'warn' | 'info'>
  /** Between two attempts, ms. */
  firstRetryMs?: number
  longestRetryMs?: number
  batchEntries?: number
  /** Pause after a batch that was not full, ms: few large writes leave the database time for look-ups. */
  gatherMs?: number
}

export interface Drain {
  drainedSeq: () => number
  /** Says that there may be something new. */
  wake: () => void
  /** Resolves with true when everything up to `seq` is in the database, with false when that took longer. */
  reach: (seq: number, withinMs: number) => Promise<boolean>
  /** Why the last attempt failed; null when it did not. */
  trouble: () => string | null
  /** Entries that the database would not take at any price, or that nobody understands; they lie in `refused.spool` beside the spool. */
  refused: () => number
  /** Ends after the batch under way. */
  stop: () => Promise<void>
}

/** Fills the database from the spool: in order, a batch at a time, again and again until the database has it. */
export function startDrain(options: DrainOptions): Drain {
  const { store, reader, log } = options
  const firstRetryMs = options.firstRetryMs ?? 250
  const longestRetryMs = options.longestRetryMs ?? 10_000
  const batchEntries = options.batchEntries ?? 500
  const gatherMs = options.gatherMs ?? 1_000
  let drainedSeq = options.drainedSeq
  let refused = 0
  let trouble: string | null = null
  let stopped = false
  let wakeUp: (() => void) | null = null
  let woken = false
  let gathering: (() => void) | null = null
  const waiting = new Set<() => void>()

  const pause = async (ms: number | null): Promise<void> => {
    if (stopped || (woken && ms === null)) return
    await new Promise<void>((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms)
      wakeUp = () => {
        // New entries are no reason to try a database again that has just failed; being stopped is.
        if (ms !== null && !stopped) return
        clearTimeout(timer)
        resolve()
      }
    })
    wakeUp = null
  }

  /** Lets entries come together, unless somebody waits for them. */
  const gather = async (): Promise<void> => {
    if (stopped || waiting.size > 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs)
      gathering = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    gathering = null
  }

  const tellContact = async (contact: EndedContact): Promise<void> => {
    try {
      await options.onContact?.(contact)
    } catch (error) {
      // A timeline that takes nothing more must not cost the call its history.
      if (!isDocumentFault(error)) throw error
      log.error({ err: error, callId: contact.callId }, 'A talk could not be put into its timeline.')
    }
  }

  const tellCalls = async (
    heard: readonly HeardCall[],
    tell: (calls: readonly HeardCall[]) => Promise<void>,
  ): Promise<void> => {
    try {
      await tell(heard)
    } catch (error) {
      if (!isDocumentFault(error)) throw error
      log.error({ err: error }, 'What calls came to could not be noted with whom is to be called back.')
    }
  }

  const keep = async (entries: readonly Entry[]): Promise<void> => {
    await store.keepJournal(entries)
    const gaps = entries.flatMap(gapsOf)
    if (gaps.length > 0) await store.keepGaps(gaps)
    const intervals = entries.flatMap((entry) =>
      entry.kind === 'status' && entry.interval !== null ? [entry.interval] : [],
    )
    if (intervals.length > 0) await options.onIntervals?.(intervals)
    const dispositions = entries.flatMap((entry) => (entry.kind === 'disposition' ? entry.disposition : []))
    if (dispositions.length > 0) await options.onDispositions?.(dispositions)
    const callIds = [...new Set(entries.filter(isFolded).flatMap(callsOf))]
    if (callIds.length === 0) return
    const before = await store.readCalls(callIds)
    const calls = new Map(before)
    for (const entry of entries) applyEntry(calls, options.open(entry))
    const changed = [...calls.values()].filter((call) => before.get(call._id) !== call)
    await Promise.all(changed.flatMap((call) => newlyEnded(before.get(call._id), call)).map(tellContact))
    if (options.onCalls && options.showParty) {
      const heard = heardCalls(before, changed, options.showParty)
      if (heard.length > 0) await tellCalls(heard, options.onCalls)
    }
    if (changed.length > 0) await store.writeCalls(changed)
  }

  const acknowledge = async (seq: number): Promise<void> => {
    drainedSeq = seq
    await options.onDrained(seq)
    for (const look of waiting) look()
  }

  const fail = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error)
    if (message !== trouble) log.warn({ err: error }, 'History waits on disk: the database did not take it.')
    trouble = message
  }

  let pending: Entry[] = []
  /** Whether the last batch read was as large as may be: then more waits behind it. */
  let isFull = false
  let width = Infinity
  let attempts = 0

  /** Drains one batch. Says whether there was one. */
  const step = async (): Promise<boolean> => {
    if (pending.length === 0) {
      woken = false
      pending = await reader.next(options.untilSeq(), batchEntries)
      isFull = pending.length >= batchEntries
      width = Infinity
    }
    const batch = pending.slice(0, width)
    const last = batch.at(-1)
    if (!last) return false
    try {
      await keep(batch)
    } catch (error) {
      if (!isDocumentFault(error) && !batch.some(isNotUnderstood)) throw error
      // One of these entries is the fault: find it, and let it not hold up all that follow.
      if (batch.length > 1) {
        width = Math.ceil(batch.length / 2)
        return true
      }
      await appendFile(join(options.folder, 'refused.spool'), frameLine(JSON.stringify(last)))
      refused += 1
      log.error(
        { err: error, seq: last.seq },
        'A history entry cannot be put into the database; it was put into refused.spool.',
      )
    }
    if (trouble !== null) log.info({ seq: last.seq }, 'The database takes history again.')
    trouble = null
    attempts = 0
    pending = pending.slice(batch.length)
    await acknowledge(last.seq)
    return true
  }

  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        if (!(await step())) await pause(null)
        else if (pending.length === 0 && !isFull) await gather()
      } catch (error) {
        fail(error)
        const wait = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts, 16))
        attempts += 1
        await pause(wait * (0.75 + Math.random() / 2))
      }
    }
  }
  const running = run()

  return {
    drainedSeq: () => drainedSeq,
    wake: () => {
      woken = true
      wakeUp?.()
    },
    reach: async (seq, withinMs) => {
      if (drainedSeq >= seq) return true
      return new Promise<boolean>((resolve) => {
        const settle = (reached: boolean): void => {
          clearTimeout(timer)
          waiting.delete(look)
          resolve(reached)
        }
        const look = (): void => {
          if (drainedSeq >= seq) settle(true)
        }
        const timer = setTimeout(() => settle(false), withinMs)
        waiting.add(look)
        gathering?.()
      })
    },
    trouble: () => trouble,
    refused: () => refused,
    stop: async () => {
      stopped = true
      wakeUp?.()
      gathering?.()
      await running
      await reader.close()
    },
  }
}

/** Whether an entry is of a kind that this version knows nothing of, or lacks what it should have. */
function isNotUnderstood(entry: Entry): boolean {
  try {
    pagesOf([entry], 1)
    applyEntry(new Map(), entry)
    return false
  } catch {
    return true
  }
}
