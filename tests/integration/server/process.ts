import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { freshMasterKey } from '../../../lab/master-key.ts'
import { serverScript } from '../../../lab/server-script.ts'

/** The server as a process of its own. */
export interface ServerProcess {
  process: ChildProcess
  /** Everything that it has written, to both streams. */
  output: () => string
  /** Its log lines with this message. */
  said: (message: string) => Record<string, unknown>[]
  exited: Promise<number | null>
  /** Where it listens, once it does. */
  address: () => Promise<string>
  /** A figure of /metrics, such as `ringcard_pbx_link_live`. */
  metric: (name: string) => Promise<number>
}

const servers: ServerProcess[] = []
const folders: string[] = []

/** Ends every server of a test and removes their folders. */
export async function endServers(): Promise<void> {
  for (const { process: child, exited } of servers.splice(0)) {
    child.kill('SIGKILL')
    await exited
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Settings with which it starts while nobody is there: port 1 on loopback. */
export function aloneSettings() {
  const folder = mkdtempSync(join(tmpdir(), 'ringcard-server-'))
  folders.push(folder)
  return {
    MONGODB_URI: 'mongodb://127.0.0.1:1/nobody',
    AMI_SECRET: 'secret',
    MASTER_KEY: freshMasterKey(),
    AMI_PORT: '1',
    HTTP_PORT: '0',
    PBX_NAME: 'lab',
    SPOOL_FOLDER: join(folder, 'spool'),
  }
}

/** Starts it with these settings and no others. */
export function startServerProcess(settings: Record<string, string>): ServerProcess {
  const child = spawn(process.execPath, serverScript('server/main.ts'), {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  }
  const said = (message: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => typeof line['msg'] === 'string' && line['msg'].startsWith(message))
  const address = async () => {
    const line = await vi.waitFor(
      () => {
        const [first] = said('Listening.')
        if (!first) throw new Error(`It does not listen. It said:\n${text}`)
        return first
      },
      { timeout: 30_000, interval: 100 },
    )
    return `http://127.0.0.1:${String(line['port'])}`
  }
  const server: ServerProcess = {
    process: child,
    output: () => text,
    said,
    exited: once(child, 'exit').then(([status]) => status as number | null),
    address,
    metric: async (name) => {
      const all = await (await fetch(`${await address()}/metrics`)).text()
      const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(all)?.[1]
      expect(value, name).toBeDefined()
      return Number(value)
    },
  }
  servers.push(server)
  return server
}
