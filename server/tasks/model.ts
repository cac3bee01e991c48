import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { isDuplicateKey, needingDatabase } from '../database/errors.ts'
import { defineModel } from '../database/schema.ts'
import { ProblemError } from '../../shared/problems.ts'
import { blockedSchema, type Blocked, type BlockedStore } from './do-not-call.ts'
import { storedTaskSchema, type StoredTask } from './task.ts'

const collectionName = 'tasks'
const documentSchema = storedTaskSchema.extend({
  /** When it was written last, by the database’s clock, so that other servers find it. */
  changedAt: z.date().optional(),
  /** Of an open one of kind `missed`: whose calls it gathers, so that there is one. */
  gathers: z.string().optional(),
})
type TaskDocument = z.infer<typeof documentSchema>

/** A task is looked for again so long after it was written, ms: two that are written at one time become visible in any order. */
const overlapMs = 10_000
const readTimeoutMs = 5_000
const writeTimeoutMs = 10_000
const mostTries = 5

export type TaskStore = ReturnType<typeof createTaskStore>

/** Tasks in the database. Each function throws ProblemError `database.unreachable` when that is away. */
export function createTaskStore(database: Database) {
  defineModel(database.connection, collectionName, documentSchema, [
    { keys: { state: 1, dueAt: 1 }, options: { name: 'tasks_by_state' } },
    { keys: { changedAt: 1 }, options: { name: 'tasks_changed' } },
    { keys: { wakeAt: 1 }, options: { name: 'tasks_to_wake' } },
    { keys: { customerId: 1 }, options: { name: 'tasks_of_customer' } },
    { keys: { number: 1 }, options: { name: 'tasks_of_number' } },
    { keys: { gathers: 1 }, options: { name: 'one_task_for_missed_calls', unique: true, sparse: true } },
  ])
  const tasks = () => database.collection<TaskDocument>(collectionName)
  const reading = { timeoutMS: readTimeoutMs }

  return {
    /** All that are open, at most so many, those due first before the others; and from when on others are to be looked for. */
    open: (most: number) =>
      needingDatabase(async () => {
        const [last] = await tasks().find({}, reading).sort({ changedAt: -1 }).limit(1).toArray()
        const found = await tasks().find({ state: 'open' }, reading).sort({ dueAt: 1 }).limit(most).toArray()
        return { tasks: found.map(stored), until: last?.changedAt ?? new Date(0) }
      }),

    /**
     * Those that were written since a look, by any server.
     * @param until what the last look gave
     */
    changedSince: (until: Date) =>
      needingDatabase(async () => {
        const since = new Date(Math.max(0, until.getTime() - overlapMs))
        const found = await tasks()
          .find({ changedAt: { $gte: since } }, reading)
          .toArray()
        return { tasks: found.map(stored), until: newest(found, until) }
      }),

    read: (taskId: string) =>
      needingDatabase(async () => {
        const found = await tasks().findOne({ _id: taskId }, reading)
        return found === null ? null : stored(found)
      }),

    /** Those that are due to be woken, the longest first. */
    toWake: (now: number, most: number) =>
      needingDatabase(async () => {
        const found = await tasks()
          .find({ wakeAt: { $lte: now } }, reading)
          .sort({ wakeAt: 1 })
          .limit(most)
          .toArray()
        return found.map(stored)
      }),

    /** All of a customer, and all with one of some numbers or of some calls. */
    about: (customerId: string | null, numbers: readonly string[], callIds: readonly string[] = []) =>
      needingDatabase(async () => {
        const ways = [
          ...(customerId === null ? [] : [{ customerId }]),
          ...(numbers.length === 0 ? [] : [{ number: { $in: [...numbers] } }]),
          ...(callIds.length === 0
            ? []
            : [{ fromCallId: { $in: [...callIds] } }, { 'missed.callId': { $in: [...callIds] } }]),
        ]
        if (ways.length === 0) return []
        return (await tasks().find({ $or: ways }, reading).toArray()).map(stored)
      }),

    /**
     * Adds a task. @returns the one that is kept: another where there was one of this id, or one that gathers the same
     * calls
     * @param gathers what calls it gathers while it is open; null for a task that gathers none
     */
    add: (task: StoredTask, gathers: string | null) =>
      needingDatabase(async (): Promise<StoredTask> => {
        const { _id, ...fields } = task
        const document = gathers === null ? fields : { ...fields, gathers }
        const ways = [{ _id }, ...(gathers === null ? [] : [{ gathers }])]
        for (let tries = 0; tries < mostTries; tries += 1) {
          try {
            const { upsertedCount } = await tasks().updateOne(
              { _id },
              // By the database's clock, which an insert does not know.
              { $setOnInsert: document, $currentDate: { changedAt: true } },
              { upsert: true, timeoutMS: writeTimeoutMs },
            )
            if (upsertedCount === 1) return task
          } catch (error) {
            if (!isDuplicateKey(error)) throw error
          }
          const other = await tasks().findOne({ $or: ways }, reading)
          if (other !== null) return stored(other)
          // What gathered was closed between the two: it gathers no more.
        }
        throw new ProblemError('database.unreachable')
      }),

    /** Writes a task over the version before it. @returns null when somebody else wrote meanwhile */
    write: (task: StoredTask) =>
      needingDatabase(async (): Promise<StoredTask | null> => {
        const { _id, version, ...fields } = task
        const next = { ...fields, version: version + 1 }
        const isOpen = task.state === 'open'
        const { matchedCount } = await tasks().updateOne(
          { _id, version },
          {
            $set: next,
            $currentDate: { changedAt: true },
            ...(isOpen ? {} : { $unset: { gathers: true as const } }),
          },
          { timeoutMS: writeTimeoutMs },
        )
        return matchedCount === 1 ? { _id, ...next } : null
      }),

    /** Removes what has been closed or erased for long. @returns how many */
    removeOld: (closedBefore: number, erasedBefore: Date) =>
      needingDatabase(async () => {
        const { deletedCount } = await tasks().deleteMany({
          $or: [
            { state: 'closed', 'closed.at': { $lt: closedBefore } },
            { state: 'erased', changedAt: { $lt: erasedBefore } },
          ],
        })
        return deletedCount
      }),
  }
}

