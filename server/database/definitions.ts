import type { Connection } from 'mongoose'
import { z } from 'zod'
import { instantSchema } from '../../shared/calls.ts'
import type { Database } from './database.ts'
import { isDuplicateKey, needingDatabase } from './errors.ts'
import { defineModel } from './schema.ts'

/** A definition of how the center works. Each change is a document of its own: what came of it names the version. */
const storedSchema = z.object({
  /** The version; 1 is what the company started with. */
  _id: z.number().int(),
  at: instantSchema,
  /** Who changed it; null for the first. */
  by: z.string().nullable(),
  // Read back through its own schema: Mongoose need not know what stands in it.
  definition: z.unknown(),
})
type Stored = z.infer<typeof storedSchema>

/** A definition in force, and which one it is. */
export interface Current<D> {
  version: number
  definition: D
}

/** The versions of one definition in the database. Its functions throw ProblemError `database.unreachable` when that is away. */
export interface Definitions<D> {
  /** The newest; the first is stored where there is none. */
  newest: (now: number) => Promise<Current<D>>
  /** Those after a version, the oldest first, with when each came into force. */
  since: (version: number) => Promise<(Current<D> & { at: number })[]>
  /** @returns false when somebody else stored this version meanwhile */
  add: (next: Current<D>, by: string | null, at: number) => Promise<boolean>
}

/** Declares a collection of definitions on a connection. */
export function defineDefinitions(connection: Connection, collectionName: string): void {
  defineModel(connection, collectionName, storedSchema, [])
}

/**
 * @param first what a company starts with
 * @returns the definitions of a collection, which is declared by it
 */
export function createDefinitions<D>(
  database: Database,
  collectionName: string,
  schema: z.ZodType<D>,
  first: D,
): Definitions<D> {
  defineDefinitions(database.connection, collectionName)
  const stored = () => database.collection<Stored>(collectionName)

  async function add(version: number, definition: D, by: string | null, at: number): Promise<boolean> {
    try {
      await stored().insertOne({ _id: version, at, by, definition })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  return {
    newest: (now) =>
      needingDatabase(async () => {
        const find = () => stored().find().sort({ _id: -1 }).limit(1).toArray()
        let [newest] = await find()
        if (!newest) {
          await add(1, first, null, now)
          ;[newest] = await find()
        }
        if (!newest) return { version: 0, definition: first }
        return { version: newest._id, definition: schema.parse(newest.definition) }
      }),
    since: (version) =>
      needingDatabase(async () => {
        const found = await stored()
          .find({ _id: { $gt: version } })
          .sort({ _id: 1 })
          .toArray()
        return found.map(({ _id, at, definition }) => ({
          version: _id,
          at,
          definition: schema.parse(definition),
        }))
      }),
    add: ({ version, definition }, by, at) => needingDatabase(() => add(version, definition, by, at)),
  }
}
