import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ownReasons } from '../../../server/agents/status.ts'
import { browser, Shift } from './shift.ts'

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

const sign = (queue: string, signedIn: boolean, isOwn = true) =>
  shift.agents.signInTo('201', { queue, signedIn }, isOwn)
const standing = () =>
  Object.fromEntries(shift.status?.queues.map(({ queue, standing: is }) => [queue, is]) ?? [])

/** Nobody sits at desk 201 any more, or 201's person again. */
async function sits(personId: string | null): Promise<void> {
  shift.agents.seats(shift.desks().map((desk) => (desk.extension === '201' ? { ...desk, personId } : desk)))
  await shift.wait(1_200)
}

describe('an agent who signs in to single queues', () => {
  it('is a member of those alone, until the desk is left', async () => {
    expect(shift.status?.queues).toEqual([
      { queue: 'sales', standing: 'in', mayChoose: true },
      { queue: 'support', standing: 'in', mayChoose: false },
    ])
    await sign('sales', false)
    expect(standing()).toEqual({ sales: 'out', support: 'in' })
    expect(shift.paused()).toEqual({ support: false })
    await sign('sales', true)
    expect(standing()).toEqual({ sales: 'in', support: 'in' })
    expect(shift.membership).toEqual(['-sales PJSIP/201', '+sales PJSIP/201'])
    await sits(null)
    // What the PBX itself had stays; what was joined here is over.
    expect(shift.paused()).toEqual({ support: ownReasons.offline })
  })

  it('and asked for it twice has joined all the same: the next at the desk does not have that queue', async () => {
    await sign('sales', false)
    await sign('sales', true)
    await sign('sales', true, false)
    await sits(null)
    await shift.wait(1_200)
    expect(shift.paused()).toEqual({ support: ownReasons.offline })
  })

  it('joins paused where they are on a break, and by the phone in use', async () => {
    await sign('sales', false)
    shift.agents.choose('201', { state: 'break', reasonId: 'lunch' }, { by: 'agent', byPersonId: null })
    shift.agents.useDevice('201', browser)
    await sign('sales', true)
    await shift.wait(1_200)
    expect(shift.paused()).toMatchObject({ sales: ownReasons.otherDevice })
    expect(shift.paused(browser)).toMatchObject({ sales: 'lunch' })
    await sign('sales', false)
    expect(shift.paused(browser)).not.toHaveProperty('sales')
  })

  it('may only where the rules let them; a supervisor may for them', async () => {
    await expect(sign('support', false)).rejects.toMatchObject({ code: 'queue.not_open' })
    await sign('support', false, false)
    expect(standing()).toEqual({ sales: 'in' })
    await expect(sign('nowhere', true, false)).rejects.toMatchObject({ code: 'queue.unknown' })
    await sign('support', true, false)
    expect(standing()).toEqual({ sales: 'in', support: 'in' })
  })

  it('whose desk is left before the PBX has done it is taken out again', async () => {
    await sign('sales', false)
    const asked = sign('sales', true)
    await sits(null)
    await asked
    await shift.wait(1_200)
    expect(shift.paused()).toEqual({ support: ownReasons.offline })
    expect(shift.kept.at(-1)?.queues).toEqual([])
  })

  it('is told what the PBX refuses, and nothing of it is kept', async () => {
    await sign('sales', false)
    shift.obedience = 'refuses'
    await expect(sign('sales', true)).rejects.toMatchObject({ code: 'queue.refused' })
    expect(standing()).toEqual({ sales: 'out', support: 'in' })
    expect(shift.kept.at(-1)?.queues).toEqual([])
  })
})

describe('a phone that a file of the PBX names', () => {
  beforeEach(async () => {
    shift.inFiles.add('PJSIP/201')
    await sign('sales', false)
    await shift.settled()
  })

  it('is only paused in that queue, whatever the status becomes', async () => {
    expect(standing()).toEqual({ sales: 'pausedOnly', support: 'in' })
    expect(shift.paused()).toEqual({ sales: ownReasons.leftQueue, support: false })
    shift.agents.choose('201', { state: 'break', reasonId: 'lunch' }, { by: 'agent', byPersonId: null })
    await shift.settled()
    expect(shift.paused()).toEqual({ sales: ownReasons.leftQueue, support: 'lunch' })
    // A break at the PBX is one in the queues that they are signed in to.
    shift.agents.choose('201', { state: 'ready' }, { by: 'agent', byPersonId: null })
    await shift.settled()
    shift.pbxSets('support', true, 'smoke')
    expect(shift.status).toMatchObject({ state: 'break', by: 'pbx' })
    await sign('sales', true)
    await shift.settled()
    expect(standing()).toEqual({ sales: 'in', support: 'in' })
    expect(shift.paused()).toEqual({ sales: 'smoke', support: 'smoke' })
  })

  it('is back when somebody at the PBX says so, and when the desk is left', async () => {
    shift.pbxSets('sales', false)
    await shift.settled()
    expect(standing()).toEqual({ sales: 'in', support: 'in' })
    expect(shift.status).toMatchObject({ state: 'ready', by: 'agent' })
    await sign('sales', false)
    await sits(null)
    await sits('person-201')
    expect(standing()).toEqual({ sales: 'in', support: 'in' })
    expect(shift.paused()).toEqual({ sales: false, support: false })
  })
})

it('Who is put into a queue, or out of one, at the PBX is shown there within two seconds', async () => {
  await sign('sales', false)
  await sign('sales', true)
  shift.floor((story) => story.happens({ type: 'member.removed', queue: 'sales', interface: 'PJSIP/201' }))
  await shift.wait(2_000)
  expect(standing()).toEqual({ sales: 'out', support: 'in' })
  shift.changed.length = 0
  shift.pbxSets('returns', false)
  await shift.wait(2_000)
  expect(shift.changed).toContain('201')
  expect(standing()).toMatchObject({ returns: 'in' })
  // It was not joined here, so it stays when the desk is left.
  await sits(null)
  expect(shift.paused()).toHaveProperty('returns')
})
