import type { RecordHealth } from '../../../shared/api.ts'
import type { NoticeCode, NoticeValues } from '../../../shared/notices.ts'
import type { PbxEvent, RecordTold } from '../../floor/events.ts'
import type { Notices } from '../notices.ts'
import type { CelRow } from './cel-rows.ts'
import type { HeardChannel } from './heard-channel.ts'
import type { QueueLogRow } from './queue-log-rows.ts'
import { leavingAt, toldLater } from './told-later.ts'
import { RecordError, recordFaultCodes, type Between, type RecordFault, type RowSource } from './source.ts'
import { createRecordTranslator } from './translate-record.ts'
import { onlyUnheard, onlyUnheardVisits } from './unheard-rows.ts'

/** What is known of the time before, in which nobody listened to a PBX. */
export interface Unheard {
  /** Up to when it was heard, on its clock, ms. */
  since: number
  /** When it had been started, as far as was known. */
  bootedAt: number | null
  /** A channel as it was then; null for one that was not there. */
  channelOf: (channelId: string) => HeardChannel | null
}

/** Takes events in order; resolves when there is room for more. */
export type GiveEvents = (events: readonly PbxEvent[]) => Promise<void>

export interface RecordSettings {
  /** The name of the PBX, which begins every id, and what stands before the names of its queues and devices. */
  pbx: string
  prefix: string
  /** Where CEL is read; null for nowhere: then nothing is told. */
  cel: RowSource<CelRow> | null
  /** Where queue_log is read; null for nowhere: then calls are told without their queues. */
  queueLog: RowSource<QueueLogRow> | null
  isDesk: (device: string) => boolean
  log: { info(fields: object, message: string): void }
  /** Our clock, ms. */
  now?: () => number
  /** How long a reading may take, ms: the screens wait for it. */
  withinMs?: number
}

/** What whoever reads needs of the link. */
export interface ReadingFor {
  /** A time that the PBX wrote, by our clock. */
  ours: (at: number) => number
  notices: Pick<Notices, 'set' | 'clear'>
  signal: AbortSignal
  /** What has been heard already of the time after the snapshot: it will be told by itself. */
  later?: readonly PbxEvent[]
}

/** Asterisk's own record of its calls, from which those are told that nobody heard. */
export interface PbxRecord {
  /**
   * Tells what happened between the moment at which a PBX was last heard and a snapshot of it. Never throws: what cannot be
   * read is told of by {@link health}.
   * @param give takes the events, in order, some at a time
   * @returns how much of the gap was told; null when there is no record
   */
  read(
    unheard: Unheard,
    snapshot: PbxEvent & { type: 'snapshot' },
    give: GiveEvents,
    reading: ReadingFor,
  ): Promise<RecordTold | null>
  /** Looks whether its sources can be read, and hold what is needed: what is not so is noticed. */
  look(notices: Pick<Notices, 'set' | 'clear'>): Promise<void>
  health(): RecordHealth
}

const withinMs = 20_000
/** Rows of one moment may stand a little out of order, ms. */
const disorderMs = 2_000
/** CEL and AMI tell of one moment this far apart at most, ms: no channel comes and goes within it. */
const sameMomentMs = 5
/** Two boot times further apart are two boots, ms. */
const sameBootMs = 2_000

