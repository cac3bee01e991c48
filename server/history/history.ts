import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Health } from '../../shared/api.ts'
import type { CandidateReason } from '../../shared/customers.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Disposition, ShownResult } from '../../shared/dispositions.ts'
import type { VerificationStep } from '../../shared/verification.ts'
import type { Interval } from '../agents/status.ts'
import type { Database } from '../database/database.ts'
import { openCallKeys } from '../keys/call-keys.ts'
import type { MasterKeys } from '../keys/master-keys.ts'
import { createChannelCalls } from './channel-calls.ts'
import { checkpointFile, smallFiles } from './checkpoint.ts'
import { watchDiskSpace, type Space } from './disk-space.ts'
import { startDrain } from './drain.ts'
import type { EndedContact } from './ended-contacts.ts'
import type { Entry, EntryBody, KeptCustomer } from './entries.ts'
import { createErasure, sayIfKeysAreStrange, type Erasure } from './erasure.ts'
import { createRecentGaps, type RecentGaps } from './gaps.ts'
import { lockFolder } from './folder-lock.ts'
import { defaultHistoryLimits, type HistoryLimits } from './limits.ts'
import { defineHistoryModels, type CallDocument } from './model.ts'
import { createQueries, type Queries } from './queries.ts'
import { createRecentCalls } from './recent-calls.ts'
import { recoveredInputs, type RecoveredInput } from './recovered-inputs.ts'
import { resultOf } from './results.ts'
import { createSealedStore } from './sealed-store.ts'
import { createSealing } from './sealing.ts'
import { readSegments } from './segments.ts'
import { openSpool, type Appended } from './spool.ts'
import { createStore, type HistoryStore } from './store.ts'
import type { HeardCall } from './heard-calls.ts'
import { partyOf, type ShowParty } from './views.ts'
import type { KeptWord } from './words.ts'
import { createWriter } from './writer.ts'

