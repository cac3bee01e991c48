import { describe, expect, it } from 'vitest'
import type { ChannelInfo, Snapshot } from '../../../server/floor/events.ts'
import type { Channel, Floor } from '../../../server/floor/state.ts'
import { Story } from './story.ts'

type Listed = Snapshot['channels'][number]

/** The floor's own channels as a PBX lists them, save those that have changed or gone. */
function listed(floor: Floor, changed: Readonly<Record<string, Partial<Channel> | null>> = {}): Listed[] {
  return [...floor.channels.values()].flatMap((channel) => {
    const changes = changed[channel.channelId]
    return changes === null ? [] : [{ ...channel, ...changes, startedAt: channel.appearedAt }]
  })
}

/** A channel that came while nobody listened. */
function unheard(story: Story, device: string, linkedId: string, more: Partial<ChannelInfo> = {}): Listed {
  return {
    channelId: `lab:unheard-${device}`,
    linkedId,
    name: `${device}-000000aa`,
    device,
    localHalf: null,
    state: 'up',
    callerNumber: null,
    callerName: null,
    callerRestricted: false,
    exten: null,
    context: null,
    application: null,
    startedAt: story.now,
    ...more,
  }
}

/** The link is cut for ten seconds. */
function cut(story: Story): void {
  story.happens({ type: 'link.lost' })
  story.wait(10_000)
}

const bridge = (...channelIds: string[]) => [{ bridgeId: 'b9', channelIds }]

describe('what the record told whole', () => {
  it('leaves nothing unknown of what comes next, though a list knows who calls and the record does not', () => {
    const story = new Story()
    story.snapshot({})
    const customer = story.customer(undefined, { callerNumber: null })
    story.enters('support', customer)
    const phone = story.rings(customer, '201')
    story.answers(customer, phone, '201')
    cut(story)
    // And the list has the next phone answered, which the events after it tell as well.
    const next = story.rings(customer, '202')
    const channels = listed(story.floor, {
      [customer]: { callerNumber: '+4930231251' },
      [next]: { state: 'up' },
    })
    const record = { told: 'whole', until: story.now } as const
    const bridges = [{ bridgeId: 'b1', channelIds: [customer, phone] }]
    story.snapshot({ channels, bridges, record })
    story.asksToHangUp(phone, customer)
    story.gone(phone, customer)
    expect(story.fact('contact.ended').why).toBe('agentHungUp')
  })

  it('is doubted only in the call of which the list says otherwise', () => {
    const story = new Story()
    story.snapshot({})
    const [doubted, sure] = ['201', '202'].map((extension) => {
      const customer = story.customer()
      story.enters('support', customer)
      const phone = story.rings(customer, extension)
      story.answers(customer, phone, extension)
      return { customer, phone }
    })
    if (!doubted || !sure) throw new Error('there are two calls')
    cut(story)
    const record = { told: 'whole', until: story.now } as const
    // The list has the first agent in no bridge, of which the record told nothing.
    const bridges = [{ bridgeId: 'b1', channelIds: [doubted.customer, sure.customer, sure.phone] }]
    story.snapshot({ channels: listed(story.floor), bridges, record })
    for (const { customer, phone } of [doubted, sure]) {
      story.asksToHangUp(phone, customer)
      story.gone(phone, customer)
    }
    const why = (callId: string) => story.call(callId).contacts.map((contact) => contact.why)
    expect([why(doubted.customer), why(sure.customer)]).toEqual([['unknown'], ['agentHungUp']])
  })

  it('holds of a caller whose coming to the queue was told a moment before the list, which has it after', () => {
    const story = new Story()
    story.snapshot({})
    const customer = story.customer()
    cut(story)
    const record = { told: 'whole', until: story.now } as const
    const entered = {
      type: 'queue.entered',
      queue: 'support',
      channelId: customer,
      linkedId: customer,
    } as const
    story.happens({ ...entered, position: 1, recorded: true })
    story.wait(-100)
    story.snapshot({ channels: listed(story.floor), record })
    story.wait(-100)
    story.happens({ ...entered, position: 1 })
    expect(story.call(customer).visits.map(({ outcome }) => outcome)).toEqual(['waiting'])
  })

  it('names the parking space that the list has in place of the lot, and is no second parking', () => {
    const story = new Story()
    const customer = story.customer()
    const parked = {
      type: 'parking.parked',
      channelId: customer,
      linkedId: customer,
      parkedById: null,
    } as const
    story.happens({ ...parked, space: 'default' })
    cut(story)
    story.snapshot({ channels: listed(story.floor), parked: [{ channelId: customer, space: '701' }] })
    expect(story.call(customer).parkedIn).toBe('701')
    expect(story.told().filter((type) => type === 'call.parked')).toHaveLength(1)
  })
})

