import { randomInt } from 'node:crypto'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** How a finished program ended. */
export interface RunResult {
  code: number | null
  stdout: string
  stderr: string
}

/**
 * Runs a program to its end.
 * @param command the program, found on the PATH
 * @param options `timeoutMs` ends it by SIGKILL (default one minute); `env` is added to ours; `onLine` hears each line
 *   of its error output as it comes
 * @returns exit code and output; a non-zero exit is not an error here
 * @throws if the program cannot be started or runs past its time
 */
export function run(
  command: string,
  args: readonly string[],
  options: { timeoutMs?: number; env?: NodeJS.ProcessEnv; onLine?: (line: string) => void } = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    })
    let stdout = ''
    let stderr = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, options.timeoutMs ?? 60_000)
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      for (const line of chunk.toString().split('\n')) if (line.trim() !== '') options.onLine?.(line.trim())
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      if (late) reject(new Error(`${command} did not end in time`))
      else resolve({ code, stdout, stderr })
    })
  })
}

/** Like {@link run}, but a non-zero exit is an error that carries the end of the program's own words. */
export async function runOrFail(...call: Parameters<typeof run>): Promise<string> {
  const result = await run(...call)
  if (result.code !== 0) {
    const words = (result.stderr || result.stdout).trim().split('\n').slice(-8).join('\n')
    throw new Error(`${call[0]} ended with ${String(result.code)}: ${words}`)
  }
  return result.stdout
}

/** The start time of a process in clock ticks since boot: with the id it names one process for ever. Undefined if it is gone. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
    // The second field is the name in parentheses and may hold anything; the start time is the 20th after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** A port that is free on that address at this moment. */
export function freePort(host: string, protocol: 'tcp' | 'udp'): Promise<number> {
  return new Promise((resolve, reject) => {
    if (protocol === 'tcp') {
      const server = createServer()
      server.once('error', reject)
      server.listen(0, host, () => {
        const address = server.address()
        server.close(() => {
          if (address !== null && typeof address === 'object') resolve(address.port)
          else reject(new Error('no port was given'))
        })
      })
    } else {
      const socket = createSocket('udp4')
      socket.once('error', reject)
      socket.bind(0, host, () => {
        const { port } = socket.address()
        socket.close(() => {
          resolve(port)
        })
      })
    }
  })
}

/** Above what the system gives away by itself, and above the RTP ports of every lab's Asterisk. */
const mediaPorts = { first: 61_000, last: 65_480 }
/** SIPp takes audio and video, each with its RTCP, from its media port on. */
const mediaPortsAtOnce = 8
let nextMediaPort = mediaPorts.first + mediaPortsAtOnce * randomInt(500)

/**
 * A port from which on several are free for media. This process gives none twice until it has given all.
 * @throws Error when all are taken
 */
export async function freeMediaPort(host: string): Promise<number> {
  for (let tries = 0; tries < 560; tries++) {
    const port = nextMediaPort
    nextMediaPort = port + mediaPortsAtOnce > mediaPorts.last ? mediaPorts.first : port + mediaPortsAtOnce
    const ports = Array.from({ length: mediaPortsAtOnce }, (_, index) => port + index)
    if ((await Promise.all(ports.map((each) => isFree(host, each)))).every(Boolean)) return port
  }
  throw new Error('No ports are free for media.')
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => {
      socket.close()
      resolve(false)
    })
    socket.bind(port, host, () => socket.close(() => resolve(true)))
  })
}

/**
 * Waits until a condition holds.
 * @param what named in the error
 * @param check asked again every `everyMs` (default 50) until it gives something other than undefined or false
 * @throws when `timeoutMs` is over
 */
export async function waitUntil<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const end = performance.now() + (options.timeoutMs ?? 15_000)
  for (;;) {
    const found = await check()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 50))
  }
}

const endings = new Set<() => void>()
let listening = false

/**
 * Has something done when this process ends, however it ends short of SIGKILL.
 * @param action must be synchronous
 * @returns takes the request back
 */
export function whenProcessEnds(action: () => void): () => void {
  endings.add(action)
  if (!listening) {
    listening = true
    const runAll = () => {
      for (const ending of endings) ending()
      endings.clear()
    }
    process.on('exit', runAll)
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const onSignal = () => {
        // If somebody else handles the signal, they decide when to exit; 'exit' then does the rest.
        if (process.listenerCount(signal) > 1) return
        runAll()
        process.removeListener(signal, onSignal)
        process.kill(process.pid, signal)
      }
      process.on(signal, onSignal)
    }
  }
  return () => endings.delete(action)
}
