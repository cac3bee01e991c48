import { describe, expect, it } from 'vitest'
import { Story } from './story.ts'

function dials(story: Story, exten: string): { agent: string; far: string } {
  const agent = story.channel('PJSIP/201', { exten, callerNumber: '201', callerName: 'Nina' })
  const far = story.channel('PJSIP/trunk', { linkedId: agent })
  story.happens({ type: 'dial.began', callerId: agent, calledId: far, called: null, dialString: null })
  return { agent, far }
}

describe('a call to the outside', () => {
  it('answered: the agent has a contact with the customer', () => {
    const story = new Story()
    const { agent, far } = dials(story, '03023125555')
    expect(story.agent('201')).toBe('talking')
    story.dialEnds(agent, far, 'answered')
    story.bridge('b1', agent, far, agent)
    story.asksToHangUp(far, agent)
    story.gone(far, agent)
    story.gone(agent)
    expect(story.fact('call.started')).toMatchObject({
      direction: 'outbound',
      party: { number: '03023125555' },
    })
    expect(story.fact('contact.began')).toMatchObject({ extension: '201', offerId: null })
    expect(story.fact('call.ended').end).toBe('customerHungUp')
  })

  it.each([
    ['busy', 'busy'],
    ['notAnswered', 'notAnswered'],
    ['congested', 'refused'],
  ] as const)('%s by the far end ends as %s', (outcome, end) => {
    const story = new Story()
    const { agent, far } = dials(story, '03023125555')
    story.dialEnds(agent, far, outcome)
    story.gone(far, agent, 17)
    story.gone(agent)
    expect(story.fact('call.ended').end).toBe(end)
    expect(story.call(agent).contacts).toHaveLength(0)
  })
})

describe('agent to agent', () => {
  it('is an offer to the one called, and a contact for both', () => {
    const story = new Story()
    const caller = story.channel('PJSIP/201', { exten: '202', callerNumber: '201', callerName: 'Nina' })
    const called = story.channel('PJSIP/202', { linkedId: caller })
    story.happens({ type: 'dial.began', callerId: caller, calledId: called, called: null, dialString: null })
    expect(story.fact('offer.made').extension).toBe('202')
    story.dialEnds(caller, called, 'answered')
    story.bridge('b1', caller, called, caller)
    expect(story.call(caller).direction).toBe('internal')
    expect(
      story
        .call(caller)
        .contacts.map((contact) => contact.extension)
        .sort(),
    ).toEqual(['201', '202'])
    expect([story.agent('201'), story.agent('202')]).toEqual(['talking', 'talking'])
  })

  it('becomes part of the customer’s call when the consultation is completed', () => {
    const { story, customer, first, second, target } = consultationCompleted()
    story.happens({
      type: 'bridge.entered',
      bridgeId: 'b1',
      channelId: target,
      linkedId: customer,
      swappedFor: first,
      holding: false,
    })
    story.gone(first, customer)
    story.gone(second)
    story.asksToHangUp(customer)
    story.gone(target, customer)
    story.gone(customer)
    expect(story.fact('call.merged')).toMatchObject({ callId: customer, mergedId: second })
    expect(story.call(customer).contacts.map((contact) => contact.extension)).toEqual(['201', '202'])
    expect(story.told().filter((type) => type === 'call.ended')).toHaveLength(1)
    expect([story.agent('201'), story.agent('202')]).toEqual(['free', 'free'])
  })

  it('keeps its second agent when Asterisk tells only later that they are in the customer’s call', () => {
    const { story, customer, first, second, target } = consultationCompleted()
    story.happens({ type: 'bridge.left', bridgeId: 'b1', channelId: customer, linkedId: customer })
    story.happens({
      type: 'bridge.entered',
      bridgeId: 'b2',
      channelId: customer,
      linkedId: customer,
      swappedFor: second,
      holding: false,
    })
    story.state(target, 'up', customer)
    story.gone(first, customer)
    story.gone(second, customer)
    expect([story.agent('201'), story.agent('202')]).toEqual(['free', 'talking'])
    expect(story.call(customer).contacts.map(({ extension, why }) => [extension, why])).toEqual([
      ['201', 'transferred'],
      ['202', null],
    ])
  })
  it('is the customer’s call from then on, though the agents were talking before the customer came', () => {
    const story = new Story()
    const first = story.channel('PJSIP/201', { exten: '202' })
    const colleague = story.channel('PJSIP/202', { linkedId: first })
    story.happens({
      type: 'dial.began',
      callerId: first,
      calledId: colleague,
      called: null,
      dialString: null,
    })
    story.dialEnds(first, colleague, 'answered')
    story.bridge('b1', first, colleague, first)
    const customer = story.customer('+4930231259')
    story.happens({
      type: 'call.learnt',
      channelId: customer,
      linkedId: customer,
      account: '100234',
      digits: null,
    })
    story.enters('support', customer)
    const second = story.rings(customer, '201')
    story.answers(customer, second, '201')
    story.facts.length = 0
    story.happens({
      type: 'bridge.entered',
      bridgeId: 'b1',
      channelId: customer,
      linkedId: first,
      swappedFor: first,
      holding: false,
    })
    story.happens({
      type: 'transfer.attended',
      ok: true,
      firstId: second,
      secondId: first,
      transfereeId: customer,
      targetId: colleague,
    })
    story.gone(second, customer)
    story.gone(first)
    const party = { number: '+4930231259', name: 'Olena', restricted: false }
    expect(story.fact('call.identified')).toMatchObject({ callId: first, direction: 'inbound', party })
    expect(story.fact('call.identified')).toMatchObject({ dialled: '101', cameFrom: customer })
    expect(story.fact('call.learnt')).toMatchObject({ callId: first, account: '100234' })
    expect(story.call(first)).toMatchObject({ customerChannelId: customer, direction: 'inbound', party })
    expect(story.fact('call.merged')).toMatchObject({ callId: first, mergedId: customer })
    expect([story.agent('201'), story.agent('202')]).toEqual(['free', 'talking'])
    story.asksToHangUp(customer, first)
    story.gone(colleague, first)
    story.gone(customer, first)
    expect(story.fact('call.ended')).toMatchObject({ callId: first, end: 'customerHungUp' })
    expect(story.fact('contact.ended')).toMatchObject({ extension: '202', why: 'customerHungUp' })
  })
})

/** A customer's call at 201, who asks 202 and then joins them; what follows is Asterisk's, in one of its orders. */
function consultationCompleted() {
  const story = new Story()
  const customer = story.customer()
  const first = story.rings(customer, '201')
  story.answers(customer, first, '201')
  const second = story.channel('PJSIP/201', { exten: '202' })
  const target = story.channel('PJSIP/202', { linkedId: second })
  story.happens({ type: 'dial.began', callerId: second, calledId: target, called: null, dialString: null })
  story.dialEnds(second, target, 'answered')
  story.bridge('b2', second, target, second)
  story.happens({
    type: 'transfer.attended',
    ok: true,
    firstId: first,
    secondId: second,
    transfereeId: customer,
    targetId: target,
  })
  return { story, customer, first, second, target }
}
