import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { startCentre, type Centre } from '../../lab/centre.ts'
import { did, quiet } from '../../lab/flows/stage.ts'
import { placeCall, startPhone, type Phone, type PlacedCall } from '../../lab/sipp/sipp.ts'
import { callTargetsSchema } from '../../shared/control.ts'
import type { DeskCall } from '../../shared/calls.ts'
import { watch, type Watcher } from './support/watcher.ts'

const soon = { timeout: 15_000, interval: 20 }
let centre: Centre
let nina: Watcher
let dmytro: Watcher
const phones: Phone[] = []
const calls: PlacedCall[] = []

beforeAll(async () => {
  centre = await startCentre({ customers: 50 })
  nina = await watch(centre.url, 'nina')
  dmytro = await watch(centre.url, 'dmytro')
}, 180_000)
afterEach(async () => {
  await Promise.all(calls.splice(0).map((call) => call.hangUp()))
  await quiet(centre.pbx)
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
})
afterAll(async () => {
  nina.close()
  dmytro.close()
  await centre.stop()
})

async function phone(
  extension: '201' | '202',
  options: Omit<Parameters<typeof startPhone>[1], 'extension'> = {},
): Promise<Phone> {
  const started = await startPhone(centre.pbx, { extension, audio: true, ...options })
  phones.push(started)
  return started
}

/** A customer who talks with Nina. */
async function talk(): Promise<string> {
  const call = await placeCall(centre.pbx, { from: '+494066969010', to: did.agent('201'), audio: true })
  calls.push(call)
  return vi.waitFor(() => {
    const found = nina.deskCalls().find(({ state }) => state === 'talking')
    expect(found).toBeDefined()
    return found?.callId ?? ''
  }, soon)
}

const at = (watcher: Watcher, callId: string): DeskCall | undefined =>
  watcher.deskCalls().find((call) => call.callId === callId)
const consultOf = (callId: string) => at(nina, callId)?.consult?.state ?? null

async function command(callId: string, body: object, commandId: string = randomUUID()): Promise<string> {
  const answer = await nina.request('POST', `/api/calls/${callId}/control`, { commandId, ...body })
  return answer.status === 204 ? 'done' : ((await answer.json()) as { code: string }).code
}
const toDmytro = { to: { kind: 'agent', extension: '202' } }

it('a call is sent on at once, and the next agent reads what was said before the answer', async () => {
  await phone('201')
  const second = await phone('202', { answer: 'never' })
  const callId = await talk()
  const targets = callTargetsSchema.parse(
    await (await nina.request('GET', `/api/calls/${callId}/targets`)).json(),
  )
  expect(targets.agents).toMatchObject([{ extension: '202', displayName: 'Dmytro Savchuk', state: 'free' }])
  expect(targets.queues.map(({ queue }) => queue)).toEqual(['collections', 'sales', 'support'])

  const commandId = randomUUID()
  const body = { do: 'transfer', ...toDmytro, word: 'Wants the invoice of May again.' }
  // Pressed twice, it is done once.
  const answers = await Promise.all([command(callId, body, commandId), command(callId, body, commandId)])
  expect(answers).toEqual(['done', 'done'])
  await second.waitFor('ringing')
  await vi.waitFor(() => expect(at(dmytro, callId)?.state).toBe('ringing'), soon)
  expect(at(dmytro, callId)?.words).toMatchObject([
    { by: 'Nina Hartmann', text: 'Wants the invoice of May again.' },
  ])
  await vi.waitFor(() => expect(at(nina, callId)).toBeUndefined(), soon)
  await second.answer()
  await vi.waitFor(() => expect(at(dmytro, callId)?.state).toBe('talking'), soon)
  expect(await command(callId, { do: 'complete' })).toBe('call.not_yours')
}, 60_000)

it('a colleague is asked first: they talk, the agent changes between the two, all three talk, the two stay', async () => {
  const first = await phone('201')
  const second = await phone('202', { answer: 'never' })
  const callId = await talk()
  expect(await command(callId, { do: 'complete' })).toBe('control.not_consulting')
  expect(await command(callId, { do: 'consult', ...toDmytro, word: 'A difficult one.' })).toBe('done')
  await vi.waitFor(() => expect(consultOf(callId)).toBe('ringing'), soon)
  expect(at(nina, callId)?.consult).toMatchObject({
    extension: '202',
    name: 'Dmytro Savchuk',
    display: '202',
  })
  expect(at(dmytro, callId)).toMatchObject({ state: 'ringing', words: [{ text: 'A difficult one.' }] })
  expect(await command(callId, { do: 'consult', ...toDmytro, word: '' })).toBe('control.consulting')
  await second.answer()
  await vi.waitFor(() => expect(consultOf(callId)).toBe('talking'), soon)
  expect(await command(callId, { do: 'swap' })).toBe('done')
  expect(consultOf(callId)).toBe('withCustomer')
  expect(await command(callId, { do: 'swap' })).toBe('done')
  expect(consultOf(callId)).toBe('talking')
  expect(await command(callId, { do: 'conference' })).toBe('done')
  expect(consultOf(callId)).toBe('conference')
  await first.hangUp()
  await vi.waitFor(() => expect(at(dmytro, callId)).toMatchObject({ state: 'talking', consult: null }), soon)
}, 60_000)