export interface HistoryOptions {
  /** On a local disk, for this node alone. */
  folder: string
  /** This node's name: letters, digits, `_` and `-`. */
  node: string
  database: Database
  /** What the keys of calls are under. */
  masterKeys: MasterKeys
  showParty: ShowParty
  /**
   * Told each talk that has ended and whose customer is known, from the spool, and again when the call proves to be somebody
   * else's: also after a crash, and until it resolves. May be told one twice.
   */
  onContact?: (contact: EndedContact) => Promise<void>
  /** Told what calls came to, from the spool, until it resolves: also after a crash. May be told one twice. */
  onCalls?: (calls: readonly HeardCall[]) => Promise<void>
  /** Told what agents spent in a status, from the spool, until it resolves. May be told one twice. */
  onIntervals?: (intervals: readonly Interval[]) => Promise<void>
  /** Told what people said came of calls, from the spool, until it resolves. May be told one twice. */
  onDispositions?: (dispositions: readonly Disposition[]) => Promise<void>
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
  /** Whether checkpoint and inputs tell all; not when a checkpoint could not be used, or one that there was has gone. */
  isWhole: boolean
  /** Puts the checkpoint aside, for its floor cannot be used. @returns all inputs that there still are, to be read instead */
  setCheckpointAside: () => AsyncIterable<RecoveredInput>
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
   * Says who a call's customer is (null: nobody), whether an agent said so, and which, else what a look-up recognised them by.
   * @throws ProblemError `history.spool_full`
   */
  bindCustomer: (
    callId: string,
    customerId: string | null,
    decided: boolean,
    by?: string | null,
    reason?: CandidateReason | null,
  ) => void
  /** What was said last of a running call's customer, also before a restart; null for a call not in memory. */
  bindingOf: (callId: string) => { customerId: string | null; decided: boolean } | null
  /**
   * What was said of a call's customer, also of a call that this run, or this node's checkpoint, does not know from its
   * beginning: from then on `bindingOf` and `verificationOf` know it too.
   * @returns null when there is no such call
   * @throws ProblemError `database.unreachable` when only the database could tell and it is away
   */
  recall: (callId: string) => Promise<KeptCustomer | null>
  /**
   * Destroys the keys of all calls of a customer, and of those from their numbers that are nobody's: from then on nobody can
   * read who called or what was keyed in. Times and outcomes stay. Asked again it finishes what was begun.
   * @param numbers of theirs, in E.164
   * @returns the ids of the calls, with those that were erased for this customer before
   * @throws ProblemError `database.unreachable` when the database is away, or does not take what waits for it
   */
  eraseCustomer: Erasure['erase']
  /** To be called when the card of whom was erased has gone. Never rejects. */
  finishErasure: Erasure['finish']
  /** How many calls `eraseCustomer` would erase now, of those that the database has. @throws as it does */
  callsToErase: Erasure['count']
  /** Forgets at once whom other nodes erased; by itself every second once `onErased` was called. */
  followOthers: Erasure['followOthers']
  /**
   * Has somebody told of each erasure, by this node or another, and begins to follow the others: to be called when all that
   * remembers callers is there, as the floor of the run before.
   */
  onErased: Erasure['onErased']
  /**
   * Keeps what was done to verify the caller.
   * @throws ProblemError `history.spool_full`
   */
  keepVerification: (callId: string, step: VerificationStep) => void
  /** What was done so far to verify the caller, and whether the call is over; null for a call not in memory. */
  verificationOf: (callId: string) => { steps: readonly VerificationStep[]; isOver: boolean } | null
  /**
   * Keeps what an agent leaves for whoever gets the call next.
   * @throws ProblemError `history.spool_full`
   */
  keepWord: (callId: string, word: KeptWord) => void
  /** What was left so in a call; nothing for a call not in memory, and for one whose customer was erased. */
  wordsOf: (callId: string) => readonly KeptWord[]
  /** Keeps what somebody said came of a call. @throws ProblemError `history.spool_full` */
  keepDisposition: (callId: string, disposition: Disposition) => void
  /** What a person last said came of a call in memory, as one that is running or just over; null for nothing. */
  resultOf: (callId: string, personId: string) => ShownResult | null
  /** The last that was kept of each agent's status, by extension, also before a restart; of whatever version kept it. */
  statuses: () => ReadonlyMap<string, unknown>
  recover: () => Recovery
  /** Keeps the floor as it is after entry `seq`. A restart replays only what came later; older spool files can go. */
  saveCheckpoint: (floor: unknown, seq: number) => Promise<void>
  status: () => HistoryStatus
  /** Times of the last weeks of which something is missing. To be loaded once the database answers. */
  gaps: Pick<RecentGaps, 'load' | 'since' | 'between'>
  /** Waits until everything appended so far is in the database; false when that took longer. */
  drain: (withinMs: number) => Promise<boolean>
  /** Puts everything on the disk, ends, and gives the folder back. What is not drained is at the next start. */
  close: () => Promise<void>
}

/** For the health page, and more. `entries` and `bytes`: not yet in the database; on the disk. */
export type HistoryStatus = Health['spool'] & {
  lastSeq: number
  drainedSeq: number
  tornBytes: number
}

/** How long another node may go on reading what one erased, ms. */
const followOthersEveryMs = 1_000

/**
 * Opens a node's history: recovers the spool, and begins to fill the database from it.
 * @throws Error when the folder cannot be used, another process uses it, or it is under a master key that is not here
 */
