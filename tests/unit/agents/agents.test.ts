import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ownReasons } from '../../../server/agents/status.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { Shift } from './shift.ts'

const agent201 = { by: 'agent', byPersonId: 'person-201' } as const

let shift: Shift
beforeEach(async () => {
  vi.useFakeTimers()
  shift = new Shift()
  await shift.settled()
})
afterEach(() => {
  shift.agents.stop()
  vi.useRealTimers()
})

const both = (value: string | boolean) => ({ support: value, sales: value })
const toLunch = () => shift.agents.choose('201', { state: 'break', reasonId: 'lunch' }, agent201)
const toReady = () => shift.agents.choose('201', { state: 'ready' }, agent201)

/** A call of a queue that is answered; gives the caller and the phone. */
function answered(queue = 'support'): { customer: string; phone: string } {
  const call = { customer: '', phone: '' }
  shift.floor((story) => {
    call.customer = story.customer()
    story.enters(queue, call.customer)
    call.phone = story.rings(call.customer, '201', queue)
    story.answers(call.customer, call.phone, '201', queue)
  })
  return call
}

function hungUp({ customer, phone }: { customer: string; phone: string }): void {
  shift.floor((story) => {
    story.asksToHangUp(customer)
    story.gone(phone, customer)
    story.gone(customer)
  })
}

describe('the queues follow', () => {
  it('a break, in every queue of the agent, with its reason', async () => {
    expect(toLunch()).toMatchObject({
      state: 'break',
      pbx: 'waiting',
      reason: { reasonId: 'lunch', paid: false },
    })
    await shift.settled()
    expect(shift.paused()).toEqual(both('lunch'))
    expect(shift.status?.pbx).toBe('agrees')
    toReady()
    await shift.settled()
    expect(shift.paused()).toEqual(both(false))
    // each said once
    expect(shift.said).toHaveLength(4)
  })

  it('a call of a queue, paused while it is talked, until the wrap-up of that queue is over', async () => {
    const call = answered()
    await shift.settled()
    expect(shift.status?.state).toBe('onCall')
    expect(shift.paused()).toEqual(both(ownReasons.wrapUp))
    hungUp(call)
    expect(shift.status).toMatchObject({ state: 'wrapUp', extendSeconds: 30 })
    await shift.wait(19_000)
    expect(shift.status?.state).toBe('wrapUp')
    await shift.wait(1_400)
    expect(shift.status?.state).toBe('ready')
    expect(shift.paused()).toEqual(both(false))
    const wrapUp = shift.intervals.find(({ state }) => state === 'wrapUp')
    expect((wrapUp?.endedAt ?? 0) - (wrapUp?.beganAt ?? 0)).toBe(20_000)
  })

  it('a queue without a wrap-up leaves the agent in the queues', async () => {
    const call = answered('sales')
    await shift.settled()
    expect(shift.paused()).toEqual(both(false))
    hungUp(call)
    expect(shift.status?.state).toBe('ready')
  })

  it('an agent who comes and goes; a desk at which nobody has sat is left alone', async () => {
    shift.floor((story) =>
      story.happens({
        type: 'desks.set',
        desks: shift.desks().map((desk) => ({ ...desk, personId: null })),
      }),
    )
    shift.agents.seats(shift.desks())
    await shift.settled()
    expect(shift.paused()).toEqual(both(ownReasons.offline))
    expect(() => toReady()).toThrow(expect.objectContaining({ code: 'status.no_desk' }))
    const other = new Shift()
    other.agents.seats([{ extension: '205', interfaces: ['PJSIP/205'], personId: null }])
    expect(other.agents.viewOf('205')).toBeNull()
    other.agents.stop()
  })

  it('an unanswered offer', async () => {
    shift.floor((story) => {
      const customer = story.customer()
      story.enters('support', customer)
      const phone = story.rings(customer, '201')
      story.dialEnds(customer, phone, 'notAnswered')
      story.happens({
        type: 'queue.notAnswered',
        queue: 'support',
        channelId: customer,
        linkedId: customer,
        interface: 'PJSIP/201',
        ringMs: 12_000,
      })
      story.gone(phone, customer)
    })
    await shift.settled()
    expect(shift.status).toMatchObject({ state: 'missed', by: 'rule' })
    expect(shift.paused()).toEqual(both(ownReasons.missed))
  })

  it('a console that is lost, after the grace', async () => {
    shift.agents.presence('person-201', false)
    await shift.wait(29_000)
    expect(shift.status?.state).toBe('ready')
    await shift.wait(1_400)
    expect(shift.status?.state).toBe('away')
    expect(shift.paused()).toEqual(both(ownReasons.away))
    shift.agents.presence('person-201', true)
    expect(shift.status?.state).toBe('away')
    expect(toReady().state).toBe('ready')
  })
})

