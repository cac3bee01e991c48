import { mkdirSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Health } from '../../shared/api.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Database } from '../database/database.ts'
import { smallFiles } from './checkpoint.ts'
import { watchDiskSpace, type Space } from './disk-space.ts'
import { startDrain } from './drain.ts'
import type { EndedContact } from './ended-contacts.ts'
import type { EntryBody } from './entries.ts'
import { lockFolder } from './folder-lock.ts'
import { defaultHistoryLimits, type HistoryLimits } from './limits.ts'
import { defineHistoryModels } from './model.ts'
import { createQueries, type Queries } from './queries.ts'
import { createRecentCalls } from './recent-calls.ts'
import { recoveredInputs, type RecoveredInput } from './recovered-inputs.ts'
import { readSegments } from './segments.ts'
import { openSpool, type Appended } from './spool.ts'
import { createStore, type HistoryStore } from './store.ts'
import type { ShowParty } from './views.ts'
import { createWriter } from './writer.ts'

export interface HistoryOptions {
  /** On a local disk, for this node alone. */
  folder: string
  /** This node's name: letters, digits, `_` and `-`. */
  node: string
  database: Database
  showParty: ShowParty
  /**
   * Told each talk that has ended and whose customer is known, from the spool: also after a crash, and again until it
   * resolves. May be told one twice.
   */
  onContact?: (contact: EndedContact) => Promise<void>
  log: Pick<Logger, 'error' | 'warn' | 'info'>
  clock?: () => number
  limits?: Partial<HistoryLimits>
  /** How the disk is looked at. */
  readSpace?: (folder: string) => Space
  /** What the database is written through. */
  store?: HistoryStore
}

export interface Recovery {
  /** The floor as `saveCheckpoint` was given it, and after which entry. */
  checkpoint: { floor: unknown; seq: number; at: number } | null
  /** The inputs after it, in order. To be read once, before the first append. */
  inputs: AsyncIterable<RecoveredInput>
  lastSeq: number
  /** Bytes cut off the end of the spool: an entry in the making, never acknowledged. */
  tornBytes: number
}

export interface History extends Queries {
  /**
   * Keeps entries, in order, before anything is acknowledged or sent: what is kept survives SIGKILL. Synchronous, tens of
   * µs. Put an input and its facts into one batch. Not kept (the disk is full) is no error: calls go on being shown.
   */
  append: (bodies: readonly EntryBody[]) => Appended
  /** @throws ProblemError `history.spool_full` when a command could not be kept now, and must be refused. */
  requireRoom: () => void
  /**
   * Says who a call's customer is (null: nobody), and whether an agent said so.
   * @throws ProblemError `history.spool_full`
   */
  bindCustomer: (callId: string, customerId: string | null, decided: boolean) => void
  /** What was said last of a running call's customer, also before a restart; null for a call not in memory. */
  bindingOf: (callId: string) => { customerId: string | null; decided: boolean } | null
  recover: () => Recovery
  /** Keeps the floor as it is after entry `seq`. A restart replays only what came later; older spool files can go. */
  saveCheckpoint: (floor: unknown, seq: number) => Promise<void>
  status: () => HistoryStatus
  /** Waits until everything appended so far is in the database; false when that took longer. */
  drain: (withinMs: number) => Promise<boolean>
  /** Puts everything on the disk, ends, and gives the folder back. What is not drained is at the next start. */
  close: () => Promise<void>
}

/** For the health page, and more. `entries` and `bytes`: not yet in the database; on the disk. */
export type HistoryStatus = Health['spool'] & {
  lastSeq: number
  drainedSeq: number
  /** Lines of the spool that could not be read. */
  damagedLines: number
  tornBytes: number
  /** Entries that the database would not take at any price. */
  refusedEntries: number
  /** Why the database did not take the last batch; null when it did. */
  trouble: string | null
}

/**
 * Opens a node's history: recovers the spool, and begins to fill the database from it.
 * @throws Error when the folder cannot be used, or another process uses it
 */