function stored(document: TaskDocument): StoredTask {
  const task: StoredTask & Partial<TaskDocument> = { ...document }
  delete task.changedAt
  delete task.gathers
  return task
}

function newest(found: readonly TaskDocument[], until: Date): Date {
  return found.reduce(
    (latest, { changedAt }) => (changedAt && changedAt > latest ? changedAt : latest),
    until,
  )
}

const blockedCollection = 'do_not_call'

/** The numbers that are not called any more, in the database. */
export function createBlockedStore(database: Database): BlockedStore {
  defineModel(database.connection, blockedCollection, blockedSchema, [
    { keys: { at: -1 }, options: { name: 'do_not_call_by_time' } },
  ])
  const blocked = () => database.collection<Blocked>(blockedCollection)
  const reading = { timeoutMS: readTimeoutMs }
  return {
    find: (number) => needingDatabase(() => blocked().findOne({ _id: number, removedAt: null }, reading)),
    all: (which, digits, most) =>
      needingDatabase(() =>
        blocked()
          .find(
            {
              removedAt: which === 'listed' ? null : { $ne: null },
              ...(digits === '' ? {} : { _id: new RegExp(digits) }),
            },
            reading,
          )
          .sort(which === 'listed' ? { at: -1 } : { removedAt: -1 })
          .limit(most)
          .toArray(),
      ),
    add: (number, noted) =>
      needingDatabase(async () => {
        const { at, personId, reason } = noted
        const listed = { at, personId, reason, removedAt: null }
        const { upsertedCount } = await blocked().updateOne(
          { _id: number },
          { $setOnInsert: { ...listed, trail: [noted] } },
          { upsert: true },
        )
        if (upsertedCount === 0)
          await blocked().updateOne(
            { _id: number, removedAt: { $ne: null } },
            { $set: listed, $push: { trail: noted } },
          )
      }),
    remove: (number, noted) =>
      needingDatabase(async () => {
        await blocked().updateOne(
          { _id: number, removedAt: null },
          { $set: { removedAt: noted.at }, $push: { trail: noted } },
        )
      }),
    removeOld: (before) =>
      needingDatabase(async () => {
        await blocked().deleteMany({ removedAt: { $lt: before } })
      }),
  }
}
