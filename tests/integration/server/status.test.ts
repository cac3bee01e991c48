import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { startSimulator } from '../../../lab/simulator/simulator.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { agentDaySchema, dayPeopleSchema } from '../../../shared/agent-day.ts'
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
      [anna, 'PUT', '/api/status/queues', { queue: 'support', signedIn: true }, 'queue.not_open'],
      [anna, 'PUT', '/api/agents/201/queues', { queue: 'support', signedIn: true }, 'right.missing'],
      [petra, 'PUT', '/api/agents/201/queues', { queue: 'nowhere', signedIn: true }, 'queue.unknown'],
      [anna, 'POST', '/api/agents/201/missed-notice/seen', undefined, 'right.missing'],
      [petra, 'POST', '/api/agents/299/missed-notice/seen', undefined, 'desk.unknown'],
      [anna, 'GET', '/api/days/petra?from=1&to=2', undefined, 'right.missing'],
      [anna, 'GET', '/api/days/people?from=1&to=2', undefined, 'right.missing'],
      [anna, 'GET', '/api/days/mine?from=2&to=1', undefined, 'request.invalid'],
      [anna, 'GET', '/api/days/mine?from=1&to=999999999', undefined, 'request.invalid'],
    ] as const
    for (const [who, method, where, body, code] of refusals)
      expect((await ask(server, who, method, where, body)).body, `${method} ${where}`).toMatchObject({ code })

    // her day is hers, and a supervisor's to read, the state that goes on among it
    const [from, to] = [Date.now() - 3_600_000, Date.now() + 3_600_000]
    const mine = agentDaySchema.parse(
      (await ask(server, anna, 'GET', `/api/days/mine?from=${from}&to=${to}`)).body,
    )
    expect(mine.spans.at(-1)).toMatchObject({ kind: 'break', reason: { reasonId: 'meeting' } })
    expect(mine.spans.map(({ kind }) => kind)).toContain('ready')
    const { people } = dayPeopleSchema.parse(
      (await ask(server, petra, 'GET', `/api/days/people?from=${from}&to=${to}`)).body,
    )
    expect(people).toContainEqual({ personId: mine.personId, name: 'Person anna' })
    const hers = await ask(server, petra, 'GET', `/api/days/${mine.personId}?from=${from}&to=${to}`)
    expect(agentDaySchema.parse(hers.body).spans.length).toBeGreaterThanOrEqual(mine.spans.length)

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
