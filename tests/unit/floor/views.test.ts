import { describe, expect, it } from 'vitest'
import type { RawParty } from '../../../server/floor/facts.ts'
import { foundOn } from '../../../server/floor/found.ts'
import { deskCall, floorCall, partIn, queueView, todayCall } from '../../../server/floor/views.ts'
import { foldCall, isCallFact } from '../../../server/history/fold-call.ts'
import type { CallDocument } from '../../../server/history/model.ts'
import { todayCall as todayCallOfHistory } from '../../../server/history/views.ts'
import { Story } from './story.ts'

const asIs = ({ number, name, restricted }: RawParty) => ({
  number,
  display: number ?? '',
  name,
  withheld: restricted,
})
const onDesk = (story: Story, callId: string, extension: string) =>
  deskCall(story.floor, story.call(callId), extension, asIs)

/** A customer who waited for and talks with 201; the customer's channel and the phone's. */
function talking(story: Story): { customer: string; phone: string } {
  const customer = story.customer()
  story.enters('support', customer)
  story.wait(20_000)
  const phone = story.rings(customer, '201')
  story.answers(customer, phone, '201')
  return { customer, phone }
}

/** 201 sends the customer to an agent, who answers. */
function handedOn(story: Story, customer: string, from: string, to: '201' | '202'): string {
  story.happens({
    type: 'transfer.blind',
    transfererId: from,
    transfereeId: customer,
    toExten: to,
    toContext: 'agents',
    ok: true,
  })
  for (const channelId of [from, customer])
    story.happens({ type: 'bridge.left', bridgeId: 'b1', channelId, linkedId: customer })
  story.gone(from, customer)
  const phone = story.channel(`PJSIP/${to}`, { linkedId: customer })
  story.happens({ type: 'dial.began', callerId: customer, calledId: phone, called: null, dialString: to })
  story.state(phone, 'ringing', customer)
  return phone
}

describe('how long a customer waits', () => {
  it('is told of the present queue while it rings', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const enteredAt = story.now
    story.wait(8_000)
    story.rings(customer, '201')
    expect(onDesk(story, customer, '201')).toMatchObject({ state: 'ringing', waitingSince: enteredAt })
  })

  it('is not told of whoever has talked and is handed on: they wait no longer than it rings', () => {
    const story = new Story()
    const { customer, phone } = talking(story)
    story.wait(600_000)
    handedOn(story, customer, phone, '202')
    expect(onDesk(story, customer, '202')).toMatchObject({ state: 'ringing', waitingSince: null })
  })

  it('is told from the start for a call that has only rung', () => {
    const story = new Story()
    const customer = story.customer()
    const began = story.now
    const phone = story.channel('PJSIP/201', { linkedId: customer })
    story.happens({
      type: 'dial.began',
      callerId: customer,
      calledId: phone,
      called: null,
      dialString: '201',
    })
    expect(onDesk(story, customer, '201')).toMatchObject({ state: 'ringing', waitingSince: began })
  })
})

describe('who has to do with a call', () => {
  const nina = { personId: 'person-201', extension: '201' }
  const boris = { personId: 'person-202', extension: '202' }
  const next = { personId: 'person-203', extension: '201' }
  const part = (story: Story, callId: string, who: { personId: string; extension: string | null }) =>
    partIn(story.floor, story.call(callId), who)

  it('is whoever sits where it rings, then who talks, and when it is over who talked and nobody else', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    expect(part(story, customer, nina)).toBeNull()
    const phone = story.rings(customer, '201')
    expect(part(story, customer, nina)).toBe('before')
    story.answers(customer, phone, '201')
    expect(part(story, customer, nina)).toBe('talking')
    expect(part(story, customer, { ...nina, extension: null })).toBeNull()
    story.gone(phone, customer)
    story.gone(customer)
    expect(part(story, customer, nina)).toBe('after')
    expect(part(story, customer, { ...nina, extension: '202' })).toBe('after')
    expect(part(story, customer, next)).toBeNull()
    expect(part(story, customer, boris)).toBeNull()
  })

  it('is nobody any more who hung up while the customer talks on with a colleague, nor who sits there next', () => {
    const story = new Story()
    const { customer, phone } = talking(story)
    const colleague = story.rings(customer, '202')
    story.answers(customer, colleague, '202')
    expect(part(story, customer, nina)).toBe('talking')
    story.gone(phone, customer)
    expect(story.call(customer).endedAt).toBeNull()
    expect(part(story, customer, nina)).toBeNull()
    expect(part(story, customer, next)).toBeNull()
    expect(part(story, customer, boris)).toBe('talking')
  })

  it('is nobody any more who handed it on, also when it is over', () => {
    const story = new Story()
    const { customer, phone } = talking(story)
    const second = handedOn(story, customer, phone, '202')
    expect(part(story, customer, nina)).toBeNull()
    expect(part(story, customer, boris)).toBe('before')
    story.state(second, 'up', customer)
    story.dialEnds(customer, second, 'answered')
    story.bridge('b1', customer, second, customer)
    story.gone(second, customer)
    story.gone(customer)
    expect(part(story, customer, nina)).toBeNull()
    expect(part(story, customer, boris)).toBe('after')
  })
})

