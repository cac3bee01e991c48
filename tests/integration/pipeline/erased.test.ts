import { afterEach, describe, expect, it } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import { openHistory } from '../../../server/history/history.ts'
import { eraseCustomer, forgetErased } from '../../../server/erase-customer.ts'
import { replay } from '../../compare/replay.ts'
import { masterKeys } from '../../unit/history/master-keys.ts'
import { noDatabase, showParty, silent } from '../../unit/history/support.ts'
import { endNodes, folderAsKilled, found, nobody, openNode, type TestNode } from './node.ts'

afterEach(endNodes)

/** A recorded call from outside, with the number that it came from. */
const { events, facts } = replay(await readTrace('hold'))
const [number = ''] = facts.flatMap((fact) => ('party' in fact ? (fact.party.number ?? []) : []))
const e164 = `+${number.replace(/^\+/, '')}`
const appeared = events.findIndex(({ type }) => type === 'queue.entered') + 1

/** What a node's memory would write down of who called: the floor, and what its look-ups are kept by. */
const floorText = ({ pipeline }: TestNode): string => {
  const { calls, channels } = pipeline.floor()
  return JSON.stringify([[...calls.values()], [...channels.values()]])
}

/** The parts of a node that take part, with what its screens and customers were told. */
function partsOf(node: TestNode) {
  const told: string[] = []
  const { history, pipeline } = node
  const note =
    (what: string) =>
    (...of: (readonly string[])[]): void => {
      told.push([what, ...of.flat()].join(' '))
    }
  const noteLater = (what: string) => (): Promise<void> => {
    note(what)()
    return Promise.resolve()
  }
  const parts = {
    history,
    pipeline,
    people: { audit: noteLater('audit') },
    realtime: { erased: note('screens') },
    tasks: { erase: noteLater('promises') },
    customers: {
      ownNumbers: () => Promise.resolve([e164]),
      erase: noteLater('card'),
      forgetErased: note('look-ups'),
    },
  }
  history.onErased((erased) => forgetErased(parts, erased))
  return { told, erase: () => eraseCustomer(parts, 'olena', 'anna') }
}

/** A node on which the call has ended, or was left in the queue, and is nobody's; its number was read. */
async function withCall(until = events.length): Promise<TestNode> {
  const node = await openNode()
  const phone = { e164, complete: true, nationalTail: null, display: e164, kind: 'outside' } as const
  node.customers.answer = (call) =>
    Promise.resolve({ ...nobody(call), number: phone as never, numberKey: e164 })
  for (const event of events.slice(0, until)) node.pipeline.take(event)
  // The look-ups have come to something.
  await new Promise((resolve) => setImmediate(resolve))
  return node
}

