import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startCentre, type Centre } from '../../lab/centre.ts'
import { databaseUri } from '../../lab/database/database.ts'
import { quiet } from '../../lab/flows/stage.ts'
import { placeCall, startPhone, type Phone, type PlacedCall } from '../../lab/sipp/sipp.ts'
import { intervalsCollection, type IntervalDocument } from '../../server/agents/model.ts'
import { connectDatabase, type Database } from '../../server/database/database.ts'
import { agentDaySchema } from '../../shared/agent-day.ts'
import { statusViewSchema, type StatusView } from '../../shared/status.ts'
import { readQueueLog } from '../compare/queue-log.ts'
import { silent } from '../unit/history/support.ts'
import { servedOneByOne } from './support/one-by-one.ts'
import { watch, type Watcher } from './support/watcher.ts'

const support = '+493023125101'
const soon = { timeout: 15_000, interval: 20 }
/** What console and Asterisk may differ by, ms. */
const driftMs = 2_000

let centre: Centre
let database: Database
let nina: Watcher
let petra: Watcher
const phones: Phone[] = []
const calls: PlacedCall[] = []

beforeAll(async () => {
  centre = await startCentre({
    customers: 50,
    settings: () =>
      Promise.resolve({ WRAP_UP_SECONDS: '2', MISSED_CALLS: 'yes', CONSOLE_GRACE_SECONDS: '3' }),
  })
  // A phone rings for three seconds rather than twelve, so that one who does not answer is waited for no longer.
  await centre.pbx.change('queues.conf', (text) => text.replace(/^timeout = 12$/m, 'timeout = 3'))
  database = connectDatabase({ uri: databaseUri(centre.database.uri, 'ringcard'), log: silent })
  await database.whenReady()
  petra = await watch(centre.url, 'petra')
  nina = await watch(centre.url, 'nina')
  await vi.waitFor(() => expect(own().state).toBe('ready'), soon)
})
afterEach(async () => {
  await Promise.all(calls.splice(0).map((call) => call.hangUp()))
  await quiet(centre.pbx)
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
  await set({ state: 'ready' })
})
afterAll(async () => {
  nina.close()
  petra.close()
  await database.stop()
  await centre.stop()
})

/** Nina's status as her own console has it now. */
function own(): StatusView {
  const status = nina.statuses().find(({ extension }) => extension === '201')
  expect(status).toBeDefined()
  return status as StatusView
}

async function set(body: object): Promise<StatusView> {
  const answer = await nina.request('PUT', '/api/status', body)
  expect(answer.status, await answer.clone().text()).toBe(200)
  return statusViewSchema.parse(await answer.json())
}

async function phone(options: Omit<Parameters<typeof startPhone>[1], 'extension'>): Promise<void> {
  phones.push(await startPhone(centre.pbx, { extension: '201', ...options }))
}

/** Nina's line of each queue, as Asterisk shows it. */
async function shownInAsterisk(): Promise<string[]> {
  return (await centre.pbx.cli('queue show')).split('\n').filter((line) => line.includes('PJSIP/201 '))
}

async function queueLog() {
  return readQueueLog(await readFile(centre.pbx.files.queueLog, 'utf8'))
}

/** How long it takes until something holds, ms. */
async function within(holds: () => Promise<void> | void): Promise<number> {
  const from = Date.now()
  await vi.waitFor(holds, soon)
  return Date.now() - from
}

