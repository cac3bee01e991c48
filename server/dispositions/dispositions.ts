import type { Logger } from 'pino'
import type { TodayCall } from '../../shared/calls.ts'
import {
  fillIn,
  leavesOf,
  pathOf,
  type CallDispositions,
  type CurrentDispositions,
  type Disposition,
  type DispositionDefinition,
  type FieldFault,
  type setDispositionRequestSchema,
  type ShownResult,
  type ToldDisposition,
} from '../../shared/dispositions.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { z } from 'zod'
import { lookAround } from '../database/look-around.ts'
import type { Owed, TalksInCall } from '../history/results.ts'
import { detailsOf, type Audit } from '../people/audit.ts'
import { askedSince, type Asked } from './asked.ts'
import { fieldsOf } from './fields-of.ts'
import { firstDispositions } from './first.ts'
import type { DispositionStore } from './model.ts'

type Request = z.output<typeof setDispositionRequestSchema>

export interface DispositionsOptions {
  store: Pick<DispositionStore, 'definitions' | 'used'>
  history: {
    talksIn: (callId: string) => Promise<TalksInCall | null>
    keepDisposition: (callId: string, disposition: Disposition) => void
    owedBy: (personId: string | null, limit: number) => Promise<Owed[]>
  }
  /** The name that a person goes by now; null for one who was erased. */
  nameOf: (personId: string) => string | null
  /** Keeps who changed the definition, and what of it. */
  audit: Audit
  /** Somebody said what came of a call of theirs. */
  onResult: (callId: string, personId: string, result: ShownResult) => void
  /** Another definition is in force. */
  onDefinition: () => void
  log: Pick<Logger, 'warn'>
  now?: () => number
}

export type Dispositions = ReturnType<typeof createDispositions>

/** So many calls to be finished are told to one person. */
const mostOwed = 200
/** So many are counted for whoever watches the floor. */
const mostCounted = 5_000

/**
 * What came of calls: the trees to choose from, as data; what was chosen, kept with the call in the journal; and the calls
 * of which nobody has said it yet. Who talked in a call says it, and may say it anew: every word of theirs is kept.
 */
