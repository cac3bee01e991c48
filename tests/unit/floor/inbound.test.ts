import { describe, expect, it } from 'vitest'
import { Story } from './story.ts'

describe('a call through a queue', () => {
  it('is offered, answered and ended, each told once', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const phone = story.rings(customer, '201')
    expect(story.agent('201')).toBe('ringing')
    story.answers(customer, phone, '201')
    expect(story.agent('201')).toBe('talking')
    story.asksToHangUp(customer)
    story.gone(phone, customer)
    story.gone(customer)

    expect(story.told()).toEqual([
      'call.started',
      'call.queued',
      'offer.made',
      'offer.ended',
      'call.dequeued',
      'contact.began',
      'contact.ended',
      'call.ended',
    ])
    expect(story.fact('call.dequeued').outcome).toBe('answered')
    expect(story.fact('offer.ended').outcome).toBe('answered')
    expect(story.fact('contact.ended').why).toBe('customerHungUp')
    expect(story.fact('call.ended').end).toBe('customerHungUp')
    expect(story.agent('201')).toBe('free')
    expect(story.floor.channels.size).toBe(0)
    expect(story.floor.bridges.size).toBe(0)
  })

  it('that refuses the caller at the door ends as refused, unless something came of it', () => {
    const refusedCall = () => {
      const story = new Story()
      const customer = story.customer()
      story.happens({ type: 'queue.result', channelId: customer, result: 'refused' })
      return { story, customer }
    }
    const { story, customer } = refusedCall()
    story.asksToHangUp(customer)
    story.gone(customer)
    expect(story.told()).toEqual(['call.started', 'call.ended'])
    expect(story.fact('call.ended').end).toBe('refused')
    // Another queue took them in.
    const other = refusedCall()
    other.story.enters('support', other.customer)
    other.story.wait(6_000)
    other.story.asksToHangUp(other.customer)
    other.story.gone(other.customer)
    expect(other.story.fact('call.ended').end).toBe('abandoned')
  })

  it('rings everybody, and is withdrawn from those who did not answer', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const first = story.rings(customer, '201')
    const second = story.rings(customer, '202')
    story.state(second, 'up', customer)
    story.dialEnds(customer, second, 'answered')
    // Asterisk tears the loser down before it says that the winner was connected.
    story.dialEnds(customer, first, 'cancelled')
    expect(story.fact('offer.ended')).toMatchObject({ extension: '201', outcome: 'answeredElsewhere' })
    story.gone(first, customer, 26)
    story.answers(customer, second, '202')
    expect(story.call(customer).offers.map((offer) => offer.outcome)).toEqual([
      'answeredElsewhere',
      'answered',
    ])
    expect(story.agent('201')).toBe('free')
  })

  it('goes on to the next agent when the first does not answer', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const first = story.rings(customer, '201')
    story.happens({
      type: 'queue.notAnswered',
      queue: 'support',
      channelId: customer,
      linkedId: customer,
      interface: 'PJSIP/201',
      ringMs: 12_000,
    })
    expect(story.fact('offer.ended')).toMatchObject({ extension: '201', outcome: 'notAnswered' })
    story.gone(first, customer)
    const second = story.rings(customer, '202')
    story.answers(customer, second, '202')
    expect(story.call(customer).visits).toHaveLength(1)
    expect(story.call(customer).offers.map((offer) => offer.outcome)).toEqual(['notAnswered', 'answered'])
  })

  it.each([
    [3_000, 'shortAbandon'],
    [6_000, 'abandoned'],
  ])('abandoned after %i ms is a %s, and the ringing stops', (waited, outcome) => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const phone = story.rings(customer, '201')
    story.wait(waited - 1_000)
    story.asksToHangUp(customer)
    story.happens({ type: 'queue.gaveUp', queue: 'support', channelId: customer, linkedId: customer })
    story.happens({ type: 'queue.left', queue: 'support', channelId: customer, linkedId: customer })
    story.dialEnds(customer, phone, 'cancelled')
    story.gone(phone, customer)
    story.gone(customer)
    expect(story.fact('call.dequeued').outcome).toBe(outcome)
    expect(story.fact('offer.ended').outcome).toBe('callerGone')
    expect(story.fact('call.ended').end).toBe('abandoned')
  })

  it('overflows into another queue: one call, two visits', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('sales', customer)
    story.happens({ type: 'queue.gaveUp', queue: 'sales', channelId: customer, linkedId: customer })
    story.happens({ type: 'queue.left', queue: 'sales', channelId: customer, linkedId: customer })
    story.enters('support', customer)
    expect(story.call(customer).visits.map(({ queue, outcome }) => [queue, outcome])).toEqual([
      ['sales', 'timedOut'],
      ['support', 'waiting'],
    ])
    expect(story.floor.queues.get('sales')?.waiting).toHaveLength(0)
    expect(story.floor.queues.get('support')?.waiting).toHaveLength(1)
  })

  it('left by a key ends in voicemail', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('sales', customer)
    story.happens({ type: 'queue.left', queue: 'sales', channelId: customer, linkedId: customer })
    story.happens({
      type: 'channel.application',
      channelId: customer,
      linkedId: customer,
      application: 'VoiceMail',
      exten: '190',
    })
    story.asksToHangUp(customer)
    story.gone(customer)
    expect(story.fact('call.dequeued').outcome).toBe('leftByKey')
    expect(story.fact('call.ended').end).toBe('voicemail')
  })

  it('was ended by the agent who hung up, though the Local channel before their phone goes first', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const name = 'Local/201@agents-00000001'
    const one = story.channel('Local/201@agents;1', { linkedId: customer, name: `${name};1` })
    const two = story.channel('Local/201@agents;2', { linkedId: customer, name: `${name};2` })
    story.happens({ type: 'local.bridged', oneId: one, twoId: two, linkedId: customer })
    const phone = story.rings(customer, '201')
    story.state(phone, 'up', customer)
    story.bridge('b1', two, phone, customer)
    story.bridge('b2', customer, one, customer)
    story.asksToHangUp(phone, customer)
    story.gone(two, customer)
    story.gone(phone, customer)
    story.gone(one, customer)
    story.gone(customer)
    expect(story.fact('contact.ended').why).toBe('agentHungUp')
    expect(story.fact('call.ended').end).toBe('agentHungUp')
  })

  it('is one offer for an agent with two devices, until the last of them refuses', () => {
    const story = new Story()
    const customer = story.customer()
    const desk = story.channel('PJSIP/201', { linkedId: customer })
    const web = story.channel('PJSIP/201-web', { linkedId: customer })
    for (const calledId of [desk, web]) {
      story.happens({ type: 'dial.began', callerId: customer, calledId, called: null, dialString: null })
    }
    story.dialEnds(customer, desk, 'busy')
    story.gone(desk, customer, 21)
    expect(story.told().filter((type) => type.startsWith('offer'))).toEqual(['offer.made'])
    expect(story.agent('201')).toBe('ringing')
    story.dialEnds(customer, web, 'notAnswered')
    expect(story.fact('offer.ended').outcome).toBe('busy')
    expect(story.call(customer).offers).toHaveLength(1)
  })

  it('a phone that refuses says so by its cause, though the queue calls it not answered', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const phone = story.rings(customer, '201')
    story.happens({
      type: 'channel.hangupAsked',
      channelId: phone,
      linkedId: customer,
      by: 'farEnd',
      cause: 21,
    })
    story.dialEnds(customer, phone, 'notAnswered')
    story.gone(phone, customer, 21)
    expect(story.fact('offer.ended').outcome).toBe('declined')
    expect(story.told().filter((type) => type === 'offer.ended')).toHaveLength(1)
  })

  it('is offered once to a phone that refuses each second, until it really rings', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    for (let attempt = 0; attempt < 3; attempt++) {
      const phone = story.channel('PJSIP/201', { linkedId: customer })
      story.happens({
        type: 'dial.began',
        callerId: customer,
        calledId: phone,
        called: null,
        dialString: null,
      })
      story.dialEnds(customer, phone, 'busy')
      story.gone(phone, customer, 17)
    }
    expect(story.call(customer).offers).toMatchObject([{ outcome: 'busy', attempts: 3 }])
    const phone = story.rings(customer, '201')
    expect(story.call(customer).offers.map((offer) => offer.outcome)).toEqual(['busy', 'ringing'])
    story.answers(customer, phone, '201')
    expect(story.agent('201')).toBe('talking')
  })
})

