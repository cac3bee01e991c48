import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startSimulator } from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { customersCollection, newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import { connectDatabase } from '../../../server/database/database.ts'
import { replay } from '../../compare/replay.ts'
import { silent } from '../../unit/history/support.ts'
import { openOffice } from '../people/support.ts'
import { testDatabaseUri } from '../support/database.ts'
import { aloneSettings, endServers, startServerProcess } from './process.ts'
import { signIn } from './sign-in.ts'

afterEach(endServers)

const soon = { timeout: 20_000, interval: 100 }
const name = 'server-erase'
const customerId = 'olena'

/** A server on a PBX that plays a recorded call, whose caller is a customer, Olena; and people who sign in. */
async function withOlena() {
  const trace = await readTrace('hold')
  const [said = ''] = replay(trace).facts.flatMap((fact) =>
    'party' in fact ? (fact.party.number ?? []) : [],
  )
  const number = `+${said.replace(/^\+/, '')}`
  const office = await openOffice(name)
  await office.add('anna', { roles: ['admin'] })
  await office.add('petra', { roles: ['supervisor'] })
  await office.close()
  const database = connectDatabase({ uri: testDatabaseUri(name), log: silent })
  onTestFinished(database.stop)
  await database.whenReady()
  const olena = newCustomer({
    _id: customerId,
    name: 'Olena Kovalenko',
    phones: [{ number, label: 'mobile' }],
  })
  await database.collection<StoredCustomer>(customersCollection).insertOne(olena)
  const pbx = await startSimulator({ company: companyOf(trace), username: 'ringcard', secret: 'as agreed' })
  onTestFinished(pbx.close)
  const server = startServerProcess({
    ...aloneSettings(),
    MONGODB_URI: testDatabaseUri(name),
    DESKS: '201=PJSIP/201',
    AMI_PORT: String(pbx.port),
    AMI_SECRET: 'as agreed',
  })
  const url = await server.address()
  const asking = async (signInName: string) => {
    const { headers } = await signIn(server, signInName)
    return async (method: string, path: string) => {
      const told = await fetch(url + path, { method, headers })
      return { status: told.status, body: (await told.json()) as Record<string, unknown> }
    }
  }
  await vi.waitFor(async () => expect(await server.metric('ringcard_pbx_link_live')).toBe(1), soon)
  const calls = async () => database.collection('calls').find({}).toArray()
  return {
    trace,
    number,
    pbx,
    server,
    database,
    calls,
    anna: await asking('anna'),
    petra: await asking('petra'),
  }
}

describe('erasing a customer over the API', { timeout: 90_000 }, () => {
  it('is for whoever has the right, when the call is over; then nobody knows who it was, and the audit says who erased', async () => {
    const { trace, number, pbx, server, database, calls, anna, petra } = await withOlena()
    const path = `/api/customers/${customerId}`
    expect(await petra('DELETE', path)).toMatchObject({ status: 403, body: { code: 'right.missing' } })
    expect(await anna('DELETE', '/api/customers/nobody')).toMatchObject({
      status: 404,
      body: { code: 'customer.unknown' },
    })

    const playing = pbx.play(compileTemplate(trace), { speed: 2 })
    await vi.waitFor(
      async () => expect(await calls(), server.output()).toMatchObject([{ customerId, endedAt: null }]),
      soon,
    )
    expect(await anna('DELETE', path)).toMatchObject({ status: 409, body: { code: 'customer.in_call' } })
    await playing
    const call = await vi.waitFor(async () => {
      const [only] = await calls()
      expect(only).toMatchObject({ customerId, end: 'customerHungUp' })
      return only
    }, soon)
    const callId = String(call?._id)
    const record = `/api/calls/${encodeURIComponent(callId)}`
    expect((await petra('GET', record)).body).toMatchObject({ party: { number } })

    expect(await anna('DELETE', path)).toEqual({ status: 200, body: { calls: 1 } })

    expect((await petra('GET', record)).body).toMatchObject({
      party: { number: null, name: null, erased: true },
      end: 'customerHungUp',
      contacts: [{}],
    })
    expect((await petra('GET', `${record}/why`)).body).toMatchObject({ party: { erased: true } })
    const download = await petra('GET', `${record}/trace`)
    expect(download).toMatchObject({ status: 200, body: { complete: true } })
    expect(JSON.stringify(download.body)).not.toContain(number.slice(3))
    expect(await petra('GET', path)).toMatchObject({ status: 404, body: { code: 'customer.unknown' } })
    expect(await database.collection('audit').findOne({ action: 'customer.erased' })).toMatchObject({
      subjectId: customerId,
    })
    expect(await anna('DELETE', path)).toMatchObject({ status: 404 })
    expect(server.output()).not.toContain(number.slice(3))
  })
})