describe('what happened while nobody listened', () => {
  it('a caller who is found waiting entered the queue when the PBX says', () => {
    const story = new Story()
    const customer = story.customer()
    const since = story.now + 3_000
    cut(story)
    story.snapshot({
      channels: listed(story.floor),
      waiting: [{ queue: 'support', channelId: customer, position: 1, since }],
    })
    expect(story.fact('call.queued').at).toBe(since)
  })

  it('a call whose legs were all exchanged lives on', () => {
    const story = new Story()
    const customer = story.customer()
    cut(story)
    const phone = unheard(story, 'PJSIP/201', customer)
    const trunk = unheard(story, 'PJSIP/trunk', customer)
    story.snapshot({ channels: [phone, trunk], bridges: bridge(phone.channelId, trunk.channelId) })
    expect(story.told()).not.toContain('call.ended')
    expect(story.call(customer).endedAt).toBeNull()
    expect(story.agent('201')).toBe('talking')
  })

  it('a phone that was dialled is offered the call as soon as it rings', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const waiting = [{ queue: 'support', channelId: customer, position: 1, since: story.now }]
    cut(story)
    const phone = unheard(story, 'PJSIP/201', customer, { state: 'down' })
    story.snapshot({ channels: [...listed(story.floor), phone], waiting })
    expect(story.agent('201')).toBe('free')
    story.state(phone.channelId, 'ringing', customer)
    expect(story.fact('offer.made')).toMatchObject({ extension: '201', queue: 'support' })
    expect(story.agent('201')).toBe('ringing')
  })

  it('a customer who was called and answered is the customer', () => {
    const story = new Story()
    const phone = story.channel('PJSIP/201', { exten: '03023125902', state: 'dialling' })
    cut(story)
    const trunk = unheard(story, 'PJSIP/trunk', phone)
    story.snapshot({
      channels: [...listed(story.floor), trunk],
      bridges: bridge(phone, trunk.channelId),
    })
    expect(story.call(phone).customerChannelId).toBe(trunk.channelId)
    story.wait(5_000)
    story.asksToHangUp(trunk.channelId, phone)
    story.gone(trunk.channelId, phone)
    story.gone(phone)
    expect(story.fact('call.ended').end).toBe('customerHungUp')
  })

  it('a caller who came to the mailbox ends there', () => {
    const story = new Story()
    const customer = story.customer()
    cut(story)
    story.snapshot({ channels: listed(story.floor, { [customer]: { application: 'VoiceMail' } }) })
    story.gone(customer)
    expect(story.fact('call.ended').end).toBe('voicemail')
  })

  it('the halves of a Local channel of which one was known belong together', () => {
    const story = new Story()
    const customer = story.customer()
    const name = 'Local/201@agents-00000007'
    const one = story.channel('Local/201@agents;1', { linkedId: customer, name: `${name};1` })
    cut(story)
    const two = unheard(story, 'Local/201@agents', customer, { name: `${name};2`, localHalf: 2 })
    const phone = unheard(story, 'PJSIP/201', customer)
    story.snapshot({
      channels: [...listed(story.floor), two, phone],
      bridges: [...bridge(customer, one), { bridgeId: 'b8', channelIds: [two.channelId, phone.channelId] }],
    })
    expect(story.agent('201')).toBe('talking')
  })

  it('a wish to hang up: how the call and its wait end is not known, so nobody is blamed', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const waiting = [{ queue: 'support', channelId: customer, position: 1, since: story.now }]
    cut(story)
    story.snapshot({ channels: listed(story.floor), waiting })
    story.happens({ type: 'queue.gaveUp', queue: 'support', channelId: customer, linkedId: customer })
    story.happens({ type: 'queue.left', queue: 'support', channelId: customer, linkedId: customer })
    story.gone(customer)
    expect(story.fact('call.dequeued').outcome).toBe('unknown')
    expect(story.fact('call.ended').end).toBe('unknown')
  })
})