export function createRecord(settings: RecordSettings): PbxRecord {
  const { pbx, prefix, cel, queueLog, isDesk, log } = settings
  const now = settings.now ?? Date.now
  let health: RecordHealth = {
    state: cel === null ? 'off' : 'ready',
    callsReconstructed: 0,
    damagedLines: 0,
  }

  let hasQueues = false

  const look: PbxRecord['look'] = async (notices) => {
    if (cel === null) return
    const [ofCel, ofQueueLog] = await Promise.all([cel.look(), queueLog?.look()])
    const found = new Map<NoticeCode, NoticeValues>()
    for (const { code, values } of [...(ofQueueLog?.faults ?? []), ...ofCel.faults]) found.set(code, values)
    if (queueLog === null) found.set('pbx.no_queue_log', {})
    for (const code of noticed) {
      const values = found.get(code)
      if (values) notices.set(code, values)
      else notices.clear(code)
    }
    hasQueues = ofQueueLog?.isReadable === true
    const state = !ofCel.isReadable ? 'unreadable' : found.size > 0 ? 'incomplete' : 'ready'
    health = { ...health, state }
  }

  /** What cannot be read of the queues costs the calls nothing. */
  async function* visitsBetween(
    source: RowSource<QueueLogRow>,
    times: Between,
    onFault: (fault: RecordFault) => void,
  ): AsyncGenerator<QueueLogRow> {
    try {
      for await (const { rows, damaged } of source.between(times)) {
        health.damagedLines += damaged
        yield* rows
      }
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      onFault(error.fault)
    }
  }

  const readAll = async (
    source: RowSource<CelRow>,
    unheard: Unheard,
    snapshot: PbxEvent & { type: 'snapshot' },
    give: GiveEvents,
    { ours, signal, notices, later = [] }: ReadingFor,
  ): Promise<RecordTold> => {
    const { since } = unheard
    const until = snapshot.at
    const begunAt = performance.now()
    const isLate = (): boolean =>
      signal.aborted || performance.now() - begunAt > (settings.withinMs ?? withinMs)
    const { bootedAt } = snapshot.snapshot
    const restartedAt =
      bootedAt !== null && unheard.bootedAt !== null && Math.abs(bootedAt - unheard.bootedAt) > sameBootMs
        ? bootedAt
        : null
    const isListed = new Set(snapshot.snapshot.channels.map(({ channelId }) => channelId))
    const listedCalls = new Set(
      snapshot.snapshot.channels.map(({ linkedId }) => linkedId.slice(pbx.length + 1)),
    )
    const known = {
      channelOf: (uniqueId: string) => unheard.channelOf(`${pbx}:${uniqueId}`),
      isListed: (uniqueId: string) => isListed.has(`${pbx}:${uniqueId}`),
    }
    const unheardOnly = onlyUnheard(since, known)
    const unheardVisits = onlyUnheardVisits(since, known)
    const translatorSettings = { pbx, prefix, now, isDesk }
    let translator = createRecordTranslator(translatorSettings)
    let restarted = restartedAt === null
    let newestSerial = -1
    const isToldLater = toldLater(pbx, later)
    const toCome = new Set<string>()
    let toldUntil = since

    const times = { from: since - disorderMs, to: until, ours, signal }
    let lacksSome = queueLog !== null && !hasQueues
    let reachesBack = false
    const withoutQueues = (fault: RecordFault): void => {
      notices.set(fault.code, fault.values)
      lacksSome = true
    }
    const visits = hasQueues && queueLog && ahead(visitsBetween(queueLog, times, withoutQueues))
    const tell = async (rows: CelRow[], end?: number): Promise<void> => {
      const newest = rows.at(-1)?.at ?? toldUntil
      // Rows of after a restart are kept for then.
      const upTo = Math.min(end ?? newest + disorderMs, restarted ? Infinity : (restartedAt ?? Infinity))
      const ofVisits = unheardVisits(visits ? await visits.upTo(upTo) : [])
      const isLast = end !== undefined
      const events = translator.take(unheardOnly(rows, isLast), ofVisits, isLast)
      for (const event of events) if (event.type === 'channel.appeared') noteCall(event.channel)
      if (events.length > 0) await give(events)
      toldUntil = Math.max(toldUntil, newest)
    }
    const noteCall = ({ channelId, linkedId }: { channelId: string; linkedId: string }): void => {
      if (channelId === linkedId) health.callsReconstructed += 1
    }
    /**
     * A channel that came in the moment of the lists and is in none of them is told by the events after them, unless nothing
     * of its call is listed either: then that was over by the lists, and so was the channel.
     */
    const isYetToCome = ({ type, at, uniqueId, linkedId }: CelRow): boolean => {
      if (type === 'CHAN_START' && at >= until - sameMomentMs && !known.isListed(uniqueId)) {
        const isItsCallThere = uniqueId === linkedId || toCome.has(linkedId) || listedCalls.has(linkedId)
        if (isItsCallThere) toCome.add(uniqueId)
      }
      return toCome.has(uniqueId)
    }
    /** The PBX says in which second it was started, and may have died in the same: with the start ids begin anew. */
    const isOfNewBoot = (row: CelRow, bootedInSecond: number): boolean => {
      if (row.type !== 'CHAN_START') return row.at >= bootedInSecond + 1_000
      const serial = Number(/\d+$/.exec(row.uniqueId)?.[0])
      const beginsAnew = serial < newestSerial
      newestSerial = serial
      return row.at >= bootedInSecond + (beginsAnew ? 0 : 1_000)
    }
    /** Ends what was there before the PBX was started anew. */
    const restart = async (): Promise<void> => {
      await tell([], restartedAt ?? toldUntil)
      restarted = true
      translator = createRecordTranslator(translatorSettings)
      const stamp = { pbx, at: toldUntil, arrivedAt: now(), recorded: true as const }
      await give([{ ...stamp, type: 'pbx.restarted', bootedAt: restartedAt ?? toldUntil }])
    }

    try {
      for await (const portion of source.between(times)) {
        if (isLate()) return { told: 'partly', until: toldUntil }
        health.damagedLines += portion.damaged
        lacksSome ||= portion.lacksSome === true
        reachesBack ||= portion.reachesBack === true || portion.rows.some(({ at }) => at <= since)
        let rows: CelRow[] = []
        for (const row of portion.rows) {
          if (isYetToCome(row) || isToldLater(row)) continue
          if (!restarted && restartedAt !== null && isOfNewBoot(row, restartedAt)) {
            await tell(rows)
            rows = []
            await restart()
          }
          rows.push(row)
        }
        if (rows.length > 0) await tell(rows)
      }
      if (!restarted) await restart()
      await tell([], Infinity)
    } catch (error) {
      if (!(error instanceof RecordError) || toldUntil === since) throw error
      notices.set(error.fault.code, error.fault.values)
      return { told: 'partly', until: toldUntil }
    } finally {
      if (visits) await visits.close()
    }
    // Where in the gap the missing rows are is not known.
    if (lacksSome || !reachesBack) return { told: 'partly', until: null }
    const leaving = leavingAt(snapshot, later)
    return { told: 'whole', until, ...(leaving.length > 0 ? { leaving } : {}) }
  }

  return {
    read: async (unheard, snapshot, give, reading) => {
      if (cel === null) return null
      const before = health.callsReconstructed
      await look(reading.notices)
      if (health.state === 'unreadable') return { told: 'nothing', until: null }
      try {
        const told = await readAll(cel, unheard, snapshot, give, reading)
        const calls = health.callsReconstructed - before
        log.info({ pbx, calls, told: told.told }, 'What nobody heard was read from the record of the PBX.')
        return told
      } catch (error) {
        const unknown = { code: 'pbx.record_unreadable', values: { file: 'CEL', reason: 'unknown' } } as const
        const { code, values } = error instanceof RecordError ? error.fault : unknown
        reading.notices.set(code, values)
        health = { ...health, state: 'unreadable' }
        return { told: 'nothing', until: null }
      }
    },
    look,
    health: () => health,
  }
}

const noticed = [...recordFaultCodes, 'pbx.no_queue_log'] as const satisfies readonly NoticeCode[]

/** Takes rows off a stream as far as a time, and keeps the one after it. */
function ahead(rows: AsyncGenerator<QueueLogRow>): {
  upTo: (ms: number) => Promise<QueueLogRow[]>
  close: () => Promise<unknown>
} {
  let next: QueueLogRow | null = null
  return {
    upTo: async (ms) => {
      const taken: QueueLogRow[] = []
      for (;;) {
        if (next === null) {
          const result = await rows.next()
          if (result.done === true) return taken
          next = result.value
        }
        if (next.at > ms) return taken
        taken.push(next)
        next = null
      }
    },
    close: () => rows.return(undefined),
  }
}
