import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildDebianRoot, type DebianRootRecipe } from '../debian-root.ts'
import { collect, ready } from './child.ts'
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
export const SOCKET_IN_ROOT = '/mnt'

/** For data that is thrown away at the end: nothing is forced to the disk. */
export const fleetingSettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}

/** Where a cluster lives: the root with the programs, the folder of its data and that of its socket. */
export interface Place {
  root: string
  data: string
  sockets: string
}

/**
 * Makes ready what a cluster needs: the root (built if need be), the folder of its data (made if it is not there) and a fresh
 * one for its socket.
 * @throws if the root cannot be built
 */
export async function preparePlace(data: string, onProgress: (line: string) => void): Promise<Place> {
  const { folder: root } = await buildDebianRoot({ ...documentDbRecipe, onProgress })
  const account = await postgresAccount(root)
  await mkdir(data, { recursive: true })
  const sockets = await temporaryFolder('socket')
  for (const folder of [data, sockets]) await chown(folder, account.uid, account.gid)
  await chmod(data, 0o700)
  const place = { root, data, sockets }
  try {
    if (!existsSync(join(data, 'cluster'))) await initialise(place)
    return place
  } catch (error) {
    await rm(sockets, { recursive: true, force: true })
    throw error
  }
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
    ...[`${BIN}/initdb`, '-D', `${DATA_IN_ROOT}/cluster.part`, '-U', 'postgres'],
    // Over the socket, in a folder that is closed to others, everybody is who they say; over TCP they must prove it.
    ...['--auth-local=trust', '--auth-host=scram-sha-256'],
    ...['--locale=C.UTF-8', '-E', 'UTF8', '--no-sync', '--no-instructions'],
  ])
  const said = collect(child)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (status !== 0) throw new Error(`initdb failed (${status ?? 'killed'}):\n${said()}`)
  await rename(part, join(place.data, 'cluster'))
}

/**
 * Starts the server of a cluster.
 * @param values its settings, on its command line so that they are in one place and hold for old data folders too
 */
export function enterPostgres(place: Place, values: Readonly<Record<string, string>>): ChildProcess {
  const options = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return enter(place, [`${BIN}/postgres`, '-D', `${DATA_IN_ROOT}/cluster`, ...options])
}

/** Waits until it takes connections. @throws if it ends before, or takes a minute */
export async function readyToConnect(postgres: ChildProcess): Promise<void> {
  const said = collect(postgres)
  await ready<undefined>(postgres, said, 'PostgreSQL', (resolve) => {
    postgres.stderr?.on('data', () => {
      if (said().includes('ready to accept connections')) resolve(undefined)
    })
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