describe('a parked caller', () => {
  it('is parked since they were, not since they called', () => {
    const story = new Story()
    const { customer } = talking(story)
    story.wait(60_000)
    const parking = { channelId: customer, linkedId: customer, space: '701', parkedById: null }
    story.happens({ type: 'parking.parked', ...parking })
    expect(floorCall(story.call(customer), asIs, null)).toMatchObject({ stage: 'parked', since: story.now })
  })
})

describe('a talk in one’s own day', () => {
  it('is all of an agent’s talks in the call, live and from history alike', () => {
    // given an agent who hands a customer on and gets them back
    const story = new Story()
    const { customer, phone } = talking(story)
    story.wait(60_000)
    const second = handedOn(story, customer, phone, '202')
    story.state(second, 'up', customer)
    story.dialEnds(customer, second, 'answered')
    story.bridge('b1', customer, second, customer)
    story.wait(5_000)
    const third = handedOn(story, customer, second, '201')
    story.state(third, 'up', customer)
    story.dialEnds(customer, third, 'answered')
    story.bridge('b1', customer, third, customer)
    story.wait(30_000)
    story.asksToHangUp(customer)
    story.gone(third, customer)
    story.gone(customer)

    const live = todayCall(story.call(customer), '201', asIs, null)
    const stored = story.facts.filter(isCallFact).reduce<CallDocument | null>(foldCall, null)
    if (stored === null) throw new Error('no call')
    expect(live?.talkMs).toBeGreaterThan(90_000)
    expect(live?.talkMs).toBeLessThan(95_000)
    expect(todayCallOfHistory(stored, 'person-201', story.now, asIs)?.talkMs).toBe(live?.talkMs)
  })
})

describe('a visit that was settled late', () => {
  it('ends in history when the caller left, not when it was known why', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const enteredAt = story.now
    story.wait(20_000)
    story.happens({ type: 'queue.left', queue: 'support', channelId: customer, linkedId: customer })
    const leftAt = story.now
    story.wait(3_000)
    story.happens({ type: 'tick' })
    story.gone(customer)

    const stored = story.facts.filter(isCallFact).reduce<CallDocument | null>(foldCall, null)
    expect(stored?.visits).toMatchObject([{ enteredAt, leftAt }])
  })
})

describe('a queue of Local members', () => {
  it('counts whoever is nobody’s desk by now, or paused, as not free', () => {
    // given members as FreePBX writes them, without the phone's own state
    const story = new Story()
    const [one, two] = ['Local/201@from-queue/n', 'Local/202@from-queue/n']
    story.member('sales', one, '')
    story.member('sales', two, '')
    expect(queueView(story.floor, 'sales')).toMatchObject({ agentsFree: 2, agentsSignedIn: 2 })
    // when one pauses and the other signs out
    const queue = story.floor.queues.get('sales')
    const member = queue?.members.get(one)
    if (!member) throw new Error('no member')
    story.happens({ type: 'member.set', member: { ...member, paused: true, pauseReason: 'lunch' } })
    story.happens({
      type: 'desks.set',
      desks: ['201', '202'].map((extension) => ({
        extension,
        interfaces: [`PJSIP/${extension}`],
        personId: extension === '202' ? null : `person-${extension}`,
      })),
    })
    // then
    expect(queueView(story.floor, 'sales')).toMatchObject({ agentsFree: 0, agentsSignedIn: 1 })
  })

  it('an agent who is a member by two phones counts once, by the one in use', () => {
    const story = new Story()
    story.member('support', 'PJSIP/201-web')
    const desk = story.floor.queues.get('support')?.members.get('PJSIP/201')
    if (!desk) throw new Error('no member')
    const other = { ...desk, paused: true, pauseReason: 'ringcard:other-device' }
    story.happens({ type: 'member.set', member: other })
    expect(queueView(story.floor, 'support')).toMatchObject({ agentsFree: 2, agentsSignedIn: 2 })
    expect(story.floor.agents.get('201')).toMatchObject({ state: 'free', paused: false })
    const { queues } = foundOn(story.floor, (device) => device)
    expect(queues[0]?.members.map((one) => one.interface)).toEqual(['PJSIP/202', 'PJSIP/201-web'])
  })
})