export function createDispositions(options: DispositionsOptions) {
  const { store, history, nameOf } = options
  const now = options.now ?? Date.now
  let current: CurrentDispositions = { version: 0, definition: firstDispositions }
  /** Since when calls of a queue are to have a result, version by version. */
  let asked: Asked[] = []
  let stopLooking: (() => void) | undefined

  /** Has in force what is newest, by this server or another. */
  async function follow(): Promise<void> {
    const newest = await store.definitions.newest(now())
    if (newest.version <= current.version) return
    for (const { version, at, definition } of await store.definitions.since(current.version)) {
      asked = [...asked, { at, definition }]
      current = { version, definition }
    }
    if (stopLooking !== undefined) options.onDefinition()
  }

  const told = (disposition: Disposition): ToldDisposition => ({
    ...disposition,
    by: nameOf(disposition.personId),
  })

  const isAsked = (queue: string | null, at: number): boolean => {
    const since = askedSince(asked, queue)
    return since !== null && at >= since
  }

  /** A call that this person has talked in. */
  async function mine(callId: string, personId: string): Promise<TalksInCall> {
    const call = await history.talksIn(callId)
    if (call === null || call.erased) throw new ProblemError('call.unknown')
    if (!call.talks.some((talk) => talk.personId === personId)) throw new ProblemError('call.not_yours')
    return call
  }

  function shown(call: TalksInCall, personId: string): CallDispositions {
    const own = call.dispositions.findLast((one) => one.personId === personId)
    return {
      callId: call.callId,
      queue: call.talks.findLast((talk) => talk.personId === personId)?.queue ?? null,
      mine: own === undefined ? null : told(own),
      trail: call.dispositions.map(told).reverse(),
    }
  }

  /** What a request comes to, held against the definition in force. */
  function made(request: Request, call: TalksInCall, personId: string): Disposition {
    const tree = current.definition.trees.find(({ treeId }) => treeId === request.treeId)
    if (tree === undefined) throw new ProblemError('disposition.gone')
    const base = {
      dispositionId: request.dispositionId,
      at: now(),
      personId,
      contactId: call.talks.findLast((talk) => talk.personId === personId)?.contactId ?? null,
      version: current.version,
      treeId: tree.treeId,
    }
    if (request.code === null)
      return { ...base, path: [], followUps: [], said: { reason: request.reason, fields: [] } }
    const leaf = leavesOf(tree).find(({ code }) => code === request.code)
    if (leaf === undefined) throw new ProblemError('disposition.gone')
    const { filled, faults } = fillIn(leaf.fields, request.fields)
    if (faults.length > 0) throw new ProblemError('request.invalid', { errors: faults.map(errorOf) })
    return {
      ...base,
      path: pathOf(tree, leaf.code).map(({ code, name }) => ({ code, name })),
      followUps: leaf.followUps.map(({ followUpId, kind, name }) => ({ followUpId, kind, name })),
      said: { reason: null, fields: filled },
    }
  }

  return {
    /** Reads the definition in force, and stores the first where there is none; then follows other servers. */
    start: async (): Promise<void> => {
      await follow()
      options.onDefinition()
      stopLooking ??= lookAround(follow, 'what may come of calls', options.log)
    },

    stop: (): void => {
      stopLooking?.()
      stopLooking = undefined
    },

    current: (): CurrentDispositions => current,

    /** The definition for who changes it, and which codes calls have: those are retired, never removed. */
    forEditing: async (): Promise<CurrentDispositions & { used: string[] }> => ({
      ...current,
      used: [...(await store.used())],
    }),

    /**
     * Puts another definition in force.
     * @param wanted with the version that was looked at
     * @throws ProblemError `database.unreachable`, `disposition.in_use`, `edit.outdated`; what somebody else made of it is
     *   in force then
     */
    change: async (
      { version, definition }: CurrentDispositions,
      actorId: string,
    ): Promise<CurrentDispositions> => {
      await follow()
      if (current.version !== version) throw new ProblemError('edit.outdated')
      const before = current.definition
      const left = new Set(definition.trees.flatMap(codesOf))
      const used = await store.used()
      const lost = before.trees.flatMap(codesOf).filter((code) => used.has(code) && !left.has(code))
      if (lost.length > 0) throw new ProblemError('disposition.in_use', { detail: lost.join(', ') })
      const next = { version: version + 1, definition }
      const isFirst = await store.definitions.add(next, actorId, now())
      await follow()
      if (!isFirst) throw new ProblemError('edit.outdated')
      const details = detailsOf(fieldsOf(before), fieldsOf(definition))
      const changed = details.map(({ field }) => field)
      await options.audit('dispositions.changed', actorId, String(next.version), changed, details)
      return next
    },

    /** What came of a call so far. @throws ProblemError `call.unknown`, `call.not_yours`, `database.unreachable` */
    read: async (callId: string, personId: string): Promise<CallDispositions> =>
      shown(await mine(callId, personId), personId),

    /**
     * Says what came of a call. The same `dispositionId` again changes nothing; another one takes the place of the one
     * before, which is kept too.
     * @throws ProblemError as `read`, and `disposition.gone`, `request.invalid` naming the fields, `history.spool_full`
     */
    set: async (callId: string, request: Request, personId: string): Promise<CallDispositions> => {
      const call = await mine(callId, personId)
      if (call.dispositions.some(({ dispositionId }) => dispositionId === request.dispositionId))
        return shown(call, personId)
      const disposition = made(request, call, personId)
      history.keepDisposition(call.callId, disposition)
      options.onResult(call.callId, personId, { at: disposition.at, path: disposition.path })
      return shown({ ...call, dispositions: [...call.dispositions, disposition] }, personId)
    },

    /** Calls of a day, with whether they are still to have a result. */
    owing: (calls: readonly TodayCall[]): TodayCall[] =>
      calls.map((call) => ({ ...call, owed: isOwed(call) && isAsked(call.queue, call.at) })),

    /** Whether a call of a queue that began now is to have a result. */
    isAsked: (queue: string | null): boolean => isAsked(queue, now()),

    /** The calls of a person that are to be finished, the newest first. @throws ProblemError `database.unreachable` */
    unfinished: async (personId: string): Promise<Owed[]> => {
      const owed = await history.owedBy(personId, mostOwed)
      return owed.filter(({ queue, at }) => isAsked(queue, at))
    },

    /** How many calls everybody has to finish, the most first. @throws ProblemError `database.unreachable` */
    counts: async () => {
      const owed = await history.owedBy(null, mostCounted)
      const byPerson = new Map<string, { calls: number; oldestAt: number }>()
      for (const { personId, queue, at } of owed) {
        if (!isAsked(queue, at)) continue
        const known = byPerson.get(personId) ?? { calls: 0, oldestAt: at }
        byPerson.set(personId, { calls: known.calls + 1, oldestAt: Math.min(known.oldestAt, at) })
      }
      return [...byPerson]
        .map(([personId, counted]) => ({ personId, name: nameOf(personId), ...counted }))
        .sort((one, other) => other.calls - one.calls)
    },
  }
}

const faultTexts: Readonly<Record<FieldFault['fault'], string>> = {
  missing: 'This is needed.',
  notANumber: 'This is not a number.',
  notADate: 'This is not a date.',
  notAChoice: 'This is none of the choices.',
}

const errorOf = ({ fieldId, fault }: FieldFault) => ({
  path: `fields.${fieldId}`,
  message: faultTexts[fault],
})

function isOwed({ outcome, direction, result, party }: TodayCall): boolean {
  return outcome === 'answered' && direction !== 'internal' && result === null && party.erased !== true
}

function codesOf({ treeId, nodes }: DispositionDefinition['trees'][number]): string[] {
  return nodes.map(({ code }) => `${treeId}:${code}`)
}
