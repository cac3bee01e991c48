import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../server/floor/events.ts'
import { createFloor, reduce } from '../../../server/floor/floor.ts'
import { floorFromJson, floorToJson } from '../../../server/floor/json.ts'
import type { Floor } from '../../../server/floor/state.ts'
import { queuesOf, queueView } from '../../../server/floor/views.ts'
import { Story } from './story.ts'

/** The floor's own channels and bridges, as a PBX that agrees with it would list them. */
function listed(
  floor: Floor,
  without: readonly string[] = [],
): Pick<Snapshot, 'channels' | 'bridges' | 'waiting'> {
  const alive = [...floor.channels.values()].filter((channel) => !without.includes(channel.channelId))
  return {
    channels: alive.map((channel) => ({ ...channel, startedAt: channel.appearedAt })),
    bridges: [...floor.bridges.values()].map(({ bridgeId, channelIds }) => ({
      bridgeId,
      channelIds: channelIds.filter((id) => !without.includes(id)),
    })),
    waiting: [...floor.queues.values()].flatMap((queue) =>
      queue.waiting
        .filter((caller) => !without.includes(caller.channelId))
        .map(({ channelId, since }, at) => ({ queue: queue.name, channelId, since, position: at + 1 })),
    ),
  }
}

function talking(): { story: Story; customer: string; phone: string } {
  const story = new Story()
  story.snapshot({})
  const customer = story.customer()
  story.enters('support', customer)
  const phone = story.rings(customer, '201')
  story.answers(customer, phone, '201')
  story.facts.length = 0
  return { story, customer, phone }
}

