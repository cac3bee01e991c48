import type { Trace } from '../../lab/traces/trace.ts'
import type { Fact } from '../../server/floor/facts.ts'
import type { Call, Contact, Offer } from '../../server/floor/state.ts'
import { celDifferences, readCel, type CallWithCustomer } from './cel.ts'
import { cdrDifferences, readCdr, type ToldCall } from './cdr.ts'
import { asOneVisit, type PlaceTold } from './kept-places.ts'
import { differences, isTransferByHangup, readQueueLog, stepsOfFacts, stepsOfQueueLog } from './queue-log.ts'

/** What is compared of a call: the floor has it, and so has history. */
export type ComparedCall = Pick<
  Call,
  'callId' | 'mergedInto' | 'direction' | 'end' | 'startedAt' | 'endedAt' | 'customerChannelId'
> & {
  contacts: readonly Pick<Contact, 'extension' | 'beganAt' | 'endedAt'>[]
  offers: readonly Pick<Offer, 'queue' | 'extension' | 'outcome' | 'attempts' | 'endedAt'>[]
}

/**
 * Holds what Ringcard made of some calls against what Asterisk itself wrote down of them: queue_log event by event, CDR by
 * linked id, CEL by who heard whom.
 * @returns one line for each difference; none when they agree
 */
export function differencesFromAsterisk(
  records: Pick<Trace, 'queueLog' | 'cdr' | 'cel'>,
  facts: readonly Fact[],
  calls: readonly ComparedCall[],
): string[] {
  const offers = calls.flatMap(({ callId, offers: made }) =>
    made.map(({ queue, extension, outcome, attempts, endedAt }) => {
      return { callId, queue, extension, outcome, attempts, at: endedAt ?? NaN }
    }),
  )
  // Where an agent joins the customer with somebody who still rings, queue_log names the consultation's channel or the
  // customer's, from one time to the next.
  const wentOnIn = new Map(calls.map((call) => [bare(call.callId), bare(call.mergedInto ?? call.callId)]))
  const cel = readCel(records.cel)
  const handedOver = facts.flatMap((fact) =>
    fact.type === 'call.transferred' && fact.kind === 'attended'
      ? [{ extension: fact.byExtension, at: fact.at / 1000 }]
      : [],
  )
  const rows = asOneVisit(readQueueLog(records.queueLog.join('\n')), placesIn(facts, calls))
  const written = stepsOfQueueLog(rows, cel.names).map((step) =>
    isTransferByHangup(step, cel.attended, handedOver) ? { ...step, event: 'ATTENDEDTRANSFER' } : step,
  )
  const theirs = written.map((step) =>
    step.event === 'ATTENDEDTRANSFER'
      ? { ...step, uniqueId: wentOnIn.get(step.uniqueId) ?? step.uniqueId }
      : step,
  )
  return [
    ...differences(theirs, stepsOfFacts({ facts: facts.map((fact) => ({ ...fact })), offers })),
    ...[
      ...cdrDifferences(readCdr(records.cdr), calls.map(told), cel),
      ...celDifferences(
        cel,
        calls.map((call) => withCustomer(call, calls)),
      ),
    ].map(({ callId, what }) => `${callId}: ${what}`),
  ]
}

/** What bears on places that were kept. */
function placesIn(facts: readonly Fact[], calls: readonly ComparedCall[]): Map<string, PlaceTold> {
  return new Map(
    calls.map(({ callId, contacts }) => {
      const own = facts.filter((fact) => 'callId' in fact && fact.callId === callId)
      const began = contacts[0]?.beganAt
      return [
        bare(callId),
        {
          visits: own.flatMap((fact) => (fact.type === 'call.queued' ? [fact.queue] : [])),
          talkBeganAt: began === undefined ? null : began / 1000,
          isWithdrawn: own.some((fact) => fact.type === 'call.dequeued' && fact.outcome === 'withdrawn'),
        },
      ]
    }),
  )
}

function told(call: ComparedCall): ToldCall {
  return {
    linkedId: bare(call.callId),
    mergedInto: call.mergedInto === null ? null : bare(call.mergedInto),
    direction: call.direction,
    end: call.end ?? 'running',
    startedAt: call.startedAt / 1000,
    endedAt: (call.endedAt ?? NaN) / 1000,
    contacts: call.contacts.map(({ extension, beganAt, endedAt }) => ({
      extension,
      beganAt: beganAt / 1000,
      endedAt: (endedAt ?? NaN) / 1000,
    })),
    answered: call.offers.filter((o) => o.outcome === 'answered').map((o) => o.extension),
  }
}

function withCustomer(call: ComparedCall, calls: readonly ComparedCall[]): CallWithCustomer {
  const customer = call.customerChannelId === null ? null : bare(call.customerChannelId)
  const brought = calls.some((c) => c.mergedInto === call.callId && c.callId === call.customerChannelId)
  return { callId: bare(call.callId), customer, brought, contacts: told(call).contacts }
}

/** As Asterisk writes it, without the PBX's name in front. */
function bare(id: string): string {
  return id.replace(/^lab:/, '')
}
