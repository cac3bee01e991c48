import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { keeperIdOf } from '../../../shared/keepers.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import type { Call, Floor, Place } from '../../../server/floor/state.ts'
import { positionOf } from '../../../server/places/line.ts'
import { createPlaces, type MayCall, type PlacesOptions } from '../../../server/places/places.ts'

const own = 'main:1.1'
const keeper = `${keeperIdOf(own, 1)};2`

interface Waits {
  callId: string
  since: number
}

/** A floor of a few calls, as far as keeping places looks at it. */
function floorOf(
  calls: readonly Partial<Call>[],
  more: { channels?: string[]; waiting?: Waits[] } = {},
): Floor {
  const waiting = (more.waiting ?? []).map((one) => ({ ...one, channelId: one.callId }))
  const queue = { name: 'support', pbx: 'main', members: new Map(), waiting }
  return {
    channels: new Map((more.channels ?? []).map((id) => [id, {}])),
    calls: new Map(calls.map((call) => [call.callId, call])),
    queues: new Map([['support', queue]]),
  } as unknown as Floor
}

const place = (more: Partial<Place> = {}): Place => ({
  queue: 'support',
  state: 'kept',
  ownId: own,
  keeperId: keeper,
  keepers: 1,
  prio: 0,
  extension: null,
  outcome: null,
  ...more,
})
const call = (callId: string, since: number, more: Partial<Call> = {}): Partial<Call> => ({
  callId,
  pbx: 'main',
  direction: 'inbound',
  endedAt: null,
  customerChannelId: callId,
  visits: [
    { queue: 'support', enteredAt: since, leftAt: null, outcome: 'waiting' } as Call['visits'][number],
  ],
  ...more,
})
const changed = (state: Place['state'], outcome: Place['outcome'] = null): Fact => ({
  type: 'place.changed',
  pbx: 'main',
  at: 0,
  callId: own,
  queue: 'support',
  state,
  outcome,
  extension: null,
})

let floor: Floor
let may: MayCall | Error
let can: boolean
let done: string[]
const options: PlacesOptions = {
  floor: () => floor,
  commands: {
    canKeep: () => Promise.resolve(can),
    keep: (callId, turn, { position, exten }) => {
      done.push(`keep ${callId} ${turn} at ${position} for ${exten}`)
      return Promise.resolve()
    },
    withdraw: (keeperId) => {
      done.push(`withdraw ${keeperId}`)
      return Promise.resolve()
    },
  },
  tell: (channelId, variables) => {
    for (const [name, value] of Object.entries(variables)) done.push(`${channelId} ${name}=${value}`)
    return Promise.resolve()
  },
  refuse: (callId, why, takenBy) => done.push(`refuse ${callId} ${why} ${takenBy ?? '-'}`),
  numberOf: ({ party }) =>
    (party as Call['party'] | undefined)?.restricted === true ? null : { e164: '+49301', exten: `0049301` },
  mayCall: () => (may instanceof Error ? Promise.reject(may) : Promise.resolve(may)),
  log: { info: () => undefined, warn: () => undefined },
}
const places = () => createPlaces(options)
const until = (line: string) => vi.waitFor(() => expect(done).toContain(line), { interval: 2 })

beforeEach(() => {
  done = []
  may = 'yes'
  can = true
  floor = floorOf([call(own, 100, { place: place({ state: 'asked', keeperId: null, keepers: 0 }) })])
})
afterEach(() => {
  vi.useRealTimers()
})

describe('whoever asks to keep their place', () => {
  it('may, where they may be called and the dialplan knows how', async () => {
    places().take([changed('asked')])
    await until(`${own} RINGCARD_PLACE=offered`)
    expect(done).toContain(`${own} RINGCARD_POSITION=1`)
  })

  it.each([
    ['at this hour nobody may be called', () => (may = 'outsideHours')],
    ['they do not want to be called', () => (may = 'doNotCall')],
    ['the database cannot be asked', () => (may = new ProblemError('database.unreachable'))],
    ['the dialplan leads nowhere', () => (can = false)],
    [
      'their number is withheld',
      () => {
        const party = { number: '+49301', name: null, restricted: true }
        floor = floorOf([call(own, 100, { place: place({ state: 'asked' }), party })])
      },
    ],
    [
      'they have a place already, in another queue or on another PBX',
      () => {
        const kept = call('north:7.1', 50, { place: place({ state: 'kept', queue: 'sales' }) })
        floor = floorOf([kept, call(own, 100, { place: place({ state: 'asked' }) })])
      },
    ],
  ])('may not where %s', async (_why, spoil) => {
    spoil()
    places().take([changed('asked')])
    await until(`${own} RINGCARD_PLACE=refused`)
  })

  it('has somebody wait behind those who wait for longer, and is told so once it is true', async () => {
    const waiting = [
      { callId: 'main:0.9', since: 50 },
      { callId: 'main:1.2', since: 150 },
    ]
    const wanted = place({ state: 'wanted', keeperId: null, keepers: 0 })
    floor = floorOf([call(own, 100, { place: wanted })], { waiting })
    const all = places()
    all.take([changed('wanted')])
    await until(`keep ${own} 1 at 2 for 0049301`)
    expect(done).not.toContain(`${own} RINGCARD_PLACE=kept`)
    floor = floorOf([call(own, 100, { place: place() })], { channels: [keeper] })
    all.take([changed('kept')])
    await until(`${own} RINGCARD_PLACE=kept`)
    all.stop()
  })

  it('makes a task after three tries in which nobody came, if they have hung up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    floor = floorOf([call(own, 100, { place: place({ state: 'wanted', keeperId: null, keepers: 0 }) })])
    places().take([changed('wanted')])
    for (let tries = 1; tries <= 3; tries += 1) {
      await vi.waitFor(() => expect(done).toHaveLength(tries))
      await vi.advanceTimersByTimeAsync(5_100)
    }
    expect(done.at(-1)).toBe(`refuse ${own} lost -`)
  })
})

