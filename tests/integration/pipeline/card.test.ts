import { afterEach, describe, expect, it, vi } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import type { MatchedCall } from '../../../server/customers/matching.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import type { EndedContact } from '../../../server/history/ended-contacts.ts'
import { replay } from '../../compare/replay.ts'
import { endNodes, folderAsKilled, found, nobody, openNode, type TestNode } from './node.ts'

afterEach(endNodes)

/** A call to an agent's own number, up to the talk, and what comes after. */
async function talk(): Promise<{ before: PbxEvent[]; after: PbxEvent[] }> {
  const { events } = replay(await readTrace('direct-caller-hangs-up'))
  const talking = events.findLastIndex(({ type }) => type === 'bridge.entered') + 1
  return { before: events.slice(0, talking), after: events.slice(talking) }
}

function takeAll(node: TestNode, events: readonly PbxEvent[]): void {
  for (const event of events) node.pipeline.take(event)
}

function callIdOn(node: TestNode): string {
  return node.pipeline.floor().calls.keys().next().value ?? ''
}

const drained = async (node: TestNode): Promise<void> => {
  expect(await node.history.drain(10_000)).toBe(true)
}

describe('a talk that has ended', () => {
  it('with the database away, is on the timeline once it is back, once', async () => {
    // given a caller who is known, and a database that goes away while they talk
    const node = await openNode()
    node.customers.answer = (call) => Promise.resolve(found(call, 'olena'))
    const { before, after } = await talk()
    takeAll(node, before)
    const callId = callIdOn(node)
    await vi.waitFor(() => expect(node.popped).toEqual([callId]))
    node.store.faults.away = true
    takeAll(node, after)
    expect(await node.history.drain(300)).toBe(false)
    expect(node.customers.recorded).toEqual([])

    node.store.faults.away = false
    await drained(node)

    expect(node.customers.recorded).toMatchObject([{ callId, customerId: 'olena' }])
    expect(node.customers.recorded[0]?.talkMs).toBeGreaterThan(0)
  })

  it('right before a SIGKILL, is on the timeline after the restart', async () => {
    const node = await openNode({ databaseAway: true })
    node.customers.answer = (call) => Promise.resolve(found(call, 'olena'))
    const { before, after } = await talk()
    takeAll(node, before)
    await vi.waitFor(() => expect(node.popped).toHaveLength(1))
    takeAll(node, after)

    const next = await openNode({ folder: folderAsKilled(node.folder) })
    await drained(next)

    expect(next.customers.recorded).toMatchObject([{ customerId: 'olena' }])
  })

  it('whose timeline could not be written, is told again until it could', async () => {
    const told: EndedContact[] = []
    const onContact = (contact: EndedContact): Promise<void> => {
      told.push(contact)
      return told.length < 3 ? Promise.reject(new Error('not now')) : Promise.resolve()
    }
    const node = await openNode({ historyOptions: { onContact } })
    node.customers.answer = (call) => Promise.resolve(found(call, 'olena'))
    const { before, after } = await talk()
    takeAll(node, before)
    await vi.waitFor(() => expect(node.popped).toHaveLength(1))
    takeAll(node, after)
    await drained(node)
    expect(told.map(({ customerId }) => customerId)).toEqual(['olena', 'olena', 'olena'])
  })

  it('before it was known whose call it is, is on the timeline of whom the agent then chooses', async () => {
    const node = await openNode()
    const { before, after } = await talk()
    takeAll(node, [...before, ...after])
    const callId = callIdOn(node)
    await drained(node)
    expect(node.customers.recorded).toEqual([])

    node.pipeline.cardChanged({ ...found({ callId }, 'olena'), decided: true })
    await drained(node)

    expect(node.customers.recorded).toMatchObject([{ callId, customerId: 'olena' }])
  })

  it('moves to whom the agent says afterwards; the journal keeps who was chosen when, and by whom', async () => {
    const node = await openNode()
    node.customers.answer = (call) => Promise.resolve(found(call, 'olena'))
    const { before, after } = await talk()
    takeAll(node, before)
    await vi.waitFor(() => expect(node.popped).toHaveLength(1))
    takeAll(node, after)
    const callId = callIdOn(node)
    await drained(node)

    // when it was Petra after all, and then nobody we know
    node.pipeline.cardChanged({ ...found({ callId }, 'petra'), decided: true, decidedBy: 'nina' })
    await drained(node)
    node.pipeline.cardChanged({ ...nobody({ callId }), decided: true, decidedBy: 'lev' })
    await drained(node)

    const moves = node.customers.recorded.map(({ customerId, takenFrom }) => [takenFrom, customerId])
    expect(moves).toEqual([
      [null, 'olena'],
      ['olena', 'petra'],
      ['petra', null],
    ])
    expect(new Set(node.customers.recorded.map(({ contactId }) => contactId)).size).toBe(1)
    const bindings = [...node.store.journal.values()].flatMap((entry) =>
      entry.kind === 'binding' ? [[entry.customerId, typeof entry.at, entry.by ?? null]] : [],
    )
    expect(bindings).toEqual([
      ['olena', 'number', null],
      ['petra', 'number', 'nina'],
      [null, 'number', 'lev'],
    ])
  })
})

