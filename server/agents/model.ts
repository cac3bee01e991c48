import type { Connection } from 'mongoose'
import { z } from 'zod'
import { instantSchema } from '../../shared/calls.ts'
import { agentStatusSchema, statusAuthorSchema, statusRulesSchema } from '../../shared/status.ts'
import type { Database } from '../database/database.ts'
import { needingDatabase } from '../database/errors.ts'
import { defineModel } from '../database/schema.ts'
import { createVersioned } from '../database/versioned.ts'
import type { Interval } from './status.ts'

/** What an agent spent in one state, whole. Written once and never changed. */
const intervalDocumentSchema = z.object({
  /** `extension:beganAt`: at one desk one state begins at a time. */
  _id: z.string(),
  extension: z.string(),
  personId: z.string(),
  state: agentStatusSchema,
  /** Of a break: which, or what the PBX was told. */
  reasonId: z.string().nullable(),
  reasonText: z.string().nullable(),
  /** Of a break: whether it was paid when it was taken; null else. */
  paid: z.boolean().nullable(),
  beganAt: instantSchema,
  endedAt: instantSchema,
  by: statusAuthorSchema,
  byPersonId: z.string().nullable(),
})
export type IntervalDocument = z.infer<typeof intervalDocumentSchema>
export const intervalsCollection = 'statusIntervals'
const writeTimeoutMs = 15_000
/** A desk is left with its session, which lasts days at most. */
const longestIntervalMs = 7 * 24 * 3_600_000

export type AgentStore = ReturnType<typeof createAgentStore>

/** What agents' status keeps in the database. @param onMisfit is told of rules that this version cannot read */
export function createAgentStore(database: Database, onMisfit: (id: string) => void) {
  defineIntervalModel(database.connection)
  return {
    /** One document, `rules`. */
    rules: createVersioned(database.connection, 'statusRules', statusRulesSchema, onMisfit),

    /** The intervals of a person that touch a time. @throws ProblemError `database.unreachable` */
    intervalsOf: (personId: string, from: number, to: number): Promise<IntervalDocument[]> =>
      needingDatabase(() =>
        database
          .collection<IntervalDocument>(intervalsCollection)
          .find({ personId, beganAt: { $gte: from - longestIntervalMs, $lt: to }, endedAt: { $gt: from } })
          .sort({ beganAt: 1 })
          .toArray(),
      ),

    /** Whose intervals touch a time. @throws ProblemError `database.unreachable` */
    peopleBetween: (from: number, to: number): Promise<string[]> =>
      needingDatabase(() =>
        database.collection<IntervalDocument>(intervalsCollection).distinct('personId', {
          beganAt: { $gte: from - longestIntervalMs, $lt: to },
          endedAt: { $gt: from },
        }),
      ),

    /** Keeps intervals; one that is there already stays as it is. @throws ProblemError `database.unreachable` */
    keepIntervals: (intervals: readonly Interval[]): Promise<void> =>
      needingDatabase(async () => {
        const writes = intervals.map((interval) => {
          const { _id, ...document } = documentOf(interval)
          return { updateOne: { filter: { _id }, update: { $setOnInsert: document }, upsert: true } }
        })
        await database
          .collection<IntervalDocument>(intervalsCollection)
          .bulkWrite(writes, { ordered: false, timeoutMS: writeTimeoutMs })
      }),
  }
}

function defineIntervalModel(connection: Connection): void {
  defineModel(connection, intervalsCollection, intervalDocumentSchema, [
    { keys: { personId: 1, beganAt: -1 }, options: { name: 'intervals_of_person' } },
    { keys: { beganAt: 1 }, options: { name: 'intervals_by_time' } },
  ])
}

function documentOf(interval: Interval): IntervalDocument {
  const { extension, personId, state, reason, beganAt, endedAt, by, byPersonId } = interval
  return {
    _id: `${extension}:${beganAt}`,
    extension,
    personId,
    state,
    reasonId: reason?.reasonId ?? null,
    reasonText: reason?.text ?? null,
    paid: state === 'break' ? (reason?.paid ?? false) : null,
    beganAt,
    endedAt,
    by,
    byPersonId,
  }
}
