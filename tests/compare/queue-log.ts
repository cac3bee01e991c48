/**
 * Asterisk's `queue_log` as the referee for what Ringcard says of queues. Shares no code with the server: it reads the
 * file's rows and the facts' plain data.
 */

/** One line of queue_log. */
export interface QueueLogRow {
  /** Whole seconds since 1970. */
  time: number
  uniqueId: string
  queue: string
  agent: string
  event: string
  data: string[]
}

/** What is compared of one row or of what corresponds to it, in order of time. */
export interface Step {
  event: string
  queue: string
  /** The caller's channel. */
  uniqueId: string
  /** The agent's extension, null where the row names none. */
  extension: string | null
  /** Whole seconds since 1970 (queue_log) or with a fraction (ours). */
  time: number
  /** Durations in seconds, by name. */
  seconds: Record<string, number>
}

const agentEvents = new Set([
  'CONNECT',
  'RINGNOANSWER',
  'COMPLETECALLER',
  'COMPLETEAGENT',
  'BLINDTRANSFER',
  'ATTENDEDTRANSFER',
])

/** Reads queue_log's text. */
export function readQueueLog(text: string): QueueLogRow[] {
  return text
    .split('\n')
    .filter((line) => line.includes('|'))
    .map((line) => {
      const [time = '', uniqueId = '', queue = '', agent = '', event = '', ...data] = line.split('|')
      return { time: Number(time), uniqueId, queue, agent, event, data }
    })
}

/**
 * What queue_log says happened to callers, as steps. Rows about members, pauses and the log itself are left out.
 * @param names channels by uniqueid: CONNECT names the member who was rung, and the channel of whoever answered
 */
export function stepsOfQueueLog(
  rows: readonly QueueLogRow[],
  names: ReadonlyMap<string, string> = new Map(),
): Step[] {
  const pickedUpBy = new Map<string, string>()
  return rows.flatMap((row) => {
    const { event, queue, uniqueId, time } = row
    const number = (at: number) => Number(row.data[at])
    const member = agentEvents.has(event) ? (/(\d{3})/.exec(row.agent)?.[1] ?? null) : null
    const talk = `${uniqueId} ${queue} ${row.agent}`
    if (event === 'CONNECT') {
      const answerer = /^(?:PJSIP|Local)\/(\d{3})/.exec(names.get(row.data[1] ?? '') ?? '')?.[1]
      if (answerer === undefined || answerer === member) pickedUpBy.delete(talk)
      else pickedUpBy.set(talk, answerer)
    }
    const extension = event === 'RINGNOANSWER' ? member : (pickedUpBy.get(talk) ?? member)
    const step = (seconds: Record<string, number>): Step[] => [
      { event, queue, uniqueId, extension, time, seconds },
    ]
    switch (event) {
      case 'ENTERQUEUE':
      case 'RINGNOANSWER':
        return step({})
      case 'CONNECT':
        return step({ wait: number(0) })
      case 'ABANDON':
      case 'withdrawn':
        return step({ wait: number(2) })
      case 'EXITWITHTIMEOUT':
        return step({ wait: number(2) })
      case 'EXITWITHKEY':
        return step({ wait: number(3) })
      case 'EXITEMPTY':
        return step({ wait: number(2) })
      case 'COMPLETECALLER':
      case 'COMPLETEAGENT':
        return step({ talk: number(1) })
      case 'BLINDTRANSFER':
        return step({ talk: number(3) })
      case 'ATTENDEDTRANSFER':
        return step({ talk: number(3) })
      default:
        return []
    }
  })
}

/**
 * Whether an agent who is said to have ended a talk handed the customer over instead: who does so by hanging up is put down
 * as the one or the other, from one time to the next. CEL decides.
 */
export function isTransferByHangup(
  step: Step,
  attended: readonly { extension: string; at: number }[],
  told: readonly { extension: string | null; at: number }[],
): boolean {
  const same = ({ extension, at }: { extension: string | null; at: number }): boolean =>
    extension === step.extension && Math.abs(at - step.time) <= 1.5
  return step.event === 'COMPLETEAGENT' && attended.some(same) && told.some(same)
}

/** What Ringcard said, as far as queue_log could know it. Facts and calls come as plain data. */
export interface Said {
  facts: readonly Record<string, unknown>[]
  /** The offers of each call at the end, with how often a refusing phone was tried. */
  offers: readonly {
    callId: string
    queue: string | null
    extension: string
    outcome: string
    attempts: number
    at: number
  }[]
}

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

