import { describe, expect, it } from 'vitest'
import { deskCallsOf } from '../../../server/floor/views.ts'
import { Story } from './story.ts'

const plain = { number: null, display: '', name: null, withheld: false }

/** 201 talks with a customer of the queue, and asks 202 by a feature code: the customer waits in a bridge of their own. */
function consultation() {
  const story = new Story()
  const customer = story.customer()
  story.enters('support', customer)
  const first = story.rings(customer, '201')
  story.answers(customer, first, '201')
  story.happens({ type: 'channel.held', channelId: first, linkedId: customer })
  story.happens({ type: 'bridge.left', bridgeId: 'b1', channelId: first, linkedId: customer })
  const second = story.channel('PJSIP/202', { linkedId: customer })
  story.happens({ type: 'dial.began', callerId: first, calledId: second, called: null, dialString: '202' })
  story.state(second, 'ringing', customer)
  return { story, customer, first, second }
}

describe('a colleague asked about a customer', () => {
  it('has taken the offer, is busy and sees the call, but has not talked with the customer', () => {
    const { story, customer, first, second } = consultation()
    story.state(second, 'up', customer)
    story.bridge('b2', first, second, customer)

    expect(story.fact('offer.ended')).toMatchObject({ extension: '202', outcome: 'answered' })
    expect(story.call(customer).contacts.map((contact) => contact.extension)).toEqual(['201'])
    expect(story.agent('202')).toBe('talking')
    expect(deskCallsOf(story.floor, '202', () => plain)).toMatchObject([
      { callId: customer, state: 'talking', endedAt: null },
    ])
  })

  it('talks with the customer from the moment they are together', () => {
    const { story, customer, first, second } = consultation()
    story.state(second, 'up', customer)
    story.bridge('b2', first, second, customer)
    story.wait(5_000)
    story.happens({
      type: 'bridge.entered',
      bridgeId: 'b1',
      channelId: second,
      linkedId: customer,
      swappedFor: null,
      holding: false,
    })

    const [, contact] = story.call(customer).contacts
    expect(contact).toMatchObject({ extension: '202', beganAt: story.now })
    expect(contact?.offerId).toBe(story.fact('offer.ended').offerId)
  })

  it('was not answered for by whoever asked, when the phone stops ringing', () => {
    const { story, customer, second } = consultation()
    story.gone(second, customer)
    expect(story.fact('offer.ended')).toMatchObject({ extension: '202', outcome: 'withdrawn' })
    expect(story.agent('202')).toBe('free')
  })
})

describe('a conference made of a consultation', () => {
  function conference() {
    const { story, customer, first, second } = consultation()
    story.state(second, 'up', customer)
    story.bridge('b2', first, second, customer)
    story.bridge('b1', first, second, customer)
    const ids = { firstId: first, secondId: first, transfereeId: customer, targetId: second }
    story.happens({ type: 'transfer.attended', ok: true, ...ids, into: 'conference' })
    return { story, customer, first, second }
  }

  it('ends nobody’s talk, and the customer is on hold no more', () => {
    const { story, customer } = conference()
    const open = story.call(customer).contacts.filter((contact) => contact.endedAt === null)
    expect(open.map(({ extension, heldSince }) => [extension, heldSince])).toEqual([
      ['201', null],
      ['202', null],
    ])
  })

  it('is ended by the customer, though the agent who made it hung up before', () => {
    const { story, customer, first, second } = conference()
    story.asksToHangUp(first, customer)
    story.gone(first, customer)
    story.asksToHangUp(customer)
    story.gone(customer)
    story.gone(second, customer)
    expect(story.fact('contact.ended')).toMatchObject({ extension: '202', why: 'customerHungUp' })
    expect(story.fact('call.ended').end).toBe('customerHungUp')
  })

  it('keeps the agents busy who talk on without the customer', () => {
    const { story, customer, first, second } = conference()
    story.asksToHangUp(customer)
    story.gone(customer)
    expect([story.agent('201'), story.agent('202')]).toEqual(['talking', 'talking'])
    story.gone(first, customer)
    story.gone(second, customer)
    expect([story.agent('201'), story.agent('202')]).toEqual(['free', 'free'])
  })
})

describe('a call joined with a phone that still rings', () => {
  it('is the customer’s call there at once', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const first = story.rings(customer, '201')
    story.answers(customer, first, '201')
    const asking = story.channel('PJSIP/201', { exten: '202' })
    const second = story.channel('PJSIP/202', { linkedId: asking })
    story.happens({ type: 'dial.began', callerId: asking, calledId: second, called: null, dialString: '202' })
    const ids = { firstId: first, secondId: asking, transfereeId: customer, targetId: null }
    story.happens({ type: 'transfer.attended', ok: true, ...ids, into: 'application' })

    expect(story.call(customer).offers.at(-1)).toMatchObject({ extension: '202', outcome: 'ringing' })
    expect(story.call(asking).offers.at(-1)?.outcome).toBe('withdrawn')
    expect(deskCallsOf(story.floor, '202', () => plain).map(({ callId }) => callId)).toEqual([customer])
  })
})

describe('a call that is picked up at somebody else’s phone', () => {
  it('is theirs who picked it up, and the queue’s visit is answered', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const rung = story.rings(customer, '201')
    const taking = story.channel('PJSIP/202', { exten: '*8201' })
    story.happens({ type: 'pickup', channelId: taking, targetId: rung })
    story.gone(rung, customer, 26)
    story.bridge('b1', customer, taking, customer)

    const call = story.call(customer)
    expect(call.offers.map(({ extension, outcome }) => [extension, outcome])).toEqual([
      ['201', 'answeredElsewhere'],
    ])
    expect(call.contacts.map(({ extension, queue }) => [extension, queue])).toEqual([['202', 'support']])
    expect(call.visits.map(({ outcome }) => outcome)).toEqual(['answered'])
    expect(story.agent('201')).toBe('free')
    expect(story.agent('202')).toBe('talking')
  })
})
