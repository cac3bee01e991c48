import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { pauseBefore } from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { entriesOf } from '../../../server/history/journal.ts'
import type { JournalPage } from '../../../server/history/model.ts'
import { customerId, signedInAt, soon, withOlena } from './center.ts'
import { aloneSettings, endServers, startServerProcess } from './process.ts'

afterEach(endServers)

/** What docs/history.md says of another node, with time for a slow machine. */
const followedWithin = { timeout: 6_000, interval: 50 }

it('a customer who is erased at one server while on the phone of another: the call loses the card there and goes on as nobody’s', async () => {
  const { trace, number, pbx, server, settings, database, calls, petra, nina } =
    await withOlena('server-erase-elsewhere')
  const other = startServerProcess({
    ...aloneSettings(),
    MONGODB_URI: settings.MONGODB_URI,
    MASTER_KEY: settings.MASTER_KEY,
    NODE_NAME: 'other',
  })
  const anna = (await signedInAt(other, 'anna')).ask
  const telling = new RegExp(`${number.slice(3)}|Olena|${customerId}`)
  const desk = await nina.open()
  const floor = await petra.open()
  // given a talk of nina's with Olena
  const hold = pauseBefore('Hold')
  const playing = pbx.play(compileTemplate(trace), { speed: 4, pauses: [hold] })
  await vi.waitFor(() => {
    expect([...(desk.mine()?.pops.values() ?? [])], server.output()).toMatchObject([
      { card: { name: 'Olena Kovalenko' } },
    ])
    expect([...(desk.mine()?.deskCalls.values() ?? [])]).toMatchObject([{ state: 'talking' }])
  }, soon)
  await vi.waitFor(async () => expect(await calls()).toMatchObject([{ customerId, endedAt: null }]), soon)

  // when she is erased elsewhere
  expect(await anna('DELETE', `/api/customers/${customerId}`)).toEqual({ status: 200, body: { calls: 1 } })

  // then the desk has the call and nobody's card, and the floor names nobody
  await vi.waitFor(() => {
    expect(desk.shown()).not.toMatch(telling)
    expect(floor.shown()).not.toMatch(telling)
  }, followedWithin)
  expect([...(desk.mine()?.deskCalls.values() ?? [])]).toMatchObject([
    { state: 'talking', party: { number: null, erased: true } },
  ])
  const keys = database.collection<{ _id: string; wrapped: string | null }>('callKeys')
  expect(await keys.countDocuments({ wrapped: { $ne: null } })).toBe(0)

  // and nothing that is kept of the rest of the call brings her back
  const newestInSpool = Math.max(...spooled(settings.SPOOL_FOLDER).map(({ seq }) => seq))
  hold.goOn()
  await playing
  const call = await vi.waitFor(async () => {
    const [only] = await calls()
    expect(only).toMatchObject({ customerId: null, end: 'customerHungUp', contacts: [{}] })
    return only
  }, soon)
  expect(JSON.stringify(call)).not.toMatch(telling)
  expect(call?.['personal']).toMatchObject({ number: null, name: null, erased: true })
  expect(await keys.countDocuments({ wrapped: { $ne: null } })).toBe(0)
  const inSpool = spooled(settings.SPOOL_FOLDER).filter(({ seq }) => seq > newestInSpool)
  expect(inSpool.length).toBeGreaterThan(5)
  expect(JSON.stringify(inSpool)).not.toMatch(telling)
  expect(JSON.stringify(inSpool)).not.toContain('"sealed"')
  const pages = await database.collection<JournalPage>('journal').find({ node: 'node1' }).toArray()
  const after = entriesOf(pages).filter(({ seq }) => seq > newestInSpool)
  expect(after.length).toBeGreaterThan(5)
  expect(JSON.stringify(after)).not.toMatch(telling)
  const record = await petra.ask('GET', `/api/calls/${encodeURIComponent(String(call?._id))}`)
  expect(record.body).toMatchObject({ party: { number: null, erased: true }, end: 'customerHungUp' })
}, 90_000)

/** The entries that stand in a spool. */
function spooled(folder: string): { seq: number }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.spool') && name !== 'refused.spool')
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .flatMap((line) => (line.includes('{') ? [JSON.parse(line.slice(9)) as { seq: number }] : []))
}
