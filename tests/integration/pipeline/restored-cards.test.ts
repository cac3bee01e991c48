import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readTrace } from '../../../lab/traces/trace.ts'
import type { PbxEvent, Snapshot } from '../../../server/floor/events.ts'
import { floorFormat, floorToJson } from '../../../server/floor/json.ts'
import type { Floor } from '../../../server/floor/state.ts'
import type { VerificationStep } from '../../../shared/verification.ts'
import { desks, replay } from '../../compare/replay.ts'
import { endNodes, folderAsKilled, found, nobody, openNode, type TestNode } from './node.ts'

afterEach(endNodes)

const { events } = replay(await readTrace('direct-caller-hangs-up'))
/** A conference of which the customer hangs up first. */
const conference = replay(await readTrace('conference-customer-leaves')).events
const talking = events.findLastIndex(({ type }) => type === 'bridge.entered') + 1
const at = events[talking - 1]?.at ?? 0

const step: VerificationStep = {
  stepId: 'one',
  at,
  kind: 'question',
  fact: 'birthDate',
  customerId: 'petra',
  by: 'nina',
  definition: 1,
  result: 'right',
  state: 'unverified',
  level: 'none',
}

const drained = async (node: TestNode): Promise<void> => {
  expect(await node.history.drain(10_000)).toBe(true)
}

/** What the PBX says is there, as the floor had it. */
function listOf(floor: Floor): PbxEvent & { type: 'snapshot' } {
  const snapshot: Snapshot = {
    channels: [...floor.channels.values()].map((channel) => ({ ...channel, startedAt: channel.appearedAt })),
    bridges: [...floor.bridges.values()].map(({ bridgeId, channelIds }) => ({
      bridgeId,
      channelIds: [...channelIds],
    })),
    queues: [],
    members: [],
    waiting: [],
    parked: [],
    bootedAt: null,
  }
  return { type: 'snapshot', pbx: 'lab', at: at + 9_000, arrivedAt: at + 9_000, snapshot }
}

/**
 * A node in the midst of a call of which the database has all and the spool nothing any more, as after an hour of other
 * calls: the number is Olena's.
 * @param say what is said of it before the first stop
 * @param heard what the PBX said of it
 */
async function inMidCall(say: (node: TestNode, callId: string) => void, heard = events.slice(0, talking)) {
  const first = await openNode()
  first.customers.answer = (call) => Promise.resolve(found(call, 'olena'))
  for (const event of heard) first.pipeline.take(event)
  const [callId = ''] = first.pipeline.floor().calls.keys()
  await vi.waitFor(() => expect(first.history.bindingOf(callId)?.customerId).toBe('olena'))
  say(first, callId)
  await drained(first)
  await first.pipeline.forgetParties([])
  const next = (folder: string, databaseAway = false) =>
    openNode({ folder, databaseAway, historyOptions: { store: first.store.store } })
  // A start begins a new file, and its first checkpoint lets go of the older ones.
  const second = await next(folderAsKilled(first.folder))
  await second.pipeline.recover()
  await second.pipeline.forgetParties([])
  const list = listOf(second.pipeline.floor())
  return { first, second, callId, next, list }
}

/** Ways to lose the memory that a checkpoint is. */
const lost: Record<string, (node: TestNode) => Promise<string>> = {
  'was deleted': (node) => {
    const folder = folderAsKilled(node.folder)
    rmSync(join(folder, 'checkpoint'))
    return Promise.resolve(folder)
  },
  'is damaged': (node) => {
    const folder = folderAsKilled(node.folder)
    writeFileSync(join(folder, 'checkpoint'), 'torn')
    return Promise.resolve(folder)
  },
  'is of another format': async (node) => {
    const floor = { ...floorToJson(node.pipeline.floor()), format: floorFormat + 1 }
    await node.history.saveCheckpoint(floor, node.history.status().lastSeq)
    return folderAsKilled(node.folder)
  },
}

