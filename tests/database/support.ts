import mongoose from 'mongoose'
import { afterAll, beforeAll } from 'vitest'
import { databaseUri } from '../../lab/database/database.ts'

const { MongoClient, MongoServerError, MongoBulkWriteError } = mongoose.mongo
export const { Decimal128, Int32, Long, ObjectId } = mongoose.mongo
export { MongoServerError, MongoBulkWriteError }

export type Document = mongoose.mongo.Document
export type Collection = mongoose.mongo.Collection

/** What a test file works on: a database of its own, dropped at its end. */
export interface Subject {
  client: mongoose.mongo.MongoClient
  database: mongoose.mongo.Db
  /** A collection that nobody used before. */
  collection(): Collection
}

/**
 * Connects a test file to the server under test.
 * @param name a word for the database's name. @returns the subject, usable inside tests.
 */
export function connectSubject(name: string): Subject {
  const client = new MongoClient(
    databaseUri(process.env.CONFORMANCE_URI ?? '', `ringcard-conformance-${name}`),
  )
  const database = client.db()
  let used = 0
  beforeAll(async () => {
    await client.connect()
    await database.dropDatabase()
  })
  afterAll(async () => {
    await database.dropDatabase()
    await client.close()
  })
  return { client, database, collection: () => database.collection(`c${(used += 1)}`) }
}

/** The error that a promise ends in. @throws if it succeeds, or fails with anything but a server's error. */
export async function serverError(promise: Promise<unknown>): Promise<mongoose.mongo.MongoServerError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof MongoServerError) return error
  throw new Error(`Expected an error from the server, got ${String(error)}`)
}

/** The `_id`s of documents, in their order. */
export function idsOf(documents: readonly Document[]): unknown[] {
  return documents.map((document) => document._id as unknown)
}

/** Makes an index and waits until it is there. */
export async function addIndex(
  collection: Collection,
  key: Record<string, 1 | -1 | 'text'>,
  options: Document = {},
): Promise<void> {
  await collection.createIndexes([{ key, ...options }])
}

/** The indexes of a collection, as the server tells them. */
export async function indexesOf(collection: Collection): Promise<Document[]> {
  return (await collection.listIndexes().toArray()) as Document[]
}