describe('after a gap', () => {
  it('a snapshot that agrees changes nothing', () => {
    const { story, customer } = talking()
    story.happens({ type: 'link.lost' })
    story.snapshot(listed(story.floor))
    expect(story.told()).toEqual(['link.gap'])
    expect(story.call(customer).contacts).toHaveLength(1)
  })

  it('who picked a call up stays in it, though the list has them under their own call still', () => {
    const story = new Story()
    story.snapshot({})
    const customer = story.customer()
    story.enters('support', customer)
    const rung = story.rings(customer, '201')
    const picking = story.channel('PJSIP/202', { state: 'up', exten: '*8' })
    story.happens({ type: 'pickup', channelId: picking, targetId: rung })
    story.happens({ type: 'link.lost' })
    story.snapshot(listed(story.floor))
    expect(story.floor.channels.get(picking)).toMatchObject({ linkedId: picking, callId: customer })

    story.gone(rung, customer)
    story.bridge('b1', customer, picking, customer)
    expect(story.call(customer).contacts).toMatchObject([{ extension: '202', endedAt: null }])
  })

  it('a call that ended unseen is ended as unknown, and its agent is free', () => {
    const { story, customer, phone } = talking()
    story.happens({ type: 'link.lost' })
    story.wait(10_000)
    story.snapshot(listed(story.floor, [customer, phone]))
    expect(story.fact('call.ended').end).toBe('unknown')
    expect(story.fact('contact.ended').why).toBe('unknown')
    expect(story.agent('201')).toBe('free')
    expect(story.floor.channels.size).toBe(0)
  })

  it('a PBX that was restarted has none of the old calls, even where ids agree', () => {
    const { story } = talking()
    story.happens({ type: 'link.lost' })
    story.snapshot({ ...listed(story.floor), channels: [], bridges: [], bootedAt: 1_000_000 })
    expect(story.fact('call.ended').end).toBe('cutOff')
  })

  it('a call that began and was answered unseen is found talking', () => {
    const { story: other, customer } = talking()
    const floor = createFloor({ shortAbandonMs: 5_000, trunks: [] })
    const stamp = { pbx: 'lab', at: other.now, arrivedAt: other.now }
    const desks = [...other.floor.agents.values()]
    reduce(floor, { ...stamp, type: 'desks.set', desks })
    const members = [...(other.floor.queues.get('support')?.members.values() ?? [])]
    const snapshot: Snapshot = {
      ...listed(other.floor),
      queues: ['support'],
      members,
      parked: [],
      bootedAt: 1,
    }
    const { facts } = reduce(floor, { ...stamp, type: 'snapshot', snapshot })
    expect(facts.map((fact) => fact.type)).toContain('contact.began')
    expect(floor.agents.get('201')?.state).toBe('talking')
    expect(floor.calls.get(customer)?.channelIds.size).toBe(2)
  })

  it('a caller who left the parking space unseen is parked no more, and one who was parked unseen is', () => {
    const { story, customer, phone } = talking()
    const other = story.customer('+4930231252')
    story.happens({
      type: 'parking.parked',
      channelId: customer,
      linkedId: customer,
      space: '701',
      parkedById: phone,
    })
    story.gone(phone, customer)
    story.happens({ type: 'link.lost' })
    story.snapshot({ ...listed(story.floor), bridges: [], parked: [{ channelId: other, space: '702' }] })
    expect([story.call(customer).parkedIn, story.call(other).parkedIn]).toEqual([null, '702'])
    expect(story.fact('call.unparked')).toMatchObject({ callId: customer, how: 'timedOut' })
    story.facts.length = 0
    story.snapshot({ ...listed(story.floor), bridges: [], parked: [{ channelId: other, space: '702' }] })
    expect(story.told()).toEqual([])
  })

  it('a caller who left a queue unseen did so for a reason that nobody knows', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    story.happens({ type: 'link.lost' })
    story.snapshot({ ...listed(story.floor), waiting: [] })
    story.wait(3_000)
    story.happens({ type: 'tick' })
    expect(story.fact('call.dequeued').outcome).toBe('unknown')
  })

  it('two callers who are parked do not talk with each other, nor does an agent who is parked', () => {
    const story = new Story()
    const customer = story.customer()
    const phone = story.rings(customer, '201')
    const bridges = [{ bridgeId: 'lot', channelIds: [customer, phone] }]
    const parked = [{ channelId: customer, space: '701' }]
    story.snapshot({ ...listed(story.floor), bridges, parked })
    expect(story.told()).not.toContain('contact.began')
    expect(story.call(customer).parkedIn).toBe('701')
  })

  it('a PBX speaks of its own members alone', () => {
    const { story } = talking()
    const stamp = { pbx: 'other', at: story.now, arrivedAt: story.now }
    const snapshot: Snapshot = {
      channels: [],
      bridges: [],
      queues: [],
      members: [],
      waiting: [],
      parked: [],
      bootedAt: 1,
    }
    reduce(story.floor, { ...stamp, type: 'snapshot', snapshot })
    reduce(story.floor, { ...stamp, type: 'member.removed', queue: 'support', interface: 'PJSIP/201' })
    expect(queueView(story.floor, 'support').agentsSignedIn).toBe(2)
    story.snapshot({ ...listed(story.floor), members: [] })
    expect(queueView(story.floor, 'support').agentsSignedIn).toBe(0)
  })

  it('a caller who was waiting and is now talking was answered meanwhile', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const phone = story.rings(customer, '201')
    const before = floorToJson(story.floor)
    story.answers(customer, phone, '201')
    const after = listed(story.floor)
    const floor = floorFromJson(structuredClone(before), { shortAbandonMs: 5_000, trunks: ['PJSIP/trunk'] })
    const members = [...(story.floor.queues.get('support')?.members.values() ?? [])]
    const snapshot: Snapshot = { ...after, queues: ['support'], members, parked: [], bootedAt: 1 }
    const { facts } = reduce(floor, {
      pbx: 'lab',
      at: story.now,
      arrivedAt: story.now,
      type: 'snapshot',
      snapshot,
    })
    expect(facts.find((fact) => fact.type === 'call.dequeued')).toMatchObject({ outcome: 'answered' })
    expect(floor.agents.get('201')?.state).toBe('talking')
  })
})

describe('a checkpoint', () => {
  it('gives the same floor back', () => {
    const { story } = talking()
    const json = floorToJson(story.floor)
    const restored = floorFromJson(structuredClone(json), { shortAbandonMs: 5_000, trunks: ['PJSIP/trunk'] })
    expect(floorToJson(restored)).toEqual(json)
  })
})

describe('desks and members', () => {
  it('whoever is told first, an agent is a member of their queues', () => {
    const story = new Story()
    story.member('late', 'Local/203@agent-phones/n', 'PJSIP/203')
    story.happens({
      type: 'desks.set',
      desks: [{ extension: '203', interfaces: ['PJSIP/203'], personId: 'person-203' }],
    })
    expect(queuesOf(story.floor, '203')).toEqual(['late'])
    expect(queueView(story.floor, 'late')).toMatchObject({ agentsFree: 1, agentsSignedIn: 1 })
  })
})
