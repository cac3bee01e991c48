import { access, constants, open } from 'node:fs/promises'
import type { RecordHealth } from '../../../shared/api.ts'
import type { NoticeCode, NoticeValues } from '../../../shared/notices.ts'
import type { PbxEvent, RecordTold } from '../../floor/events.ts'
import { columnsLacking, createCelReader, usualCelColumns, type CelRow } from './cel-rows.ts'
import { filesSince, linesSince } from './lines.ts'
import type { HeardChannel } from './heard-channel.ts'
import type { Notices } from '../notices.ts'
import { readQueueLogRow, type QueueLogRow } from './queue-log-rows.ts'
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
  /** Path of CEL's file; empty for none. */
  celFile: string
  /** The columns of its rows, in order. */
  celColumns: readonly string[]
  /** Of its times, where they are a wall clock's; empty for the zone of this process. */
  timeZone: string
  /** Path of queue_log; empty for none. */
  queueLogFile: string
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
  /** Looks whether the files can be read, and hold what is needed: what is not so is noticed. */
  look(notices: Pick<Notices, 'set' | 'clear'>): Promise<void>
  health(): RecordHealth
}

const withinMs = 20_000
/** Rows of one moment may stand a little out of order, ms. */
const disorderMs = 2_000
/** Two boot times further apart are two boots, ms. */
const sameBootMs = 2_000
/** How much of the end of a file is looked at, bytes. */
const tailBytes = 16_384