describe('a look-up that comes late', () => {
  it('is kept with the call and told to the dialplan, once', async () => {
    // given a look-up that was given up
    const node = await openNode()
    const unavailable = (call: { callId: string }): MatchedCall => ({
      ...nobody(call),
      match: { outcome: 'unavailable', by: null, candidates: [] },
    })
    node.customers.answer = (call) => Promise.resolve(unavailable(call))
    const { before } = await talk()
    takeAll(node, before)
    const callId = callIdOn(node)
    await vi.waitFor(() => expect(node.set).toHaveLength(1))
    const { lastSeq } = node.history.status()

    // when it answers after all, and the card changes afterwards
    node.pipeline.cardChanged(found({ callId }, 'olena'))
    node.pipeline.cardChanged(found({ callId }, 'olena'))

    expect(await node.history.readCall(callId)).toMatchObject({ customerId: 'olena' })
    // Whom the call was bound to, and why.
    expect(node.history.status().lastSeq).toBe(lastSeq + 2)
    expect(node.set.slice(1)).toEqual([
      { channelId: callId, variables: { RINGCARD_TIER: 'gold', RINGCARD_AGENT: '', RINGCARD_READY: '1' } },
    ])
  })

  it('says nothing when something newer was said meanwhile', async () => {
    const node = await openNode()
    let answer: (matched: MatchedCall) => void = () => undefined
    node.customers.answer = () => new Promise((resolve) => (answer = resolve))
    const { before } = await talk()
    takeAll(node, before)
    const callId = callIdOn(node)
    const chosen = { ...found({ callId }, 'chosen'), decided: true }
    node.customers.callOf = () => chosen
    node.pipeline.cardChanged(chosen)

    answer(found({ callId }, 'stale'))
    await new Promise((resolve) => setImmediate(resolve))

    expect(await node.history.readCall(callId)).toMatchObject({ customerId: 'chosen' })
  })
})

describe('that a call is nobody’s', () => {
  it('is known after a restart, whatever the number says', async () => {
    // given an agent who said that it is somebody else's phone, and then a stop
    const node = await openNode()
    node.customers.answer = (call) => Promise.resolve(found(call, 'olena'))
    const { before, after } = await talk()
    takeAll(node, before)
    const callId = callIdOn(node)
    await vi.waitFor(() => expect(node.popped).toHaveLength(1))
    node.pipeline.cardChanged({ ...nobody({ callId }), decided: true })

    const next = await openNode({ folder: folderAsKilled(node.folder) })
    await next.pipeline.recover()
    await next.pipeline.restoreCards()

    expect(next.customers.restored).toEqual([{ callId, customerId: null }])
    expect(next.customers.asked).toEqual([])
    // and a number looked up late changes nothing
    next.customers.forgetCall(callId)
    next.pipeline.cardChanged(found({ callId }, 'olena'))
    takeAll(next, after)
    await drained(next)
    expect(await next.history.readCall(callId)).toMatchObject({ customerId: null })
    expect(next.customers.recorded).toEqual([])
  })
})

describe('a customer whom an agent joins with colleagues who talked before', () => {
  it('is in that call whom the agent had said they are, not whom the number says', async () => {
    const node = await openNode()
    node.customers.answer = (call) => Promise.resolve(found(call, 'owner-of-the-number'))
    const { events } = replay(await readTrace('customer-joins-colleagues'))
    const [colleagues, customers] = ['lab:lab-1795474416.0', 'lab:lab-1795474417.2']
    let said = false

    for (const event of events) {
      node.pipeline.take(event)
      await Promise.resolve()
      if (said || !node.customers.asked.some(({ callId }) => callId === customers)) continue
      said = true
      node.pipeline.cardChanged({
        ...found({ callId: customers }, 'olena'),
        decided: true,
        decidedBy: 'nina',
      })
    }

    await vi.waitFor(() => expect(node.customers.callOf(colleagues)?.customer?._id).toBe('olena'))
    expect(node.history.bindingOf(colleagues)).toEqual({ customerId: 'olena', decided: true })
    await drained(node)
    expect(node.store.calls.get(colleagues)).toMatchObject({ customerId: 'olena', customerDecided: true })
  })
})
