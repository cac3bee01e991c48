import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { pauseBefore } from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { customersCollection, newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import { entriesOf } from '../../../server/history/journal.ts'
import type { JournalPage } from '../../../server/history/model.ts'
import { startValve } from '../history/valve.ts'
import { testDatabaseUri } from '../support/database.ts'
import { customerId, signedInAt, soon, withOlena } from './center.ts'
import { endServers, startServerProcess } from './process.ts'

afterEach(endServers)

it('a server that has lost its folder in mid-call, and starts without the database, has the card as the agent chose it once that is back', async () => {
  const name = 'server-restored'
  const { trace, pbx, server, settings, database, calls, nina } = await withOlena(name)
  const taras = newCustomer({
    _id: 'taras',
    name: 'Taras Shevchenko',
    birthDate: '1984-03-09',
    postcode: '10115',
  })
  await database.collection<StoredCustomer>(customersCollection).insertOne(taras)
  const desk = await nina.open()
  // given a call from Olena's number in which nina chose Taras, and asked him something
  void pbx.play(compileTemplate(trace), { speed: 4, pauses: [pauseBefore('Hold')] })
  const callId = await vi.waitFor(() => {
    const [call] = desk.mine()?.deskCalls.values() ?? []
    expect(call, server.output()).toMatchObject({ state: 'talking' })
    return call?.callId ?? ''
  }, soon)
  const path = `/api/calls/${encodeURIComponent(callId)}`
  const chosen = await nina.ask('PUT', `${path}/customer`, { customerId: 'taras', remember: false })
  expect(chosen).toMatchObject({ status: 200, body: { card: { name: 'Taras Shevchenko' } } })
  for (const fact of ['birthDate', 'postcode']) {
    const step = { kind: 'ticked', stepId: randomUUID(), fact, right: true }
    expect(await nina.ask('POST', `${path}/verification`, step)).toMatchObject({ status: 200 })
  }
  await vi.waitFor(async () => {
    const [call] = await calls()
    expect(call).toMatchObject({ customerId: 'taras', customerDecided: true, verification: [{}, {}] })
  }, soon)

  // when it is killed, its folder is lost, and the database is away at the next start
  server.process.kill('SIGKILL')
  await server.exited
  rmSync(settings.SPOOL_FOLDER, { recursive: true })
  const valve = await startValve(testDatabaseUri(name))
  onTestFinished(valve.stop)
  valve.refuse()
  const next = startServerProcess({ ...settings, MONGODB_URI: valve.uri })
  await vi.waitFor(async () => expect(await next.metric('ringcard_pbx_link_live')).toBe(1), soon)
  valve.open()

  // then the desk has Taras, verified, and nothing else was ever kept of it
  const again = await (await signedInAt(next, 'nina')).open()
  await vi.waitFor(() => {
    expect(again.mine()?.pops.get(callId), next.output()).toMatchObject({
      card: { name: 'Taras Shevchenko' },
      verification: { state: 'verified', level: 'basic' },
    })
  }, soon)
  const [call] = await calls()
  expect(call).toMatchObject({ customerId: 'taras', customerDecided: true, endedAt: null })
  next.process.kill('SIGTERM')
  expect(await next.exited).toBe(0)
  const pages = await database.collection<JournalPage>('journal').find({}).toArray()
  const bindings = entriesOf(pages).flatMap((entry) => (entry.kind === 'binding' ? [entry.customerId] : []))
  expect(bindings).toEqual([customerId, 'taras'])
}, 90_000)