/** Ringcard's facts as the steps that queue_log ought to have. */
export function stepsOfFacts(said: Said): Step[] {
  const steps: Step[] = []
  const answeredBy = new Map<string, string>()
  const pickedUp: Record<string, unknown>[] = []
  for (const fact of said.facts) {
    if (fact['type'] === 'offer.ended' && fact['outcome'] === 'answered') {
      answeredBy.set(text(fact['visitId']), text(fact['extension']))
    }
    if (fact['type'] === 'contact.began' && fact['offerId'] === null) pickedUp.push(fact)
  }
  for (const fact of said.facts) {
    const at = {
      uniqueId: uniqueOf(fact['callId']),
      queue: text(fact['queue']),
      time: Number(fact['at']) / 1000,
    }
    if (fact['type'] === 'call.queued')
      steps.push({ ...at, event: 'ENTERQUEUE', extension: null, seconds: {} })
    if (fact['type'] === 'call.dequeued') {
      const event = leaving[text(fact['outcome'])] ?? text(fact['outcome'])
      const without = pickedUp.find(
        (other) => other['callId'] === fact['callId'] && other['at'] === fact['at'],
      )
      const answerer = answeredBy.get(text(fact['visitId'])) ?? without?.['extension']
      const extension = event === 'CONNECT' ? text(answerer) : null
      steps.push({ ...at, event, extension, seconds: { wait: Number(fact['waitMs']) / 1000 } })
    }
    if (fact['type'] === 'contact.ended' && typeof fact['queue'] === 'string') {
      const event = isAttended(said, fact)
        ? 'ATTENDEDTRANSFER'
        : (ending[text(fact['why'])] ?? text(fact['why']))
      const seconds = { talk: Number(fact['talkMs']) / 1000 }
      steps.push({ ...at, event, extension: text(fact['extension']), seconds })
    }
  }
  for (const { callId, queue, extension, outcome, attempts, at } of said.offers) {
    if (queue === null || !refusals.has(outcome)) continue
    for (let attempt = 0; attempt < attempts; attempt++) {
      const step = {
        event: 'RINGNOANSWER',
        queue,
        extension,
        uniqueId: uniqueOf(callId),
        time: at / 1000,
        seconds: {},
      }
      steps.push(step)
    }
  }
  return steps
}

/** Whether a talk ended because its agent joined the caller with somebody they had consulted. */
function isAttended(said: Said, ended: Record<string, unknown>): boolean {
  return said.facts.some(
    (fact) =>
      fact['type'] === 'call.transferred' &&
      fact['kind'] === 'attended' &&
      ended['why'] === 'transferred' &&
      fact['callId'] === ended['callId'] &&
      fact['at'] === ended['at'],
  )
}

/**
 * Holds what Ringcard said against queue_log: the same events for the same callers, queues and agents, as often, with
 * durations that differ by at most a second (queue_log has whole ones).
 * @returns one line for each difference; none when they agree
 */
export function differences(asterisk: readonly Step[], ours: readonly Step[]): string[] {
  if (asterisk.length === 0 && ours.length === 0) return []
  const lines: string[] = []
  const left = [...ours]
  for (const step of asterisk) {
    const at = left.findIndex((other) => keyOf(other) === keyOf(step))
    const other = left[at]
    if (!other) {
      lines.push(`queue_log has, Ringcard has not: ${keyOf(step)}`)
      continue
    }
    left.splice(at, 1)
    for (const [name, seconds] of Object.entries(step.seconds)) {
      const mine = other.seconds[name] ?? NaN
      if (!(Math.abs(mine - seconds) <= 1))
        lines.push(`${keyOf(step)}: ${name} is ${seconds} s there, ${mine} s here`)
    }
  }
  for (const step of left) lines.push(`Ringcard has, queue_log has not: ${keyOf(step)}`)
  return lines
}

function keyOf(step: Step): string {
  return [step.event, step.queue, step.uniqueId, step.extension ?? '-'].join(' ')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** `lab:lab-1764000000.1` is `lab-1764000000.1` there. */
function uniqueOf(callId: unknown): string {
  return text(callId).replace(/^[^:]*:/, '')
}
