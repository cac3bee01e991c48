import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { startCentre, type Centre } from '../../lab/centre.ts'
import { quiet } from '../../lab/flows/stage.ts'
import { startPhone, startTrunk, type Phone, type Trunk } from '../../lab/sipp/sipp.ts'
import { dialRoutes } from '../../shared/dial.ts'
import { watch, type Watcher } from './support/watcher.ts'

const soon = { timeout: 15_000, interval: 20 }
const outside = '+494066969010'
let centre: Centre
let nina: Watcher
let trunk: Trunk
const phones: Phone[] = []

beforeAll(async () => {
  centre = await startCentre({ customers: 50 })
  nina = await watch(centre.url, 'nina')
  trunk = await startTrunk(centre.pbx, { answerAfterMs: 300 })
}, 180_000)
afterEach(async () => {
  await quiet(centre.pbx)
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
})
afterAll(async () => {
  nina.close()
  await trunk.stop()
  await centre.stop()
})

async function phone(options: Omit<Parameters<typeof startPhone>[1], 'extension'>): Promise<void> {
  phones.push(await startPhone(centre.pbx, { extension: '201', ...options }))
  await vi.waitFor(() => expect(nina.agent('201')?.state).not.toBe('unreachable'), soon)
}

async function dial(number: string, commandId: string = randomUUID()): Promise<{ callId: string } | string> {
  const answer = await nina.request('POST', '/api/calls', { commandId, number })
  const said: unknown = await answer.json()
  return answer.ok ? dialRoutes['calls.dial'].answer.parse(said) : (said as { code: string }).code
}
const calls = () => nina.deskCalls().filter(({ state }) => state !== 'ended')

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
