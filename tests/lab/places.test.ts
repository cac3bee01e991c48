import { expect, it, onTestFinished, vi } from 'vitest'
import { did } from '../../lab/flows/stage.ts'
import { placeCall } from '../../lab/sipp/sipp.ts'
import { soon, usePlaces } from './support/places-stage.ts'
import { watch } from './support/watcher.ts'

const on = usePlaces()

it(
  'a customer who hung up is called when an agent answers, and it is one call',
  { timeout: 90_000 },
  async () => {
    const number = '+494066969021'
    const trunk = await on.farEnd({ answerAfterMs: 2_000, hangUpAfterMs: 2_000 })
    const callId = await on.keepsPlace(number)
    const desk = await on.phone({ extension: '201', answer: 'never' })
    const mine = () => on.nina.deskCalls().find((call) => call.callId === callId)
    await vi.waitFor(() => expect(mine()).toMatchObject({ state: 'ringing', place: { state: 'kept' } }), soon)
    expect(trunk.log()).not.toContain('INVITE')
    await desk.answer()
    await vi.waitFor(
      () => expect(mine()).toMatchObject({ state: 'dialling', place: { state: 'calling' } }),
      soon,
    )
    await vi.waitFor(() => expect(mine()).toMatchObject({ state: 'talking', place: null }), soon)
    await vi.waitFor(async () => expect((await on.petra.readCall(callId))?.endedAt).not.toBeNull(), soon)
    const call = await on.petra.readCall(callId)
    expect(call).toMatchObject({
      end: 'customerHungUp',
      visits: [{ queue: 'support', outcome: 'answered' }],
      contacts: [{ extension: '201' }],
      place: { outcome: 'reached', extension: '201' },
    })
    expect(await on.tasksOf(number)).toEqual([])
    expect(trunk.log().match(/^INVITE /gm)).toHaveLength(1)
  },
)

it('a message that is left in a queue is a task, and is heard once it is', { timeout: 90_000 }, async () => {
  const number = '+494066969024'
  const caller = await placeCall(on.centre.pbx, {
    from: number,
    to: did.support,
    digits: [{ afterMs: 1_500, digit: '1' }],
    audio: true,
    hangUpAfterMs: 20_000,
  })
  await caller.ended
  await vi.waitFor(async () => expect(await on.tasksOf(number)).toHaveLength(1), soon)
  const [task] = await on.tasksOf(number)
  expect(task).toMatchObject({ kind: 'voicemail', for: { queue: 'support' }, message: { isHere: true } })
  expect(task?.message?.seconds).toBeGreaterThan(5)
  const path = `/api/tasks/${task?.taskId ?? ''}/recording`
  const heard = await on.nina.request('GET', path)
  expect([heard.status, heard.headers.get('content-type')]).toEqual([200, 'audio/wav'])
  expect(
    Buffer.from(await heard.arrayBuffer())
      .subarray(0, 4)
      .toString(),
  ).toBe('RIFF')
  expect((await on.petra.request('GET', path)).status).toBe(200)
  expect((await on.tasksOf(number))[0]?.message?.heardBy).toMatchObject([
    { name: 'Nina Hartmann' },
    { name: 'Petra Vogel' },
  ])
  // and nobody hears it who may not see the task
  const emil = await watch(on.centre.url, 'emil')
  onTestFinished(emil.close)
  expect((await emil.request('GET', path)).status).toBe(403)
})
