import type { Logger } from 'pino'
import { callsOf } from './apply-entry.ts'
import type { DiskSpace, SpoolState } from './disk-space.ts'
import type { Entry, EntryBody } from './entries.ts'
import type { RecentGaps } from './gaps.ts'
import type { RecentCalls } from './recent-calls.ts'
import type { Appended, Spool } from './spool.ts'

export interface WriterOptions {
  node: string
  spool: Spool
  recent: RecentCalls
  gaps: Pick<RecentGaps, 'note'>
  disk: DiskSpace
  /** Notes on disk that a gap is open (since, ms), or that it is closed (null). */
  noteGap: (from: number | null) => void
  log: Pick<Logger, 'error' | 'warn' | 'info'>
  clock: () => number
}

export interface Writer {
  append: (bodies: readonly EntryBody[]) => Appended
  /** Looks at the disk; when it has room again, closes the gap. Call it about once a second. */
  lookAtDisk: () => void
}

/** So many calls are written in one go when there is room again. */
const callsAtOnce = 50

/**
 * Appends to the spool and to the calls in memory, and keeps account of what could not be written while the disk was
 * full. Calls go on in memory meanwhile; when there is room again the gap is marked in the journal with its length, and
 * the documents of the calls it touched are written whole.
 */
export function createWriter(options: WriterOptions): Writer {
  const { node, spool, recent, gaps, disk, noteGap, log, clock } = options
  let gap: { from: number; entriesLost: number; callIds: Set<string> } | null = null
  let said: SpoolState = 'ok'

  const append = (bodies: readonly EntryBody[]): Appended => {
    const at = clock()
    const firstSeq = spool.lastSeq() + 1
    const appended = spool.append(bodies, at)
    const entries = bodies.map((body, index): Entry => ({ seq: firstSeq + index, node, at, ...body }))
    for (const entry of entries) {
      recent.apply(entry)
      gaps.note(entry)
    }
    if (!appended.kept) noteLost(entries, at)
    return appended
  }

  const noteLost = (entries: readonly Entry[], at: number): void => {
    if (!gap) {
      gap = { from: at, entriesLost: 0, callIds: new Set() }
      log.error('The disk for call history is full: commands are refused; calls go on being shown.')
      noteGap(at)
    }
    gap.entriesLost += entries.length
    for (const callId of entries.flatMap(callsOf)) gap.callIds.add(callId)
  }

  const closeGap = (): void => {
    if (!gap) return
    const { from, entriesLost, callIds } = gap
    const mark: EntryBody = { kind: 'mark', mark: { reason: 'spoolFull', from, to: clock(), entriesLost } }
    const records = [...callIds].flatMap((callId): EntryBody[] => {
      const call = recent.get(callId)
      return call ? [{ kind: 'record', call }] : []
    })
    if (!append([mark, ...records.splice(0, callsAtOnce)]).kept) return
    while (records.length > 0) if (!append(records.splice(0, callsAtOnce)).kept) return
    gap = null
    noteGap(null)
    log.warn({ from, entriesLost }, 'There is room for call history again; the gap is marked in the journal.')
  }

  return {
    append,
    lookAtDisk: () => {
      disk.look()
      if (disk.state() !== 'full') closeGap()
      const state = disk.state()
      if (state === 'alarm' && said === 'ok') {
        log.warn({ usedPercent: disk.usedPercent() }, 'The disk for call history is filling up: make room.')
      }
      said = state
    },
  }
}
