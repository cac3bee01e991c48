import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startAsterisk, type LabAsterisk } from '../../lab/asterisk/asterisk.ts'
import { startCentre, type Centre } from '../../lab/centre.ts'
import { quiet } from '../../lab/flows/stage.ts'
import { placeCall, startPhone, type Phone, type PlacedCall } from '../../lab/sipp/sipp.ts'
import { watch, type Watcher } from './support/watcher.ts'

/** Of the seed's cast, one customer for each office. */
const customers = { berlin: '+494066969118', kyiv: '+494066969204' }
const support = '+493023125101'
const soon = { timeout: 20_000, interval: 50 }

let berlin: LabAsterisk
let kyiv: LabAsterisk
let centre: Centre
const watchers: Watcher[] = []
const phones: Phone[] = []
const calls: PlacedCall[] = []

beforeAll(async () => {
  kyiv = await startAsterisk()
  const of = (pbx: Pick<LabAsterisk, 'ami'>, name: string) => ({
    [`AMI_HOST_${name}`]: pbx.ami.host,
    [`AMI_PORT_${name}`]: String(pbx.ami.port),
    [`AMI_SECRET_${name}`]: pbx.ami.secret,
  })
  centre = await startCentre({
    customers: 200,
    settings: (pbx) =>
      Promise.resolve({
        PBX_NAME: '',
        PBX_NAMES: 'berlin,kyiv',
        ...of(pbx, 'BERLIN'),
        ...of(kyiv, 'KYIV'),
        // The same phone on both; who sits in Kyiv has a desk of another number here.
        DESKS: '201=PJSIP/201+PJSIP/201-web,7201=kyiv/PJSIP/201',
      }),
  })
  berlin = centre.pbx
})
afterAll(async () => {
  await Promise.all(calls.map((call) => call.hangUp()))
  await Promise.all(phones.map((phone) => phone.stop()))
  for (const watcher of watchers) watcher.close()
  await centre.stop()
  await kyiv.stop()
})

async function opened(signInName: string, desk: string | null): Promise<Watcher> {
  const watcher = await watch(centre.url, signInName)
  watchers.push(watcher)
  if (desk !== null) await watcher.request('PUT', '/api/session/desk', { extension: desk })
  return watcher
}

const cardOf = (watcher: Watcher) => {
  const callId = watcher.deskCalls().at(-1)?.callId ?? ''
  return watcher.pop(callId)?.card?.name ?? null
}

it('two PBXs with the same names: each call rings its own agent with its own card, and one that dies takes its own calls', async () => {
  // given an agent in each office, at a phone that both PBXs call PJSIP/201
  const nina = await opened('nina', '201')
  const lev = await opened('lev', '7201')
  const petra = await opened('petra', null)
  for (const pbx of [berlin, kyiv])
    phones.push(await startPhone(pbx, { extension: '201', answer: { afterMs: 300 } }))

  // when a customer calls each
  calls.push(await placeCall(berlin, { from: customers.berlin, to: support, audio: true }))
  calls.push(await placeCall(kyiv, { from: customers.kyiv, to: support, audio: true }))

  // then each agent has the one call, with its card
  await vi.waitFor(() => {
    expect(nina.deskCalls().map(({ state, queue }) => [state, queue])).toEqual([
      ['talking', 'berlin/support'],
    ])
    expect(lev.deskCalls().map(({ state, queue }) => [state, queue])).toEqual([['talking', 'kyiv/support']])
    expect(cardOf(nina)).not.toBeNull()
    expect(cardOf(lev)).not.toBeNull()
  }, soon)
  expect(cardOf(nina)).not.toBe(cardOf(lev))
  const [inBerlin] = nina.deskCalls()
  const [inKyiv] = lev.deskCalls()
  expect([inBerlin?.callId.split(':')[0], inKyiv?.callId.split(':')[0]]).toEqual(['berlin', 'kyiv'])
  await vi.waitFor(() => expect(petra.agent('7201')?.pbxs).toEqual(['kyiv']), soon)
  await vi.waitFor(() => {
    const queues = petra.received().flatMap(({ topic }) => (topic.startsWith('queue:') ? [topic] : []))
    expect(queues).toEqual(expect.arrayContaining(['queue:berlin/support', 'queue:kyiv/support']))
  }, soon)
  expect((await petra.health()).links.map(({ pbx, state }) => [pbx, state])).toEqual([
    ['berlin', 'live'],
    ['kyiv', 'live'],
  ])

  // and when one is killed and comes back, its call is over and the other goes on
  await kyiv.restart('kill')
  await vi.waitFor(() => {
    expect(lev.deskCalls().filter(({ state }) => state !== 'ended')).toEqual([])
    expect(petra.floorCalls().map(({ callId }) => callId)).toEqual([inBerlin?.callId])
  }, soon)
  expect(nina.deskCalls()).toMatchObject([{ callId: inBerlin?.callId, state: 'talking' }])
  await vi.waitFor(async () => expect((await petra.readCall(inKyiv?.callId ?? ''))?.end).toBe('cutOff'), soon)

  await calls[0]?.hangUp()
  await vi.waitFor(() => expect(petra.floorCalls()).toEqual([]), soon)
  await quiet(berlin)
})
