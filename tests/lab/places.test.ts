import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { startCentre, type Centre } from '../../lab/centre.ts'
import { did } from '../../lab/flows/stage.ts'
import { placeCall, startPhone, startTrunk, type Phone, type TrunkOptions } from '../../lab/sipp/sipp.ts'
import { taskRoutes } from '../../shared/task-routes.ts'
import type { Task } from '../../shared/tasks.ts'
import { watch, type Watcher } from './support/watcher.ts'

const soon = { timeout: 20_000, interval: 50 }
let centre: Centre
let nina: Watcher
let petra: Watcher

beforeAll(async () => {
  centre = await startCentre({ customers: 50, settings: () => Promise.resolve({ CALL_HOURS: '0-24' }) })
  nina = await watch(centre.url, 'nina')
  petra = await watch(centre.url, 'petra')
}, 180_000)
afterAll(async () => {
  nina.close()
  petra.close()
  await centre.stop()
})

const tasksOf = async (number: string): Promise<Task[]> => {
  const answer = await nina.request('GET', '/api/tasks')
  const { tasks } = taskRoutes['tasks.list'].answer.parse(await answer.json())
  return tasks.filter((task) => task.number === number)
}

/** Ends with the test. */
async function phone(options: Parameters<typeof startPhone>[1]): Promise<Phone> {
  const started = await startPhone(centre.pbx, options)
  onTestFinished(() => started.stop())
  return started
}
async function farEnd(options: TrunkOptions) {
  const started = await startTrunk(centre.pbx, options)
  onTestFinished(() => started.stop())
  return started
}

/** A customer keeps their place in the queue of support and hangs up: returns their call's id. */
async function keepsPlace(number: string): Promise<string> {
  const caller = await placeCall(centre.pbx, {
    from: number,
    to: did.support,
    // The menu takes a digit at any time while it asks.
    digits: [
      { afterMs: 1_500, digit: '2' },
      { afterMs: 12_000, digit: '1' },
    ],
  })
  await caller.ended
  const kept = () => petra.floorCalls().find(({ party }) => party.number === number)
  await vi.waitFor(() => expect(kept()).toMatchObject({ stage: 'kept', queue: 'support' }), soon)
  return kept()?.callId ?? ''
}

it(
  'a customer who hung up is called when an agent answers, and it is one call',
  { timeout: 90_000 },
  async () => {
    const number = '+494066969021'
    const trunk = await farEnd({ answerAfterMs: 2_000, hangUpAfterMs: 2_000 })
    const callId = await keepsPlace(number)
    const desk = await phone({ extension: '201', answer: 'never' })
    const mine = () => nina.deskCalls().find((call) => call.callId === callId)
    await vi.waitFor(() => expect(mine()).toMatchObject({ state: 'ringing', place: { state: 'kept' } }), soon)
    expect(trunk.log()).not.toContain('INVITE')
    await desk.answer()
    await vi.waitFor(
      () => expect(mine()).toMatchObject({ state: 'dialling', place: { state: 'calling' } }),
      soon,
    )
    await vi.waitFor(() => expect(mine()).toMatchObject({ state: 'talking', place: null }), soon)
    await vi.waitFor(async () => expect((await petra.readCall(callId))?.endedAt).not.toBeNull(), soon)
    const call = await petra.readCall(callId)
    expect(call).toMatchObject({
      end: 'customerHungUp',
      visits: [{ queue: 'support', outcome: 'answered' }],
      contacts: [{ extension: '201' }],
      place: { outcome: 'reached', extension: '201' },
    })
    expect(await tasksOf(number)).toEqual([])
    expect(trunk.log().match(/^INVITE /gm)).toHaveLength(1)
  },
)

it(
  'a customer whose line is busy becomes a callback; the server is killed meanwhile, and nobody is called twice',
  { timeout: 90_000 },
  async () => {
    const number = '+494066969022'
    const trunk = await farEnd({ busy: [number] })
    const callId = await keepsPlace(number)
    await centre.stopServer('kill')
    await centre.startServer()
    await vi.waitFor(() => expect(petra.linkState()).toBe('live'), soon)
    await phone({ extension: '201' })
    await vi.waitFor(async () => expect(await tasksOf(number)).toHaveLength(1), soon)
    expect(await tasksOf(number)).toMatchObject([
      { kind: 'callback', place: { outcome: 'busy' }, attempts: [{ callId, outcome: 'busy' }] },
    ])
    const call = await petra.readCall(callId)
    expect(call).toMatchObject({ contacts: [], place: { outcome: 'busy' } })
    expect(call?.visits).toHaveLength(1)
    expect(trunk.log().match(/^INVITE /gm)).toHaveLength(1)
  },
)

it(
  'a place outlives a PBX that is started anew, and whoever calls again stands there',
  { timeout: 120_000 },
  async () => {
    const number = '+494066969023'
    const callId = await keepsPlace(number)
    await centre.pbx.restart('kill')
    await vi.waitFor(() => expect(petra.linkState()).toBe('live'), { ...soon, timeout: 40_000 })
    const waiting = async () => (await centre.pbx.cli('queue show support')).match(/wait:/g)
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), { ...soon, timeout: 30_000 })
    expect(petra.floorCalls().find((call) => call.callId === callId)).toMatchObject({ stage: 'kept' })

    const again = await placeCall(centre.pbx, { from: number, to: did.support, hangUpAfterMs: 6_000 })
    await vi.waitFor(
      async () => expect((await petra.readCall(callId))?.place?.outcome).toBe('cameBack'),
      soon,
    )
    expect(await waiting()).toHaveLength(1)
    await again.ended
  },
)

it('a message that is left in a queue is a task, and is heard once it is', { timeout: 90_000 }, async () => {
  const number = '+494066969024'
  const caller = await placeCall(centre.pbx, {
    from: number,
    to: did.support,
    digits: [{ afterMs: 1_500, digit: '1' }],
    audio: true,
    hangUpAfterMs: 20_000,
  })
  await caller.ended
  await vi.waitFor(async () => expect(await tasksOf(number)).toHaveLength(1), soon)
  const [task] = await tasksOf(number)
  expect(task).toMatchObject({ kind: 'voicemail', for: { queue: 'support' }, message: { isHere: true } })
  expect(task?.message?.seconds).toBeGreaterThan(5)
  const path = `/api/tasks/${task?.taskId ?? ''}/recording`
  const heard = await nina.request('GET', path)
  expect([heard.status, heard.headers.get('content-type')]).toEqual([200, 'audio/wav'])
  expect(
    Buffer.from(await heard.arrayBuffer())
      .subarray(0, 4)
      .toString(),
  ).toBe('RIFF')
  expect((await petra.request('GET', path)).status).toBe(200)
  expect((await tasksOf(number))[0]?.message?.heardBy).toMatchObject([
    { name: 'Nina Hartmann' },
    { name: 'Petra Vogel' },
  ])
  // and nobody hears it who may not see the task
  const emil = await watch(centre.url, 'emil')
  onTestFinished(emil.close)
  expect((await emil.request('GET', path)).status).toBe(403)
})