export async function openHistory(options: HistoryOptions): Promise<History> {
  const { folder, node } = options
  if (!/^[\w-]{1,64}$/.test(node))
    throw new Error(`"${node}" is no name for a node: use letters, digits, _ and -.`)
  mkdirSync(join(folder, 'keys'), { recursive: true, mode: 0o700 })
  const unlock = lockFolder(folder)
  try {
    return await openLocked(options, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function openLocked(options: HistoryOptions, unlock: () => void): Promise<History> {
  const { folder, node, database, log, showParty, masterKeys: master } = options
  const clock = options.clock ?? Date.now
  const limits = { ...defaultHistoryLimits, ...options.limits }
  const files = smallFiles(folder, log)
  const checkpoints = checkpointFile(folder, log, master)
  const checkpoint = await checkpoints.read()
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
  const keys = openCallKeys(join(folder, 'keys'), master)
  const channelCalls = createChannelCalls(checkpoint?.channels ?? [])
  const sealing = createSealing(keys, channelCalls.callOf)
  const open = (entry: Entry): Entry => sealing.openEntry(entry, (keyId) => keys.find(keyId, entry.seq))
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
    seal: (entry) => {
      if (entry.kind === 'input') channelCalls.note(entry.event)
      return sealing.sealEntry(entry)
    },
    keys,
    onSynced: () => wakeDrain(),
  })
  const recoveredSeq = spool.lastSeq()
  const isFresh = usedSeq === 0 && spool.segments().every(({ bytes }) => bytes === 0)
  if (isFresh)
    await files.begin.write({ firstSeq: recoveredSeq + 1 }).catch((error: unknown) => {
      log.warn({ err: error }, 'Where the history spool begins could not be noted.')
    })
  const begunAt = (await files.begin.read())?.firstSeq ?? 0
  /** Without a checkpoint only a spool of which nothing has gone yet tells all. */
  const hasAll = checkpoint !== null || (spool.segments()[0]?.firstSeq ?? Infinity) <= begunAt

  const kept = options.store ?? createStore(database, limits.inputDays)
  const gaps = createRecentGaps(kept, clock, log)
  const recent = createRecentCalls(node, checkpoint?.calls ?? [], limits.recentCalls)
  const statuses = new Map<string, unknown>()
  const noteStatus = (status: unknown): void => {
    const { extension } = status as { extension?: unknown }
    if (typeof extension === 'string') statuses.set(extension, status)
  }
  for (const status of checkpoint?.statuses ?? []) noteStatus(status)
  const replay = readSegments(spool.segments, Math.min(startSeq, checkpointSeq))
  for (
    let entries = await replay.next(recoveredSeq, 500);
    entries.length > 0;
    entries = await replay.next(recoveredSeq, 500)
  ) {
    for (const entry of entries) {
      try {
        if (entry.kind === 'input') channelCalls.note(entry.event)
        recent.apply(open(entry))
        gaps.note(entry)
        if (entry.kind === 'status') noteStatus(entry.status)
      } catch (error) {
        // Of another version; the drain puts it aside. It must not keep the server from starting.
        log.error({ err: error, seq: entry.seq }, 'A history entry cannot be understood and is passed over.')
      }
    }
  }
  await replay.close()
  recent.drained(startSeq)

  const writer = createWriter({ node, spool, recent, gaps, disk, log, clock, noteGap: files.noteGap })
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
  const store = createSealedStore({ store: kept, sealing, keys, master, showParty })
  const { forgetAside } = checkpoints
  const until = checkpoint?.erasedUntil ?? 0
  const recallWhole = (callId: string): Promise<void> =>
    recent.complete(callId, async () => (await store.readCalls([callId])).get(callId))
  const hashesOf = (call: CallDocument): readonly string[] => {
    const { number } = partyOf(call, showParty)
    return number?.startsWith('+') === true ? master.hashesOf(number) : []
  }
  /** What goes on to be kept of these calls, and what the database has of them, names nobody. */
  const keepForgotten = async (callIds: readonly string[]): Promise<void> => {
    const running = callIds.filter((callId) => recent.get(callId)?.endedAt === null)
    for (const callId of running) await recallWhole(callId)
    recent.erase(new Set(running))
    const records = running.flatMap((callId): EntryBody[] => {
      const call = recent.get(callId)
      return call ? [{ kind: 'record', call }] : []
    })
    if (records.length > 0) writer.append(records)
  }
  const erasure = createErasure({
    ...{ store: kept.keys, keys, recent, hashesOf, keepForgotten, forgetAside, master, until, log, clock },
  })
  const reader = readSegments(spool.segments, startSeq)
  const removeDone = (): void => spool.removeUntil(Math.min(drain.drainedSeq(), checkpointSeq))
  const drain = startDrain({
    folder,
    store,
    reader,
    open,
    drainedSeq: startSeq,
    untilSeq: spool.syncedSeq,
    log,
    ...(options.onContact ? { onContact: options.onContact } : {}),
    showParty,
    ...(options.onCalls ? { onCalls: options.onCalls } : {}),
    ...(options.onIntervals ? { onIntervals: options.onIntervals } : {}),
    ...(options.onDispositions ? { onDispositions: options.onDispositions } : {}),
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
  let following: NodeJS.Timeout | undefined
  /** One look at a time. */
  let look = Promise.resolve()
  const followOthers = (): Promise<void> => (look = look.then(erasure.followOthers))
  database.whenReady().then(
    () => sayIfKeysAreStrange(kept.keys, master, log),
    () => undefined,
  )
  let saving = Promise.resolve()
  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    clearInterval(looking)
    clearInterval(following)
    await drain.stop()
    await saving.catch(() => undefined)
    await spool.close()
    unlock()
  }

  const inputsAfter = (seq: number): AsyncIterable<RecoveredInput> =>
    recoveredInputs(readSegments(spool.segments, seq), recoveredSeq, open)

  const drainAll = async (withinMs: number): Promise<boolean> => {
    await spool.sync()
    return drain.reach(spool.lastSeq(), withinMs)
  }

  return {
    ...createQueries({ store, recent, gaps, showParty, clock, drain: drainAll }),
    append: (bodies) => {
      for (const body of bodies) if (body.kind === 'status') noteStatus(body.status)
      return writer.append(bodies)
    },
    statuses: () => statuses,
    requireRoom: () => {
      if (disk.state() === 'full') throw new ProblemError('history.spool_full')
    },
    bindCustomer: (callId, customerId, decided, by = null, reason = null) => {
      const how = { ...(by === null ? {} : { by }), ...(reason === null ? {} : { reason }) }
      const { kept } = writer.append([{ kind: 'binding', callId, customerId, decided, ...how }])
      if (!kept) throw new ProblemError('history.spool_full')
    },
    bindingOf: (callId) => {
      const call = recent.get(callId)
      return call ? { customerId: call.customerId, decided: call.customerDecided } : null
    },
    recall: async (callId) => {
      await recallWhole(callId)
      const call = recent.get(callId)
      if (!call) return null
      const { customerId, customerDecided: decided, customerBy } = call
      return {
        customerId,
        decided,
        decidedBy: customerBy?.personId ?? null,
        reason: customerBy?.reason ?? null,
      }
    },
    callsToErase: erasure.count,
    eraseCustomer: async (customerId, numbers) => {
      // Whose a call is stands with its keys only when the database has it.
      if (!(await drainAll(limits.eraseWithinMs))) throw new ProblemError('database.unreachable')
      return erasure.erase(customerId, numbers)
    },
    finishErasure: erasure.finish,
    followOthers,
    onErased: (listener) => {
      erasure.onErased(listener)
      following ??= setInterval(() => {
        if (database.state().state === 'ready') void followOthers()
      }, followOthersEveryMs).unref()
    },
    keepVerification: (callId, step) => {
      const { kept } = writer.append([{ kind: 'verification', callId, step }])
      if (!kept) throw new ProblemError('history.spool_full')
    },
    keepDisposition: (callId, disposition) => {
      const { kept } = writer.append([{ kind: 'disposition', callId, disposition }])
      if (!kept) throw new ProblemError('history.spool_full')
    },
    resultOf: (callId, personId) => {
      const call = recent.get(callId)
      return call ? resultOf(call, personId) : null
    },
    verificationOf: (callId) => {
      const call = recent.get(callId)
      return call ? { steps: call.verification, isOver: call.endedAt !== null } : null
    },
    keepWord: (callId, word) => {
      const { kept } = writer.append([{ kind: 'word', callId, word }])
      if (!kept) throw new ProblemError('history.spool_full')
    },
    wordsOf: (callId) => recent.get(callId)?.personal.words ?? [],
    recover: () => ({
      checkpoint: checkpoint && { floor: checkpoint.floor, seq: checkpoint.seq, at: checkpoint.at },
      inputs: inputsAfter(checkpoint?.seq ?? 0),
      isWhole: hasAll && !checkpoints.isLost(),
      setCheckpointAside: () => {
        // Until there is another, nothing that it stood for may go.
        checkpointSeq = 0
        checkpoints.setAside()
        return inputsAfter(0)
      },
      lastSeq: recoveredSeq,
      tornBytes: spool.tornBytes,
    }),
    saveCheckpoint: (floor, seq) => {
      // As of the floor: what is forgotten after it may still be in it.
      const erasedUntil = erasure.until()
      const save = async (): Promise<void> => {
        // Of a call that was found in progress more may be in the database than here: it is asked again then.
        const [calls, channels] = [recent.whole(), channelCalls.all()]
        const known = { calls, channels, statuses: [...statuses.values()] }
        await checkpoints.write({ seq, at: clock(), floor, ...known, erasedUntil })
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
      checkpointLost: checkpoints.isLost(),
      trouble: drain.trouble(),
    }),
    gaps,
    drain: drainAll,
    close: () => (closing ??= close()),
  }
}
