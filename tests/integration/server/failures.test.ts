import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startSimulator, type Simulator } from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { testDatabaseUri } from '../support/database.ts'
import { startValve } from '../history/valve.ts'
import { aloneSettings, endServers, startServerProcess, type ServerProcess } from './process.ts'

const simulators: Simulator[] = []
afterEach(async () => {
  await endServers()
  for (const simulator of simulators.splice(0)) await simulator.close()
})

const soon = { timeout: 20_000, interval: 100 }

async function simulator(more: { port?: number; version?: string } = {}): Promise<Simulator> {
  const company = companyOf(await readTrace('hold'))
  const { port, version } = more
  const started = await startSimulator({
    company: {
      ...company,
      coreSettings: company.coreSettings.map(([key, value]) =>
        key === 'AsteriskVersion' && version !== undefined ? [key, version] : [key, value],
      ),
    },
    username: 'ringcard',
    secret: 'as agreed',
    ...(port === undefined ? {} : { port }),
  })
  simulators.push(started)
  return started
}

const at = ({ port }: Simulator) => ({ AMI_PORT: String(port), AMI_SECRET: 'as agreed' })
const isLive = (server: ServerProcess) =>
  vi.waitFor(async () => expect(await server.metric('ringcard_pbx_link_live')).toBe(1), soon)
const saidOnce = (server: ServerProcess, message: string) =>
  vi.waitFor(() => expect(server.said(message), server.output()).toHaveLength(1), soon)

describe('a PBX that cannot be used', { timeout: 60_000 }, () => {
  it('is away at the start: one line that says what to look at; the link is live once it is there', async () => {
    const gone = await simulator()
    await gone.close()
    const server = startServerProcess({ ...aloneSettings(), ...at(gone) })
    await saidOnce(server, 'The telephone system does not answer. Is Asterisk running')
    expect(await server.metric('ringcard_pbx_link_live')).toBe(0)

    await simulator({ port: gone.port })

    await isLive(server)
    expect(server.said('The telephone system does not answer')).toHaveLength(1)
  })

  it('refuses the secret: one line that names it, no storm of attempts, and not a word of the secret', async () => {
    const pbx = await simulator()
    const server = startServerProcess({ ...aloneSettings(), ...at(pbx), AMI_SECRET: 'quite-wrong' })
    await saidOnce(server, 'The telephone system refused the login. Check the AMI user, its secret')
    const attempts = (pbx.asked().get('login') ?? 0) + (pbx.asked().get('challenge') ?? 0)
    expect(attempts).toBeLessThanOrEqual(2)
    expect(server.output()).not.toContain('quite-wrong')
    expect((await fetch(`${await server.address()}/health/live`)).status).toBe(200)
  })

  it('is too old: one line that says which version is needed', async () => {
    const server = startServerProcess({
      ...aloneSettings(),
      ...at(await simulator({ version: '18.26.4' })),
    })
    await saidOnce(server, 'This Asterisk is too old: version 20 or later is needed. (18.26.4)')
    expect(await server.metric('ringcard_pbx_link_live')).toBe(0)
  })
})

describe('what comes from the PBX', { timeout: 60_000 }, () => {
  it('and is odd is counted, told once for each kind, and stops nothing; the log names no caller', async () => {
    const pbx = await simulator()
    const server = startServerProcess({
      ...aloneSettings(),
      ...at(pbx),
      LOG_LEVEL: 'debug',
      DESKS: '201=PJSIP/201',
    })
    await isLive(server)
    const trace = await readTrace('name-hostile')
    const odd = [
      'Event: SolarFlare\r\nStrength: 9',
      'Event: QueueCallerJoin\r\nQueue: support',
      'Event: Hangup',
    ]
    const pieces = trace.pieces.flatMap((piece) => [
      piece,
      ...odd.map((text) => ({ atMs: piece.atMs, text: `${text}\r\n\r\n` })),
    ])

    await pbx.play(compileTemplate({ ...trace, pieces }), { speed: 20 })

    const times = pieces.length - trace.pieces.length
    await vi.waitFor(
      async () => expect(await server.metric('ringcard_pbx_events_refused')).toBeGreaterThanOrEqual(times),
      soon,
    )
    const warned = server.said('').filter(({ level }) => level === 'warn' || level === 40)
    const about = (name: string) => warned.filter((line) => String(line['msg']).includes(name))
    expect([about('SolarFlare').length, about('QueueCallerJoin').length, about('Hangup').length]).toEqual([
      1, 1, 1,
    ])
    // and the call came through: it is in the spool of a server that is well
    expect(await server.metric('ringcard_spool_entries')).toBeGreaterThan(20)
    expect((await fetch(`${await server.address()}/health/live`)).status).toBe(200)
    expect(server.output()).not.toMatch(/23125901|Brien|script/)
  })
})