describe.each(Object.entries(lost))('a start in mid-call whose checkpoint %s', (_how, lose) => {
  /** Such a start, with the PBX heard again. */
  async function startAgain({ second, next, list, first }: Awaited<ReturnType<typeof inMidCall>>) {
    const folder = await lose(second)
    const third = await next(folder)
    third.customers.answer = (call) => Promise.resolve(found(call, 'olena'))
    await third.pipeline.recover()
    await third.pipeline.restoreCards()
    third.pipeline.take(list)
    const drain = async (): Promise<void> => {
      await drained(third)
      expect(first.store.calls.size).toBe(1)
    }
    return { third, drain }
  }

  it('has whom an agent chose, though the number finds another; by whom, and how they were verified', async () => {
    const before = await inMidCall((node, callId) => {
      node.pipeline.cardChanged({ ...found({ callId }, 'petra'), decided: true, decidedBy: 'nina' })
      node.history.keepVerification(callId, step)
    })
    const { callId, first } = before
    const { third, drain } = await startAgain(before)

    await vi.waitFor(() => expect(third.popped).toContain(callId))
    expect(third.customers.callOf(callId)).toMatchObject({
      decided: true,
      decidedBy: 'nina',
      customer: { _id: 'petra' },
    })
    expect(third.history.bindingOf(callId)).toEqual({ customerId: 'petra', decided: true })
    expect(third.history.verificationOf(callId)).toEqual({ steps: [step], isOver: false })
    await drain()
    expect(first.store.calls.get(callId)).toMatchObject({
      customerId: 'petra',
      customerDecided: true,
      verification: [step],
      endedAt: null,
    })
    expect(third.customers.asked).toEqual([])
  })

  it('has it nobody’s where an agent said so', async () => {
    const before = await inMidCall((node, callId) => {
      node.pipeline.cardChanged({ ...nobody({ callId }), decided: true, decidedBy: 'nina' })
    })
    const { third, drain } = await startAgain(before)
    await vi.waitFor(() => expect(third.popped).toContain(before.callId))
    expect(third.customers.callOf(before.callId)).toMatchObject({ decided: true, customer: null })
    await drain()
    expect(before.first.store.calls.get(before.callId)).toMatchObject({
      customerId: null,
      customerDecided: true,
    })
  })

  it('has whom an account number found, which nobody remembers, until more is said', async () => {
    const before = await inMidCall((node, callId) => {
      const match = { outcome: 'one' as const, by: 'account' as const, candidates: [] }
      node.pipeline.cardChanged({ ...found({ callId }, 'petra'), match })
    })
    const { callId, first } = before
    const { third, drain } = await startAgain(before)
    await vi.waitFor(() => expect(third.popped).toContain(callId))
    expect(third.customers.callOf(callId)).toMatchObject({ decided: false, customer: { _id: 'petra' } })
    await drain()
    expect(first.store.calls.get(callId)).toMatchObject({
      customerId: 'petra',
      customerBy: { personId: null, reason: 'account' },
    })

    third.pipeline.cardChanged(found({ callId }, 'olena'))
    expect(third.history.bindingOf(callId)).toEqual({ customerId: 'olena', decided: false })
  })
})

