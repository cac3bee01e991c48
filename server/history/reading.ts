import { randomBytes } from 'node:crypto'
import type { CallList, CallRecord, ListCalls } from '../../shared/api.ts'
import type { CallTraceFile } from '../../shared/call-trace.ts'
import type { CallExplanation, Lookup, Ring } from '../../shared/explanation.ts'
import type { Right } from '../../shared/people.ts'
import type { CountryCode } from '../../shared/phone-numbers.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { FloorOptions } from '../floor/state.ts'
import { callTraceOf } from './call-trace.ts'
import { explanationFor } from './explanation-for.ts'
import { explain, type ExplainOptions } from './explanation.ts'
import { mostMerges } from './journal-of-call.ts'
import type { Queries } from './queries.ts'
import { recordFor } from './views.ts'

/** Who asks. */
interface Reader {
  personId: string
  rights: readonly Right[]
}

/** Reads calls, one or many, for whoever may. */
export function callReader(history: Pick<Queries, 'readCall' | 'tookPart' | 'listCalls'>) {
  return {
    /**
     * With `history.all` any call, with `history.own` one that the person dialled, was offered or talked in;
     * what of it is not theirs to see is left out.
     * @throws ProblemError `call.unknown`, `right.missing`, `database.unreachable`
     */
    readCall: async (person: Reader, callId: string): Promise<CallRecord> => {
      const maySee = allowed(history, person)
      const call = await history.readCall(callId)
      if (!call) throw new ProblemError('call.unknown')
      await maySee(callId)
      return recordFor(call, person.rights)
    },

    /**
     * For those with `history.all`, which the route asks for; what of a call is not theirs to see is left out.
     * @throws ProblemError `database.unreachable`
     */
    listCalls: async ({ rights }: Reader, request: ListCalls): Promise<CallList> => {
      const list = await history.listCalls(request)
      return { ...list, calls: list.calls.map((call) => recordFor(call, rights)) }
    },
  }
}

export interface ExplainerOptions {
  history: Pick<Queries, 'journalOf' | 'tookPart'>
  explain: ExplainOptions
  /** Fills in the names of customers. */
  named: <C extends { customerId: string | null; customerName: string | null }>(
    those: readonly C[],
  ) => Promise<C[]>
}

/** Tells whoever may read a call why it brought the card that it brought, or none. */
export function callExplainer(options: ExplainerOptions) {
  const { history, named } = options

  async function withNames(lookup: Lookup): Promise<Lookup> {
    const those = await named(
      lookup.candidates.map(({ customerId, reason }) => ({ customerId, customerName: null, reason })),
    )
    return {
      ...lookup,
      candidates: those.map(({ customerId, customerName: name, reason }) => ({ customerId, name, reason })),
    }
  }
  const withNamesOnScreens = async (ring: Ring): Promise<Ring> => ({
    ...ring,
    screens: await named(ring.screens),
  })

  return {
    /**
     * For whoever may read the call; what of it is not theirs to see is left out.
     * @throws ProblemError `call.unknown`, `right.missing`, `database.unreachable`
     */
    explainCall: async (person: Reader, callId: string): Promise<CallExplanation> => {
      const maySee = allowed(history, person)
      const journal = await history.journalOf(callId)
      if (!journal) throw new ProblemError('call.unknown')
      await maySee(callId)
      const explanation = explain(journal, options.explain)
      if (!person.rights.includes('card.read')) return explanationFor(explanation, person.rights)
      const [lookups, rings] = await Promise.all([
        Promise.all(explanation.lookups.map(withNames)),
        Promise.all(explanation.rings.map(withNamesOnScreens)),
      ])
      return explanationFor({ ...explanation, lookups, rings }, person.rights)
    },
  }
}

export interface TracerOptions {
  history: Pick<Queries, 'journalOf' | 'tookPart'>
  floor: FloorOptions
  /** Country of the trunks that a call came by. */
  homeOf: (callId: string) => CountryCode
  /** Keeps that somebody took a call away with them. */
  audit: (personId: string, callId: string) => Promise<void>
}

/** Gives a call away as a file to replay. */
export function callTracer({ history, floor, homeOf, audit }: TracerOptions) {
  return {
    /**
     * For whoever may read the call and has `history.trace`, which the route itself asks for.
     * @throws ProblemError `call.unknown`, `right.missing`, `call.not_kept`, `database.unreachable`
     */
    traceCall: async (person: Reader, callId: string): Promise<CallTraceFile> => {
      const maySee = allowed(history, person)
      let journal = await history.journalOf(callId)
      if (!journal) throw new ProblemError('call.unknown')
      await maySee(callId)
      for (let merges = 0; merges < mostMerges && journal.call.mergedInto !== null; merges += 1) {
        const next = await history.journalOf(journal.call.mergedInto)
        if (!next) break
        journal = next
        await maySee(next.call._id)
      }
      if (!journal.entries.some(({ kind }) => kind === 'input')) throw new ProblemError('call.not_kept')
      await audit(person.personId, journal.call._id)
      const name = `call-${randomBytes(3).toString('hex')}`
      const trace = callTraceOf(journal, { name, floor, home: homeOf(journal.call._id) })
      return {
        ...trace,
        floor: { ...trace.floor, trunks: [...trace.floor.trunks] },
        events: trace.events.map((event) => ({ ...event })),
        facts: trace.facts.map((fact) => ({ ...fact })),
      }
    },
  }
}

/**
 * Refuses at once whoever may read no call.
 * @returns what refuses whoever may not read this one
 */
function allowed(
  history: Pick<Queries, 'tookPart'>,
  { personId, rights }: Reader,
): (callId: string) => Promise<void> {
  const seesAll = rights.includes('history.all')
  if (!seesAll && !rights.includes('history.own')) throw new ProblemError('right.missing')
  return async (callId) => {
    if (!seesAll && !(await history.tookPart(callId, personId))) throw new ProblemError('right.missing')
  }
}
