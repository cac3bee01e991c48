import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ownReasons } from '../../../server/agents/status.ts'
import { browser, Shift } from './shift.ts'

const agent201 = { by: 'agent', byPersonId: 'person-201' } as const
let shift: Shift
beforeEach(async () => {
  vi.useFakeTimers()
  shift = new Shift()
  shift.floor((story) => story.snapshot({}))
  await shift.settled()
})
afterEach(() => {
  shift.agents.stop()
  vi.useRealTimers()
})

const both = (value: string | boolean) => ({ support: value, sales: value })
const toReady = () => shift.agents.choose('201', { state: 'ready' }, agent201)
const rings = (device: string, reachable: boolean): void =>
  shift.floor((story) => story.happens({ type: 'phone.reachable', device, reachable }))
async function takeBrowser(): Promise<void> {
  shift.agents.useDevice('201', browser)
  await shift.settled()
}
/** A call of a queue that rings in the browser and is answered there. */
function answeredIn(queue: string): { customer: string; phone: string } {
  const call = { customer: '', phone: '' }
  shift.floor((story) => {
    call.customer = story.customer()
    story.enters(queue, call.customer)
    call.phone = story.rings(call.customer, '201', queue)
    story.answers(call.customer, call.phone, '201', queue)
  })
  return call
}

describe('the phone in use', () => {
  it('is a member of the queues, and the other is paused in them, until the agent changes it', async () => {
    await takeBrowser()
    expect(shift.status).toMatchObject({ state: 'ready', device: 'browser', pbx: 'agrees' })
    expect(shift.paused(browser)).toEqual(both(false))
    expect(shift.paused()).toEqual(both(ownReasons.otherDevice))
    expect(shift.story.floor.agents.get('201')?.state).toBe('free')

    shift.agents.useDevice('201', null)
    await shift.settled()
    expect(shift.status?.device).toBe('desk')
    expect(shift.paused(browser)).toEqual({})
    expect(shift.paused()).toEqual(both(false))
    expect(shift.membership).toEqual([
      `+support ${browser}`,
      `+sales ${browser}`,
      `-support ${browser}`,
      `-sales ${browser}`,
    ])
  })

  it('follows the status; the other stays paused for not being in use, whatever somebody does there', async () => {
    await takeBrowser()
    shift.agents.choose('201', { state: 'break', reasonId: 'lunch' }, agent201)
    await shift.settled()
    expect(shift.paused(browser)).toEqual(both('lunch'))
    expect(shift.paused()).toEqual(both(ownReasons.otherDevice))
    expect(shift.story.floor.agents.get('201')).toMatchObject({ state: 'paused', pauseReason: 'lunch' })
    toReady()
    await shift.settled()

    shift.pbxSets('support', false)
    await shift.settled()
    expect(shift.paused()).toEqual(both(ownReasons.otherDevice))
    expect(shift.status).toMatchObject({ state: 'ready', by: 'agent' })

    // the phone that is in use is paused everywhere, and so the agent is
    shift.pbxSets('support', true, 'smoke', browser)
    shift.pbxSets('sales', true, 'smoke', browser)
    expect(shift.status).toMatchObject({ state: 'break', by: 'pbx', reason: { text: 'smoke' } })
  })

  it('of a break is added paused, with the reason', async () => {
    shift.agents.choose('201', { state: 'break', reasonId: 'lunch' }, agent201)
    await shift.settled()
    await takeBrowser()
    expect(shift.paused(browser)).toEqual(both('lunch'))
    expect(shift.status).toMatchObject({ state: 'break', by: 'agent' })
  })

  it('is offered nothing while the agent talks, by whichever phone: the PBX thinks the browser free', async () => {
    await takeBrowser()
    const { customer, phone } = answeredIn('sales')
    await shift.settled()
    expect(shift.status?.state).toBe('onCall')
    expect(shift.paused(browser)).toEqual(both(ownReasons.onCall))
    shift.floor((story) => {
      story.gone(phone, customer)
      story.gone(customer)
    })
    await shift.settled()
    expect(shift.paused(browser)).toEqual(both(false))
  })

  it('comes and goes with the membership of the desk phone at the PBX', async () => {
    await takeBrowser()
    shift.pbxSets('returns', false)
    await shift.wait(1_200)
    expect(shift.paused(browser)).toEqual({ ...both(false), returns: false })
    shift.floor((story) =>
      story.happens({ type: 'member.removed', queue: 'returns', interface: 'PJSIP/201' }),
    )
    await shift.wait(3_200)
    expect(shift.paused(browser)).toEqual(both(false))
  })

  it('cannot be taken out of a queue whose file names it: there it is paused', async () => {
    await takeBrowser()
    shift.inFiles.add(browser)
    shift.agents.useDevice('201', null)
    await shift.wait(3_000)
    expect(shift.paused(browser)).toEqual(both(ownReasons.otherDevice))
    expect(shift.paused()).toEqual(both(false))
    expect(shift.status?.pbx).toBe('agrees')
    // it was tried once in each queue
    expect(shift.membership.filter((one) => one.startsWith('-'))).toHaveLength(2)
  })

  it('that the PBX does not add is tried again, and the status says that it refuses', async () => {
    shift.obedience = 'refuses'
    await takeBrowser()
    expect(shift.status?.pbx).toBe('refused')
    shift.obedience = 'does'
    await shift.wait(4_000)
    expect(shift.status?.pbx).toBe('agrees')
    expect(shift.paused(browser)).toEqual(both(false))
  })

  it('is the desk phone again for whoever sits down next', async () => {
    await takeBrowser()
    const empty = shift.desks().map((desk) => ({ ...desk, personId: null }))
    shift.floor((story) => story.happens({ type: 'desks.set', desks: empty }))
    shift.agents.seats(shift.desks())
    await shift.settled()
    expect(shift.paused(browser)).toEqual({})
    expect(shift.paused()).toEqual(both(ownReasons.offline))
    expect(shift.status?.device).toBe('desk')
  })

  it('outlives the server', async () => {
    await takeBrowser()
    const again = new Shift(new Map([['201', shift.kept.at(-1)]]))
    expect(again.status?.device).toBe('browser')
    again.agents.stop()
  })
})