describe('hold and blind transfer', () => {
  it('counts what was held, also when the resume never comes', () => {
    const story = new Story()
    const customer = story.customer()
    const phone = story.rings(customer, '201')
    story.answers(customer, phone, '201')
    story.happens({ type: 'channel.held', channelId: phone, linkedId: customer })
    story.wait(4_900)
    story.happens({ type: 'channel.resumed', channelId: phone, linkedId: customer })
    expect(story.fact('contact.resumed').heldMs).toBe(5_000)
    story.happens({ type: 'channel.held', channelId: phone, linkedId: customer })
    story.wait(1_900)
    story.gone(phone, customer)
    expect(story.fact('contact.ended').heldMs).toBe(7_000)
  })

  it('sends the customer to another agent: one call, two contacts', () => {
    const story = new Story()
    const customer = story.customer()
    const first = story.rings(customer, '201')
    story.answers(customer, first, '201')
    story.happens({
      type: 'transfer.blind',
      ok: true,
      transfererId: first,
      transfereeId: customer,
      toExten: '202',
      toContext: 'agents-out',
    })
    expect(story.fact('contact.ended').why).toBe('transferred')
    story.asksToHangUp(first, customer)
    story.gone(first, customer)
    const second = story.channel('PJSIP/202', { linkedId: customer })
    story.happens({
      type: 'dial.began',
      callerId: customer,
      calledId: second,
      called: null,
      dialString: null,
    })
    story.dialEnds(customer, second, 'answered')
    story.bridge('b2', customer, second, customer)
    story.asksToHangUp(second, customer)
    story.gone(second, customer)
    story.gone(customer)
    expect(story.call(customer).contacts.map((contact) => contact.extension)).toEqual(['201', '202'])
    expect(story.fact('call.ended').end).toBe('agentHungUp')
  })
})