describe('what somebody does at the PBX', () => {
  it('is followed: paused everywhere is a break, with the reason that they gave', async () => {
    shift.pbxSets('support', true, 'lunch')
    expect(shift.status?.state).toBe('ready')
    shift.pbxSets('sales', true, 'lunch')
    expect(shift.status).toMatchObject({
      state: 'break',
      by: 'pbx',
      byName: null,
      reason: { reasonId: 'lunch', name: { en: 'Lunch' } },
      pbx: 'agrees',
    })
    shift.pbxSets('support', false)
    expect(shift.status).toMatchObject({ state: 'ready', by: 'pbx' })
    await shift.wait(3_000)
    // nothing was said to the PBX, which did it all
    expect(shift.said).toEqual([])
    expect(shift.paused()).toEqual({ support: false, sales: 'lunch' })
  })

  it('gives way to what is chosen here later', async () => {
    shift.pbxSets('support', true, 'smoke')
    shift.pbxSets('sales', true, 'smoke')
    toReady()
    await shift.settled()
    expect(shift.paused()).toEqual(both(false))
    expect(shift.status).toMatchObject({ state: 'ready', by: 'agent', byName: 'Name of person-201' })
  })

  it('does not end a wrap-up: the pause is set again at once', async () => {
    hungUp(answered())
    await shift.settled()
    shift.said.length = 0
    shift.pbxSets('support', false)
    await shift.settled()
    expect(shift.said).toEqual([
      { queue: 'support', interface: 'PJSIP/201', paused: true, reason: ownReasons.wrapUp },
    ])
    expect(shift.paused()).toEqual(both(ownReasons.wrapUp))
    expect(shift.status?.state).toBe('wrapUp')
  })

  it('is told from our own doing, however fast that changes', async () => {
    toLunch()
    toReady()
    toLunch()
    toReady()
    await shift.settled()
    expect(shift.status).toMatchObject({ state: 'ready', by: 'agent' })
    expect(shift.paused()).toEqual(both(false))
  })

  it('while nobody listened counts, unless the agent chose something since', async () => {
    const gap = (since: number): Fact[] => [
      { type: 'link.gap', pbx: 'lab', at: shift.story.now, since, told: 'nothing', toldUntil: null },
    ]
    const found = (since: number, paused: boolean): void => {
      const before = shift.story.facts.length
      for (const queue of ['support', 'sales'])
        shift.story.happens({
          type: 'member.set',
          member: {
            queue,
            interface: 'PJSIP/201',
            stateInterface: 'PJSIP/201',
            memberName: 'Nina',
            paused,
            pauseReason: paused ? 'smoke' : null,
            deviceState: 'free',
          },
        })
      shift.agents.take([...gap(since), ...shift.story.facts.slice(before)])
    }
    found(shift.story.now, true)
    expect(shift.status).toMatchObject({ state: 'break', by: 'pbx' })

    const cutAt = shift.story.now
    shift.story.wait(5_000)
    toLunch()
    await shift.settled()
    shift.pbxSets('support', true, 'lunch')
    shift.pbxSets('sales', true, 'lunch')
    found(cutAt, false)
    await shift.settled()
    expect(shift.status).toMatchObject({ state: 'break', by: 'agent' })
    expect(shift.paused()).toEqual(both('lunch'))
  })
})

