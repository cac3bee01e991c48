import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { freshMasterKey } from '../../../lab/master-key.ts'
import { serverScript } from '../../../lab/server-script.ts'
import { testDatabaseUri } from '../support/database.ts'

interface Run {
  process: ChildProcess
  output: () => string
  exited: Promise<number | null>
}

const runs: Run[] = []
afterEach(async () => {
  for (const { process, exited } of runs.splice(0)) {
    process.kill('SIGKILL')
    await exited
  }
})

/** Runs a script of the server as a process of its own, with these settings and no others. */
function run(
  script: Parameters<typeof serverScript>[0],
  settings: Record<string, string>,
  args: string[] = [],
  input = '',
): Run {
  const child = spawn(process.execPath, [...serverScript(script), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stdin.end(input)
  const exited = once(child, 'exit').then(([status]) => status as number | null)
  const started = { process: child, output: () => text, exited }
  runs.push(started)
  return started
}

// Port 1 on loopback: nobody listens there.
const nobody = {
  MONGODB_URI: 'mongodb://127.0.0.1:1/nobody',
  AMI_SECRET: 'secret',
  MASTER_KEY: freshMasterKey(),
  AMI_PORT: '1',
  HTTP_PORT: '0',
}
const withSpool = () => ({ ...nobody, SPOOL_FOLDER: mkdtempSync(join(tmpdir(), 'ringcard-spool-')) })

async function addressOf(server: Run): Promise<string> {
  await vi.waitFor(() => expect(server.output()).toContain('"Listening."'), {
    timeout: 30_000,
    interval: 100,
  })
  const line =
    server
      .output()
      .split('\n')
      .find((one) => one.includes('"Listening."')) ?? '{}'
  return `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`
}

describe('the server', { timeout: 60_000 }, () => {
  it('says all that is wrong with its settings, one line each, and exits 78', async () => {
    const server = run('server/main.ts', { HTTP_PORT: 'eighty' })
    expect(await server.exited).toBe(78)
    const lines = server.output().trim().split('\n')
    expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'ringcard: MONGODB_URI',
      'ringcard: AMI_SECRET',
      'ringcard: MASTER_KEY',
      'ringcard: HTTP_PORT',
    ])
  })

  it('says that its port is in use, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const server = run('server/main.ts', { ...withSpool(), HTTP_PORT: String(port) })
    expect(await server.exited).toBe(1)
    expect(server.output()).toContain(
      `ringcard: 127.0.0.1:${port} is in use: stop what listens there, or set HTTP_PORT`,
    )
    other.close()
  })

  it('starts while the database and the PBX are away, says that it is not ready, and stops when asked', async () => {
    const server = run('server/main.ts', withSpool())
    const address = await addressOf(server)
    expect((await fetch(`${address}/health/live`)).status).toBe(200)
    const ready = await fetch(`${address}/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { state: 'notReady', reasons: ['The database has not answered since the start.'] },
    ])
    const session = await fetch(`${address}/api/session`, {
      headers: { cookie: `ringcard=${'a'.repeat(43)}` },
    })
    expect(await session.json()).toMatchObject({ status: 503, code: 'server.starting' })
    server.process.kill('SIGTERM')
    expect(await server.exited).toBe(0)
  })

  it('lets the first administrator in, whom the command line made', async () => {
    const MONGODB_URI = testDatabaseUri('server')
    const add = run(
      'server/people/cli.ts',
      { MONGODB_URI },
      ['create-admin', '--name', 'anna'],
      'correct horse battery\n',
    )
    expect(await add.exited, add.output()).toBe(0)
    expect(add.output()).not.toContain('horse')

    const server = run('server/main.ts', { ...withSpool(), MONGODB_URI })
    const address = await addressOf(server)
    await vi.waitFor(async () => expect((await fetch(`${address}/health/ready`)).status).toBe(200), {
      timeout: 20_000,
      interval: 100,
    })
    const answer = await fetch(`${address}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: address },
      body: JSON.stringify({ signInName: 'anna', password: 'correct horse battery' }),
    })
    expect(await answer.json()).toMatchObject({ signInName: 'anna', roles: ['admin'] })

    server.process.kill('SIGTERM')
    expect(await server.exited).toBe(0)
    expect(server.output()).not.toMatch(/horse|"anna"/)
  })

  it('refuses a password that is too short for the first administrator', async () => {
    const add = run(
      'server/people/cli.ts',
      { MONGODB_URI: testDatabaseUri('server-short') },
      ['create-admin', '--name', 'anna'],
      'short\n',
    )
    expect(await add.exited).toBe(1)
    expect(add.output()).toContain('A password has at least 10 characters.')
  })
})