describe('a parking lot', () => {
  it('is no conversation, whoever else is in it', () => {
    const story = new Story()
    const customer = story.customer()
    const phone = story.rings(customer, '201')
    for (const channelId of [customer, phone]) {
      story.happens({
        type: 'bridge.entered',
        bridgeId: 'lot',
        channelId,
        linkedId: customer,
        swappedFor: null,
        holding: true,
      })
    }
    expect(story.told()).not.toContain('contact.began')
    story.bridge('b1', customer, phone, customer)
    expect(story.fact('contact.began').extension).toBe('201')
  })
  it('was left by the caller who hung up in it, once, whether Asterisk says so before or after the hang-up', () => {
    for (const isSaidFirst of [true, false]) {
      const story = new Story()
      const customer = story.customer()
      const place = { channelId: customer, linkedId: customer }
      const gaveUp = () => story.happens({ type: 'parking.ended', ...place, how: 'gaveUp', byId: null })
      story.happens({ type: 'parking.parked', ...place, space: '701', parkedById: null })
      if (isSaidFirst) gaveUp()
      story.gone(customer)
      if (!isSaidFirst) gaveUp()
      const parking = story.told().filter((type) => type === 'call.parked' || type === 'call.unparked')
      expect(parking).toEqual(['call.parked', 'call.unparked'])
      expect(story.fact('call.unparked').how).toBe('gaveUp')
    }
  })
})