describe('a PBX that does not do as it is told', () => {
  it('is told again, and the status says that it refuses', async () => {
    shift.obedience = 'refuses'
    toLunch()
    await shift.settled()
    expect(shift.status).toMatchObject({ state: 'break', pbx: 'refused' })
    shift.obedience = 'does'
    await shift.wait(3_000)
    expect(shift.status?.pbx).toBe('agrees')
    expect(shift.paused()).toEqual(both('lunch'))
  })

  it('that gives no answer cannot be reached as far as anybody knows, and is told again', async () => {
    shift.obedience = 'hangs'
    toLunch()
    await shift.settled()
    expect(shift.status?.pbx).toBe('unreachable')
    shift.obedience = 'does'
    await shift.wait(8_000)
    expect(shift.paused()).toEqual(both('lunch'))
  })

  it('that is not heard is told when it is heard again', async () => {
    shift.floor((story) => story.happens({ type: 'link.lost' }))
    shift.obedience = 'refuses'
    toLunch()
    await shift.settled()
    expect(shift.status?.pbx).toBe('unreachable')
    const { length } = shift.said
    await shift.wait(12_000)
    // nobody listens: it is not said again and again
    expect(shift.said).toHaveLength(length)
    shift.obedience = 'does'
    shift.floor((story) => story.snapshot({}))
    await shift.settled()
    expect(shift.paused()).toEqual(both('lunch'))
  })
})

describe('a choice', () => {
  it('during a call is what comes after it', async () => {
    const call = answered()
    expect(toLunch()).toMatchObject({
      state: 'onCall',
      next: { state: 'break', reason: { reasonId: 'lunch' } },
    })
    hungUp(call)
    await shift.wait(20_400)
    expect(shift.status).toMatchObject({ state: 'break', reason: { reasonId: 'lunch' } })
  })

  it('of somebody else’s says who made it', () => {
    const request = { state: 'break', reasonId: 'meeting' } as const
    const view = shift.agents.choose('201', request, { by: 'supervisor', byPersonId: 'petra' })
    expect(view).toMatchObject({ state: 'break', by: 'supervisor', byName: 'Name of petra' })
  })

  it('that is none is refused: of a break that there is not, of a desk where nobody sits, of a wrap-up that is none', () => {
    const refused = (work: () => unknown, code: string) =>
      expect(work).toThrow(expect.objectContaining({ code }))
    refused(
      () => shift.agents.choose('201', { state: 'break', reasonId: 'nap' }, agent201),
      'status.reason_unknown',
    )
    refused(() => shift.agents.choose('299', { state: 'ready' }, agent201), 'status.no_desk')
    refused(() => shift.agents.choose(null, { state: 'ready' }, agent201), 'status.no_desk')
    refused(() => shift.agents.read(null), 'status.no_desk')
    refused(() => shift.agents.extend('201'), 'status.not_extendable')
  })

  it('to extend the wrap-up is done twice and no more', async () => {
    hungUp(answered())
    const { until } = shift.agents.extend('201')
    expect(shift.agents.extend('201').until).toBe((until ?? 0) + 30_000)
    expect(() => shift.agents.extend('201')).toThrow(
      expect.objectContaining({ code: 'status.not_extendable' }),
    )
    await shift.wait(79_000)
    expect(shift.status?.state).toBe('wrapUp')
    await shift.wait(1_400)
    expect(shift.status?.state).toBe('ready')
  })
})

describe('after a restart', () => {
  it('everybody is where they were, with the same times; what was kept in another form is left out', () => {
    hungUp(answered())
    const last = shift.kept.filter(({ extension }) => extension === '201').at(-1)
    const again = new Shift(
      new Map<string, unknown>([
        ['201', last],
        ['202', { extension: '202', state: 'dreaming' }],
      ]),
    )
    const { state, since, until } = shift.status ?? {}
    expect(again.status).toMatchObject({ state, since, until })
    // whoever sits at the other desk begins anew
    expect(again.agents.viewOf('202')).toMatchObject({ state: 'ready' })
    again.agents.stop()
  })
})
