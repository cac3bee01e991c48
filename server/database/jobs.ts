import { MongoBackend } from '@agendajs/mongo-backend'
import { Agenda } from 'agenda'
import type { Logger } from 'pino'
import type { Database } from './database.ts'

/** Something that is done again and again, by one of all the servers on a database each time. */
export interface RepeatedJob {
  /** One name is one job on all servers. */
  name: string
  /** As `10 seconds`, or a cron line as `0 3 * * *`. */
  every: string
  /** A failure is logged, and it is done again when it is due next. */
  work: () => Promise<void>
}

export interface Jobs {
  /** Begins to do them, here or on another server. @throws when the database does not answer */
  start: () => Promise<void>
  /** Does no more of them; one that is under way is waited for, if not for long. */
  stop: () => Promise<void>
}

export interface JobsOptions {
  /** This server’s name among others, for whoever looks at who does what. */
  node: string
  log: Pick<Logger, 'warn'>
  /** How often it is looked for what is due, ms. */
  lookEveryMs?: number
  /** A server that has died holds a job so long, ms. */
  lockMs?: number
}

type Backend = ConstructorParameters<typeof MongoBackend>[0]
const stopWithinMs = 1_000
/** As Agenda looks for what is due next. */
const jobsIndex = { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 } as const

/**
 * Jobs that are kept in the database (collection `jobs`), by Agenda: they survive a restart, and of several servers one does
 * each when it is due. A job may be done twice when a server stops in the midst of it, so each must be harmless then.
 */
export function createJobs(
  database: Pick<Database, 'connection' | 'state'>,
  jobs: readonly RepeatedJob[],
  { node, log, lookEveryMs = 2_000, lockMs = 60_000 }: JobsOptions,
): Jobs {
  let agenda: Agenda | null = null
  let isStopped = false

  const failed = (name: string, error: unknown): void => {
    // That the database is away it says itself, once.
    if (isStopped || database.state().state === 'away') return
    log.warn({ err: error, job: name }, 'A job could not be done; it is tried again.')
  }

  return {
    start: async () => {
      const { db } = database.connection
      if (db === undefined || isStopped || agenda !== null) return
      // Mongoose brings a driver of its own, which is the same.
      const mongo = db as unknown as Extract<Backend, { mongo: unknown }>['mongo']
      // Agenda waits for ever where its index cannot be made: so it is made here, and whoever starts this tries again.
      await db.collection('jobs').createIndex(jobsIndex, { name: 'findAndLockNextJobIndex' }, {})
      const starting = new Agenda({
        backend: new MongoBackend({ mongo, collection: 'jobs', ensureIndex: false }),
        name: node,
        processEvery: lookEveryMs,
        defaultLockLifetime: lockMs,
      })
      starting.on('error', (error: unknown) => failed('all', error))
      for (const { name, work } of jobs)
        starting.define(
          name,
          async () => {
            await work().catch((error: unknown) => failed(name, error))
          },
          { concurrency: 1 },
        )
      agenda = starting
      try {
        await starting.start()
        for (const { name, every } of jobs) await starting.every(every, name)
      } catch (error) {
        agenda = null
        await starting.stop(false).catch(() => undefined)
        throw error
      }
    },
    stop: async () => {
      isStopped = true
      if (agenda === null) return
      await agenda.drain(stopWithinMs).catch(() => undefined)
      await agenda.stop(false).catch(() => undefined)
    },
  }
}
