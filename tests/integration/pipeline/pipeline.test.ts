import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import type { MatchedCall } from '../../../server/customers/matching.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { partEntry } from '../../../server/history/personal.ts'
import { replay } from '../../compare/replay.ts'
import { silent } from '../../unit/history/support.ts'
import { endNodes, folderAsKilled, found, foundAfterTalk, nobody, openNode, type TestNode } from './node.ts'

afterEach(endNodes)

async function eventsOf(name: string): Promise<PbxEvent[]> {
  return replay(await readTrace(name)).events
}

/** A call to an agent's own number, until that agent is rung. */
async function arriving(): Promise<PbxEvent[]> {
  const events = await eventsOf('direct-caller-hangs-up')
  return events.slice(
    0,
    events.findIndex(({ type }) => type === 'dial.began'),
  )
}

function takeAll(node: TestNode, events: readonly PbxEvent[]): void {
  for (const event of events) node.pipeline.take(event)
}

/** Everything that stands in the spool on the disk. */
function spoolText(folder: string): string {
  const files = readdirSync(folder).filter((file) => file.endsWith('.spool'))
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('')
}

/** A fact as the spool has it beside what is sealed. */
function inClear(fact: Fact): string {
  const { clear } = partEntry({ seq: 0, node: '', at: 0, kind: 'facts', facts: [fact] }, String)
  return clear.kind === 'facts' ? JSON.stringify(clear.facts[0]) : ''
}

/** A snapshot of a PBX on which nothing is. */
const emptySnapshot = {
  channels: [],
  bridges: [],
  queues: [],
  members: [],
  waiting: [],
  parked: [],
  bootedAt: null,
}

describe('what happened', () => {
  it('is on the disk before anybody is told of it', async () => {
    const missing: Fact[] = []
    const published: Fact[] = []
    const node: TestNode = await openNode({
      publishFacts: (facts) => {
        const onDisk = spoolText(node.folder)
        missing.push(...facts.filter((fact) => !onDisk.includes(inClear(fact))))
        published.push(...facts)
      },
    })

    takeAll(node, await eventsOf('ringall-one-answers'))

    expect(published.length).toBeGreaterThan(10)
    expect(missing).toEqual([])
  })

  it('bounds what is replayed by checkpoints, after which the spool lets go of what the database has', async () => {
    // given a small spool, and time that passes quickly
    let now = 1_760_000_000_000
    const node = await openNode({
      now: () => now,
      historyOptions: { limits: { segmentBytes: 4_096, syncEveryMs: 10 } },
    })
    node.pipeline.start('lab')
    takeAll(node, await eventsOf('overflow'))
    const before = readdirSync(node.folder).filter((file) => file.endsWith('.spool'))
    expect(before.length).toBeGreaterThan(3)
    expect(await node.history.drain(5_000)).toBe(true)
    expect(readdirSync(node.folder)).toEqual(expect.arrayContaining(before))

    // when the next tick finds the last checkpoint to be old
    now += 30_000

    // then one is written, and only what is being written to is left
    await vi.waitFor(
      () => {
        const files = readdirSync(node.folder)
        expect(files).toContain('checkpoint')
        expect(files.filter((file) => file.endsWith('.spool'))).toHaveLength(1)
      },
      { timeout: 5_000 },
    )
    await node.pipeline.stop()
    const next = await openNode({ folder: folderAsKilled(node.folder) })
    expect(await next.pipeline.recover()).toBe(0)
    expect([...next.pipeline.floor().agents.keys()]).toEqual([...node.pipeline.floor().agents.keys()])
    expect(next.pipeline.floor().agents.size).toBeGreaterThan(5)
  })

  it('is shown with the disk full, the gap is marked when there is room, and the calls are whole', async () => {
    const space = { total: 1e9, free: 5e8 }
    const node = await openNode({ historyOptions: { readSpace: () => ({ ...space }) } })
    const events = await eventsOf('ringall-one-answers')
    const offered = events.findIndex(({ type }) => type === 'queue.offered')
    takeAll(node, events.slice(0, offered))
    const kept = node.history.status().lastSeq

    // given no room for what comes next
    space.free = 1e6
    await vi.waitFor(() => expect(node.history.status().state).toBe('full'), { timeout: 5_000 })
    takeAll(node, events.slice(offered))

    // then consoles are told all the same, but commands that could not be kept are refused
    const told = node.published.map(({ type }) => type)
    expect(told).toEqual(expect.arrayContaining(['offer.made', 'contact.began', 'call.ended']))
    expect(spoolText(node.folder)).not.toContain('contact.began')
    expect(() => node.history.requireRoom()).toThrow(expect.objectContaining({ code: 'history.spool_full' }))

    // and when there is room again the gap stands in the journal, and the call is whole in the database
    space.free = 5e8
    await vi.waitFor(() => expect(node.history.status().state).toBe('ok'), { timeout: 5_000 })
    expect(await node.history.drain(5_000)).toBe(true)
    const mark = [...node.store.journal.values()].find((entry) => entry.kind === 'mark')
    expect(mark).toMatchObject({ mark: { reason: 'spoolFull' } })
    expect(mark?.seq).toBeGreaterThan(kept)
    expect([...node.store.calls.values()]).toMatchObject([
      { end: 'customerHungUp', contacts: [{ extension: '202', why: 'customerHungUp' }] },
    ])
  })
})

