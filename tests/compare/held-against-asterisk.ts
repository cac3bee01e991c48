import type { Trace } from '../../lab/traces/trace.ts'
import type { Fact } from '../../server/floor/facts.ts'
import type { Call } from '../../server/floor/state.ts'
import { cdrDifferences, readCdr, type ToldCall } from './cdr.ts'
import { differences, readQueueLog, stepsOfFacts, stepsOfQueueLog } from './queue-log.ts'

/**
 * Holds what Ringcard made of some calls against what Asterisk itself wrote down of them: queue_log event by event, CDR by
 * linked id.
 * @returns one line for each difference; none when they agree
 */
export function differencesFromAsterisk(
  records: Pick<Trace, 'queueLog' | 'cdr'>,
  facts: readonly Fact[],
  calls: readonly Call[],
): string[] {
  const offers = calls.flatMap(({ callId, offers: made }) =>
    made.map(({ queue, extension, outcome, attempts, endedAt }) => {
      return { callId, queue, extension, outcome, attempts, at: endedAt ?? NaN }
    }),
  )
  const theirs = stepsOfQueueLog(readQueueLog(records.queueLog.join('\n')))
  return [
    ...differences(theirs, stepsOfFacts({ facts: facts.map((fact) => ({ ...fact })), offers })),
    ...cdrDifferences(readCdr(records.cdr), calls.map(told)),
  ]
}

function told(call: Call): ToldCall {
  return {
    linkedId: call.callId.replace(/^lab:/, ''),
    mergedInto: call.mergedInto?.replace(/^lab:/, '') ?? null,
    direction: call.direction,
    end: call.end ?? 'running',
    startedAt: call.startedAt / 1000,
    endedAt: (call.endedAt ?? NaN) / 1000,
    contacts: call.contacts.map(({ extension, beganAt, endedAt }) => ({
      extension,
      beganAt: beganAt / 1000,
      endedAt: (endedAt ?? NaN) / 1000,
    })),
  }
}
