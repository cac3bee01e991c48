import type { Cel } from '../../compare/cel.ts'
import { asOneVisit, type PlaceTold } from '../../compare/kept-places.ts'
import { isTransferByHangup, stepsOfQueueLog, type QueueLogRow, type Step } from '../../compare/queue-log.ts'
import type { Difference, Use } from '../../compare/rules.ts'
import type { CelRow } from './cel-rows.ts'
import type { ToldCall } from './told.ts'

/** What queue_log calls it when a visit ends so. */
const leaving: Readonly<Record<string, string>> = {
  answered: 'CONNECT',
  abandoned: 'ABANDON',
  shortAbandon: 'ABANDON',
  timedOut: 'EXITWITHTIMEOUT',
  leftByKey: 'EXITWITHKEY',
  emptied: 'EXITEMPTY',
}
const ending: Readonly<Record<string, string>> = {
  customerHungUp: 'COMPLETECALLER',
  agentHungUp: 'COMPLETEAGENT',
  transferred: 'BLINDTRANSFER',
}
const refusals = new Set(['busy', 'declined', 'unreachable', 'notAnswered'])
/** A phone that was tried again without ringing gives a row of less than this, ms. */
const noRingMs = 1_000
/** So near to the threshold two accounts of one moment may stand on its two sides, s. */
const thresholdWidth = 0.02

/**
 * Holds calls against queue_log event by event: the same events for the same callers, queues and agents, as often, at the
 * same time and with the same durations, all within a second.
 * @param times `thresholdSeconds`: a caller who hangs up sooner is a short abandon, held against the microseconds of CEL;
 *   `firstHeardAt`: who waited before was found in a list of whole seconds
 */
export function queueDifferences(
  asterisk: { queueLog: readonly QueueLogRow[]; cel: Cel; celRows: readonly CelRow[] },
  calls: readonly ToldCall[],
  times: { thresholdSeconds: number; firstHeardAt?: number },
  use: Use,
): Difference[] {
  const { cel, celRows } = asterisk
  const queueLog = asOneVisit(asterisk.queueLog, placesIn(calls), use)
  const { thresholdSeconds, firstHeardAt = -Infinity } = times
  const others = queueLog.filter((row) => row.event !== 'RINGNOANSWER')
  for (const row of others) {
    if (row.event !== 'CONNECT') continue
    const member = /^(?:PJSIP|Local)\/(\d{3})/.exec(row.agent)?.[1]
    const answerer = /^(?:PJSIP|Local)\/(\d{3})/.exec(cel.names.get(row.data[1] ?? '') ?? '')?.[1]
    if (member === undefined) use('member-name')
    else if (answerer !== undefined && answerer !== member) use('picked-up')
  }
  const handedOver = calls.flatMap(({ transfers }) =>
    transfers.flatMap(({ kind, byExtension: extension, at }) =>
      kind === 'attended' ? [{ extension, at }] : [],
    ),
  )
  const steps = stepsOfQueueLog(others, cel.names).map((step) => {
    if (isTransferByHangup(step, cel.attended, handedOver)) {
      use('transfer-as-completed')
      return { ...step, event: 'ATTENDEDTRANSFER' }
    }
    if (endedByNobody(step, celRows, calls)) {
      use('nobody-hung-up')
      return { ...step, event: 'unknown' }
    }
    return step
  })
  return [
    ...stepDifferences(withKnownCaller(steps, calls, use), calls.flatMap(stepsOf)),
    ...refusalDifferences(queueLog, calls, use),
    ...calls.flatMap((call) => thresholdDifferences(call, celRows, { thresholdSeconds, firstHeardAt }, use)),
  ]
}

/** What bears on places that were kept. */
function placesIn(calls: readonly ToldCall[]): Map<string, PlaceTold> {
  return new Map(
    calls.map(({ callId, visits, contacts }) => [
      callId,
      {
        visits: visits.map(({ queue }) => queue),
        talkBeganAt: contacts[0]?.beganAt ?? null,
        isWithdrawn: visits.some(({ outcome }) => outcome === 'withdrawn'),
      },
    ]),
  )
}

