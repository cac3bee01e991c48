import { cdrDifferences, readCdr } from '../../compare/cdr.ts'
import { celDifferences, readCel, type CallWithCustomer } from '../../compare/cel.ts'
import { readQueueLog, type QueueLogRow } from '../../compare/queue-log.ts'
import type { Difference, Rule, Use } from '../../compare/rules.ts'
import { readCelRows, type CelRow } from './cel-rows.ts'
import { holdDifferences, type PhoneHold } from './holds.ts'
import { moveDifferences } from './moves.ts'
import { queueDifferences } from './queues.ts'
import { apart, byClockAhead, type ToldCall } from './told.ts'

/** What Asterisk and the phones wrote down themselves: rows as they stand in the files. */
export interface Written {
  queueLog: readonly string[]
  cdr: readonly string[]
  cel: readonly string[]
  /** Null where no phone's log was kept: then holds are not compared. */
  phones: readonly PhoneHold[] | null
}

/** A time in which something was not as usual, seconds since 1970. */
export interface Span {
  from: number
  to: number
}

/** The PBX's clock was set. */
export interface ClockSet {
  /** When, seconds since 1970 by the true clock. */
  at: number
  /** How far it was ahead before, and is since, s. */
  from: number
  to: number
}

export interface Circumstances {
  thresholdSeconds: number
  /** When nobody listened to the PBX: Ringcard has its record to tell from. */
  unheard: readonly Span[]
  /** When somebody listened for the very first time, in the midst of calls; left out where none was there. */
  firstHeardAt?: number
  /** In order of time. */
  clockSet: readonly ClockSet[]
}

export interface Comparison {
  /** How many calls Asterisk knows. */
  calls: number
  /** How many of them Ringcard told of, and were held against what Asterisk wrote. */
  compared: number
  /** How many of those Ringcard knows from Asterisk's record alone, or in part. */
  reconstructed: number
  differences: Difference[]
  /** How often each written rule was needed. */
  rules: Partial<Record<Rule, number>>
}

/** The ids of the calls that Asterisk wrote down. */
export function idsIn({ cel, cdr }: Pick<Written, 'cel' | 'cdr'>): Set<string> {
  const started = readCelRows(cel).filter((row) => row.event === 'CHAN_START')
  return new Set([...started.map((row) => row.linkedId), ...readCdr(cdr).map((row) => row.linkedId)])
}

/** Holds what Ringcard tells of calls against what Asterisk and the phones wrote, and counts the rules that were needed. */
export function compare(
  written: Written,
  told: readonly ToldCall[],
  circumstances: Circumstances,
): Comparison {
  const counts = new Map<Rule, number>()
  const use: Use = (rule) => counts.set(rule, (counts.get(rule) ?? 0) + 1)
  const ids = idsIn(written)
  const mine = told
    .filter((call) => ids.has(call.callId))
    .map((call) => {
      // Ringcard tells the true time where the PBX's clock is off; Asterisk wrote by its own.
      const ahead = circumstances.clockSet.findLast(({ at }) => at < call.startedAt)?.to ?? 0
      if (ahead !== 0) use('clock-off')
      return byClockAhead(call, ahead)
    })
  const acrossClockSet = new Set(
    told
      .filter((call) => circumstances.clockSet.some(({ at }) => call.startedAt <= at && at <= call.endedAt))
      .map(({ callId }) => callId),
  )
  const isUnheard = (at: number): boolean =>
    circumstances.unheard.some(({ from, to }) => from <= at && at <= to)
  const calls = apart(mine)
  const celRows = readCelRows(written.cel)
  const cel = readCel(written.cel)
  const queueLog = readQueueLog(written.queueLog.join('\n'))
  const all: Difference[] = [
    ...[...ids].flatMap((callId) => missing(callId, mine, celRows)),
    ...doubled(told),
    ...told
      .filter((call) => !ids.has(call.callId))
      .map(({ callId, startedAt }) => {
        return { callId, at: startedAt, what: 'Ringcard has a call, Asterisk has not' }
      }),
    ...queueDifferences({ queueLog, cel, celRows }, calls, circumstances, use),
    ...cdrDifferences(readCdr(written.cdr), calls.map(forCdr), cel, use, circumstances.firstHeardAt),
    ...celDifferences(
      cel,
      calls.map((call) => withCustomer(call, calls, celRows)),
      circumstances.firstHeardAt,
      use,
    ),
    ...moveDifferences(celRows, calls),
    ...(written.phones === null ? [] : holdDifferences(written.phones, celRows, calls, isUnheard, use)),
  ]
  const cutOff = new Set(mine.filter((call) => isCutOff(call, queueLog, celRows)).map(({ callId }) => callId))
  const differences = all.filter(({ callId, about }) => {
    const rule =
      about !== undefined && cutOff.has(callId)
        ? 'cut-off'
        : about === 'end' && acrossClockSet.has(callId)
          ? 'clock-set'
          : null
    if (rule !== null) use(rule)
    return rule === null
  })
  return {
    calls: ids.size,
    compared: mine.length,
    reconstructed: mine.filter((call) => call.reconstructed).length,
    differences,
    rules: Object.fromEntries([...counts].sort()),
  }
}

function missing(callId: string, told: readonly ToldCall[], celRows: readonly CelRow[]): Difference[] {
  if (told.some((call) => call.callId === callId)) return []
  const at = celRows.find((row) => row.linkedId === callId)?.at ?? null
  return [{ callId, at, what: 'Asterisk has a call, Ringcard has not' }]
}

function doubled(told: readonly ToldCall[]): Difference[] {
  const ids = told.map(({ callId }) => callId)
  return told
    .filter(({ callId }, index) => ids.indexOf(callId) !== index)
    .map(({ callId, startedAt }) => ({ callId, at: startedAt, what: 'Ringcard has a call twice' }))
}

/**
 * Whether Asterisk died with a call in it, not by Ringcard's word alone: it wrote no end of it, and on its next start a mark
 * in queue_log.
 */
function isCutOff(
  { callId, end, endedAt }: ToldCall,
  queueLog: readonly QueueLogRow[],
  celRows: readonly CelRow[],
): boolean {
  const own = celRows.filter((row) => row.linkedId === callId)
  const lastRow = own.at(-1)?.at ?? NaN
  const started = queueLog.find((row) => row.event === 'QUEUESTART' && row.time >= Math.floor(lastRow))
  const isOver = own.some((row) => row.event === 'LINKEDID_END')
  return end === 'cutOff' && started !== undefined && !isOver && endedAt <= started.time + 1
}

function forCdr(call: ToldCall) {
  const { callId: linkedId, mergedInto, direction, end, startedAt, endedAt, contacts, offers } = call
  const answered = offers.filter(({ outcome }) => outcome === 'answered').map(({ extension }) => extension)
  return { linkedId, mergedInto, direction, end: end ?? 'running', startedAt, endedAt, contacts, answered }
}

function withCustomer(
  { callId, contacts, place }: ToldCall,
  calls: readonly ToldCall[],
  celRows: readonly CelRow[],
): CallWithCustomer {
  const outside = celRows.filter((row) => row.linkedId === callId && row.channel.startsWith('PJSIP/trunk-'))
  // Whoever was called back is on another channel than the one on which they called.
  const called = place?.outcome === 'reached' ? outside.findLast((row) => row.uniqueId !== callId) : undefined
  const own = called ?? outside.find((row) => row.uniqueId === callId) ?? outside[0]
  const customer = own?.uniqueId ?? null
  const brought = calls.some((other) => other.mergedInto === callId && other.callId === customer)
  return { callId, customer, brought, contacts }
}
