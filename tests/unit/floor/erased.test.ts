import { describe, expect, it } from 'vitest'
import { Story } from './story.ts'

const telling = /30231251|Olena/
const party = { number: null, name: null, restricted: false, erased: true }

describe('a call whose caller is erased while it goes on', () => {
  /** Olena waits, and has been erased. */
  const erased = () => {
    const story = new Story()
    const customer = story.customer()
    story.enters('support', customer)
    story.happens({ type: 'call.erased', callId: customer })
    return { story, customer }
  }
  const floorOf = ({ floor }: Story): string =>
    JSON.stringify([[...floor.calls.values()], [...floor.channels.values()]])

  it('tells of them nowhere on the floor, its channels among it', () => {
    const { story, customer } = erased()
    expect(floorOf(story)).not.toMatch(telling)
    expect(story.call(customer).party).toEqual(party)
    expect(story.happens({ type: 'call.erased', callId: customer })).toEqual([])
  })

  it('knows them no more, whatever the PBX goes on saying of it', () => {
    const { story, customer } = erased()
    story.state(customer, 'up', customer)
    const callerNumber = '+4930231251'
    story.happens({
      type: 'channel.changed',
      channelId: customer,
      linkedId: customer,
      changes: { callerNumber, callerName: 'Olena', callerRestricted: false },
    })
    const channel = story.floor.channels.get(customer)
    if (!channel) throw new Error('no channel')
    story.snapshot({
      channels: [{ ...channel, callerNumber, callerName: 'Olena', startedAt: story.now }],
      waiting: [{ queue: 'support', channelId: customer, position: 1, since: story.now }],
    })
    expect(floorOf(story)).not.toMatch(telling)
    expect(story.call(customer)).toMatchObject({ party, endedAt: null })
    expect(story.facts.filter(({ type }) => type === 'link.reconciled')).toEqual([])
  })
})