export async function openHistory(options: HistoryOptions): Promise<History> {
  const { folder, node, database, log, showParty } = options
  const clock = options.clock ?? Date.now
  const limits = { ...defaultHistoryLimits, ...options.limits }
  if (!/^[\w-]{1,64}$/.test(node))
    throw new Error(`"${node}" is no name for a node: use letters, digits, _ and -.`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(folder)

  const files = smallFiles(folder, log)
  const checkpoint = await files.checkpoint.read()
  const startSeq = (await files.cursor.read())?.drainedSeq ?? 0
  const openGap = await files.gap()
  let checkpointSeq = checkpoint?.seq ?? 0

  const disk = watchDiskSpace(folder, limits, options.readSpace)
  const usedSeq = Math.max(
    startSeq,
    checkpointSeq,
    ...(checkpoint?.calls ?? []).flatMap((call) =>
      call.applied.map((mark) => (mark.node === node ? mark.seq : 0)),
    ),
  )
  const { segmentBytes, syncEveryMs } = limits
  let wakeDrain = (): void => undefined
  const spool = openSpool({
    folder,
    node,
    disk,
    log,
    segmentBytes,
    syncEveryMs,
    usedSeq,
    clock,
    onSynced: () => wakeDrain(),
  })
  const recoveredSeq = spool.lastSeq()

  const recent = createRecentCalls(node, checkpoint?.calls ?? [], limits.recentCalls)
  const replay = readSegments(spool.segments, Math.min(startSeq, checkpointSeq))
  for (
    let entries = await replay.next(recoveredSeq, 500);
    entries.length > 0;
    entries = await replay.next(recoveredSeq, 500)
  ) {
    for (const entry of entries) recent.apply(entry)
  }
  await replay.close()
  recent.drained(startSeq)

  const writer = createWriter({ node, spool, recent, disk, log, clock, noteGap: files.noteGap })
  if (spool.tornBytes > 0) {
    log.warn({ bytes: spool.tornBytes }, 'The last history entry was torn by the stop and has been cut off.')
    const at = clock()
    writer.append([{ kind: 'mark', mark: { reason: 'tornTail', from: at, to: at, entriesLost: null } }])
  }
  if (openGap) {
    const mark = { reason: 'spoolFull' as const, from: openGap.from, to: clock(), entriesLost: null }
    if (writer.append([{ kind: 'mark', mark }]).kept) files.noteGap(null)
  }

  defineHistoryModels(database.connection)
  const store = options.store ?? createStore(database, limits.inputDays)
  const reader = readSegments(spool.segments, startSeq)
  const removeDone = (): void => spool.removeUntil(Math.min(drain.drainedSeq(), checkpointSeq))
  const drain = startDrain({
    folder,
    store,
    reader,
    drainedSeq: startSeq,
    untilSeq: spool.syncedSeq,
    log,
    ...(options.onContact ? { onContact: options.onContact } : {}),
    onDrained: async (drainedSeq) => {
      recent.drained(drainedSeq)
      removeDone()
      await files.cursor.write({ drainedSeq }).catch((error: unknown) => {
        // Only costs time: after a restart the database is given again what it has.
        log.warn({ err: error }, 'How far history is in the database could not be noted.')
      })
    },
  })
  wakeDrain = drain.wake
  const looking = setInterval(writer.lookAtDisk, 1_000)
  looking.unref()
  let saving = Promise.resolve()
  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    clearInterval(looking)
    await drain.stop()
    await saving.catch(() => undefined)
    await spool.close()
    unlock()
  }

  return {
    ...createQueries({ store, recent, showParty, clock }),
    append: writer.append,
    requireRoom: () => {
      if (disk.state() === 'full') throw new ProblemError('history.spool_full')
    },
    bindCustomer: (callId, customerId, decided) => {
      const { kept } = writer.append([{ kind: 'binding', callId, customerId, decided }])
      if (!kept) throw new ProblemError('history.spool_full')
    },
    bindingOf: (callId) => {
      const call = recent.get(callId)
      return call ? { customerId: call.customerId, decided: call.customerDecided } : null
    },
    recover: () => ({
      checkpoint: checkpoint && { floor: checkpoint.floor, seq: checkpoint.seq, at: checkpoint.at },
      inputs: recoveredInputs(readSegments(spool.segments, checkpoint?.seq ?? 0), recoveredSeq),
      lastSeq: recoveredSeq,
      tornBytes: spool.tornBytes,
    }),
    saveCheckpoint: (floor, seq) => {
      const save = async (): Promise<void> => {
        await files.checkpoint.write({ seq, at: clock(), floor, calls: recent.all() })
        checkpointSeq = seq
        removeDone()
      }
      saving = saving.then(save, save)
      return saving
    },
    status: () => ({
      entries: Math.max(0, spool.lastSeq() - drain.drainedSeq()),
      bytes: spool.segments().reduce((sum, segment) => sum + segment.bytes, 0),
      diskUsedPercent: disk.usedPercent(),
      state: disk.state(),
      lastSeq: spool.lastSeq(),
      drainedSeq: drain.drainedSeq(),
      damagedLines: reader.damaged(),
      tornBytes: spool.tornBytes,
      refusedEntries: drain.refused(),
      trouble: drain.trouble(),
    }),
    drain: async (withinMs) => {
      await spool.sync()
      return drain.reach(spool.lastSeq(), withinMs)
    },
    close: () => (closing ??= close()),
  }
}
