import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { ensureIndexes } from '../../../server/database/schema.ts'
import { createBlockedStore, createTaskStore, type TaskStore } from '../../../server/tasks/model.ts'
import type { BlockedStore, Noted } from '../../../server/tasks/do-not-call.ts'
import type { NewTask } from '../../../shared/tasks.ts'
import type { MessageFile } from '../../../server/tasks/message-files.ts'
import type { Task } from '../../../shared/tasks.ts'
import type { HeardCall } from '../../../server/history/heard-calls.ts'
import { nextCallable } from '../../../shared/call-times.ts'
import { openTasks } from '../../unit/tasks/office.ts'
import { hours, made, wanted as wantedThen } from '../../unit/tasks/support.ts'
import { testDatabaseUri } from '../support/database.ts'

const log = { info: () => undefined, warn: () => undefined }
const soon = { timeout: 5_000, interval: 50 }
let database: Database
let store: TaskStore
let blocked: BlockedStore
beforeAll(async () => {
  database = connectDatabase({ uri: testDatabaseUri('tasks'), log })
  await database.whenReady()
  store = createTaskStore(database)
  blocked = createBlockedStore(database)
  await ensureIndexes(database.connection)
})
afterAll(() => database.stop())

const isCallback = ({ kind }: Task): boolean => kind === 'callback'
const isVoicemail = ({ kind }: Task): boolean => kind === 'voicemail'

/** What is asked for now. */
const wanted = (more: Partial<NewTask> = {}): NewTask =>
  wantedThen({
    madeAt: Date.now(),
    dueAt: nextCallable('Europe/Kyiv', hours, Date.now() + 3_600_000),
    fromCallId: null,
    ...more,
  })

async function opened() {
  const one = openTasks(store)
  await one.tasks.start()
  onTestFinished(one.tasks.stop)
  return one
}

