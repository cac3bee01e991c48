import { fork, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { buildDebianRoot, type DebianRootRecipe } from '../debian-root.ts'
import { temporaryFolder } from './temporary.ts'

/** PostgreSQL with the DocumentDB extension: MongoDB's query engine as SQL functions. */
export const documentDbRecipe: DebianRootRecipe = {
  name: 'documentdb',
  packages: ['postgresql-18', 'postgresql-18-documentdb'],
  leaveOut: ['/usr/lib/postgresql/*/lib/bitcode/*'],
}

const BIN = '/usr/lib/postgresql/18/bin'
/** Two folders of the root, in whose place the process sees our data folder and our socket folder. */
const DATA_IN_ROOT = '/var/lib/postgresql'
const SOCKET_IN_ROOT = '/mnt'
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 15_000
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Settings of the server, on its command line so that they are in one place and hold for old data folders too. No TCP:
 * only the gateway reaches it, through a socket in a folder that is closed to others.
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

/** For data that is thrown away at the end: nothing is forced to the disk. */
const fleetingSettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
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
  const { folder: root } = await buildDebianRoot({ ...documentDbRecipe, onProgress: options.onProgress })
  const account = await postgresAccount(root)
  await mkdir(options.folder, { recursive: true })
  const sockets = await temporaryFolder('socket')
  for (const folder of [options.folder, sockets]) await chown(folder, account.uid, account.gid)
  await chmod(options.folder, 0o700)

  const place: Place = { root, data: options.folder, sockets }
  let postgres: ChildProcess | undefined
  let gateway: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    await endChild(gateway, (child) => child.connected && child.disconnect())
    // "Fast" writes everything down; "immediate" is for data that is thrown away.
    await endChild(postgres, (child) => child.kill(options.fleeting ? 'SIGQUIT' : 'SIGINT'))
    await rm(sockets, { recursive: true, force: true })
  }
  try {
    if (!existsSync(join(options.folder, 'cluster'))) await initialise(place)
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

interface Place {
  root: string
  data: string
  sockets: string
}

async function postgresAccount(root: string): Promise<{ uid: number; gid: number }> {
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(await readFile(join(root, 'etc/passwd'), 'utf8'))
  if (!line) throw new Error(`${root} has no postgres account: remove it, and it is built again.`)
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

/** Makes a new cluster under a temporary name, so that one that was cut off is not taken for whole. */
async function initialise(place: Place): Promise<void> {
  const part = join(place.data, 'cluster.part')
  await rm(part, { recursive: true, force: true })
  const child = enter(place, [
    ...[`${BIN}/initdb`, '-D', `${DATA_IN_ROOT}/cluster.part`, '-U', 'postgres', '-A', 'trust'],
    ...['--locale=C.UTF-8', '-E', 'UTF8', '--no-sync', '--no-instructions'],
  ])
  const said = collect(child)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (status !== 0) throw new Error(`initdb failed (${status ?? 'killed'}):\n${said()}`)
  await rename(part, join(place.data, 'cluster'))
}

function enterPostgres(place: Place, values: Readonly<Record<string, string>>): ChildProcess {
  const options = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return enter(place, [`${BIN}/postgres`, '-D', `${DATA_IN_ROOT}/cluster`, ...options])
}

async function readyToConnect(postgres: ChildProcess): Promise<void> {
  const said = collect(postgres)
  await ready<undefined>(postgres, said, 'PostgreSQL', (resolve) => {
    postgres.stderr?.on('data', () => {
      if (said().includes('ready to accept connections')) resolve(undefined)
    })
  })
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

/**
 * Runs a program inside the root as `postgres`, with our folders in the place of two of its own. The mounts are in a
 * namespace of that process: the machine never sees them, and they are gone when it ends. It gets a signal when we die.
 * In a session of its own, so that Ctrl-C in a terminal reaches us alone and we end it in order.
 */
function enter(place: Place, command: readonly string[]): ChildProcess {
  const script = `
    mount --bind "$2" "$1${DATA_IN_ROOT}"
    mount --bind "$3" "$1${SOCKET_IN_ROOT}"
    mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
    root=$1; shift 3
    exec chroot "$root" setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig=INT "$@"`
  return spawn(
    'unshare',
    ['--mount', 'sh', '-euc', script, 'sh', place.root, place.data, place.sockets, ...command],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    },
  )
}

/** Keeps the last part of what a process says, for the message if it fails. */
function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => (text = (text + piece).slice(-4000)))
  }
  return () => text.trim()
}

/** Waits until a process says that it is ready. @throws if it ends before, or takes a minute. */
async function ready<T>(
  child: ChildProcess,
  said: () => string,
  name: string,
  listen: (resolve: (value: T) => void) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${name} ${why}:\n${said()}`))
      timer = setTimeout(() => fail('did not start within a minute'), START_LIMIT_MS)
      child.once('error', (error) => fail(`could not be started (${error.message})`))
      child.once('close', (status) => fail(`ended at once (${status ?? 'killed'})`))
      listen(resolve)
    })
  } finally {
    clearTimeout(timer)
  }
}

/** Asks a process to end and waits for it; one that does not within the limit is killed. */
async function endChild(
  child: ChildProcess | undefined,
  ask: (child: ChildProcess) => unknown,
): Promise<void> {
  if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('exit', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  ask(child)
  await closed
  clearTimeout(timer)
}
