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

/** What is told so soon after a gap may follow from what went unheard in it, s. */
const afterGap = 3

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
  /** When nobody listened to the PBX. */
  unheard: readonly Span[]
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
  const spansClockSet = ({ startedAt, endedAt }: ToldCall): boolean =>
    circumstances.clockSet.some(({ at }) => startedAt <= at && at <= endedAt)
  const acrossClockSet = new Set(told.filter(spansClockSet).map(({ callId }) => callId))
  const calls = apart(mine)
  const celRows = readCelRows(written.cel)
  const cel = readCel(written.cel)
  const queueLog = readQueueLog(written.queueLog.join('\n'))
  const all: Difference[] = [
    ...[...ids].flatMap((callId) => missing(callId, mine, celRows)),
    ...told
      .filter((call) => !ids.has(call.callId))
      .map(({ callId, startedAt }) => {
        return { callId, at: startedAt, what: 'Ringcard has a call, Asterisk has not' }
      }),
    ...queueDifferences({ queueLog, cel, celRows }, calls, circumstances.thresholdSeconds, use),
    ...cdrDifferences(readCdr(written.cdr), calls.map(forCdr), cel, use),
    ...celDifferences(
      cel,
      calls.map((call) => withCustomer(call, calls, celRows)),
    ),
    ...moveDifferences(celRows, calls),
    ...(written.phones === null ? [] : holdDifferences(written.phones, celRows, calls, use)),
  ]
  const differences = all.filter((difference) => {
    const rule = acrossClockSet.has(difference.callId)
      ? 'clock-set'
      : excuse(difference, mine, queueLog, celRows, circumstances.unheard)
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

/**
 * The rule by which the two may differ here, or null. A rule is about a time, and both its begin and its end are checked
 * against what somebody else than Ringcard knows.
 */
function excuse(
  { callId, at }: Difference,
  told: readonly ToldCall[],
  queueLog: readonly QueueLogRow[],
  celRows: readonly CelRow[],
  unheard: readonly Span[],
): Rule | null {
  const call = told.find((one) => one.callId === callId)
  // Asterisk died with the call in it: it wrote no end, and on its next start a mark in queue_log.
  const own = celRows.filter((row) => row.linkedId === callId)
  const lastRow = own.at(-1)?.at ?? NaN
  const started = queueLog.find((row) => row.event === 'QUEUESTART' && row.time >= Math.floor(lastRow))
  const isOver = own.some((row) => row.event === 'LINKEDID_END')
  if (call?.end === 'cutOff' && started && !isOver && call.endedAt <= started.time + 1) return 'cut-off'
  const when = at ?? call?.endedAt ?? NaN
  const within = ({ from, to }: Span): boolean => from - 1 <= when && when <= to + afterGap
  return unheard.some(within) ? 'unheard' : null
}

function forCdr(call: ToldCall) {
  const { callId: linkedId, mergedInto, direction, end, startedAt, endedAt, contacts, offers } = call
  const answered = offers.filter(({ outcome }) => outcome === 'answered').map(({ extension }) => extension)
  return { linkedId, mergedInto, direction, end: end ?? 'running', startedAt, endedAt, contacts, answered }
}

function withCustomer(
  { callId, contacts }: ToldCall,
  calls: readonly ToldCall[],
  celRows: readonly CelRow[],
): CallWithCustomer {
  const outside = celRows.filter((row) => row.linkedId === callId && row.channel.startsWith('PJSIP/trunk-'))
  const own = outside.find((row) => row.uniqueId === callId) ?? outside[0]
  const customer = own?.uniqueId ?? null
  const brought = calls.some((other) => other.mergedInto === callId && other.callId === customer)
  return { callId, customer, brought, contacts }
}
