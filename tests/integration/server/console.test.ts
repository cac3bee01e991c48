import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import type { DeskCall } from '../../../shared/calls.ts'
import type { ClientToServerEvents, Delta, ServerToClientEvents } from '../../../shared/realtime.ts'
import { startSimulator } from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { openOffice } from '../people/support.ts'
import { testDatabaseUri } from '../support/database.ts'
import { aloneSettings, endServers, startServerProcess } from './process.ts'
import { signIn } from './sign-in.ts'

afterEach(endServers)

const soon = { timeout: 20_000, interval: 100 }

/** A server with an agent, Anna, whose usual desk is 201, signed in over HTTP. */
async function signedIn(name: string, settings: Record<string, string>) {
  const office = await openOffice(name)
  await office.add('anna', { extension: '201' })
  await office.close()
  const server = startServerProcess({
    ...aloneSettings(),
    MONGODB_URI: testDatabaseUri(name),
    DESKS: '201=PJSIP/201',
    ...settings,
  })
  const url = await server.address()
  const { me, headers } = await signIn(server, 'anna')
  expect(me.extension).toBe('201')
  return { server, url, headers }
}

it('a call to a number with a label shows the agent the label', { timeout: 60_000 }, async () => {
  const trace = await readTrace('hold')
  const pbx = await startSimulator({ company: companyOf(trace), username: 'ringcard', secret: 'as agreed' })
  onTestFinished(pbx.close)
  const { server, url, headers } = await signedIn('server-labels', {
    AMI_PORT: String(pbx.port),
    AMI_SECRET: 'as agreed',
    // Without the plus, as some trunks write it; this one says +493023125101.
    DIALLED_LABELS: '493023125101=Support line',
  })
  await vi.waitFor(async () => expect(await server.metric('ringcard_pbx_link_live')).toBe(1), soon)
  const console: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    transports: ['websocket'],
    extraHeaders: { cookie: headers.cookie },
    reconnection: false,
  })
  onTestFinished(() => void console.disconnect())
  const calls: DeskCall[] = []
  const keep = ({ changes }: Delta) => {
    for (const change of changes) if (change.type === 'deskCall.set') calls.push(change.call)
  }
  console.on('snapshot', keep)
  console.on('delta', keep)
  await vi.waitFor(() => expect(console.connected).toBe(true), soon)

  await pbx.play(compileTemplate(trace), { speed: 20 })

  await vi.waitFor(() => expect(calls, server.output()).not.toEqual([]), soon)
  expect(new Set(calls.map(({ dialled }) => dialled))).toEqual(new Set(['Support line']))
})

it('who a caller is cannot be said while the spool is full', { timeout: 60_000 }, async ({ skip }) => {
  const disk = mkdtempSync(join(tmpdir(), 'ringcard-small-disk-'))
  // Less than what is kept free for checkpoints.
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk]).status !== 0) {
    rmdirSync(disk)
    return skip('A small disk cannot be mounted here: it needs root and the right to mount.')
  }
  onTestFinished(async () => {
    await endServers()
    spawnSync('umount', ['--lazy', disk])
    rmdirSync(disk)
  })
  const { url, headers } = await signedIn('server-full', { SPOOL_FOLDER: join(disk, 'spool') })
  const path = `${url}/api/calls/${encodeURIComponent('lab:1.1')}/customer`
  const commands = [
    ['PUT', path, { customerId: 'c1', remember: false }],
    ['POST', path, { name: 'Olena Kovalenko' }],
    ['DELETE', path, undefined],
  ] as const
  for (const [method, where, body] of commands) {
    const answer = await fetch(where, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    expect(answer.headers.get('content-type'), method).toContain('application/problem+json')
    expect([answer.status, await answer.json()], method).toMatchObject([
      507,
      { status: 507, code: 'history.spool_full' },
    ])
  }
  // What only reads is answered all the same.
  expect((await fetch(`${url}/api/session`, { headers })).status).toBe(200)
})
