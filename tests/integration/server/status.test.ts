import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { startSimulator } from '../../../lab/simulator/simulator.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { statusViewSchema, storedRulesSchema, type StatusView } from '../../../shared/status.ts'
import { openOffice } from '../people/support.ts'
import { testDatabaseUri } from '../support/database.ts'
import { aloneSettings, endServers, startServerProcess, type ServerProcess } from './process.ts'
import { signIn, type SignedIn } from './sign-in.ts'

afterEach(endServers)

const soon = { timeout: 20_000, interval: 100 }

async function ask(
  server: ServerProcess,
  { headers }: SignedIn,
  method: string,
  path: string,
  body?: object,
) {
  const url = `${await server.address()}${path}`
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const json: unknown = await answer.json()
  return { status: answer.status, body: json }
}

it(
  'a status is set by its agent, by whoever has the right, and survives a SIGKILL',
  { timeout: 90_000 },
  async () => {
    const office = await openOffice('server-status')
    await office.add('anna', { extension: '201' })
    await office.add('petra', { roles: ['supervisor'] })
    await office.add('boss', { roles: ['admin'] })
    await office.close()
    const company = companyOf(await readTrace('ringall-one-answers'))
    const pbx = await startSimulator({ company, username: 'ringcard', secret: 'as agreed' })
    onTestFinished(pbx.close)
    const settings = {
      ...aloneSettings(),
      MONGODB_URI: testDatabaseUri('server-status'),
      DESKS: '201=PJSIP/201',
      AMI_PORT: String(pbx.port),
      AMI_SECRET: 'as agreed',
    }
    let server = startServerProcess(settings)
    const anna = await signIn(server, 'anna')
    const petra = await signIn(server, 'petra')
    const boss = await signIn(server, 'boss')
    const own = async (): Promise<StatusView> =>
      statusViewSchema.parse((await ask(server, anna, 'GET', '/api/status')).body)
    expect(await own()).toMatchObject({ state: 'ready', by: 'agent', byName: 'Person anna' })

    // her own, as the PBX then has it
    await vi.waitFor(async () => expect(await server.metric('ringcard_pbx_link_live')).toBe(1), soon)
    const lunch = { state: 'break', reasonId: 'lunch' }
    expect((await ask(server, anna, 'PUT', '/api/status', lunch)).body).toMatchObject({
      state: 'break',
      reason: { reasonId: 'lunch', paid: false },
    })
    await vi.waitFor(async () => expect((await own()).pbx).toBe('agrees'), soon)

    // others' need the right; what is none is refused
    const meeting = { state: 'break', reasonId: 'meeting' }
    const path = '/api/agents/201/status'
    expect((await ask(server, anna, 'PUT', path, meeting)).body).toMatchObject({ code: 'right.missing' })
    expect((await ask(server, boss, 'GET', '/api/status')).body).toMatchObject({ code: 'right.missing' })
    expect((await ask(server, petra, 'PUT', path, meeting)).body).toMatchObject({
      state: 'break',
      by: 'supervisor',
      byName: 'Person petra',
    })
    const refusals = [
      [petra, 'PUT', '/api/agents/299/status', meeting, 'desk.unknown'],
      [petra, 'PUT', '/api/status', meeting, 'status.no_desk'],
      [anna, 'PUT', '/api/status', { state: 'break', reasonId: 'nap' }, 'status.reason_unknown'],
      [anna, 'PUT', '/api/status', { state: 'onCall' }, 'request.invalid'],
      [anna, 'POST', '/api/status/wrap-up', undefined, 'status.not_extendable'],
      [anna, 'GET', '/api/settings/status', undefined, 'right.missing'],
    ] as const
    for (const [who, method, where, body, code] of refusals)
      expect((await ask(server, who, method, where, body)).body, `${method} ${where}`).toMatchObject({ code })

    // the rules are changed by whoever may, and hold at once
    const stored = storedRulesSchema.parse((await ask(server, boss, 'GET', '/api/settings/status')).body)
    const rules = {
      ...stored.rules,
      breaks: stored.rules.breaks.filter(({ reasonId }) => reasonId !== 'lunch'),
    }
    const change = { version: stored.version, rules }
    expect((await ask(server, boss, 'PUT', '/api/settings/status', change)).status).toBe(200)
    expect((await ask(server, boss, 'PUT', '/api/settings/status', change)).body).toMatchObject({
      code: 'edit.outdated',
    })
    expect((await ask(server, anna, 'PUT', '/api/status', lunch)).body).toMatchObject({
      code: 'status.reason_unknown',
    })

    // and all of it after a SIGKILL
    const before = await own()
    server.process.kill('SIGKILL')
    await server.exited
    server = startServerProcess(settings)
    await vi.waitFor(
      async () => expect((await ask(server, anna, 'GET', '/api/status')).status).toBe(200),
      soon,
    )
    expect(await own()).toMatchObject({
      state: 'break',
      since: before.since,
      by: 'supervisor',
      reason: before.reason,
    })
  },
)
