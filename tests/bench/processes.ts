import { fork, spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { serverFlags } from '../../lab/server-script.ts'

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** A process of the bench. */
export interface Process {
  readonly pid: number
  stop: () => Promise<void>
}

/** A process that talks with this one. */
export interface Worker<Out extends { type: string }> extends Process {
  send: (message: object) => void
  /** Its next message of a type. @throws Error when the process ends before */
  next: <T extends Out['type']>(type: T) => Promise<Extract<Out, { type: T }>>
  /** Told of each message of a type. */
  onMessage: <T extends Out['type']>(type: T, take: (message: Extract<Out, { type: T }>) => void) => void
}

/** Starts a file of this folder as a process that talks with this one. */
export function startWorker<Out extends { type: string }>(
  file: string,
  environment: Record<string, string> = {},
  arguments_: readonly string[] = [],
): Worker<Out> {
  const child = fork(here(file), arguments_, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  })
  const ended = endOf(child)
  return {
    ...asProcess(child),
    send: (message) => child.send(message),
    onMessage: <T extends Out['type']>(type: T, take: (message: Extract<Out, { type: T }>) => void) => {
      const isIt = (each: Out): each is Extract<Out, { type: T }> => each.type === type
      child.on('message', (each: Out) => {
        if (isIt(each)) take(each)
      })
    },
    next: <T extends Out['type']>(type: T) => {
      const message = new Promise<Extract<Out, { type: T }>>((resolve) => {
        const isIt = (each: Out): each is Extract<Out, { type: T }> => each.type === type
        const take = (each: Out) => {
          if (!isIt(each)) return
          child.off('message', take)
          resolve(each)
        }
        child.on('message', take)
      })
      return Promise.race([message, ended])
    },
  }
}

/**
 * Starts the built server in production mode.
 * @param log file descriptor of its log
 * @param nodeFlags for a profile
 */
export function startServerProcess(
  environment: Record<string, string>,
  log: number,
  nodeFlags: readonly string[],
): Process {
  return asProcess(
    spawn(process.execPath, [...nodeFlags, ...serverFlags, here('../../dist/server/main.js')], {
      env: { ...process.env, NODE_ENV: 'production', ...environment },
      stdio: ['ignore', log, log],
    }),
  )
}

function endOf(child: ChildProcess): Promise<never> {
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`A process ended: ${code ?? signal ?? ''}`)))
    child.once('error', reject)
  })
  ended.catch(() => undefined)
  return ended
}

function asProcess(child: ChildProcess): Process {
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 12_000)
      await gone
      clearTimeout(timer)
    },
  }
}

/** Processor time of this process and all that came of it, seconds by name. @param named names of known processes */
export function processorTimes(named: ReadonlyMap<number, string>): Map<string, number> {
  const rows = new Map(readProcesses().map((row) => [row.pid, row]))
  const isOurs = (pid: number): boolean => {
    for (let at = rows.get(pid); at; at = rows.get(at.parent)) if (at.pid === process.pid) return true
    return false
  }
  const times = new Map<string, number>()
  for (const { pid, command, seconds } of rows.values()) {
    if (!isOurs(pid)) continue
    const name = pid === process.pid ? 'bench' : (named.get(pid) ?? otherName(command))
    times.set(name, (times.get(name) ?? 0) + seconds)
  }
  return times
}

/** What /proc/PID/stat counts in. */
const ticksPerSecond = 100

function readProcesses(): { pid: number; parent: number; command: string; seconds: number }[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return [
        {
          pid: Number(pid),
          parent: Number(fields[1]),
          command: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
          seconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
        },
      ]
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}

function otherName(command: string): string {
  if (command.startsWith('chrom')) return 'chromium'
  return command === 'node' || command === 'MainThread' ? 'gateway' : 'database'
}