describe('what is heard again', () => {
  it('a caller whose end is told, and who is still on the list, does not wait twice', () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    const waiting = [{ queue: 'support', channelId: customer, position: 1, since: story.now }]
    story.wait(9_000)
    story.asksToHangUp(customer)
    story.happens({ type: 'queue.gaveUp', queue: 'support', channelId: customer, linkedId: customer })
    story.snapshot({ channels: listed(story.floor), waiting })
    story.gone(customer)
    expect(story.call(customer).visits).toMatchObject([{ outcome: 'abandoned' }])
  })

  it('the beginning of a call that has ended begins no other', () => {
    const story = new Story()
    const customer = story.customer()
    const again = story.floor.channels.get(customer)
    story.gone(customer)
    if (again) story.happens({ type: 'channel.appeared', channel: again })
    expect(story.told().filter((type) => type === 'call.started')).toHaveLength(1)
    expect(story.floor.channels.size).toBe(0)
  })

  it('a leg that comes after its call has ended has a call of its own', () => {
    const story = new Story()
    const customer = story.customer()
    story.gone(customer)
    const phone = story.channel('PJSIP/201', { linkedId: customer })
    expect(story.call(customer).channelIds.size).toBe(0)
    expect(story.call(phone)).toMatchObject({ endedAt: null })
    story.gone(phone, customer)
    expect(story.call(phone).endedAt).not.toBeNull()
  })

  it('a caller who joins a queue after their call has ended waits nowhere', () => {
    const story = new Story()
    const customer = story.customer()
    story.gone(customer)
    story.enters('support', customer)
    expect(story.floor.queues.get('support')?.waiting).toEqual([])
  })

  it('nobody is in two bridges, though the word that they left one is missing', () => {
    const story = new Story()
    const customer = story.customer()
    const phone = story.rings(customer, '201')
    story.bridge('one', customer, phone, customer)
    story.bridge('other', customer, phone, customer)
    story.gone(phone, customer)
    story.gone(customer)
    expect(story.floor.bridges.size).toBe(0)
  })

  it('explains nothing of a later call, though the PBX’s clock was set back to before', () => {
    const story = new Story()
    cut(story)
    story.snapshot({})
    story.wait(60_000)
    story.wait(-3_600_000)
    const customer = story.customer()
    story.enters('support', customer)
    story.wait(3_000)
    story.happens({ type: 'queue.left', queue: 'support', channelId: customer, linkedId: customer })
    story.wait(3_000)
    story.happens({ type: 'tick' })
    expect(story.fact('call.dequeued')).toMatchObject({ outcome: 'leftByKey', waitMs: 3_100 })
  })
})

describe('what a damaged stream leaves behind', () => {
  it('a caller who is known to wait, but whose channel was never told, is gone with one snapshot', () => {
    const story = new Story()
    const customer = story.customer()
    // The Newchannel of another caller was lost; that they wait in the first one's call was told.
    const lost = 'lab:never-told'
    story.happens({
      type: 'queue.entered',
      queue: 'support',
      channelId: lost,
      linkedId: customer,
      position: 1,
    })
    cut(story)
    story.snapshot({ channels: listed(story.floor) })
    expect(story.floor.queues.get('support')?.waiting).toEqual([])
    expect(story.call(customer).endedAt).toBeNull()
  })

  it('a channel that is told again after the call which it began has ended gets no leg in it', () => {
    const story = new Story()
    const customer = story.customer()
    const phone = story.channel('PJSIP/201')
    story.happens({ type: 'channel.changed', channelId: phone, linkedId: customer, changes: {} })
    const ended = [...story.floor.calls.values()].filter((call) => call.endedAt !== null)
    expect(ended.map((call) => call.callId)).toEqual([phone])
    story.gone(phone, customer)
    story.gone(customer)
    // told again, doubled on its way
    const told = unheard(story, 'PJSIP/201', customer, { channelId: phone })
    story.happens({ type: 'channel.appeared', channel: told })
    const legs = [...story.floor.calls.values()].flatMap((call) =>
      call.endedAt === null ? [] : [...call.channelIds],
    )
    expect(legs).toEqual([])
    expect(story.agent('201')).toBe('free')
  })

  it('an agent whose phone has gone over from a call that ended is not held to talk in it', () => {
    const story = new Story()
    const customer = story.customer()
    // The consulted phone's channel comes before the leg by which the transferrer asks for it.
    const phone = story.channel('PJSIP/202', { state: 'up' })
    const asking = story.channel('PJSIP/201', { linkedId: phone, state: 'up' })
    story.bridge('b2', asking, phone, phone)
    expect(story.agent('202')).toBe('talking')
    story.happens({ type: 'channel.changed', channelId: phone, linkedId: customer, changes: {} })
    story.gone(asking, phone)
    const talksIn = story.floor.agents.get('202')?.callId ?? null
    const endedAt = talksIn === null ? null : (story.floor.calls.get(talksIn)?.endedAt ?? null)
    expect(endedAt).toBeNull()
  })
})
