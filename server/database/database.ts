import { createConnection, mongo, type Connection } from 'mongoose'
import type { Logger } from 'pino'
import { ProblemError } from '../../shared/problems.ts'

/** Whether the database can be written to, since when (ms), and what was last heard when it cannot. */
export interface DatabaseState {
  state: 'ready' | 'away'
  since: number
  message: string | null
}

/** The driver's own collection of documents of one type. */
export type Collection<T extends mongo.Document> = mongo.Collection<T>

export interface Database {
  /** Mongoose's connection, for models. */
  readonly connection: Connection
  /** The state as it is known now. */
  state: () => DatabaseState
  /** Resolves when the database first answers, or at once if it has; rejects when stopped before. */
  whenReady: () => Promise<void>
  /**
   * The driver's own collection, without casting or hydration, for hot paths and bulk work.
   * @throws ProblemError `database.unreachable` before the first connection
   */
  collection: <T extends mongo.Document>(name: string) => Collection<T>
  /** Closes every connection and gives up retrying. */
  stop: () => Promise<void>
}

export interface DatabaseOptions {
  uri: string
  log: Pick<Logger, 'info' | 'warn'>
  /** Told at each change of state. */
  onState?: (state: DatabaseState) => void
  /** How long an operation waits for a server that can serve it before it fails, ms. */
  serverSelectionTimeoutMs?: number
  maxPoolSize?: number
}

const firstRetryMs = 250
const longestRetryMs = 15_000

/**
 * Opens the database and keeps it open: comes back by itself after a loss, and starts even while the database is away.
 * Writes are acknowledged by a majority and journaled, unless the URI says otherwise.
 * @throws Error at once when the URI itself is not valid (the URI, which may hold a password, is not repeated)
 */
export function connectDatabase(options: DatabaseOptions): Database {
  const { uri, log } = options
  const clientOptions = {
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    sanitizeFilter: true,
    serverSelectionTimeoutMS: options.serverSelectionTimeoutMs ?? 3_000,
    heartbeatFrequencyMS: 2_000,
    maxPoolSize: options.maxPoolSize ?? 50,
    ...(uriNamesWriteConcern(uri) ? {} : { writeConcern: { w: 'majority' as const, journal: true } }),
  }
  refuseInvalidUri(uri)

  // bufferCommands false from the start: a model used too early fails at once instead of waiting for a connection.
  const connection = createConnection()
  connection.set('bufferCommands', false)
  let current: DatabaseState = { state: 'away', since: Date.now(), message: 'Not connected yet.' }
  let stopped = false
  let retry: NodeJS.Timeout | undefined
  let settleReady: { resolve: () => void; reject: (error: Error) => void } | undefined
  const ready = new Promise<void>((resolve, reject) => {
    settleReady = { resolve, reject }
  })
  // Nobody need be waiting when it is rejected.
  ready.catch(() => undefined)

  const become = (state: DatabaseState['state'], message: string | null): void => {
    if (stopped) return
    if (current.state === state) {
      current = { ...current, message }
      return
    }
    current = { state, since: Date.now(), message }
    if (state === 'ready') log.info('The database answers.')
    else log.warn({ reason: message }, 'The database is away; it is tried again until it answers.')
    options.onState?.(current)
  }

  const open = async (delayMs: number): Promise<void> => {
    try {
      await connection.openUri(uri, { ...clientOptions })
    } catch (error) {
      if (stopped) return
      const message = plainReason(error)
      if (current.message !== message)
        log.warn({ reason: message }, 'The database is away; it is tried again.')
      become('away', message)
      retry = setTimeout(() => void open(Math.min(delayMs * 2, longestRetryMs)), delayMs)
      return
    }
    if (stopped) {
      await connection.close()
      return
    }
    // The driver reconnects by itself from here on; this only tells what it sees.
    connection.getClient().on('topologyDescriptionChanged', ({ newDescription }) => {
      const servers = [...newDescription.servers.values()]
      if (servers.some((server) => server.isWritable)) become('ready', null)
      else become('away', plainReason(servers.find((server) => server.error)?.error))
    })
    become('ready', null)
    settleReady?.resolve()
  }
  void open(firstRetryMs)

  return {
    connection,
    state: () => current,
    whenReady: () => ready,
    collection: <T extends mongo.Document>(name: string) => {
      // Before the first connection Mongoose has no database object yet, whatever its types say.
      const database: mongo.Db | null | undefined = connection.db
      if (!database) throw new ProblemError('database.unreachable')
      return database.collection<T>(name)
    },
    stop: async () => {
      if (stopped) return
      stopped = true
      clearTimeout(retry)
      current = { state: 'away', since: Date.now(), message: 'Stopped.' }
      settleReady?.reject(new ProblemError('database.unreachable', { detail: 'The server is stopping.' }))
      await connection.close()
    },
  }
}

function refuseInvalidUri(uri: string): void {
  try {
    // The constructor reads the URI and connects to nothing.
    new mongo.MongoClient(uri)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(uri, 'the URI') : 'unreadable'
    throw new Error(`MONGODB_URI is not valid: ${reason}`, { cause: error })
  }
}

function uriNamesWriteConcern(uri: string): boolean {
  return /[?&](w|journal)=/i.test(uri)
}

function plainReason(error: unknown): string {
  if (error instanceof mongo.MongoServerError && error.code === 18) {
    return 'The database refuses the name or password in MONGODB_URI.'
  }
  return error instanceof Error
    ? `No answer from the database: ${error.message}`
    : 'No answer from the database.'
}