it('a consultation is given up while it rings and after a talk, ends as it began where nobody answers, and is completed', async () => {
  await phone('201')
  const second = await phone('202', { answer: 'never' })
  const callId = await talk()
  const ask = () => command(callId, { do: 'consult', ...toDmytro, word: '' })
  expect(await ask()).toBe('done')
  await vi.waitFor(() => expect(consultOf(callId)).toBe('ringing'), soon)
  expect(await command(callId, { do: 'cancel' })).toBe('done')
  expect(at(nina, callId)).toMatchObject({ state: 'talking', consult: null })

  expect(await ask()).toBe('done')
  await second.waitFor('ringing', { times: 2 })
  await second.answer()
  await vi.waitFor(() => expect(consultOf(callId)).toBe('talking'), soon)
  expect(await command(callId, { do: 'cancel' })).toBe('done')
  await vi.waitFor(
    () => expect(at(nina, callId)).toMatchObject({ state: 'talking', consultFailed: null }),
    soon,
  )
  await vi.waitFor(() => expect(at(dmytro, callId)).toBeUndefined(), soon)

  expect(await ask()).toBe('done')
  await second.waitFor('ringing', { times: 3 })
  await second.answer()
  await vi.waitFor(() => expect(consultOf(callId)).toBe('talking'), soon)
  expect(await command(callId, { do: 'complete' })).toBe('done')
  await vi.waitFor(() => expect(at(dmytro, callId)?.state).toBe('talking'), soon)
  await vi.waitFor(() => expect(at(nina, callId)).toBeUndefined(), soon)
}, 90_000)

it('who is busy, cannot be reached or does not exist leaves the agent with the customer, and says why', async () => {
  await phone('201')
  await phone('202', { answer: 'busy' })
  const callId = await talk()
  expect(await command(callId, { do: 'consult', ...toDmytro, word: '' })).toBe('done')
  await vi.waitFor(
    () => expect(at(nina, callId)).toMatchObject({ state: 'talking', consult: null, consultFailed: 'busy' }),
    soon,
  )
  const to = (kind: string, more: object) => ({ do: 'transfer', word: '', to: { kind, ...more } })
  expect(await command(callId, to('agent', { extension: '206' }))).toBe('control.target_away')
  expect(await command(callId, to('agent', { extension: '299' }))).toBe('control.target_unknown')
  expect(await command(callId, to('queue', { queue: 'nowhere' }))).toBe('control.target_unknown')
  expect(await command(callId, to('number', { number: 'abc' }))).toBe('control.not_dialable')
  expect(await command(callId, to('number', { number: '999' }))).toBe('control.not_dialable')
  expect(await command(callId, { ...to('number', { number: '999' }), do: 'consult' })).toBe(
    'control.not_dialable',
  )
  expect(at(nina, callId)?.state).toBe('talking')

  // The customer goes while the call is being sent on.
  const ended = calls[0]?.hangUp()
  const code = await command(callId, to('queue', { queue: 'support' }))
  expect(['done', 'control.refused', 'call.not_yours', 'control.not_done']).toContain(code)
  await ended
}, 90_000)

it('the recording of a call is paused and goes on, and the call is ended by the console', async () => {
  await centre.pbx.cli('database put recording support yes')
  await phone('201')
  const call = await placeCall(centre.pbx, { from: '+494066969010', to: did.support, audio: true })
  calls.push(call)
  const callId = await vi.waitFor(() => {
    const found = nina.deskCalls().find(({ state }) => state === 'talking')
    expect(found?.recording).toBe('on')
    return found?.callId ?? ''
  }, soon)
  expect(await command(callId, { do: 'record', paused: true })).toBe('done')
  expect(at(nina, callId)?.recording).toBe('paused')
  expect(await command(callId, { do: 'record', paused: false })).toBe('done')
  expect(at(nina, callId)?.recording).toBe('on')
  expect(await command(callId, { do: 'hangUp' })).toBe('done')
  expect((await call.ended).by).toBe('pbx')
  await centre.pbx.cli('database del recording support')
}, 60_000)

it('a call is parked, everybody sees where, and a colleague takes it', async () => {
  await phone('201')
  const callId = await talk()
  expect(await command(callId, { do: 'park', word: 'Looks for her invoice.' })).toBe('done')
  const parked = () => [dmytro, nina].map((watcher) => watcher.parked().map(({ space }) => space))
  await vi.waitFor(() => expect(parked()).toEqual([['801'], ['801']]), soon)
  await vi.waitFor(() => expect(at(nina, callId)).toBeUndefined(), soon)
  const taking = await placeCall(centre.pbx, { from: { agent: '202' }, to: '801', audio: true })
  calls.push(taking)
  await vi.waitFor(() => {
    const taken = dmytro.deskCalls().find(({ state }) => state === 'talking')
    expect(taken?.words).toMatchObject([{ text: 'Looks for her invoice.' }])
  }, soon)
  await vi.waitFor(() => expect(parked()).toEqual([[], []]), soon)
}, 60_000)
