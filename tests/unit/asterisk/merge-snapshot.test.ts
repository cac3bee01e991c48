import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeSnapshot } from '../../../server/asterisk/merge-snapshot.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import {
  believe,
  channelInfo,
  copy,
  emptyTruth,
  happen,
  heldOf,
  listsOf,
  truthOf,
  type Happening,
  type Truth,
} from './pbx-model.ts'

/**
 * Plays a history in which reading begins at `from`, each list is read at a point of its own and the reading ends at `to`,
 * then merges what was read with what came meanwhile.
 */
function play(
  history: readonly Happening[],
  from: number,
  readAt: readonly [number, number, number],
  to: number,
) {
  const truth = emptyTruth()
  const truths: Truth[] = [copy(truth)]
  const held: PbxEvent[] = []
  history.forEach((happening, index) => {
    const events = happen(truth, happening, index)
    if (index >= from && index < to) held.push(...events)
    truths.push(copy(truth))
  })
  const when = (index: number) => truths[index] ?? emptyTruth()
  const [first, ...rest] = mergeSnapshot(
    'lab',
    listsOf(when(readAt[0]), when(readAt[1]), when(readAt[2])),
    heldOf(held),
  )
  if (first?.type !== 'snapshot') throw new Error('the first event must be the snapshot')
  return { snapshot: truthOf(first.snapshot), rest, began: when(from), ended: when(to) }
}

const happening = fc.record({
  what: fc.constantFrom<Happening['what']>(
    'begin',
    'begin',
    'state',
    'bridge',
    'bridge',
    'swap',
    'unbridge',
    'join',
    'leave',
    'park',
    'unpark',
    'pause',
    'hangup',
  ),
  who: fc.nat(20),
  where: fc.nat(20),
})

const reading = fc
  .array(happening, { minLength: 1, maxLength: 40 })
  .chain((history) =>
    fc.tuple(fc.constant(history), fc.array(fc.nat(history.length), { minLength: 5, maxLength: 5 })),
  )
  .map(([history, points]) => {
    const [from = 0, one = 0, two = 0, three = 0, to = 0] = points.toSorted((a, b) => a - b)
    return { history, from, readAt: [one, two, three] as const, to }
  })

describe('lists that are read while calls begin, move and end', () => {
  it('come to what is true at the end, whenever each was read, and no event contradicts them', () => {
    fc.assert(
      fc.property(reading, ({ history, from, readAt, to }) => {
        const { snapshot, rest, ended } = play(history, from, readAt, to)
        const believed = copy(snapshot)
        for (const event of rest) believe(believed, event)
        expect(believed).toEqual(ended)
      }),
      { numRuns: 500 },
    )
  })

  it('tell who was there, in which bridge and in which queue when the reading began', () => {
    fc.assert(
      fc.property(reading, ({ history, from, readAt, to }) => {
        const { snapshot, began } = play(history, from, readAt, to)
        expect([...snapshot.channels.keys()].toSorted()).toEqual([...began.channels.keys()].toSorted())
        expect(new Map([...snapshot.bridgeOf].toSorted())).toEqual(new Map([...began.bridgeOf].toSorted()))
        expect([...snapshot.waiting].toSorted()).toEqual([...began.waiting].toSorted())
      }),
      { numRuns: 500 },
    )
  })
})

const stamp = { pbx: 'lab', at: 1_764_000_090_000, arrivedAt: 7 }
const one = { channelId: 'lab:1764000000.1', linkedId: 'lab:1764000000.1' }
const nothing = listsOf(emptyTruth(), emptyTruth(), emptyTruth())
const listed = (state: 'ringing' | 'up') => ({
  ...nothing,
  channels: [{ ...channelInfo(one.channelId, state), startedAt: 0 }],
})

describe('a call that hangs up while lists are read', () => {
  const gone: PbxEvent = { ...stamp, type: 'channel.gone', ...one, cause: 17, causeText: 'User busy' }

  it('ends by its own cause though it is in the list', () => {
    const events = mergeSnapshot('lab', listed('up'), heldOf([gone]))

    expect(events.map((event) => event.type)).toEqual(['snapshot', 'channel.gone'])
    expect(events[1]).toEqual(gone)
  })

  it('ends by its own cause though no list has it, and began when its id says', () => {
    const [snapshot, ...rest] = mergeSnapshot('lab', nothing, heldOf([gone]))

    expect(snapshot).toMatchObject({ snapshot: { channels: [{ ...one, startedAt: 1_764_000_000_000 }] } })
    expect(rest).toEqual([gone])
  })

  it('was waiting since its talk began, less its wait, if it was answered before the queue was read', () => {
    const visit = { ...stamp, queue: 'support', ...one }
    const left: PbxEvent = { ...visit, type: 'queue.left' }
    const answer = { calledId: 'lab:2', interface: 'PJSIP/201', waitMs: 30_000, ringMs: 2_000 }

    const [snapshot] = mergeSnapshot('lab', listed('up'), {
      events: [left, { ...visit, type: 'queue.connected', ...answer }],
      departed: new Map(),
    })

    const since = stamp.at - 30_000
    expect(snapshot).toMatchObject({ snapshot: { waiting: [{ channelId: one.channelId, since }] } })
  })
})

it('leaves in its bridge who is being replaced there, until the event says that they left', () => {
  const bridgeId = 'lab:bridge'
  const taker: PbxEvent = {
    ...stamp,
    type: 'bridge.entered',
    bridgeId,
    channelId: 'lab:1764000000.2',
    linkedId: one.linkedId,
    swappedFor: one.channelId,
    holding: false,
  }

  // The list is ahead: in it, the change of places is over already.
  const [snapshot] = mergeSnapshot('lab', listed('up'), heldOf([taker]))

  expect(snapshot).toMatchObject({ snapshot: { bridges: [{ bridgeId, channelIds: [one.channelId] }] } })
})

describe('a value that the list already shows', () => {
  const changed = (changes: (PbxEvent & { type: 'channel.changed' })['changes']): PbxEvent => ({
    ...stamp,
    type: 'channel.changed',
    ...one,
    changes,
  })

  it('is not told again, nor what it was before', () => {
    const events = mergeSnapshot(
      'lab',
      listed('up'),
      heldOf([changed({ state: 'ringing' }), changed({ state: 'up' })]),
    )

    expect(events.map((event) => event.type)).toEqual(['snapshot'])
  })

  it('does not take with it what else the event says', () => {
    const events = mergeSnapshot(
      'lab',
      listed('up'),
      heldOf([changed({ state: 'up', callerNumber: '+493023125990' })]),
    )

    expect(events.slice(1)).toEqual([changed({ callerNumber: '+493023125990' })])
  })
})

describe('the phones of the list', () => {
  it('follow the snapshot, save those of which an event has told meanwhile', () => {
    const lists = {
      ...nothing,
      phones: [
        { device: 'PJSIP/201', reachable: true },
        { device: 'PJSIP/202', reachable: true },
      ],
    }
    const gone: PbxEvent = { ...stamp, type: 'phone.reachable', device: 'PJSIP/202', reachable: false }

    expect(mergeSnapshot('lab', lists, heldOf([gone])).slice(1)).toMatchObject([
      { device: 'PJSIP/201', reachable: true },
      { device: 'PJSIP/202', reachable: false },
    ])
  })
})