describe('a phone in use that is lost', () => {
  it('takes its agent out after a moment, with the reason; back by one click, once it is there', async () => {
    rings('PJSIP/201', false)
    await shift.wait(1_200)
    expect(shift.status).toMatchObject({ state: 'ready', deviceLost: true })
    await shift.wait(10_400)
    expect(shift.status).toMatchObject({
      state: 'away',
      by: 'rule',
      reason: { reasonId: 'device' },
      deviceLost: true,
    })
    expect(shift.paused()).toEqual(both(ownReasons.device))
    expect(() => toReady()).toThrow(expect.objectContaining({ code: 'status.device_lost' }))

    rings('PJSIP/201', true)
    await shift.wait(1_200)
    expect(shift.status).toMatchObject({ state: 'away', deviceLost: false })
    expect(toReady()).toMatchObject({ state: 'ready', by: 'agent' })
    const away = shift.intervals.find(({ state }) => state === 'away')
    expect(away).toMatchObject({ reason: { reasonId: 'device' }, by: 'rule' })
  })

  it('and is back in time takes nobody out', async () => {
    rings('PJSIP/201', false)
    await shift.wait(5_000)
    rings('PJSIP/201', true)
    await shift.wait(12_000)
    expect(shift.status).toMatchObject({ state: 'ready', deviceLost: false })
  })

  it('is the one in use: what becomes of the other is nobody’s trouble', async () => {
    rings(browser, false)
    await shift.wait(12_000)
    expect(shift.status).toMatchObject({ state: 'ready', deviceLost: false })
    rings(browser, true)
    await takeBrowser()
    rings('PJSIP/201', false)
    await shift.wait(12_000)
    expect(shift.status).toMatchObject({ state: 'ready', deviceLost: false })
    rings(browser, false)
    await shift.wait(12_000)
    expect(shift.status).toMatchObject({ state: 'away', reason: { reasonId: 'device' } })
    // the other one helps
    rings('PJSIP/201', true)
    shift.agents.useDevice('201', null)
    expect(toReady().state).toBe('ready')
  })

  it('is not taken for lost while the PBX is not heard', async () => {
    rings('PJSIP/201', false)
    shift.floor((story) => story.happens({ type: 'link.lost' }))
    await shift.wait(15_000)
    expect(shift.status?.state).toBe('ready')
  })
})