describe('the look-up of a caller', () => {
  it.each(['direct-caller-hangs-up', 'ringall-one-answers', 'overflow', 'withheld', 'name-hostile'])(
    'is begun once, as soon as the caller is known and before anybody is rung: %s',
    async (name) => {
      const node = await openNode()
      const events = await eventsOf(name)
      const asked: { at: number; known: boolean }[] = []
      for (const [at, event] of events.entries()) {
        node.pipeline.take(event)
        const [call] = node.pipeline.floor().calls.values()
        const known = call !== undefined && (call.party.number !== null || call.party.restricted)
        if (known) asked.push({ at, known: node.customers.asked.length === 1 })
        else expect(node.customers.asked).toEqual([])
      }
      const offeredAt = events.findIndex(({ type }) => type === 'queue.offered' || type === 'dial.began')
      expect(asked.every(({ known }) => known)).toBe(true)
      expect(asked[0]?.at).toBeLessThan(offeredAt)
      if (name === 'withheld') expect(node.customers.asked).toMatchObject([{ restricted: true }])
    },
  )

  it('is never begun for a call between agents', async () => {
    const node = await openNode()
    takeAll(node, await eventsOf('agent-to-agent'))
    expect(node.customers.asked).toEqual([])
    expect(node.set).toEqual([])
  })

  it('is begun again with the account that the caller typed, and an older answer then says nothing', async () => {
    // given a first look-up that is slow
    const node = await openNode()
    const answers: ((matched: MatchedCall) => void)[] = []
    node.customers.answer = () => new Promise((resolve) => answers.push(resolve))
    takeAll(node, await eventsOf('ivr-account'))
    expect(node.customers.asked.map(({ account }) => account)).toEqual([null, '100234'])
    const [{ callId } = { callId: '' }] = node.customers.asked

    // when it answers after all: the dialplan waits for the newer one
    answers[0]?.(found({ callId }, 'by-number'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(node.popped).toEqual([])
    expect(node.set).toEqual([])

    answers[1]?.(found({ callId }, 'by-account'))
    await vi.waitFor(() => expect(node.popped).toEqual([callId]))
  })

  it('is told to the dialplan when it has come, not before, and with the tier', async () => {
    const node = await openNode()
    let answer: (matched: MatchedCall) => void = () => undefined
    node.customers.answer = () => new Promise((resolve) => (answer = resolve))
    takeAll(node, await arriving())
    const [{ callId } = { callId: '' }] = node.customers.asked
    expect(node.set).toEqual([])

    answer(found({ callId }, 'olena'))

    await vi.waitFor(() =>
      expect(node.set).toEqual([
        { channelId: callId, variables: { RINGCARD_TIER: 'gold', RINGCARD_AGENT: '', RINGCARD_READY: '1' } },
      ]),
    )
    expect(node.popped).toEqual([callId])
  })

  it('the dialplan knows which queues are closed before it has come', async () => {
    let closed = ['support', 'sales']
    const node = await openNode({ closedQueues: () => closed })
    let answer: (matched: MatchedCall) => void = () => undefined
    node.customers.answer = () => new Promise((resolve) => (answer = resolve))
    takeAll(node, await arriving())
    const [{ callId } = { callId: '' }] = node.customers.asked
    expect(node.set).toEqual([{ channelId: callId, variables: { RINGCARD_CLOSED: '&support&sales&' } }])

    // and that they are open again, when they are by then
    closed = []
    answer(found({ callId }, 'olena'))
    await vi.waitFor(() => expect(node.set).toHaveLength(2))
    expect(node.set[1]?.variables).toMatchObject({ RINGCARD_CLOSED: '', RINGCARD_READY: '1' })
  })

  it.each([
    ['the extension where that agent sits now', '202', '202'],
    ['nothing, when they sit at no desk', null, ''],
    ['nothing, when what should be an extension is none', '202,h,1)', ''],
  ])('tells the dialplan who talked with this customer last: %s', async (_what, desk, told) => {
    const deskOf = (personId: string) => (personId === 'lev' ? desk : '999')
    const node = await openNode({ deskOf })
    node.customers.answer = (call) => Promise.resolve(foundAfterTalk(call, 'olena', 'lev'))
    takeAll(node, await arriving())
    await vi.waitFor(() => expect(node.set).toHaveLength(1))
    expect(node.set[0]?.variables['RINGCARD_AGENT']).toBe(told)
    // and says last that all is there: the dialplan waits for that
    expect(Object.keys(node.set[0]?.variables ?? {}).at(-1)).toBe('RINGCARD_READY')
  })

  it('that turns out to be another customer tells the dialplan their agent', async () => {
    const node = await openNode({ deskOf: (personId) => (personId === 'lev' ? '202' : '203') })
    node.customers.answer = (call) => Promise.resolve(foundAfterTalk(call, 'olena', 'lev'))
    takeAll(node, await arriving())
    await vi.waitFor(() => expect(node.set).toHaveLength(1))
    const [{ callId } = { callId: '' }] = node.customers.asked

    const chosen = { ...foundAfterTalk({ callId }, 'petra', 'nina'), decided: true }
    node.pipeline.cardChanged(chosen)
    node.pipeline.cardChanged(chosen)

    expect(node.set.map(({ variables }) => variables['RINGCARD_AGENT'])).toEqual(['202', '203'])
  })

  it('that fails is written down without the caller, and costs the call nothing', async () => {
    const errors: object[] = []
    const node = await openNode({ log: { ...silent, error: (fields: object) => errors.push(fields) } })
    node.customers.answer = () => Promise.reject(new Error('out of order'))
    takeAll(node, await eventsOf('direct-caller-hangs-up'))
    await vi.waitFor(() => expect(errors).toHaveLength(1))
    expect(JSON.stringify(errors)).not.toContain('3023125901')
    expect(node.published.map(({ type }) => type)).toContain('call.ended')
  })
})

describe('after a restart', () => {
  async function inTheMiddle(): Promise<{ node: TestNode; callId: string; rest: PbxEvent[] }> {
    const node = await openNode({ databaseAway: true })
    const events = await eventsOf('direct-caller-hangs-up')
    const talking = events.findLastIndex(({ type }) => type === 'bridge.entered') + 1
    takeAll(node, events.slice(0, talking))
    const [call] = node.pipeline.floor().calls.values()
    return { node, callId: call?.callId ?? '', rest: events.slice(talking) }
  }

  it('the call belongs to whom the agent chose', async () => {
    const { node, callId } = await inTheMiddle()
    node.pipeline.cardChanged({ ...found({ callId }, 'chosen'), decided: true })

    const next = await openNode({ folder: folderAsKilled(node.folder) })
    await next.pipeline.recover()
    await next.pipeline.restoreCards()

    expect(next.customers.restored).toEqual([{ callId, customerId: 'chosen' }])
    expect(next.customers.asked).toEqual([])
    expect(next.popped).toEqual([callId])
  })

  it('a call that nobody was found for is looked up again', async () => {
    const { node, callId } = await inTheMiddle()
    const next = await openNode({ folder: folderAsKilled(node.folder) })
    await next.pipeline.recover()
    await next.pipeline.restoreCards()
    expect(next.customers.asked).toMatchObject([{ callId }])
  })

  it('a talk that ended meanwhile is on the customer’s timeline', async () => {
    const { node, callId, rest } = await inTheMiddle()
    node.pipeline.cardChanged({ ...found({ callId }, 'olena'), decided: true })

    // given a server that hears of the end before it has read any card
    const next = await openNode({ folder: folderAsKilled(node.folder) })
    await next.pipeline.recover()
    takeAll(next, rest)

    expect(await next.history.drain(5_000)).toBe(true)
    expect(next.customers.recorded).toMatchObject([{ callId, customerId: 'olena' }])
  })

  it('time goes on by the PBX’s clock, however long nobody listened', async () => {
    // given a PBX whose clock is an hour ahead, and a server that is down for ten minutes
    let now = 1_760_000_000_000
    const ahead = 3_600_000
    const node = await openNode({ now: () => now })
    node.pipeline.take({
      type: 'snapshot',
      pbx: 'lab',
      at: now + ahead,
      arrivedAt: now,
      snapshot: emptySnapshot,
    })
    now += 600_000
    const next = await openNode({ folder: folderAsKilled(node.folder), now: () => now })
    await next.pipeline.recover()

    next.pipeline.desksChanged('lab', [{ extension: '201', interfaces: ['PJSIP/201'], personId: 'nina' }])

    expect(next.pipeline.floor().agents.get('201')?.since).toBe(now + ahead)
    // and the link's own times are ours, and say nothing of the PBX's
    next.pipeline.take({ type: 'link.lost', pbx: 'lab', at: now, arrivedAt: now })
    next.pipeline.desksChanged('lab', [{ extension: '202', interfaces: ['PJSIP/202'], personId: 'lev' }])
    expect(next.pipeline.floor().agents.get('202')?.since).toBe(now + ahead)
  })

  it('a call is forgotten with its card once the floor lets it go', async () => {
    const events = await eventsOf('abandoned-short')
    let now = events.at(-1)?.arrivedAt ?? 0
    const node = await openNode({ now: () => now })
    node.customers.answer = (call) => Promise.resolve(nobody(call))
    takeAll(node, events)
    const [{ callId } = { callId: '' }] = node.customers.asked
    node.pipeline.start('lab')

    now += 60_000

    await vi.waitFor(() => expect(node.customers.forgotten).toEqual([callId]), { timeout: 5_000 })
    expect(node.pipeline.floor().calls.size).toBe(0)
    await node.pipeline.stop()
  })
})
