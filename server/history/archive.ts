import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { needingDatabase } from '../database/errors.ts'
import { callDocumentSchema, callsCollection, journalCollection, journalPageSchema } from './model.ts'
import { isErrorCode, syncFolder } from './small-file.ts'

/** What is archived: a collection, the field that says when a document is of, and which documents stay. */
const kinds = {
  calls: {
    collection: callsCollection,
    time: 'startedAt',
    only: { endedAt: { $ne: null } },
    schema: callDocumentSchema,
  },
  // Inputs go by themselves after their own time.
  journal: {
    collection: journalCollection,
    time: 'at',
    only: { part: 'facts' },
    schema: journalPageSchema,
  },
} as const
type Kind = keyof typeof kinds
interface Stored {
  _id: string
  [field: string]: unknown
}

/** A page of the journal may have a megabyte. */
const linesAtOnce = 50
const temporary = '.part'

/**
 * Moves history from before a time into one compressed file for each month (UTC), such as `calls-2026-03.jsonl.gz`: one
 * document a line, gzip members one behind the other. A document leaves the database only when its file is on the disk
 * and has been read back; stopped at any moment, it may be run again.
 * @param beforeMs calls that began, and facts that were kept, before it
 * @returns how many documents went into which file
 * @throws ProblemError `database.unreachable`, or the file system's error
 */
export async function archiveHistory(
  database: Database,
  folder: string,
  beforeMs: number,
): Promise<{ file: string; documents: number }[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) if (name.endsWith(temporary)) await rm(join(folder, name))
  const done: { file: string; documents: number }[] = []
  for (const kind of ['calls', 'journal'] as const) {
    for (;;) {
      const oldest = await oldestBefore(database, kind, beforeMs)
      if (oldest === null) break
      const month = new Date(oldest).toISOString().slice(0, 7)
      const until = Math.min(startOfNextMonth(oldest), beforeMs)
      const file = join(folder, `${kind}-${month}.jsonl.gz`)
      done.push({ file, documents: await archiveRange(database, kind, oldest, until, file) })
    }
  }
  return done
}

/**
 * Puts the documents of an archive file back into the database; those that are there stay as they are. The file stays.
 * @returns how many documents the file holds
 * @throws Error when the file is damaged or not one of ours; ProblemError `database.unreachable`
 */
export async function restoreHistory(database: Database, file: string): Promise<number> {
  const kind = z.enum(['calls', 'journal']).safeParse(basename(file).split('-')[0])
  if (!kind.success) throw new Error(`${file} is no archive of history: it is named calls-… or journal-….`)
  const { collection, schema } = kinds[kind.data]
  let documents = 0
  for await (const batch of batchesOf(file)) {
    const writes = batch.map((line) => {
      const { _id, ...fields } = schema.parse(line)
      return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } }
    })
    await needingDatabase(() => database.collection<Stored>(collection).bulkWrite(writes, { ordered: false }))
    documents += batch.length
  }
  return documents
}

async function oldestBefore(database: Database, kind: Kind, beforeMs: number): Promise<number | null> {
  const { collection, time, only } = kinds[kind]
  const oldest = await needingDatabase(() =>
    database
      .collection<Stored>(collection)
      .findOne({ ...only, [time]: { $lt: beforeMs } }, { sort: { [time]: 1 }, projection: { [time]: 1 } }),
  )
  return z
    .number()
    .nullable()
    .parse(oldest?.[time] ?? null)
}

async function archiveRange(
  database: Database,
  kind: Kind,
  from: number,
  until: number,
  file: string,
): Promise<number> {
  const { collection, time, only } = kinds[kind]
  const documents = database.collection<Stored>(collection)
  const member = `${file}.member${temporary}`
  const whole = `${file}.whole${temporary}`

  const found = documents.find({ ...only, [time]: { $gte: from, $lt: until } }).sort({ [time]: 1 })
  await needingDatabase(() =>
    pipeline(
      Readable.from(found),
      async function* (stored: AsyncIterable<Stored>) {
        for await (const document of stored) yield `${JSON.stringify(document)}\n`
      },
      createGzip(),
      createWriteStream(member, { mode: 0o600 }),
    ),
  )

  // What the file held before comes first; a document that was archived but not yet removed stands in it twice, harmlessly.
  await rm(whole, { force: true })
  for (const part of [file, member]) await appendFile(part, whole)
  await syncFile(whole)
  await rename(whole, file)
  await syncFolder(join(file, '..'))

  let count = 0
  for await (const batch of batchesOf(member)) {
    const ids = batch.map((line) => z.looseObject({ _id: z.string() }).parse(line)._id)
    await needingDatabase(() => documents.deleteMany({ _id: { $in: ids } }))
    count += ids.length
  }
  await rm(member)
  return count
}

async function appendFile(from: string, to: string): Promise<void> {
  try {
    await pipeline(createReadStream(from), createWriteStream(to, { flags: 'a', mode: 0o600 }))
  } catch (error) {
    if (!isErrorCode(error, 'ENOENT')) throw error
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The lines of a compressed file, a few at a time. */
async function* batchesOf(file: string): AsyncGenerator<unknown[]> {
  const source = createReadStream(file)
  const text = createGunzip()
  // A failure of either ends the reading of lines with that failure.
  const flowing = pipeline(source, text)
  flowing.catch(() => undefined)
  let batch: unknown[] = []
  for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
    batch.push(JSON.parse(line))
    if (batch.length < linesAtOnce) continue
    yield batch
    batch = []
  }
  await flowing
  if (batch.length > 0) yield batch
}

function startOfNextMonth(ms: number): number {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}
