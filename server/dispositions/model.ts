import type { Connection } from 'mongoose'
import { z } from 'zod'
import { instantSchema } from '../../shared/calls.ts'
import {
  dispositionDefinitionSchema,
  type Disposition,
  type DispositionDefinition,
} from '../../shared/dispositions.ts'
import type { Database } from '../database/database.ts'
import { createDefinitions, type Definitions } from '../database/definitions.ts'
import { needingDatabase } from '../database/errors.ts'
import { defineModel } from '../database/schema.ts'
import { usesOf } from './asked.ts'
import { firstDispositions } from './first.ts'

/** A code that some call has. It is never given back: history and figures go by it. */
const useSchema = z.object({
  /** `treeId:code`. */
  _id: z.string(),
  at: instantSchema,
})
type Use = z.infer<typeof useSchema>
const usesCollection = 'disposition_uses'
const writeTimeoutMs = 15_000

/** What dispositions keep in the database. Its functions throw ProblemError `database.unreachable` when that is away. */
export interface DispositionStore {
  definitions: Definitions<DispositionDefinition>
  /** Every code that some call has, as `treeId:code`. */
  used: () => Promise<Set<string>>
  /** Notes the codes of results that calls have. To be told each result once it is in the database; may be told one twice. */
  noteUsed: (dispositions: readonly Disposition[]) => Promise<void>
}

export function createDispositionStore(database: Database): DispositionStore {
  defineUses(database.connection)
  /** What this process has noted before. */
  const noted = new Set<string>()
  const uses = () => database.collection<Use>(usesCollection)
  return {
    definitions: createDefinitions(
      database,
      'disposition_definitions',
      dispositionDefinitionSchema,
      firstDispositions,
    ),
    used: () => needingDatabase(async () => new Set((await uses().find().toArray()).map(({ _id }) => _id))),
    noteUsed: (dispositions) =>
      needingDatabase(async () => {
        const fresh = new Map(
          dispositions
            .flatMap((one) => usesOf(one).map((use) => [use, one.at] as const))
            .filter(([use]) => !noted.has(use)),
        )
        if (fresh.size === 0) return
        const writes = [...fresh].map(([_id, at]) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: { at } }, upsert: true },
        }))
        await uses().bulkWrite(writes, { ordered: false, timeoutMS: writeTimeoutMs })
        for (const use of fresh.keys()) noted.add(use)
      }),
  }
}

function defineUses(connection: Connection): void {
  defineModel(connection, usesCollection, useSchema, [])
}
