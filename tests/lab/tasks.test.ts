import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startCentre, type Centre } from '../../lab/centre.ts'
import { did } from '../../lab/flows/stage.ts'
import { placeCall, startTrunk } from '../../lab/sipp/sipp.ts'
import { taskRoutes } from '../../shared/task-routes.ts'
import type { Task } from '../../shared/tasks.ts'
import { watch, type Watcher } from './support/watcher.ts'

const soon = { timeout: 20_000, interval: 50 }
const number = '+494066969010'
let centre: Centre
let nina: Watcher

beforeAll(async () => {
  centre = await startCentre({ customers: 50, settings: () => Promise.resolve({ CALL_HOURS: '0-24' }) })
  nina = await watch(centre.url, 'nina')
}, 180_000)
afterAll(async () => {
  nina.close()
  await centre.stop()
})

const listed = async (): Promise<Task[]> => {
  const answer = await nina.request('GET', '/api/tasks')
  return taskRoutes['tasks.list'].answer
    .parse(await answer.json())
    .tasks.filter((task) => task.number === number)
}
/** Nina's phone calls the number, through the trunk. */
const call = (hangUpAfterMs?: number) =>
  placeCall(centre.pbx, {
    from: { agent: '201' },
    to: '04066969010',
    giveUpAfterMs: 6_000,
    ...(hangUpAfterMs === undefined ? {} : { hangUpAfterMs }),
  })

it('who gave up waiting is to be called back; a try that is busy is noted, and the talk closes it', async () => {
  // given a caller who waits in a queue for nobody
  const caller = await placeCall(centre.pbx, { from: number, to: did.support, hangUpAfterMs: 7_000 })
  await caller.ended
  await vi.waitFor(async () => expect(await listed()).toMatchObject([{ kind: 'missed', isOpen: true }]), soon)
  const [task] = await listed()
  // and a callback that was promised to the same number meanwhile
  const madeAt = Date.now()
  const promised = await nina.request('POST', '/api/tasks', {
    ...{ taskId: randomUUID(), kind: 'callback', customerId: null, number, for: { kind: 'anybody' } },
    ...{ reason: 'Offer', note: '', dueAt: madeAt + 60_000, timeZone: 'Europe/Berlin', zoneFrom: 'number' },
    ...{ fromCallId: null, madeAt },
  })
  expect(promised.status).toBe(200)

  const busy = await startTrunk(centre.pbx, { busy: [number] })
  await (
    await call()
  ).ended
  await vi.waitFor(
    async () =>
      expect((await listed()).map(({ attempts }) => attempts)).toMatchObject([
        [{ outcome: 'busy' }],
        [{ outcome: 'busy' }],
      ]),
    soon,
  )
  await busy.stop()

  const answered = await startTrunk(centre.pbx, { answerAfterMs: 300 })
  await (
    await call(1_500)
  ).ended
  await vi.waitFor(async () => expect(await listed()).toEqual([]), soon)
  await answered.stop()
  const closed = taskRoutes['tasks.read'].answer.parse(
    await (await nina.request('GET', `/api/tasks/${task?.taskId ?? ''}`)).json(),
  )
  expect(closed).toMatchObject({
    isOpen: false,
    closed: { how: 'talked', by: { personId: expect.any(String) as string } },
  })
  expect(closed.attempts.map(({ outcome }) => outcome)).toEqual(['busy', 'answered'])
})