describe('callers who wait for one agent', () => {
  it('are offered one after the other, and none of them during a wrap-up', async () => {
    const served = await servedOneByOne(centre, { desk: nina, floor: petra, database }, 4)

    // Asterisk's own log has no offer between pause and unpause: each answer comes after the wrap-up before
    expect(served.log).toBe(served.expected)
    expect(served.pauseReasons).toEqual(['ringcard:wrap-up'])
    // and by the times of Asterisk's events and of the intervals that are kept, none rang in a wrap-up
    expect(served).toMatchObject({ offers: 4, offersInWrapUp: 0, intervalsApart: 0 })
    expect(Math.min(...served.wrapUpsMs)).toBeGreaterThanOrEqual(1_999)
  }, 120_000)

  it('are in her day with the talks of queue_log and the wrap-ups that are kept, and nothing counts twice', async () => {
    const [from, to] = [Date.now() - 3_600_000, Date.now() + 3_600_000]
    const answer = await nina.request('GET', `/api/days/mine?from=${from}&to=${to}`)
    const day = agentDaySchema.parse(await answer.json())
    const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)
    const talks = (await queueLog()).flatMap(({ agent, event, data }) =>
      agent === 'PJSIP/201' && event.startsWith('COMPLETE') ? [Number(data[1])] : [],
    )
    expect(day).toMatchObject({
      complete: true,
      figures: { handled: talks.length, offered: talks.length, missed: 0 },
    })
    // queue_log has whole seconds
    expect(Math.abs(day.figures.ms.talk / 1000 - sum(talks))).toBeLessThanOrEqual(talks.length)
    const kept = await database
      .collection<IntervalDocument>(intervalsCollection)
      .find({ personId: day.personId, beganAt: { $gte: from } })
      .toArray()
    const wrapUps = kept.filter(({ state }) => state === 'wrapUp')
    expect(day.figures.ms.wrapUp).toBe(sum(wrapUps.map(({ beganAt, endedAt }) => endedAt - beganAt)))
    const first = Math.min(...kept.map(({ beganAt }) => beganAt))
    expect(day.figures.signedInMs).toBe(day.at - first)
    expect(sum(day.spans.map(({ beganAt, endedAt }) => endedAt - beganAt))).toBe(day.figures.signedInMs)
    // each talk and wrap-up is of its call
    const calls = new Set(day.calls.map(({ callId }) => callId))
    for (const { kind, callId } of day.spans)
      if (kind === 'talk' || kind === 'wrapUp') expect(calls).toContain(callId)
  }, 60_000)
})

describe('status here and pause there', () => {
  it('are the same within two seconds, whoever changes which', async () => {
    // by the command line, in all queues
    await centre.pbx.cli('queue pause member PJSIP/201')
    const seen = await within(() => expect(own()).toMatchObject({ state: 'break', by: 'pbx', byName: null }))
    await vi.waitFor(
      () =>
        expect(petra.statuses().find(({ extension }) => extension === '201')).toMatchObject({
          state: 'break',
          by: 'pbx',
        }),
      soon,
    )
    await centre.pbx.cli('queue unpause member PJSIP/201')
    const seenAgain = await within(() => expect(own()).toMatchObject({ state: 'ready', by: 'pbx' }))

    // queue by queue: she is on a break when she is paused in the last of them, and for what was said there
    await centre.pbx.cli('queue pause member PJSIP/201 queue support reason smoke')
    await centre.pbx.cli('queue pause member PJSIP/201 queue sales reason smoke')
    await vi.waitFor(() => expect(own()).toMatchObject({ state: 'break', reason: { text: 'smoke' } }), soon)
    for (const line of await shownInAsterisk()) expect(line).toMatch(/paused:smoke/)
    await set({ state: 'ready' })

    // by the console: support and sales, the queues that she is in
    await set({ state: 'break', reasonId: 'lunch' })
    const done = await within(async () => {
      const lines = await shownInAsterisk()
      expect(lines).toHaveLength(2)
      for (const line of lines) expect(line).toMatch(/paused:lunch/)
    })
    await set({ state: 'ready' })
    const doneAgain = await within(async () => {
      for (const line of await shownInAsterisk()) expect(line).not.toMatch(/paused/)
    })
    for (const ms of [seen, seenAgain, done, doneAgain]) expect(ms).toBeLessThan(driftMs)
    expect(own().pbx).toBe('agrees')
  }, 60_000)

  it('a wrap-up that somebody unpauses there is paused again', async () => {
    await phone({ answer: { afterMs: 200 }, hangUpAfterMs: 400 })
    calls.push(await placeCall(centre.pbx, { from: '+494066969010', to: support }))
    await vi.waitFor(() => expect(own().state).toBe('wrapUp'), soon)
    await centre.pbx.cli('queue unpause member PJSIP/201 queue support')
    await vi.waitFor(
      async () => {
        const events = (await queueLog()).filter(
          ({ queue, agent }) => queue === 'support' && agent === 'PJSIP/201',
        )
        expect(events.slice(-2).map(({ event, data }) => [event, data[0]])).toEqual([
          ['UNPAUSE', ''],
          ['PAUSE', 'ringcard:wrap-up'],
        ])
      },
      { timeout: 1_500, interval: 20 },
    )
    expect(own().state).toBe('wrapUp')
  }, 60_000)
})

