import { mongo, MongooseError } from 'mongoose'
import { ProblemError } from '../../shared/problems.ts'

/** MongoDB's code for a value that a unique index already holds. */
const duplicateKeyCode = 11000

/** Server codes that say "not now, perhaps later": no primary, stepping down, shutting down. */
const awayCodes = new Set([91, 189, 10107, 11600, 11602, 13435, 13436])

/**
 * Whether a write was refused because a unique index already holds its value.
 * @param error whatever was thrown
 */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === duplicateKeyCode
}

/**
 * MongoDB's codes that say "this document, never": BadValue, FailedToParse, TypeMismatch, DocumentValidationFailure,
 * and too large (10334, 17419, 17420).
 */
const documentFaults = new Set([2, 9, 14, 121, 10334, 17419, 17420])

/**
 * Whether a write was refused for what was to be written: to try it again is of no use.
 * @param error whatever was thrown
 */
export function isDocumentFault(error: unknown): boolean {
  // A document that is too large is refused by the driver itself, in one way or another.
  if (error instanceof RangeError || error instanceof mongo.MongoInvalidArgumentError) return true
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    documentFaults.has(error.code)
  )
}

/**
 * Whether an error means that the database cannot be reached at present, as opposed to an answer it gave.
 * @param error whatever was thrown
 */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof ProblemError) return error.code === 'database.unreachable'
  if (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    error instanceof mongo.MongoClientClosedError ||
    error instanceof mongo.MongoOperationTimeoutError
  ) {
    return true
  }
  if (error instanceof mongo.MongoServerError) {
    return typeof error.code === 'number' && awayCodes.has(error.code)
  }
  // What Mongoose says for itself when a model is used before the first connection.
  return error instanceof MongooseError && /initial connection|buffering timed out/.test(error.message)
}

/**
 * Does a piece of work that needs the database.
 * @returns what the work returns
 * @throws ProblemError `database.unreachable` when the database is away; any other error as it is
 */
export async function needingDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProblemError || !isDatabaseAway(error)) throw error
    throw new ProblemError('database.unreachable', { cause: error })
  }
}