/** Asterisk was stopped: it has the talk completed by one of the two, though by CEL nobody of the call hung up. */
function endedByNobody(step: Step, celRows: readonly CelRow[], calls: readonly ToldCall[]): boolean {
  if (step.event !== 'COMPLETECALLER' && step.event !== 'COMPLETEAGENT') return false
  const hangups = celRows.filter((row) => row.event === 'HANGUP' && row.linkedId === step.uniqueId)
  const talks = calls.find(({ callId }) => callId === step.uniqueId)?.contacts ?? []
  return (
    hangups.length > 0 &&
    hangups.every(({ extra }) => extra['hangupsource'] === '') &&
    talks.some(({ extension, why }) => extension === step.extension && why === 'unknown')
  )
}

/** A transfer while the phone rings stands under the customer's channel or under the consultation's. */
function withKnownCaller(steps: readonly Step[], calls: readonly ToldCall[], use: Use): Step[] {
  return steps.map((step) => {
    const into = calls.find((call) => call.callId === step.uniqueId)?.mergedInto
    if (step.event !== 'ATTENDEDTRANSFER' || into === undefined || into === null) return step
    use('transfer-under-either')
    return { ...step, uniqueId: into }
  })
}

/** A call as the steps that queue_log ought to have, without those of phones that did not answer. */
function stepsOf(call: ToldCall): Step[] {
  const steps: Step[] = []
  for (const { queue, enteredAt, leftAt, outcome } of call.visits) {
    const at = { queue, uniqueId: call.callId }
    steps.push({ ...at, event: 'ENTERQUEUE', extension: null, time: enteredAt, seconds: {} })
    const event = leaving[outcome] ?? outcome
    const answerer =
      call.contacts.find((contact) => Math.abs(contact.beganAt - leftAt) < 0.25)?.extension ??
      call.offers.find((offer) => offer.outcome === 'answered' && Math.abs(offer.endedAt - leftAt) < 0.25)
        ?.extension
    const extension = event === 'CONNECT' ? (answerer ?? '') : null
    steps.push({ ...at, event, extension, time: leftAt, seconds: { wait: leftAt - enteredAt } })
  }
  for (const { queue, extension, beganAt, endedAt, why } of call.contacts) {
    if (queue === null) continue
    const joined = call.transfers.some(({ kind, at }) => kind === 'attended' && at === endedAt)
    const event =
      why === 'transferred' && joined ? 'ATTENDEDTRANSFER' : (ending[why ?? ''] ?? why ?? 'running')
    const seconds = { talk: endedAt - beganAt }
    steps.push({ queue, uniqueId: call.callId, event, extension, time: endedAt, seconds })
  }
  return steps
}

function stepDifferences(asterisk: readonly Step[], ours: readonly Step[]): Difference[] {
  const lines: Difference[] = []
  const left = [...ours]
  for (const step of asterisk) {
    const { time, uniqueId: callId } = step
    const same = left.filter((other) => other.uniqueId === callId && keyOf(other) === keyOf(step))
    const other = same.sort((a, b) => Math.abs(a.time - time) - Math.abs(b.time - time))[0]
    if (!other) {
      lines.push({ callId, at: time, what: `queue_log has, Ringcard has not: ${keyOf(step)}` })
      continue
    }
    left.splice(left.indexOf(other), 1)
    const end = step.event === 'ENTERQUEUE' ? {} : ({ about: 'end' } as const)
    if (!(Math.abs(Math.floor(other.time) - time) <= 1))
      lines.push({ callId, at: time, what: `${keyOf(step)}: at ${time} there, ${other.time} here`, ...end })
    for (const [name, seconds] of Object.entries(step.seconds)) {
      const mine = other.seconds[name] ?? NaN
      if (!(Math.abs(mine - seconds) <= 1))
        lines.push({
          callId,
          at: time,
          what: `${keyOf(step)}: ${name} is ${seconds} s there, ${mine} s here`,
          about: 'end',
        })
    }
  }
  for (const step of left) {
    const { uniqueId: callId, time: at } = step
    const cutOff = step.event === 'cutOff' ? ({ about: 'cutOff' } as const) : {}
    lines.push({ callId, at, what: `Ringcard has, queue_log has not: ${keyOf(step)}`, ...cutOff })
  }
  return lines
}

