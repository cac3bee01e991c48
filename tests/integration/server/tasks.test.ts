import { randomUUID } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { nextCallable } from '../../../shared/call-times.ts'
import type { Card } from '../../../shared/customers.ts'
import type { TaskWithTrail } from '../../../shared/tasks.ts'
import { customerId, signedInAt, soon, withOlena } from './center.ts'
import { endServers, startServerProcess } from './process.ts'

afterEach(endServers)

/** Called at any hour, so that the test runs at any. */
const always = { CALL_HOURS: '0-24' }
const asked = (more: object = {}) => ({
  taskId: randomUUID(),
  kind: 'callback',
  customerId,
  number: null,
  for: { kind: 'anybody' },
  reason: 'Corrected invoice',
  note: 'Ask for her',
  dueAt: nextCallable('Europe/Berlin', { from: 0, until: 24 }, Date.now() + 3_600_000),
  timeZone: 'Europe/Berlin',
  zoneFrom: 'chosen',
  fromCallId: null,
  madeAt: Date.now(),
  ...more,
})

it(
  'a callback is on every console of whose it is and on the card, and the customer who calls by herself closes it, once; also after a SIGKILL',
  { timeout: 90_000 },
  async () => {
    const center = await withOlena('server-tasks', always)
    const { anna, petra, nina, server, pbx, trace } = center
    const desk = await nina.open()
    const floor = await petra.open()
    const tasksOf = (console: typeof desk) => console.tasks()

    const request = asked()
    expect(await anna('POST', '/api/tasks', request)).toMatchObject({ status: 403 })
    const made = await nina.ask('POST', '/api/tasks', request)
    expect(made).toMatchObject({ status: 200, body: { about: 'Olena Kovalenko', isOpen: true } })
    const other = asked({ kind: 'task', for: { kind: 'queue', queue: 'nowhere' } })
    expect((await nina.ask('POST', '/api/tasks', other)).body).toMatchObject({ code: 'task.nobody' })
    for (const console of [desk, floor])
      await vi.waitFor(() => expect(tasksOf(console)).toMatchObject([{ taskId: request.taskId }]), soon)
    const card = async () => (await nina.ask('GET', `/api/customers/${customerId}`)).body as unknown as Card
    expect((await card()).promises).toMatchObject([
      { kind: 'callback', what: 'Corrected invoice', open: true },
    ])
    expect((await card()).why).toMatchObject([{ kind: 'promise', text: 'Corrected invoice' }])

    // when she calls by herself, and Nina answers
    await pbx.play(compileTemplate(trace), { speed: 20 })
    await vi.waitFor(() => expect(tasksOf(desk), server.output()).toMatchObject([{ isOpen: false }]), soon)
    const path = `/api/tasks/${request.taskId}`
    const closed = (await petra.ask('GET', path)).body as unknown as TaskWithTrail
    expect(closed.closed).toMatchObject({ how: 'talked', by: { name: 'Person nina' } })
    const { body } = await petra.ask('GET', `/api/calls/${closed.closed?.callId ?? ''}`)
    expect(body).toMatchObject({ customerId })
    expect((await card()).promises).toEqual([])

    // and nothing is done twice by what comes after it
    const steps = await nina.ask('POST', `${path}/steps`, { version: closed.version, step: { do: 'reopen' } })
    expect(steps.body).toMatchObject({ isOpen: true })
    server.process.kill('SIGKILL')
    await server.exited
    const next = startServerProcess(center.settings)
    const later = await signedInAt(next, 'nina')
    const reopened = await later.open()
    await vi.waitFor(() => expect(reopened.tasks()).toMatchObject([{ isOpen: true }]), soon)
    const trail = ((await later.ask('GET', path)).body as unknown as TaskWithTrail).trail
    expect(trail.map(({ what }) => what)).toEqual(['made', 'talked', 'reopened'])
  },
)

it('who is erased is in no promise any more, on no console', { timeout: 90_000 }, async () => {
  const { anna, nina, database } = await withOlena('server-tasks-erase', always)
  const desk = await nina.open()
  await nina.ask('POST', '/api/tasks', asked())
  await vi.waitFor(() => expect(desk.tasks()).toHaveLength(1), soon)
  expect((await anna('GET', `/api/customers/${customerId}/erasure`)).body).toMatchObject({
    card: { promises: 1 },
  })
  expect((await anna('DELETE', `/api/customers/${customerId}`)).status).toBe(200)
  await vi.waitFor(() => expect(desk.tasks()).toEqual([]), soon)
  expect(JSON.stringify(await database.collection('tasks').find().toArray())).not.toMatch(/Olena|invoice|Ask/)
  const again = await nina.open()
  await again.settled()
  expect(again.received()).not.toMatch(/Corrected invoice/)
})