describe('a customer who is erased', () => {
  it('is on the floor no more, nor in what is told of it, and the card goes last', async () => {
    const node = await withCall()
    const { told, erase } = partsOf(node)
    expect(floorText(node)).toContain(number)
    const [callId = ''] = [...node.pipeline.floor().calls.keys()]
    expect(await erase()).toEqual({ calls: 1 })
    expect(floorText(node)).not.toContain(number)
    expect(told).toEqual([
      `look-ups ${callId} olena`,
      `screens ${callId} olena`,
      'audit',
      'promises',
      'card',
      // What was promised while it was still there.
      'promises',
      'look-ups olena',
      'screens olena',
    ])
  })

  it('is refused while a call from their number goes on, though it is nobody’s', async () => {
    const node = await withCall(appeared)
    const { told, erase } = partsOf(node)
    await expect(erase()).rejects.toMatchObject({ code: 'customer.in_call' })
    expect(told).toEqual([])
    expect(floorText(node)).toContain(number)
  })

  it('is forgotten by a node that was stopped in the midst of it: on its floor, and in its checkpoint', async () => {
    const node = await withCall()
    await node.pipeline.forgetParties([])
    expect(await node.history.drain(20_000)).toBe(true)
    const [callId = ''] = [...node.pipeline.floor().calls.keys()]
    // As far as a run came that was killed then.
    await node.store.store.keys.destroy([callId], 'olena', Date.now())

    const again = await openNode({
      folder: folderAsKilled(node.folder),
      historyOptions: { store: node.store.store },
    })
    await again.pipeline.recover()
    expect(floorText(again)).toContain(number)
    const { told } = partsOf(again)
    await again.history.followOthers()
    expect(floorText(again)).not.toContain(number)
    expect(told).toEqual([`look-ups ${callId} olena`, `screens ${callId} olena`])

    const third = await openHistory({
      ...{ folder: folderAsKilled(again.folder), node: 'test', masterKeys, showParty, log: silent },
      ...{ database: noDatabase(), store: node.store.store },
    })
    expect(JSON.stringify(third.recover().checkpoint)).not.toContain(number)
    await third.close()
  })

  it('while their call goes on at this node, erased by another: what is kept of it from then on names nobody', async () => {
    const node = await withCall(appeared)
    const [callId = ''] = [...node.pipeline.floor().calls.keys()]
    node.pipeline.cardChanged({ ...found({ callId }, 'olena'), decided: true, decidedBy: 'nina' })
    const { told } = partsOf(node)
    expect(await node.history.drain(20_000)).toBe(true)
    const before = node.history.status().lastSeq

    await node.store.store.keys.noteErasure({ customerId: 'olena', at: Date.now(), numberHashes: [] })
    await node.history.followOthers()
    expect(told).toEqual([`look-ups ${callId} olena`, `screens ${callId} olena`])
    for (const event of events.slice(appeared)) node.pipeline.take(event)
    // An answer that was under way.
    node.pipeline.cardChanged(found({ callId }, 'olena'))
    await node.pipeline.forgetParties([])
    expect(await node.history.drain(20_000)).toBe(true)

    const { entries, calls } = node.store.opened()
    const after = entries.filter(({ seq }) => seq > before)
    expect(after.some((entry) => entry.kind === 'input' && entry.event.type === 'bridge.entered')).toBe(true)
    const telling = new RegExp(`${number.slice(-8)}|olena`)
    expect(JSON.stringify(after)).not.toMatch(telling)
    expect(JSON.stringify(calls)).not.toMatch(telling)
    expect(calls).toMatchObject([{ end: 'customerHungUp', contacts: [{}], personal: { erased: true } }])
    const again = await openHistory({
      ...{ folder: folderAsKilled(node.folder), node: 'test', masterKeys, showParty, log: silent },
      ...{ database: noDatabase(), store: node.store.store },
    })
    expect(JSON.stringify(again.recover().checkpoint)).not.toMatch(telling)
    await again.close()
  })

  it('stays unknown in a call that a start finds in progress, though nothing but the database is left of it', async () => {
    const node = await withCall(appeared)
    const { calls, channels } = node.pipeline.floor()
    const [callId = ''] = [...calls.keys()]
    expect(await node.history.drain(20_000)).toBe(true)
    const before = node.history.status().lastSeq
    await node.store.store.keys.destroy([callId], 'olena', Date.now())
    const list = [...channels.values()].map((channel) => ({ ...channel, startedAt: channel.appearedAt }))

    const next = await openNode({ historyOptions: { store: node.store.store } })
    await next.pipeline.recover()
    partsOf(next)
    await next.history.followOthers()
    const at = Date.now()
    const snapshot = { bridges: [], queues: [], members: [], waiting: [], parked: [], bootedAt: null }
    next.pipeline.take({
      ...{ type: 'snapshot', pbx: 'lab', at, arrivedAt: at },
      snapshot: { ...snapshot, channels: list },
    })

    expect(next.pipeline.floor().calls.get(callId)?.party).toMatchObject({ number: null, erased: true })
    expect(floorText(next)).not.toContain(number)
    expect(await next.history.drain(20_000)).toBe(true)
    const { entries, calls: kept } = node.store.opened()
    expect(JSON.stringify([entries.filter(({ seq }) => seq > before), kept])).not.toContain(number)
    expect(kept).toMatchObject([{ personal: { number: null, erased: true } }])
  })

  it('is erased where it was left off, when that is asked for again', async () => {
    const node = await withCall()
    expect(await node.history.drain(20_000)).toBe(true)
    const [callId = ''] = [...node.pipeline.floor().calls.keys()]
    await node.store.store.keys.destroy([callId], 'olena', Date.now())
    expect(await partsOf(node).erase()).toEqual({ calls: 1 })
    expect(floorText(node)).not.toContain(number)
    expect(await node.history.readCall(callId)).toMatchObject({ party: { number: null } })
  })
})
