import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { startCentre, type Centre } from '../../lab/centre.ts'
import { did, quiet } from '../../lab/flows/stage.ts'
import {
  placeCall,
  startPhone,
  startTrunk,
  type Phone,
  type PlacedCall,
  type Trunk,
} from '../../lab/sipp/sipp.ts'
import { dialRoutes } from '../../shared/dial.ts'
import { watch, type Watcher } from './support/watcher.ts'

const soon = { timeout: 15_000, interval: 20 }
const outside = '+494066969010'
let centre: Centre
let nina: Watcher
let dmytro: Watcher
let aigerim: Watcher
let trunk: Trunk
const phones: Phone[] = []
const customers: PlacedCall[] = []

beforeAll(async () => {
  centre = await startCentre({ customers: 50 })
  nina = await watch(centre.url, 'nina')
  dmytro = await watch(centre.url, 'dmytro')
  aigerim = await watch(centre.url, 'aigerim')
  trunk = await startTrunk(centre.pbx, { answerAfterMs: 300 })
}, 180_000)
afterEach(async () => {
  await Promise.all(customers.splice(0).map((call) => call.hangUp()))
  await quiet(centre.pbx)
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
})
afterAll(async () => {
  for (const one of [nina, dmytro, aigerim]) one.close()
  await trunk.stop()
  await centre.stop()
})

type Extension = '201' | '202' | '203'
async function phone(
  options: Omit<Parameters<typeof startPhone>[1], 'extension'>,
  extension: Extension = '201',
): Promise<Phone> {
  const started = await startPhone(centre.pbx, { extension, audio: true, ...options })
  phones.push(started)
  return started
}

async function dial(number: string, commandId: string = randomUUID()): Promise<{ callId: string } | string> {
  const answer = await nina.request('POST', '/api/calls', { commandId, number })
  const said: unknown = await answer.json()
  return answer.ok ? dialRoutes['calls.dial'].answer.parse(said) : (said as { code: string }).code
}
const calls = (who = nina) => who.deskCalls().filter(({ state }) => state !== 'ended')

it('a customer is called by the desk phone: it rings first, and the card is there before it is picked up', async () => {
  await phone({ answer: { afterMs: 1_500 }, hangUpAfterMs: 2_500 })
  const commandId = randomUUID()
  // Pressed twice, it is done once.
  const answers = Promise.all([dial('04066 969010', commandId), dial('04066 969010', commandId)])
  await vi.waitFor(() => expect(calls()).toMatchObject([{ state: 'dialling', pickUp: true }]), soon)
  const [first] = calls()
  expect(first).toMatchObject({ direction: 'outbound', party: { number: outside }, queue: null })
  const callId = first?.callId ?? ''
  await vi.waitFor(() => expect(nina.pop(callId)).toBeDefined(), soon)

  expect(await answers).toEqual([{ callId }, { callId }])
  await vi.waitFor(() => expect(calls()).toMatchObject([{ callId, state: 'talking', pickUp: false }]), soon)
  await vi.waitFor(() => expect(calls()).toEqual([]), soon)
  const record = await vi.waitFor(async () => {
    const kept = await nina.readCall(callId)
    expect(kept?.endedAt).not.toBeNull()
    return kept
  }, soon)
  expect(record).toMatchObject({ direction: 'outbound', end: 'agentHungUp' })
  expect(record?.contacts).toHaveLength(1)
  expect(record?.offers).toEqual([])
})

it('whoever declines on the phone is told so, and nobody is called', async () => {
  await phone({ answer: 'decline' })
  expect(await dial(outside)).toBe('dial.declined')
  expect(calls()).toEqual([])
})

it('without a phone that could ring, and for what is no number here, it is said at once', async () => {
  expect(await dial('0')).toBe('request.invalid')
  await vi.waitFor(async () => expect(await dial(outside)).toBe('dial.phone_away'), soon)
  await phone({ answer: 'never' })
  expect(await dial('99999')).toBe('dial.not_dialable')
  expect(await dial('12a34')).toBe('dial.not_dialable')
})

it('an emergency number is dialled as it is', async () => {
  await phone({ answer: { afterMs: 100 }, hangUpAfterMs: 1_000 })
  expect(await dial('112')).toMatchObject({ callId: expect.any(String) as string })
})

