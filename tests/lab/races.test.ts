import { randomUUID } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { callTargetsSchema } from '../../shared/control.ts'
import { first, soon, useCentre } from './support/centre-in-use.ts'
import { watch } from './support/watcher.ts'

const inUse = useCentre()
const toDmytro = (seen: string) => ({ kind: 'agent', extension: '202', seen })
const command = async (callId: string, body: object): Promise<string> => {
  const request = { commandId: randomUUID(), word: '', ...body }
  const answer = await inUse.nina.request('POST', `/api/calls/${callId}/control`, request)
  return answer.status === 204 ? 'done' : ((await answer.json()) as { code: string }).code
}

it('the caller hangs up while their call is being sent on: each time it is told, it ends once, and nobody is left ringing', async () => {
  const dmytro = await watch(inUse.centre.url, 'dmytro')
  await inUse.phone('201')
  await inUse.phone('202', 20_000)
  for (const { does, afterMs } of [
    { does: 'transfer', afterMs: 0 },
    { does: 'transfer', afterMs: 40 },
    { does: 'consult', afterMs: 0 },
    { does: 'consult', afterMs: 150 },
  ]) {
    const call = await inUse.call(first)
    const callId = await inUse.ninasCall()
    const sent = command(callId, { do: does, to: toDmytro('free') })
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    await call.hangUp()
    expect(['done', 'call.not_yours', 'call.unknown', 'control.refused', 'control.not_done']).toContain(
      await sent,
    )
    await inUse.nothingLeft()
    await vi.waitFor(() => {
      for (const { deskCalls } of [dmytro, inUse.nina])
        expect(deskCalls().filter(({ state }) => state !== 'ended')).toEqual([])
    }, soon)
    const { end, contacts, offers } = await inUse.ended(callId)
    expect(end).toBe('customerHungUp')
    expect(contacts.map(({ extension }) => extension)).toEqual(['201'])
    expect(offers.every(({ endedAt }) => endedAt !== null)).toBe(true)
  }
  dmytro.close()
}, 120_000)

it('a colleague goes on a break in the moment in which a call is sent to them: it is refused, and goes only if wanted all the same', async () => {
  const dmytro = await watch(inUse.centre.url, 'dmytro')
  await inUse.phone('201')
  await inUse.phone('202', 20_000)
  await inUse.call(first)
  const callId = await inUse.ninasCall()
  const seen = async () => {
    const targets = await inUse.nina.request('GET', `/api/calls/${callId}/targets`)
    return callTargetsSchema.parse(await targets.json()).agents.find(({ extension }) => extension === '202')
  }
  await vi.waitFor(async () => expect((await seen())?.state).toBe('free'), soon)
  // Before the PBX can have heard of it.
  const broke = await dmytro.request('PUT', '/api/status', { state: 'break', reasonId: 'lunch' })
  expect(broke.status).toBe(200)
  expect(await command(callId, { do: 'transfer', to: toDmytro('free') })).toBe('control.target_not_free')
  expect(await command(callId, { do: 'consult', to: toDmytro('free') })).toBe('control.target_not_free')
  expect(inUse.nina.deskCalls().find((call) => call.callId === callId)?.state).toBe('talking')
  expect((await seen())?.state).toBe('paused')
  // Wanted all the same, and not answered there: the call comes back, and is not lost.
  expect(await command(callId, { do: 'transfer', to: toDmytro('paused') })).toBe('done')
  await vi.waitFor(() => expect(dmytro.deskCalls().map(({ state }) => state)).toContain('ringing'), soon)
  await vi.waitFor(
    () => expect(inUse.nina.deskCalls().find((call) => call.callId === callId)?.state).toBe('talking'),
    soon,
  )
  dmytro.close()
}, 90_000)
