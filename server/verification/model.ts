import type { Connection } from 'mongoose'
import { z } from 'zod'
import { instantSchema } from '../../shared/calls.ts'
import {
  defaultVerification,
  verificationDefinitionSchema,
  type CurrentVerification,
  type VerificationDefinition,
} from '../../shared/verification.ts'
import type { Database } from '../database/database.ts'
import { isDuplicateKey, needingDatabase } from '../database/errors.ts'
import { defineModel } from '../database/schema.ts'

/** How callers are verified. Each change is a document of its own: a call names the version that it was verified by. */
const storedDefinitionSchema = z.object({
  /** The version; 1 is what the company started with. */
  _id: z.number().int(),
  at: instantSchema,
  /** Who changed it; null for the first. */
  by: z.string().nullable(),
  // Read back through its own schema: Mongoose need not know what stands in it.
  definition: z.unknown(),
})
type StoredDefinition = z.infer<typeof storedDefinitionSchema>
const collectionName = 'verification_definitions'

/** The definitions in the database. Its functions throw ProblemError `database.unreachable` when that is away. */
export interface DefinitionStore {
  /** The newest; the default is stored first where there is none. */
  newest: (now: number) => Promise<CurrentVerification>
  /** @returns false when somebody else stored this version meanwhile */
  add: (next: CurrentVerification, by: string | null, at: number) => Promise<boolean>
}

/** Declares the collection on a connection. */
export function defineVerificationModel(connection: Connection): void {
  defineModel(connection, collectionName, storedDefinitionSchema, [])
}

export function createDefinitionStore(database: Database): DefinitionStore {
  defineVerificationModel(database.connection)
  const definitions = () => database.collection<StoredDefinition>(collectionName)

  async function add(version: number, definition: VerificationDefinition, by: string | null, at: number) {
    try {
      await definitions().insertOne({ _id: version, at, by, definition })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  return {
    newest: (now) =>
      needingDatabase(async () => {
        const find = () => definitions().find().sort({ _id: -1 }).limit(1).toArray()
        let [newest] = await find()
        if (!newest) {
          await add(1, defaultVerification, null, now)
          ;[newest] = await find()
        }
        if (!newest) return { version: 0, definition: defaultVerification }
        return {
          version: newest._id,
          definition: verificationDefinitionSchema.parse(newest.definition),
        }
      }),
    add: ({ version, definition }, by, at) => needingDatabase(() => add(version, definition, by, at)),
  }
}