/** A customer rings at Nina, who does not answer. */
async function ringsAtNina(): Promise<{ callId: string; call: PlacedCall; phone: Phone }> {
  const rings = await phone({ answer: 'never' })
  const call = await placeCall(centre.pbx, { from: outside, to: did.agent('201'), audio: true })
  customers.push(call)
  await rings.waitFor('ringing')
  const callId = await vi.waitFor(() => {
    const [one] = calls().filter(({ state }) => state === 'ringing')
    expect(one).toBeDefined()
    return one?.callId ?? ''
  }, soon)
  return { callId, call, phone: rings }
}
async function pickUp(who: Watcher, callId: string): Promise<string> {
  const answer = await who.request('POST', `/api/calls/${callId}/pick-up`, { commandId: randomUUID() })
  if (answer.status === 204) return 'done'
  const { code, detail = '' } = (await answer.json()) as { code: string; detail?: string }
  return [code, detail].filter(Boolean).join(': ')
}

it('two pick up what rings at a colleague: one has it, with the card, and the other is told who', async () => {
  await phone({ answer: { afterMs: 200 } }, '202')
  await phone({ answer: { afterMs: 200 } }, '203')
  const { callId } = await ringsAtNina()
  const answers = await Promise.all([pickUp(dmytro, callId), pickUp(aigerim, callId)])
  expect(answers.toSorted()[0]).toBe('done')
  const winner = answers[0] === 'done' ? dmytro : aigerim
  expect(answers.toSorted()[1]).toBe(
    `pick_up.taken: ${winner === dmytro ? 'Dmytro Savchuk' : 'Aigerim Bekova'}`,
  )
  await vi.waitFor(() => expect(calls(winner)).toMatchObject([{ callId, state: 'talking' }]), soon)
  await vi.waitFor(() => expect(winner.pop(callId)).toBeDefined(), soon)
  expect(calls()).toEqual([])
  const loser = winner === dmytro ? aigerim : dmytro
  await vi.waitFor(() => expect(calls(loser)).toEqual([]), soon)
})

it('a caller who hangs up while somebody would pick up: said, and no phone goes on ringing', async () => {
  await phone({ answer: 'never' }, '202')
  const { callId, call } = await ringsAtNina()
  const answer = pickUp(dmytro, callId)
  await vi.waitFor(() => expect(calls(dmytro)).toMatchObject([{ pickUp: true }]), soon)
  await call.hangUp()
  expect(await answer).toBe('pick_up.caller_gone')
  await vi.waitFor(() => expect(calls(dmytro)).toEqual([]), soon)
})

async function control(callId: string, what: 'answer' | 'hold' | 'resume'): Promise<string> {
  const body = { commandId: randomUUID(), do: what }
  const answer = await nina.request('POST', `/api/calls/${callId}/control`, body)
  return answer.status === 204 ? 'done' : ((await answer.json()) as { code: string }).code
}
async function isDeaf(): Promise<unknown> {
  return ((await (await nina.request('GET', '/api/phone')).json()) as { deaf: unknown }).deaf
}

it('a desk phone that obeys answers and holds when it is told to; one that does not is found out', async () => {
  await phone({
    answer: 'whenTold',
    acts: [
      { afterMs: 0, do: 'told' },
      { afterMs: 0, do: 'hold' },
      { afterMs: 0, do: 'told' },
      { afterMs: 0, do: 'resume' },
    ],
  })
  customers.push(await placeCall(centre.pbx, { from: outside, to: did.agent('201'), audio: true }))
  const callId = await vi.waitFor(() => {
    const [one] = calls().filter(({ state }) => state === 'ringing')
    expect(one).toBeDefined()
    return one?.callId ?? ''
  }, soon)
  expect(await control(callId, 'answer')).toBe('done')
  await vi.waitFor(() => expect(calls()).toMatchObject([{ callId, state: 'talking' }]), soon)
  expect(await control(callId, 'hold')).toBe('done')
  await vi.waitFor(() => expect(calls()).toMatchObject([{ callId, state: 'held' }]), soon)
  expect(await control(callId, 'resume')).toBe('done')
  await vi.waitFor(() => expect(calls()).toMatchObject([{ callId, state: 'talking' }]), soon)
  expect(await isDeaf()).toBe(false)
  // It does nothing more.
  expect(await control(callId, 'hold')).toBe('control.phone_deaf')
  expect(await isDeaf()).toBe(true)
})
