import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freeMediaPort, freePort, waitUntil, whenProcessEnds } from '../asterisk/process.ts'
import type { Address } from '../asterisk/running.ts'

/** What a scenario said of itself: `ringing`, `answered`, `held`, `resumed`, `transferred`, `over`. */
export interface Mark {
  word: string
  /** Milliseconds since the epoch. */
  at: number
}

/** A running SIPp. */
export interface Sipp {
  port: number
  pid: number
  /** Waits until the scenario has said a word that often. */
  waitFor(word: string, options?: { times?: number; timeoutMs?: number }): Promise<Mark>
  /** What it has said so far. */
  marks(): Mark[]
  /** The SIP messages, as SIPp writes them down. Kept after the end. */
  messages(): string
  /** The exit code, once it has ended. */
  ended: Promise<number | null>
  /** Tells the newest call of the scenario something that it waits for: `STOP` (end the call) or `PICKUP`. */
  tell(word: 'STOP' | 'PICKUP'): Promise<void>
  /** Ends it at once, without SIP's own goodbye. */
  kill(): Promise<void>
}

/** Where and how a SIPp runs. */
export interface SippOptions {
  xml: string
  /** The address to call from and be called at. */
  localIp: string
  localPort?: number
  mediaPort?: number
  remote: Address
  /** Calls after which it ends; without it, it stays. */
  calls?: number
  /** Ends by itself after that time at the latest. */
  lifeMs: number
  /** The request URI for digest authentication. */
  authUri?: string
  /** Answer NOTIFY, OPTIONS and UPDATE by itself. */
  answerOthers?: boolean
  /** A folder to leave the SIP messages in. */
  logs?: string | null
}

let realTime: boolean | undefined

/**
 * Starts SIPp on a scenario, with real-time priority where that is allowed: on a busy machine its timers slip otherwise.
 * Its files live in a folder under the system's temporary folder, removed when it has ended and been read.
 */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  const folder = await mkdtemp(join(tmpdir(), 'ringcard-sipp-'))
  const file = (name: string) => join(folder, name)
  await writeFile(file('scenario.xml'), options.xml)
  const port = options.localPort ?? (await freePort(options.localIp, 'udp'))
  const args = [
    ...['-sf', file('scenario.xml'), '-i', options.localIp, '-bind_local', '-p', String(port)],
    ...['-mi', options.localIp, '-mp', String(options.mediaPort ?? (await freeMediaPort(options.localIp)))],
    ...['-ci', '127.0.0.1', '-cp', String(await freePort('127.0.0.1', 'udp'))],
    ...['-nostdin', '-timeout', `${String(Math.ceil(options.lifeMs / 1000))}s`],
    ...['-trace_msg', '-message_file', file('messages'), '-trace_err', '-error_file', file('errors')],
    ...['-trace_logs', '-log_file', file('marks'), '-recv_timeout', String(options.lifeMs)],
    ...(options.calls === undefined ? [] : ['-m', String(options.calls), '-l', String(options.calls)]),
    ...(options.authUri === undefined ? [] : ['-auth_uri', options.authUri]),
    ...(options.answerOthers === true ? ['-aa'] : []),
    `${options.remote.host}:${String(options.remote.port)}`,
  ]
  realTime ??= existsSync('/usr/bin/chrt') && process.getuid?.() === 0
  // The kernel ends it with us, even if we are killed.
  const before = ['--pdeathsig', 'KILL', ...(realTime ? ['chrt', '-r', '5'] : [])]
  const child = spawn('setpriv', [...before, 'sipp', ...args], {
    stdio: 'ignore',
    cwd: folder,
    env: { ...process.env, TERM: 'dumb' },
  })
  if (child.pid === undefined) throw new Error('SIPp could not be started: install sip-tester')

  const kept = { messages: '', marks: '', errors: '' }
  const read = (name: keyof typeof kept) => {
    try {
      kept[name] = readFileSync(file(name), 'utf8')
    } catch {
      // Not written yet, or removed: what was read before stands.
    }
    return kept[name]
  }
  const seen: Mark[] = []
  const marks = () => {
    const words = read('marks')
      .split('\n')
      .filter((line) => line !== '')
    for (const word of words.slice(seen.length)) seen.push({ word: word.trim(), at: Date.now() })
    return [...seen]
  }
  const clear = () => rmSync(folder, { recursive: true, force: true })
  const forget = whenProcessEnds(() => {
    child.kill('SIGKILL')
    clear()
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      read('messages')
      read('errors')
      marks()
      if (options.logs != null) writeFileSync(join(options.logs, `${randomUUID()}.log`), kept.messages)
      clear()
      forget()
      resolve(code)
    })
  })
  const running = () => child.exitCode === null && child.signalCode === null

  // Ready once its socket is bound: the kernel's table says so.
  await waitUntil(
    'SIPp is listening',
    async () => {
      // A scenario as short as a registration may be over before we look.
      if (child.exitCode === 0 || child.exitCode === 1) return true
      if (!running())
        throw new Error(`SIPp ended at once (${String(child.exitCode)}): ${read('errors').slice(0, 2000)}`)
      return (await readFile('/proc/net/udp', 'latin1')).includes(
        `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000`,
      )
    },
    { everyMs: 10 },
  )

  return {
    port,
    pid: child.pid,
    marks,
    messages: () => read('messages'),
    ended,
    waitFor: (word, { times = 1, timeoutMs = 20_000 } = {}) =>
      waitUntil(
        `SIPp says ${word}`,
        () => {
          const found = marks().filter((mark) => mark.word === word)[times - 1]
          if (found) return found
          if (!running())
            throw new Error(`the call ended without "${word}": ${read('errors').slice(0, 1000)}`)
          return undefined
        },
        { timeoutMs, everyMs: 15 },
      ),
    tell: (word) => {
      const callId = [...read('messages').matchAll(/^Call-ID: (\S+)/gm)].at(-1)?.[1]
      if (callId === undefined) throw new Error('there is no call to tell anything')
      return sendRequest(word, callId, options.localIp, port)
    },
    kill: async () => {
      if (running()) child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * The scenario is steered by what it knows best, a SIP request in its call: a method of our own, sent from here to its port.
 */
async function sendRequest(method: string, callId: string, host: string, port: number): Promise<void> {
  const socket = createSocket('udp4')
  const lines = [
    `${method} sip:${host}:${String(port)} SIP/2.0`,
    `Via: SIP/2.0/UDP ${host}:9;branch=z9hG4bK${randomUUID()}`,
    `From: <sip:lab@${host}>;tag=lab`,
    `To: <sip:lab@${host}>`,
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    'Content-Length: 0',
  ]
  await new Promise<void>((resolve, reject) => {
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, host, (error) => {
      socket.close()
      if (error) reject(error)
      else resolve()
    })
  })
}