function keyOf({ event, queue, extension }: Step): string {
  return [event, queue, extension ?? '-'].join(' ')
}

/** One offer for each time that a phone rang in vain; queue_log has a row for each time that the PBX tried. */
function refusalDifferences(
  queueLog: readonly QueueLogRow[],
  calls: readonly ToldCall[],
  use: Use,
): Difference[] {
  const lines: Difference[] = []
  const rows = queueLog
    .filter((row) => row.event === 'RINGNOANSWER')
    .map((row) => ({ ...row, extension: /(\d{3})/.exec(row.agent)?.[1] ?? '', ringMs: Number(row.data[0]) }))
  const taken = new Set<unknown>()
  for (const call of calls) {
    for (const offer of call.offers) {
      if (offer.queue === null || !refusals.has(offer.outcome)) continue
      const visit = call.visits.find(
        ({ queue, enteredAt, leftAt }) =>
          queue === offer.queue && enteredAt <= offer.madeAt && !(leftAt < offer.madeAt),
      )
      const own = rows.filter(
        (row) =>
          !taken.has(row) &&
          row.uniqueId === call.callId &&
          row.queue === offer.queue &&
          row.extension === offer.extension &&
          row.time >= Math.floor(offer.madeAt) - 1 &&
          row.time <= Math.floor(visit?.leftAt ?? offer.endedAt) + 1,
      )
      const first = own.findIndex((row) => row.time <= Math.floor(offer.endedAt) + 1)
      const of = `${offer.extension} for ${offer.queue}`
      const what = `Ringcard has an offer to ${of}, ${offer.outcome}; queue_log has none`
      if (first < 0) lines.push({ callId: call.callId, at: offer.endedAt, what })
      for (const [index, row] of own.entries()) {
        if (index !== first && row.ringMs >= noRingMs) continue
        taken.add(row)
        if (index !== first) use('refused-again')
      }
    }
  }
  for (const row of rows) {
    if (taken.has(row)) continue
    const what = `queue_log has ${row.extension} not answering for ${row.queue}, Ringcard has not`
    lines.push({ callId: row.uniqueId, at: row.time, what })
  }
  return lines
}

/** Whether an abandoned visit was short hangs on when exactly it began and ended: CEL tells by the microsecond. */
function thresholdDifferences(
  call: ToldCall,
  celRows: readonly CelRow[],
  { thresholdSeconds: threshold, firstHeardAt }: { thresholdSeconds: number; firstHeardAt: number },
  use: Use,
): Difference[] {
  return call.visits.flatMap(({ queue, enteredAt, outcome }) => {
    if (outcome !== 'abandoned' && outcome !== 'shortAbandon') return []
    const own = celRows.filter((row) => row.uniqueId === call.callId && row.app === 'Queue')
    // A list of those who wait has whole seconds.
    const within = enteredAt <= firstHeardAt ? 1 : 0.25
    const began = own.find((row) => row.event === 'APP_START' && Math.abs(row.at - enteredAt) <= within)
    const over = began && own.find((row) => row.event === 'APP_END' && row.at > began.at)
    const at = { callId: call.callId, at: enteredAt }
    if (!began || !over) return [{ ...at, what: `CEL has no visit of ${queue}, ${outcome} here` }]
    const wait = over.at - began.at
    if (Math.abs(wait - threshold) <= thresholdWidth) {
      use('on-the-threshold')
      return []
    }
    const ought = wait < threshold ? 'shortAbandon' : 'abandoned'
    return ought === outcome
      ? []
      : [{ ...at, what: `${queue}: left after ${wait} s by CEL, ${outcome} here` }]
  })
}