describe('an agent who does not answer', () => {
  it('is offered no more calls until one click', async () => {
    await phone({ answer: 'never' })
    calls.push(await placeCall(centre.pbx, { from: '+494066969011', to: support }))
    await vi.waitFor(() => expect(own()).toMatchObject({ state: 'missed', by: 'rule' }), {
      timeout: 30_000,
      interval: 50,
    })
    await within(async () => {
      for (const line of await shownInAsterisk()) expect(line).toMatch(/paused:ringcard:missed-call/)
    })
    expect((await set({ state: 'ready' })).state).toBe('ready')
  }, 60_000)
})

describe('a console that is lost', () => {
  it('takes its agent out after the grace, also across a SIGKILL of the server, and tells why', async () => {
    nina.close()
    await vi.waitFor(
      () =>
        expect(petra.statuses().find(({ extension }) => extension === '201')).toMatchObject({
          state: 'away',
          by: 'rule',
        }),
      soon,
    )
    await centre.stopServer('kill')
    for (const line of await shownInAsterisk()) expect(line).toMatch(/paused:ringcard:console-lost/)
    await centre.startServer()
    nina = await watch(centre.url, 'nina')
    await vi.waitFor(() => expect(own()).toMatchObject({ state: 'away', by: 'rule' }), soon)
    await set({ state: 'ready' })
    await within(async () => {
      for (const line of await shownInAsterisk()) expect(line).not.toMatch(/paused/)
    })
  }, 90_000)
})

describe('a single queue', () => {
  it('is signed in to and out of here or there, and both agree within two seconds', async () => {
    const sign = async (queue: string, signedIn: boolean): Promise<void> => {
      const answer = await petra.request('PUT', '/api/agents/201/queues', { queue, signedIn })
      expect(answer.status, await answer.clone().text()).toBe(200)
    }
    const standing = (queue: string) => own().queues.find((one) => one.queue === queue)?.standing ?? 'out'
    const lineIn = async (queue: string) =>
      (await centre.pbx.cli(`queue show ${queue}`)).split('\n').find((line) => line.includes('PJSIP/201 '))

    // her phone stands in queues.conf for support: there it can only be paused, through a break too
    await sign('support', false)
    await set({ state: 'break', reasonId: 'lunch' })
    await set({ state: 'ready' })
    await vi.waitFor(() => expect(own()).toMatchObject({ state: 'ready', pbx: 'agrees' }), soon)
    expect(standing('support')).toBe('pausedOnly')
    expect(await lineIn('support')).toMatch(/paused:ringcard:signed-out-of-queue/)
    await centre.pbx.cli('queue unpause member PJSIP/201 queue support')
    expect(await within(() => expect(standing('support')).toBe('in'))).toBeLessThan(driftMs)

    // a queue that she is in no file of: she becomes a member, and is none after a word at the PBX
    await sign('collections', true)
    expect(await within(() => expect(standing('collections')).toBe('in'))).toBeLessThan(driftMs)
    expect(await lineIn('collections')).toMatch(/dynamic/)
    await centre.pbx.cli('queue remove member PJSIP/201 from collections')
    expect(await within(() => expect(standing('collections')).toBe('out'))).toBeLessThan(driftMs)
    await sign('collections', true)
    await sign('collections', false)
    expect(await lineIn('collections')).toBeUndefined()
  })
})