describe('a call whose customer has left, and in which two agents talk on', () => {
  const isTrunk = (event: PbxEvent): boolean =>
    event.type === 'channel.appeared' && event.channel.device === 'PJSIP/trunk'
  const customer = conference.find(isTrunk)
  const left = conference.findIndex(
    (event) =>
      event.type === 'channel.gone' &&
      customer?.type === 'channel.appeared' &&
      event.channelId === customer.channel.channelId,
  )

  async function startWithoutCheckpoint(databaseAway: boolean) {
    const before = await inMidCall(() => undefined, conference.slice(0, left + 1))
    const folder = folderAsKilled(before.second.folder)
    rmSync(join(folder, 'checkpoint'))
    const third = await before.next(folder)
    before.first.store.faults.away = databaseAway
    await third.pipeline.recover()
    third.pipeline.desksChanged('lab', desks)
    await third.pipeline.restoreCards()
    third.pipeline.take(before.list)
    return { ...before, third }
  }

  it('is the customer’s as before after a start without checkpoint, on the desks and in history', async () => {
    const { first, third, callId } = await startWithoutCheckpoint(false)
    expect(third.pipeline.floor().calls.get(callId)?.direction).toBe('internal')
    await vi.waitFor(() => expect(third.popped).toContain(callId))
    expect(third.customers.callOf(callId)).toMatchObject({ customer: { _id: 'olena' } })
    expect(third.customers.asked).toEqual([])
    await drained(third)
    const [kept] = first.store.opened().calls
    expect(kept).toMatchObject({ _id: callId, direction: 'inbound', customerId: 'olena', endedAt: null })
    expect(kept?.personal.number).toMatch(/901$/)
  })

  it('is so once the database is back, if it was away', async () => {
    const { first, third, callId } = await startWithoutCheckpoint(true)
    third.pipeline.start('lab')
    await vi.waitFor(() => expect(third.pipeline.floor().calls.has(callId)).toBe(true))
    expect(third.popped).toEqual([])
    first.store.faults.away = false
    await vi.waitFor(() => expect(third.popped).toContain(callId), 5_000)
    expect(third.customers.callOf(callId)).toMatchObject({ customer: { _id: 'olena' } })
  })
})

describe('a call that was found in progress while the database is away', () => {
  it('is asked again after the next start: its checkpoint does not take half a call for all of it', async () => {
    const { second, next, list, callId, first } = await inMidCall((node, id) => {
      node.pipeline.cardChanged({ ...found({ callId: id }, 'petra'), decided: true, decidedBy: 'nina' })
    })
    const folder = folderAsKilled(second.folder)
    rmSync(join(folder, 'checkpoint'))
    const third = await next(folder)
    first.store.faults.away = true
    await third.pipeline.recover()
    third.pipeline.take(list)
    await vi.waitFor(() => expect(third.pipeline.floor().calls.has(callId)).toBe(true))
    // What is said meanwhile waits on the disk.
    third.history.keepVerification(callId, step)
    await third.pipeline.forgetParties([])
    expect(readdirSync(third.folder)).toContain('checkpoint')

    first.store.faults.away = false
    const fourth = await next(folderAsKilled(third.folder))
    await fourth.pipeline.recover()
    await fourth.pipeline.restoreCards()
    expect(fourth.customers.callOf(callId)).toMatchObject({ decidedBy: 'nina', customer: { _id: 'petra' } })
    expect(fourth.history.verificationOf(callId)?.steps).toEqual([step])
    await drained(fourth)
    expect(first.store.calls.get(callId)).toMatchObject({ customerId: 'petra', verification: [step] })
  })
})

describe('a talk that is being written up over a restart', () => {
  it('stays whose an agent said it is, though the database has it all', async () => {
    const first = await openNode()
    first.customers.answer = (call) => Promise.resolve(found(call, 'olena'))
    first.pipeline.desksChanged('lab', desks)
    for (const event of events) first.pipeline.take(event)
    const [callId = ''] = first.pipeline.floor().calls.keys()
    await vi.waitFor(() => expect(first.popped).toContain(callId))
    first.pipeline.cardChanged({ ...found({ callId }, 'petra'), decided: true, decidedBy: 'nina' })
    await drained(first)
    await first.pipeline.forgetParties([])

    const next = await openNode({
      folder: folderAsKilled(first.folder),
      historyOptions: { store: first.store.store },
    })
    next.customers.answer = first.customers.answer
    await next.pipeline.recover()
    await next.pipeline.restoreCards()

    expect(next.customers.callOf(callId)).toMatchObject({ decided: true, customer: { _id: 'petra' } })
    await drained(next)
    expect(first.store.calls.get(callId)).toMatchObject({ customerId: 'petra', customerDecided: true })
  })
})
