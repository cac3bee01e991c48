import type { Connection } from 'mongoose'
import { z } from 'zod'
import { ProblemError } from '../../shared/problems.ts'
import { isDuplicateKey, needingDatabase } from './errors.ts'
import { defineModel } from './schema.ts'

/** Something that people edit, with the number of its version. */
export interface Versioned<T> {
  id: string
  version: number
  value: T
}

const versionedDocument = z.object({
  _id: z.string(),
  version: z.number(),
  /** Taken away by somebody: kept, so that a seed does not bring it back and a late editor is told. */
  removed: z.boolean(),
  value: z.unknown(),
})

/**
 * A collection of things that people edit: each write names the version that was looked at, so that of two who edit the
 * same thing the second is told. Each function throws ProblemError `database.unreachable` when the database is away.
 * @param schema of the value; what was stored under an older one and does not fit any more is told to `onMisfit`, and left out
 */
export function createVersioned<S extends z.ZodType>(
  connection: Connection,
  name: string,
  schema: S,
  onMisfit: (id: string) => void,
) {
  type Value = z.output<S>
  const model = defineModel(connection, name, versionedDocument, [])

  return {
    loadAll: () =>
      needingDatabase(async (): Promise<Versioned<Value>[]> => {
        const stored = await model.find({ removed: false }).lean().exec()
        return stored.flatMap(({ _id: id, version, value }) => {
          const read = schema.safeParse(value)
          if (!read.success) onMisfit(id)
          return read.success ? [{ id, version, value: read.data }] : []
        })
      }),

    /** Which version there is of each, by id: what has changed is seen without reading all. */
    versions: () =>
      needingDatabase(async (): Promise<ReadonlyMap<string, number>> => {
        const stored = await model.find({ removed: false }, { version: 1 }).lean().exec()
        return new Map(stored.map(({ _id, version }) => [_id, version]))
      }),

    /** Adds it if there is none of that id, and never was. */
    seed: (id: string, value: Value) =>
      needingDatabase(async () => {
        await model
          .updateOne({ _id: id }, { $setOnInsert: { version: 0, removed: false, value } }, { upsert: true })
          .exec()
      }),

    /** Adds it, also where there was one that has been removed. @returns null when there is one */
    add: (id: string, value: Value) =>
      needingDatabase(async (): Promise<Versioned<Value> | null> => {
        const again = await model
          .findOneAndUpdate(
            { _id: id, removed: true },
            { $set: { value, removed: false }, $inc: { version: 1 } },
            { returnDocument: 'after' },
          )
          .lean()
          .exec()
        if (again !== null) return { id, version: again.version, value }
        try {
          await model.create({ _id: id, version: 0, removed: false, value })
          return { id, version: 0, value }
        } catch (error) {
          if (isDuplicateKey(error)) return null
          throw error
        }
      }),

    /** @throws ProblemError `edit.outdated` when it was changed or removed since that version */
    change: (id: string, version: number, value: Value) =>
      needingDatabase(async (): Promise<Versioned<Value>> => {
        const changed = await model
          .updateOne({ _id: id, version, removed: false }, { $set: { value }, $inc: { version: 1 } })
          .exec()
        if (changed.matchedCount === 0) throw new ProblemError('edit.outdated')
        return { id, version: version + 1, value }
      }),

    /** @throws ProblemError `edit.outdated` when it was changed or removed since that version */
    remove: (id: string, version: number) =>
      needingDatabase(async () => {
        const removed = await model
          .updateOne({ _id: id, version, removed: false }, { $set: { removed: true }, $inc: { version: 1 } })
          .exec()
        if (removed.matchedCount === 0) throw new ProblemError('edit.outdated')
      }),
  }
}

/** The version of what is stored; what was stored before versions were kept has never been changed since. */
export function versionOf(stored: { version?: number | undefined }): number {
  return stored.version ?? 0
}

/**
 * Refuses a change that was decided on by looking at something older than what there is now.
 * @param lookedAt the version that was looked at; null for the command line, which does not look first
 * @throws ProblemError `edit.outdated`
 */
export function refuseOutdated(stored: { version?: number | undefined }, lookedAt: number | null): void {
  if (lookedAt !== null && lookedAt !== versionOf(stored)) throw new ProblemError('edit.outdated')
}