describe('a database that is away', { timeout: 60_000 }, () => {
  it('at the start: the server listens, says so, and lets people in once it is back', async () => {
    const valve = await startValve(testDatabaseUri('server-later'))
    valve.refuse()
    try {
      const server = startServerProcess({ ...aloneSettings(), MONGODB_URI: valve.uri })
      const address = await server.address()
      expect((await fetch(`${address}/health/ready`)).status).toBe(503)
      expect(await server.metric('ringcard_database_ready')).toBe(0)
      valve.open()
      await vi.waitFor(async () => expect((await fetch(`${address}/health/ready`)).status).toBe(200), soon)
      expect(await server.metric('ringcard_database_ready')).toBe(1)
    } finally {
      await endServers()
      await valve.stop()
    }
  })
})

describe('a stop', { timeout: 60_000 }, () => {
  it('with calls in progress writes down what there is and exits 0 within ten seconds; the next start has them', async () => {
    const pbx = await simulator()
    const settings = {
      ...aloneSettings(),
      ...at(pbx),
      MONGODB_URI: testDatabaseUri('server-stop'),
      DESKS: '201=PJSIP/201',
    }
    const server = startServerProcess(settings)
    await isLive(server)
    await vi.waitFor(
      async () => expect((await fetch(`${await server.address()}/health/ready`)).ok).toBe(true),
      soon,
    )
    const { pieces, ...trace } = await readTrace('hold')
    const held = pieces.findIndex(({ text }) => text.startsWith('Event: Hold'))
    await pbx.play(compileTemplate({ ...trace, pieces: pieces.slice(0, held + 1) }), { speed: 20 })
    await vi.waitFor(
      async () => expect(await server.metric('ringcard_pbx_events_seen')).toBeGreaterThan(10),
      soon,
    )

    const began = performance.now()
    server.process.kill('SIGTERM')

    expect(await server.exited).toBe(0)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(server.said('Stopped.')).toHaveLength(1)
    expect(server.said('The database did not take everything')).toEqual([])

    const next = startServerProcess(settings)
    await isLive(next)
    expect(next.output()).not.toContain('torn')
    next.process.kill('SIGTERM')
    expect(await next.exited).toBe(0)
  })
})

describe('a full disk of the spool', { timeout: 60_000 }, () => {
  it('is said, and the node is not ready', async ({ skip }) => {
    const disk = mkdtempSync(join(tmpdir(), 'ringcard-small-disk-'))
    // Less than what is kept free for checkpoints.
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status !== 0) {
      rmdirSync(disk)
      return skip('A small disk cannot be mounted here: it needs root and the right to mount.')
    }
    try {
      const server = startServerProcess({
        ...aloneSettings(),
        SPOOL_FOLDER: join(disk, 'spool'),
        DESKS: '201=PJSIP/201',
      })
      const address = await server.address()
      const ready = (await (await fetch(`${address}/health/ready`)).json()) as { reasons: string[] }
      expect(ready.reasons).toContain('The disk of the spool is full.')
      await saidOnce(server, 'The disk for call history is full: commands are refused')
    } finally {
      await endServers()
      spawnSync('umount', ['--lazy', disk])
      rmdirSync(disk)
    }
  })
})