export function createRecord(settings: RecordSettings): PbxRecord {
  const { pbx, prefix, celFile, celColumns, timeZone, queueLogFile, isDesk, log } = settings
  const now = settings.now ?? Date.now
  let health: RecordHealth = {
    state: celFile === '' ? 'off' : 'ready',
    callsReconstructed: 0,
    damagedLines: 0,
  }

  /** The code of what keeps a file from being read; null when nothing does. */
  const fault = async (path: string): Promise<{ code: NoticeCode; values: NoticeValues } | null> => {
    try {
      await access(path, constants.R_OK)
      return null
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      const code = reason === 'ENOENT' ? 'pbx.record_absent' : 'pbx.record_unreadable'
      return { code, values: { file: path, reason } }
    }
  }

  const look: PbxRecord['look'] = async (notices) => {
    if (celFile === '') return
    const cel = await fault(celFile)
    const queueLog = queueLogFile === '' ? null : await fault(queueLogFile)
    const isRead = cel === null && (await endsInRows(celFile, createCelReader(celColumns, timeZone)))
    const hasColumns = columnsLacking(celColumns).length === 0 && (cel !== null || isRead)
    const fields = usualCelColumns.join(',')
    const found = new Map<NoticeCode, NoticeValues>()
    for (const each of [queueLog, cel]) if (each) found.set(each.code, each.values)
    if (!hasColumns) found.set('pbx.record_columns', { file: celFile, fields })
    if (queueLogFile === '') found.set('pbx.no_queue_log', {})
    for (const code of noticed) {
      const values = found.get(code)
      if (values) notices.set(code, values)
      else notices.clear(code)
    }
    const state = !isRead ? 'unreadable' : found.size > 0 ? 'incomplete' : 'ready'
    health = { ...health, state }
  }

  async function* visitsSince(sinceMs: number, ours: ReadingFor['ours']): AsyncGenerator<QueueLogRow> {
    const readRow = inOurTime(readQueueLogRow, ours)
    for (const path of (await filesSince(queueLogFile, sinceMs)).paths) {
      for await (const lines of linesSince(path, sinceMs, (line) => readRow(line)?.at ?? null)) {
        for (const line of lines) {
          const row = readRow(line)
          if (row) yield row
          else if (line !== '') health.damagedLines += 1
        }
      }
    }
  }

  const readAll = async (
    unheard: Unheard,
    snapshot: PbxEvent & { type: 'snapshot' },
    give: GiveEvents,
    { ours, signal }: ReadingFor,
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
    const known = {
      channelOf: (uniqueId: string) => unheard.channelOf(`${pbx}:${uniqueId}`),
      isListed: (uniqueId: string) => isListed.has(`${pbx}:${uniqueId}`),
    }
    const unheardOnly = onlyUnheard(since, known)
    const unheardVisits = onlyUnheardVisits(since, known)
    const translatorSettings = { pbx, prefix, now, isDesk }
    let translator = createRecordTranslator(translatorSettings)
    let restarted = restartedAt === null
    let toldUntil = since

    const visits = queueLogFile === '' ? null : ahead(visitsSince(since - disorderMs, ours))
    const tell = async (rows: CelRow[], end?: number): Promise<void> => {
      const newest = rows.at(-1)?.at ?? toldUntil
      const ofVisits = unheardVisits(visits ? await visits.upTo(end ?? newest + disorderMs) : [])
      const isLast = end !== undefined
      const events = translator.take(unheardOnly(rows, isLast), ofVisits, isLast)
      for (const event of events) if (event.type === 'channel.appeared') noteCall(event.channel)
      if (events.length > 0) await give(events)
      toldUntil = Math.max(toldUntil, newest)
    }
    const noteCall = ({ channelId, linkedId }: { channelId: string; linkedId: string }): void => {
      if (channelId === linkedId) health.callsReconstructed += 1
    }
    /** Ends what was there before the PBX was started anew. */
    const restart = async (): Promise<void> => {
      restarted = true
      await tell([], restartedAt ?? toldUntil)
      translator = createRecordTranslator(translatorSettings)
      const stamp = { pbx, at: toldUntil, arrivedAt: now(), recorded: true as const }
      await give([{ ...stamp, type: 'pbx.restarted', bootedAt: restartedAt ?? toldUntil }])
    }

    const files = await filesSince(celFile, since - disorderMs)
    for (const path of files.paths) {
      // A reader a file: of a wall clock it remembers how far it has come.
      const read = inOurTime(createCelReader(celColumns, timeZone), ours)
      const probe = inOurTime(createCelReader(celColumns, timeZone), ours)
      for await (const lines of linesSince(path, since - disorderMs, (line) => probe(line)?.at ?? null)) {
        if (isLate()) return { told: 'partly', until: toldUntil }
        let rows: CelRow[] = []
        for (const line of lines) {
          const row = read(line)
          if (row === null && line !== '') health.damagedLines += 1
          if (row === null || row.at < since - disorderMs || row.at > until) continue
          if (!restarted && row.at >= (restartedAt ?? 0)) {
            await tell(rows)
            rows = []
            await restart()
          }
          rows.push(row)
        }
        if (rows.length > 0) await tell(rows)
      }
    }
    if (!restarted) await restart()
    await tell([], Infinity)
    // Where in the gap the packed rows are is not known.
    return files.lacksPacked ? { told: 'partly', until: null } : { told: 'whole', until }
  }

  return {
    read: async (unheard, snapshot, give, reading) => {
      if (celFile === '') return null
      const before = health.callsReconstructed
      await look(reading.notices)
      if (health.state === 'unreadable') return { told: 'nothing', until: null }
      try {
        const told = await readAll(unheard, snapshot, give, reading)
        const calls = health.callsReconstructed - before
        log.info({ pbx, calls, told: told.told }, 'What nobody heard was read from the record of the PBX.')
        return told
      } catch (error) {
        const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
        reading.notices.set('pbx.record_unreadable', { file: celFile, reason })
        health = { ...health, state: 'unreadable' }
        return { told: 'nothing', until: null }
      }
    },
    look,
    health: () => health,
  }
}

const noticed = [
  'pbx.record_absent',
  'pbx.record_unreadable',
  'pbx.record_columns',
  'pbx.no_queue_log',
] as const satisfies readonly NoticeCode[]

/** The PBX's clock may be off: its rows are told by ours, as its events are. */
function inOurTime<R extends { at: number }>(
  read: (line: string) => R | null,
  ours: (at: number) => number,
): (line: string) => R | null {
  return (line) => {
    const row = read(line)
    return row && { ...row, at: ours(row.at) }
  }
}

/** Whether any of the last lines of a file is a row; a file without a whole line has no fault yet. */
async function endsInRows(path: string, read: (line: string) => CelRow | null): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - tailBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from)
    const lines = buffer
      .toString('utf8', 0, bytesRead)
      .split('\n')
      .slice(from > 0 ? 1 : 0, -1)
    return lines.length === 0 || lines.some((line) => read(line) !== null)
  } finally {
    await file.close()
  }
}

/** Takes rows off a stream as far as a time, and keeps the one after it. */
function ahead(rows: AsyncGenerator<QueueLogRow>): { upTo: (ms: number) => Promise<QueueLogRow[]> } {
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
  }
}