describe('when the turn has come', () => {
  const due: Fact = { type: 'place.due', pbx: 'main', at: 0, callId: own, channelId: keeperIdOf(own, 1) }
  const calls = keeperIdOf(own, 1)
  beforeEach(() => {
    floor = floorOf([call(own, 100, { place: place({ state: 'turn' }) })], { channels: [keeper] })
  })

  it('they are called, if they may be', async () => {
    places().take([due])
    await until(`${calls} RINGCARD_CALL=yes`)
    expect(done).toHaveLength(1)
  })

  it.each([
    ['outsideHours', () => (may = 'outsideHours')],
    ['notCalled', () => (may = new ProblemError('database.unreachable'))],
    [
      'inCall',
      () => {
        const other = call('main:2.1', 300, { visits: [] })
        floor = floorOf([call(own, 100, { place: place({ state: 'turn' }) }), other])
      },
    ],
  ])('they are not, and that is known first: %s', async (why, spoil) => {
    spoil()
    places().take([due])
    await until(`${calls} RINGCARD_CALL=no`)
    expect(done).toEqual([`refuse ${own} ${why} -`, `${calls} RINGCARD_CALL=no`])
  })

  it('they are not while they have the phone at the ear still', async () => {
    floor = floorOf([call(own, 100, { place: place({ state: 'turn' }) })], { channels: [keeper, own] })
    places().take([due])
    await vi.waitFor(() => expect(done).toContain(`${calls} RINGCARD_CALL=no`), { timeout: 4_000 })
    expect(done[0]).toBe(`refuse ${own} inCall -`)
  })
})

describe('whoever calls again while their place is kept', () => {
  const again = 'main:2.1'
  const kept = call(own, 100, { place: place() })
  const queued: Fact = {
    type: 'call.queued',
    pbx: 'main',
    at: 0,
    callId: again,
    visitId: 'v',
    queue: 'support',
  }

  it('is told where they stand before they are in the queue, and anew when the line moves', async () => {
    const waiting = [{ callId: 'main:0.9', since: 50 }]
    floor = floorOf([kept, call(again, 300, { visits: [] })], { channels: [keeper], waiting })
    const all = places()
    const party = { number: '+49301', name: null, restricted: false }
    const said = { callId: again, direction: 'inbound', party, dialled: null } as const
    all.take([{ type: 'call.identified', pbx: 'main', at: 0, ...said }])
    await until(`${again} RINGCARD_POSITION=2`)
    expect(done).toContain(`${again} RINGCARD_BACK_TO=support`)
    floor = floorOf([kept, call(again, 300, { visits: [] })], { channels: [keeper] })
    const left = { visitId: 'v', queue: 'support', outcome: 'answered', waitMs: 1 } as const
    all.take([{ type: 'call.dequeued', pbx: 'main', at: 0, callId: 'main:0.9', ...left }])
    await until(`${again} RINGCARD_POSITION=1`)
  })

  it('has the place themselves, and whoever kept it is sent away', async () => {
    floor = floorOf([kept, call(again, 300)], { channels: [keeper] })
    const all = places()
    all.take([queued])
    await until(`refuse ${own} cameBack ${again}`)
    all.take([changed('over', 'cameBack')])
    await until(`withdraw ${keeper}`)
  })
})

describe('after a gap', () => {
  it('whoever was lost with the PBX is put back, the longest first, and nobody who is there', async () => {
    const second = 'main:1.5'
    const secondKeeper = `${keeperIdOf(second, 1)};2`
    const third = 'main:1.7'
    const calls = [
      call(third, 300, { place: place({ keeperId: 'main:there' }) }),
      call(second, 200, { place: place({ keeperId: secondKeeper }) }),
      call(own, 100, { place: place() }),
    ]
    floor = floorOf(calls, { channels: ['main:there'], waiting: [{ callId: third, since: 300 }] })
    const all = places()
    all.take([{ type: 'link.gap', pbx: 'main', at: 0, since: 0, told: 'nothing', toldUntil: null }])
    await until(`keep ${own} 2 at 1 for 0049301`)
    expect(done).toHaveLength(1)
    floor = floorOf(calls, {
      channels: ['main:there', keeper],
      waiting: [
        { callId: own, since: 100 },
        { callId: third, since: 300 },
      ],
    })
    all.take([changed('kept')])
    await until(`keep ${second} 2 at 2 for 0049301`)
    all.stop()
  })
})

it('a place in the line is behind whoever waits for longer, and before all others', () => {
  const waiting = [10, 20, 30, 40].map((since) => ({ callId: `main:${since}`, since }))
  const mine = floorOf([call(own, 25, { place: place() })], { waiting })
  expect(positionOf(mine, own)).toBe(3)
})
