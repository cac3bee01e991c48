import { fork, type ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { collect, endChild, ready } from './child.ts'
import { enterPostgres, fleetingSettings, preparePlace, readyToConnect, SOCKET_IN_ROOT } from './cluster.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Settings of the server. No TCP: only the gateway reaches it, through a socket in a folder that is closed to others.
 */
const settings: Readonly<Record<string, string>> = {
  shared_preload_libraries: 'pg_cron, pg_documentdb_core, pg_documentdb',
  'cron.database_name': 'postgres',
  'cron.use_background_workers': 'on',
  'documentdb.localhost_connection_string': `host=${SOCKET_IN_ROOT}`,
  // A cursor then belongs to no connection, so the next page may be asked for through any of them.
  'documentdb.useFileBasedPersistedCursors': 'on',
  listen_addresses: '',
  unix_socket_directories: SOCKET_IN_ROOT,
  max_connections: '60',
  max_worker_processes: '16',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '256MB',
  work_mem: '32MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  jit: 'off',
  log_min_messages: 'log',
}

/** A DocumentDB that runs, with its gateway. */
export interface DocumentDb {
  uri: string
  describe: string
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL with DocumentDB on a data folder (made if it is empty) and the gateway before it, in two processes
 * that end with this one, however it ends.
 * @param options.folder the data folder. @param options.fleeting its data need not survive a power cut.
 * @throws if the root cannot be built, or either process does not start.
 */
export async function startDocumentDb(options: {
  folder: string
  fleeting: boolean
  onProgress: (line: string) => void
}): Promise<DocumentDb> {
  const place = await preparePlace(options.folder, options.onProgress)
  const { sockets } = place
  let postgres: ChildProcess | undefined
  let gateway: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    await endChild(gateway, (child) => child.connected && child.disconnect())
    // "Fast" writes everything down; "immediate" is for data that is thrown away.
    await endChild(postgres, (child) => child.kill(options.fleeting ? 'SIGQUIT' : 'SIGINT'))
    await rm(sockets, { recursive: true, force: true })
  }
  try {
    // The gateway connects when the first command comes, so both may start at once.
    gateway = forkGateway(sockets)
    postgres = enterPostgres(place, options.fleeting ? { ...settings, ...fleetingSettings } : settings)
    const [port] = await Promise.all([portOf(gateway), readyToConnect(postgres)])
    const version = await prepareExtension(sockets)
    return {
      uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
      describe: `DocumentDB ${version} on PostgreSQL 18, behind Ringcard's lab gateway`,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function prepareExtension(socketFolder: string): Promise<string> {
  const client = new Client({ host: socketFolder, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    await client.query('set client_min_messages = warning; create extension if not exists documentdb cascade')
    const { rows } = await client.query<{ extversion: string }>(
      "select extversion from pg_extension where extname = 'documentdb'",
    )
    return rows[0]?.extversion ?? ''
  } finally {
    await client.end()
  }
}

function forkGateway(socketFolder: string): ChildProcess {
  return fork(fileURLToPath(new URL('./gateway/main.ts', import.meta.url)), [socketFolder], {
    cwd: PROJECT,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true,
  })
}

async function portOf(gateway: ChildProcess): Promise<number> {
  return ready<number>(gateway, collect(gateway), 'The database gateway', (resolve) => {
    gateway.once('message', (message) => resolve((message as { port: number }).port))
  })
}
