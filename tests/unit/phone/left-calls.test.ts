import { beforeEach, expect, it } from 'vitest'
import { leftWaiting } from '../../../server/phone/left-calls.ts'
import { Story } from '../floor/story.ts'

let story: Story
beforeEach(() => (story = new Story()))

const browser = 'PJSIP/201-web'
function joins(bridgeId: string, channelId: string): void {
  story.happens({ type: 'channel.changed', channelId, linkedId: channelId, changes: { state: 'up' } })
  story.happens({
    type: 'bridge.entered',
    bridgeId,
    channelId,
    linkedId: channelId,
    swappedFor: null,
    holding: false,
  })
}

it('who talks with a phone whose page is gone is found, and nobody who talks with another', () => {
  const [customer, other] = [story.customer(), story.customer('+4930231252')]
  const [phone, desk] = [story.channel(browser), story.channel('PJSIP/201')]
  for (const one of [customer, phone]) joins('lab:b1', one)
  for (const one of [other, desk]) joins('lab:b2', one)
  expect(leftWaiting(story.floor, browser)).toEqual([{ channelId: customer, pbx: 'lab' }])
  expect(leftWaiting(story.floor, 'PJSIP/202-web')).toEqual([])
})

it('nobody waits where a phone only rings, or where others go on talking without it', () => {
  const customer = story.customer()
  story.channel(browser, { state: 'ringing' })
  expect(leftWaiting(story.floor, browser)).toEqual([])
  const [phone, colleague] = [story.channel(browser), story.channel('PJSIP/202')]
  for (const one of [customer, phone, colleague]) joins('lab:b1', one)
  expect(leftWaiting(story.floor, browser)).toEqual([])
})