describe('callbacks and tasks in the database', () => {
  it('a promise is made once however often it is sent; its number is read, its customer named', async () => {
    const { tasks } = await opened()
    const request = wanted({ number: '004930 23125101' })
    const first = await tasks.create(request, 'nina')
    expect(first).toMatchObject({
      about: 'Olena Kovalchuk',
      number: '+493023125101',
      version: 1,
      isOpen: true,
    })
    expect(await tasks.create({ ...request, reason: 'Another' }, 'nina')).toEqual(first)
    await expect(tasks.create(request, 'chidi')).rejects.toMatchObject({ code: 'task.unknown' })
    // Without a number of its own it has the card's.
    expect(await tasks.create(wanted({ number: null }), 'nina')).toMatchObject({ number: '+380445551234' })
  })

  it('refuses what cannot be kept, each with its reason', async () => {
    const { tasks } = await opened()
    const refused = (more: Partial<NewTask>) => expect(tasks.create(wanted(more), 'nina')).rejects
    await refused({ customerId: 'nobody' }).toMatchObject({ code: 'customer.unknown' })
    await refused({ number: 'what?' }).toMatchObject({ code: 'task.not_dialable' })
    await refused({ dueAt: Date.now() - 3_600_000 }).toMatchObject({ code: 'task.in_the_past' })
    await refused({ for: { kind: 'queue', queue: 'nowhere' } }).toMatchObject({ code: 'task.nobody' })
    await refused({ for: { kind: 'person', personId: 'emil' } }).toMatchObject({ code: 'task.nobody' })
    const other = await tasks.create(wanted(), 'nina')
    await expect(tasks.read(other.taskId, 'chidi')).rejects.toMatchObject({ code: 'task.unknown' })
    await expect(tasks.read(randomUUID(), 'petra')).rejects.toMatchObject({ code: 'task.unknown' })
  })

  it('of two who change the same one at once the second is told; the trail says who did what', async () => {
    const [one, other] = [await opened(), await opened()]
    const { taskId, version } = await one.tasks.create(wanted({ for: { kind: 'anybody' } }), 'nina')
    const taken = await Promise.allSettled([
      one.tasks.change(taskId, version, { do: 'take' }, 'nina'),
      other.tasks.change(taskId, version, { do: 'take' }, 'chidi'),
    ])
    expect(taken.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const { takenBy, trail } = await one.tasks.read(taskId, 'petra')
    expect(['nina', 'chidi']).toContain(takenBy?.personId)
    expect(trail.map(({ what, personId }) => [what, personId])).toEqual([
      ['made', 'nina'],
      ['taken', takenBy?.personId],
    ])
  })

  it('another server knows of it within a second, and after a restart everything is there', async () => {
    const [one, other] = [await opened(), await opened()]
    const { taskId, version } = await one.tasks.create(
      wanted({ for: { kind: 'queue', queue: 'sales' } }),
      'nina',
    )
    const seen = () => other.tasks.list('chidi').filter((task) => task.taskId === taskId)
    await vi.waitFor(() => expect(seen()).toMatchObject([{ version, forName: null }]), soon)
    expect(other.tasks.inTopic('tasks:queue:sales').map((task) => task.taskId)).toContain(taskId)
    expect(other.tasks.list('nina').map((task) => task.taskId)).not.toContain(taskId)
    await one.tasks.change(taskId, version, { do: 'done', text: '' }, 'petra')
    await vi.waitFor(() => expect(seen()).toEqual([]), soon)
    const kept = await one.tasks.create(wanted(), 'nina')
    const restarted = await opened()
    expect(restarted.tasks.list('nina').map((task) => task.taskId)).toContain(kept.taskId)
    expect(restarted.tasks.promisesTo('olena').map(({ promiseId }) => promiseId)).toContain(kept.taskId)
  })

  it('of an erased customer nothing is kept, on any server, and what waited on a computer does not bring it back', async () => {
    const [one, other] = [await opened(), await opened()]
    const request = wanted({ note: 'Has moved to Lviv' })
    const byNumber = wanted({ customerId: null, number: '+380671112233' })
    const ofCall = wanted({ customerId: null, number: '+380671112244', fromCallId: 'pbx:77.7' })
    for (const each of [request, byNumber, ofCall]) await one.tasks.create(each, 'nina')
    const ids = [request, byNumber, ofCall].map(({ taskId }) => taskId)
    const listed = ({ tasks }: typeof one) => tasks.list('petra').filter(({ taskId }) => ids.includes(taskId))
    await vi.waitFor(() => expect(listed(other)).toHaveLength(3), soon)
    await one.tasks.erase('olena', ['+380671112233'], ['pbx:77.7'])
    expect(listed(one)).toEqual([])
    await vi.waitFor(() => expect(listed(other)).toEqual([]), soon)
    const stored = await database
      .collection('tasks')
      .find({ _id: { $in: ids as never[] } })
      .toArray()
    expect(stored).toHaveLength(3)
    expect(JSON.stringify(stored)).not.toMatch(/olena|Kovalchuk|38044|38067|Lviv|invoice|pbx:77/i)
    await expect(one.tasks.create(request, 'nina')).rejects.toMatchObject({ code: 'task.unknown' })
    expect(one.told.at(-1)).toMatchObject({ after: null })
    await store.removeOld(0, new Date(Date.now() + 60_000))
    expect(await database.collection('tasks').countDocuments({ _id: { $in: ids as never[] } })).toBe(0)
  })

  it('gathers the missed calls of one number in one open task', async () => {
    const [one, other] = [made(), made()].map((task) => ({ ...task, kind: 'missed' as const }))
    if (one === undefined || other === undefined) throw new Error('two')
    expect(await store.add(one, 'support +38')).toEqual(one)
    expect((await store.add(other, 'support +38'))._id).toBe(one._id)
    await store.write({ ...one, state: 'closed' })
    expect((await store.add(other, 'support +38'))._id).toBe(other._id)
  })

  it('reminds, and tells of what was missed, once, though two servers wake at one time; after a restart what was due is done', async () => {
    const [one, other] = [await opened(), await opened()]
    const { taskId, dueAt } = await one.tasks.create(wanted(), 'nina')
    const later = (now: number) => openTasks(store, { now: () => now }).tasks
    const trail = async () =>
      (await one.tasks.read(taskId, 'petra')).trail.map(({ what }) => what).filter((what) => what !== 'made')
    await Promise.all([later(dueAt - 60_000).wake(), later(dueAt - 60_000).wake()])
    expect(await trail()).toEqual(['reminded'])
    await Promise.all([later(dueAt + 16 * 60_000).wake(), later(dueAt + 16 * 60_000).wake()])
    expect(await trail()).toEqual(['reminded', 'escalated'])
    const told = () => other.tasks.list('petra').find((task) => task.taskId === taskId)
    await vi.waitFor(() => expect(told()?.escalatedAt).not.toBeNull(), soon)
  })

  it('calls that reached nobody are one task of their queue, however often they are told, until they got through', async () => {
    const { tasks } = await opened()
    const at = Date.now() - 60_000
    const missed = (callId: string, queue = 'support'): HeardCall => ({
      callId,
      direction: 'inbound',
      customerId: null,
      number: '+4915199887766',
      startedAt: at,
      endedAt: at + 20_000,
      end: 'abandoned',
      dialledBy: null,
      visits: [{ queue, leftAt: at + 20_000, outcome: 'abandoned' }],
      wasOffered: false,
      wasDialled: false,
      talks: [],
      voicemail: false,
    })
    const calls = [missed('pbx:50.1'), missed('pbx:50.2'), missed('pbx:50.3', 'sales')]
    for (const told of [calls, calls]) await tasks.heard(told)
    const mine = () => tasks.list('nina').filter(({ number }) => number === '+4915199887766')
    expect(mine()).toMatchObject([
      { kind: 'missed', missed: [{ callId: 'pbx:50.1' }, { callId: 'pbx:50.2' }] },
    ])
    // Those of sales are not returned.
    expect(tasks.list('petra').filter(({ number }) => number === '+4915199887766')).toHaveLength(1)
    const talk = { personId: 'nina', beganAt: Date.now() }
    await tasks.heard([{ ...missed('pbx:50.4'), visits: [], talks: [talk], startedAt: Date.now() }])
    expect(mine()).toEqual([])
    // The next time they call in vain it is another.
    await tasks.heard([missed('pbx:50.1'), { ...missed('pbx:50.5'), endedAt: Date.now() }])
    expect(mine()).toMatchObject([{ missed: [{ callId: 'pbx:50.5' }] }])
  })

  it('a promise to call whose turn came in vain, and a message, are one task each, whoever hears of the call how often', async () => {
    const found = new Map<string, MessageFile | null>([
      ['pbx:60.2', { path: '/box/msg0000.wav', seconds: 12 }],
    ])
    const message = (callId: string) => Promise.resolve(found.get(callId) ?? null)
    const [one, other] = [openTasks(store, { message }), await opened()]
    const at = Date.now() - 60_000
    const call = (callId: string, more: Partial<HeardCall>): HeardCall => ({
      callId,
      direction: 'inbound',
      customerId: null,
      number: '+4915199887767',
      dialledBy: null,
      startedAt: at,
      endedAt: at + 20_000,
      end: 'busy',
      talks: [],
      wasOffered: true,
      wasDialled: false,
      voicemail: false,
      visits: [{ queue: 'support', leftAt: at + 20_000, outcome: 'answered' }],
      ...more,
    })
    const place = { queue: 'support', keptAt: at, extension: '201', outcome: 'busy' as const, endedAt: at }
    const left = { mailbox: '190@hearth', left: true, channelName: 'PJSIP/trunk-00000001', at: at + 20_000 }
    const calls = [call('pbx:60.1', { place }), call('pbx:60.2', { voicemail: true, message: left })]
    await Promise.all([one.tasks.heard(calls), other.tasks.heard(calls)])
    await one.tasks.heard(calls)
    await one.tasks.start()
    onTestFinished(one.tasks.stop)
    const mine = one.tasks.list('nina').filter(({ number }) => number === '+4915199887767')
    expect(mine.map(({ kind }) => kind).sort()).toEqual(['callback', 'voicemail'])
    const [promised, voicemail] = [mine.find(isCallback)?.taskId ?? '', mine.find(isVoicemail)?.taskId ?? '']

    expect(await one.tasks.recording(voicemail, 'nina')).toBe('/box/msg0000.wav')
    await one.tasks.recording(voicemail, 'nina')
    const { trail } = await one.tasks.read(voicemail, 'petra')
    expect(trail.map(({ what, personId }) => [what, personId])).toEqual([
      ['made', null],
      ['listened', 'nina'],
    ])
    const refused = (taskId: string, personId: string) =>
      expect(one.tasks.recording(taskId, personId)).rejects
    await refused(voicemail, 'chidi').toMatchObject({ code: 'task.unknown' })
    await refused(promised, 'nina').toMatchObject({ code: 'task.unknown' })
    found.set('pbx:60.2', { path: null, seconds: 12 })
    await refused(voicemail, 'nina').toMatchObject({ code: 'voicemail.unplayable' })
    found.delete('pbx:60.2')
    await refused(voicemail, 'nina').toMatchObject({ code: 'voicemail.gone' })
    await expect(other.tasks.recording(voicemail, 'nina')).rejects.toMatchObject({
      code: 'voicemail.no_folder',
    })
  })

  it('whether somebody may be called now hangs on their own clock, and on what they asked for', async () => {
    const blocked = { number: '+15551230000', display: '', at: 0, by: null, reason: 'asked' }
    const check = (number: string) => Promise.resolve(number === blocked.number ? blocked : null)
    const doNotCall = { check, refuse: () => Promise.resolve() }
    // Noon in Berlin, six in the morning in New York.
    const { tasks } = openTasks(store, { now: () => Date.UTC(2026, 10, 30, 11), doNotCall })
    expect(await tasks.mayCall(null, '+493023125901')).toBe('yes')
    expect(await tasks.mayCall('olena', '+12125550100')).toBe('outsideHours')
    expect(await tasks.mayCall(null, blocked.number)).toBe('doNotCall')
  })

  it('calls refused at the door are one task of their number, with those that left a queue', async () => {
    const { tasks } = await opened()
    const at = Date.now() - 60_000
    const refused = (callId: string, more: Partial<HeardCall> = {}): HeardCall => ({
      callId,
      direction: 'inbound',
      customerId: null,
      number: '+4915199887755',
      startedAt: at,
      endedAt: at + 4_000,
      end: 'refused',
      dialledBy: null,
      visits: [],
      wasOffered: false,
      wasDialled: false,
      talks: [],
      voicemail: false,
      ...more,
    })
    const visits: HeardCall['visits'] = [{ queue: 'support', leftAt: at + 20_000, outcome: 'abandoned' }]
    await tasks.heard([refused('pbx:60.1'), refused('pbx:60.2'), refused('pbx:60.3', { visits })])
    expect(tasks.list('petra').filter(({ number }) => number === '+4915199887755')).toMatchObject([
      {
        for: { kind: 'anybody' },
        missed: [{ queue: null }, { queue: null }, { callId: 'pbx:60.3', queue: 'support' }],
      },
    ])
    const { tasks: none } = openTasks(store, { isOpen: null })
    await none.heard([refused('pbx:60.4', { number: '+4915199887744' })])
    expect(tasks.list('petra').filter(({ number }) => number === '+4915199887744')).toEqual([])
  })

  it('a number that is not to be called stays as it was noted first, comes off, and is noted again; its trail stays', async () => {
    const number = '+493023125940'
    const noted = (at: number, what: Noted['what']): Noted => ({
      at,
      what,
      personId: 'nina',
      reason: `${at}`,
    })
    await blocked.add(number, noted(1, 'noted'))
    await blocked.add(number, noted(2, 'noted'))
    expect(await blocked.find(number)).toMatchObject({ at: 1, reason: '1', trail: [{ at: 1 }] })
    await blocked.remove(number, noted(3, 'removed'))
    await blocked.remove(number, noted(4, 'removed'))
    expect(await blocked.find(number)).toBeNull()
    expect(await blocked.all('listed', '', 10)).toEqual([])
    expect(await blocked.all('removed', '23125', 10)).toMatchObject([{ removedAt: 3 }])
    await blocked.add(number, noted(5, 'noted'))
    expect(await blocked.all('listed', '940', 10)).toMatchObject([
      { at: 5, trail: [{ at: 1 }, { at: 3, what: 'removed' }, { at: 5 }] },
    ])
    expect(await blocked.all('listed', '941', 10)).toEqual([])
    await blocked.removeOld(100)
    expect(await blocked.find(number)).not.toBeNull()
    await blocked.remove(number, noted(6, 'removed'))
    await blocked.removeOld(7)
    expect(await blocked.all('removed', '', 10)).toEqual([])
  })

  it('without the database says so, and nothing is half done', async () => {
    const away = connectDatabase({ uri: 'mongodb://127.0.0.1:1/none', log, serverSelectionTimeoutMs: 200 })
    onTestFinished(away.stop)
    const { tasks, told } = openTasks(createTaskStore(away))
    await expect(tasks.create(wanted(), 'nina')).rejects.toMatchObject({ code: 'database.unreachable' })
    expect(told).toEqual([])
  })
})
