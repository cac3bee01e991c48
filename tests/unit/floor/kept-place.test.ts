import { describe, expect, it } from 'vitest'
import { keeperIdOf, keeperNumber, ofKeptCall } from '../../../shared/keepers.ts'
import type { Call } from '../../../server/floor/state.ts'
import { deskCall } from '../../../server/floor/views.ts'
import { Story } from './story.ts'

/** A customer who waits for support, and what becomes of their place. */
class PlaceStory extends Story {
  readonly own = this.customer()
  keeper = ''

  constructor() {
    super()
    this.enters('support', this.own)
    this.facts.length = 0
  }

  says(said: 'asked' | 'wanted', channelId = this.own): void {
    this.happens({ type: 'place.said', channelId, linkedId: this.own, said, queue: 'support', prio: 3 })
  }

  leavesQueue(channelId = this.own): void {
    this.happens({ type: 'queue.left', queue: 'support', channelId, linkedId: this.own })
  }

  /** Somebody waits in their stead; returns the two halves. */
  isKept(turn = 1): [calls: string, waits: string] {
    const id = keeperIdOf(this.own, turn)
    const name = `Local/support@ringcard-place-0000000${turn}`
    const half = (channelId: string, localHalf: 1 | 2) =>
      this.channel(`${name};${localHalf}`, {
        channelId,
        linkedId: this.own,
        localHalf,
        callerNumber: '+4930',
      })
    half(id, 1)
    half(`${id};2`, 2)
    const pair = { oneId: id, twoId: `${id};2`, linkedId: this.own }
    this.happens({ type: 'local.bridged', ...pair })
    this.keeper = `${id};2`
    this.happens({
      type: 'queue.entered',
      queue: 'support',
      channelId: this.keeper,
      linkedId: this.own,
      position: 1,
    })
    return [id, this.keeper]
  }

  goes(channelId: string, unseen?: 'cutOff' | 'unknown'): void {
    this.happens({
      type: 'channel.gone',
      channelId,
      linkedId: this.own,
      cause: 16,
      causeText: null,
      ...(unseen ? { unseen } : {}),
    })
  }

  /** The whole way to where the customer has hung up and somebody waits for them. */
  keptAndHungUp(): [calls: string, waits: string] {
    this.leavesQueue()
    this.says('asked')
    this.wait(6_000)
    this.says('wanted')
    const halves = this.isKept()
    this.goes(this.own)
    return halves
  }

  /** An agent answers for them: returns the agent's channel. */
  turnComes([calls, waits]: [string, string]): string {
    const phone = this.channel('PJSIP/201', { linkedId: this.own })
    const of = { queue: 'support', channelId: waits, linkedId: this.own, calledId: phone }
    this.happens({
      type: 'queue.offered',
      ...of,
      called: null,
      interface: 'PJSIP/201',
      memberName: '201',
    })
    this.happens({
      type: 'channel.changed',
      channelId: phone,
      linkedId: this.own,
      changes: { state: 'ringing' },
    })
    this.wait(2_000)
    this.happens({ type: 'channel.changed', channelId: phone, linkedId: this.own, changes: { state: 'up' } })
    this.leavesQueue(waits)
    this.happens({ type: 'queue.connected', ...of, interface: 'PJSIP/201', waitMs: 0, ringMs: 0 })
    for (const channelId of [phone, waits]) this.enters2('b1', channelId)
    this.happens({
      type: 'place.said',
      channelId: calls,
      linkedId: this.own,
      said: 'turn',
      queue: null,
      prio: 0,
    })
    return phone
  }

  enters2(bridgeId: string, channelId: string): void {
    this.happens({
      type: 'bridge.entered',
      bridgeId,
      channelId,
      linkedId: this.own,
      swappedFor: null,
      holding: false,
    })
  }

  /** The customer is called: returns their channel. */
  isCalled(calls: string): string {
    const there = this.channel('PJSIP/trunk', { linkedId: this.own })
    this.happens({ type: 'dial.began', callerId: calls, calledId: there, called: null, dialString: null })
    return there
  }

  override call(callId = this.own): Call {
    return super.call(callId)
  }

  words(): string[] {
    return this.facts.flatMap((fact) => {
      if (fact.type === 'place.changed') return [`place ${fact.outcome ?? fact.state}`]
      if (fact.type === 'call.dequeued')
        return [`left ${fact.outcome} after ${Math.round(fact.waitMs / 1000)} s`]
      if (fact.type === 'contact.began') return [`talks after ${Math.round(fact.waitMs / 1000)} s`]
      if (fact.type === 'offer.ended') return [`offer ${fact.outcome}`]
      if (fact.type === 'call.queued') return ['waits']
      return fact.type === 'call.ended' ? [`ended ${fact.end}`] : []
    })
  }
}

describe('a place that is kept', () => {
  it('is one wait of one call: from the first joining to the agent, and on to the talk', () => {
    const story = new PlaceStory()
    const halves = story.keptAndHungUp()
    expect(story.call().endedAt).toBeNull()
    expect(story.floor.queues.get('support')?.waiting).toMatchObject([{ callId: story.own }])
    const phone = story.turnComes(halves)
    const there = story.isCalled(halves[0])
    story.wait(3_000)
    for (const channelId of [there, halves[0]]) story.enters2('b2', channelId)
    for (const channelId of [there, ...halves, phone]) story.goes(channelId)
    expect(story.words()).toEqual([
      'place asked',
      'place wanted',
      'place kept',
      'offer answered',
      'place turn',
      'left answered after 9 s',
      'place calling',
      'talks after 13 s',
      'place reached',
      'ended systemHungUp',
    ])
  })

  it('stands on the agent’s desk from the first ring until it is known what came of it', () => {
    const story = new PlaceStory()
    const halves = story.keptAndHungUp()
    const view = () => {
      const described = deskCall(story.floor, story.call(), '201', ({ number }) => ({
        number,
        display: number ?? '',
        name: null,
        withheld: false,
      }))
      return described && [described.state, described.place?.outcome ?? described.place?.state]
    }
    expect(view()).toBeNull()
    const phone = story.turnComes(halves)
    expect(view()).toEqual(['dialling', 'turn'])
    const there = story.isCalled(halves[0])
    expect(view()).toEqual(['dialling', 'calling'])
    story.happens({
      type: 'dial.ended',
      callerId: halves[0],
      calledId: there,
      outcome: 'busy',
      forwardedTo: null,
    })
    for (const channelId of [there, ...halves, phone]) story.goes(channelId)
    expect(story.words().slice(-2)).toEqual(['place busy', 'ended busy'])
    expect(view()).toEqual(['ended', 'busy'])
    expect(story.call().contacts).toEqual([])
  })

  it('goes on as the same wait when they do not confirm and are back in the queue', () => {
    const story = new PlaceStory()
    story.leavesQueue()
    story.says('asked')
    story.wait(8_000)
    story.happens({ type: 'tick' })
    story.happens({
      type: 'channel.application',
      channelId: story.own,
      linkedId: story.own,
      application: 'Queue',
      exten: null,
    })
    story.enters('support', story.own)
    expect(story.words()).toEqual(['place asked', 'place declined'])
    expect(story.call().visits).toHaveLength(1)
    story.happens({
      type: 'channel.hangupAsked',
      channelId: story.own,
      linkedId: story.own,
      by: 'farEnd',
      cause: null,
    })
    story.happens({ type: 'queue.gaveUp', queue: 'support', channelId: story.own, linkedId: story.own })
    expect(story.words().at(-1)).toBe('left abandoned after 9 s')
  })

  it('is left by key where they hang up while they are asked, or go on to voicemail', () => {
    const gone = new PlaceStory()
    gone.leavesQueue()
    gone.says('asked')
    gone.goes(gone.own)
    expect(gone.words()).toEqual([
      'place asked',
      'left leftByKey after 0 s',
      'place declined',
      expect.any(String),
    ])
    const other = new PlaceStory()
    other.leavesQueue()
    other.says('asked')
    other.happens({
      type: 'channel.application',
      channelId: other.own,
      linkedId: other.own,
      application: 'VoiceMail',
      exten: null,
    })
    expect(other.words()).toEqual(['place asked', 'place declined', 'left leftByKey after 0 s'])
  })

  it('is theirs again when they are back in the queue before or after somebody came to keep it', () => {
    const before = new PlaceStory()
    before.leavesQueue()
    before.says('asked')
    before.says('wanted')
    before.enters('support', before.own)
    expect(before.words().at(-1)).toBe('place cameBack')
    const [, late] = before.isKept()
    // Told once more, so that whoever came too late is sent away.
    expect(before.words().at(-1)).toBe('place cameBack')
    before.leavesQueue(late)
    before.goes(late)
    expect(before.floor.queues.get('support')?.waiting.map(({ channelId }) => channelId)).toEqual([
      before.own,
    ])

    const after = new PlaceStory()
    after.leavesQueue()
    after.says('asked')
    after.says('wanted')
    const [calls, waits] = after.isKept()
    after.enters('support', after.own)
    for (const channelId of [waits, calls]) after.goes(channelId)
    expect(after.call().visits).toMatchObject([{ outcome: 'waiting', leftAt: null, channelId: after.own }])
  })

  it('outlives a PBX that is started anew, and is lost only when it is said to be', () => {
    const story = new PlaceStory()
    for (const half of story.keptAndHungUp()) story.goes(half, 'cutOff')
    expect(story.call()).toMatchObject({ endedAt: null, place: { state: 'kept' } })
    expect(story.floor.queues.get('support')?.waiting).toEqual([])
    story.happens({ type: 'tick' })
    story.isKept(2)
    expect(story.words()).toEqual(['place asked', 'place wanted', 'place kept', 'place kept'])
    expect(story.call().place?.keepers).toBe(2)
    expect(story.call().visits).toMatchObject([{ outcome: 'waiting', leftAt: null }])
    for (const half of [keeperIdOf(story.own, 2), `${keeperIdOf(story.own, 2)};2`]) story.goes(half, 'cutOff')
    story.happens({ type: 'place.refused', linkedId: story.own, why: 'lost', takenBy: null })
    expect(story.words().slice(-2)).toEqual([expect.stringContaining('left'), 'ended cutOff'])
    expect(story.call().place?.outcome).toBe('lost')
  })

  it('is handed to the call in which they wait themselves, which stands where they stood', () => {
    const story = new PlaceStory()
    const halves = story.keptAndHungUp()
    const other = story.customer('+4930231252')
    story.enters('support', other)
    const again = story.customer()
    story.enters('support', again)
    story.happens({ type: 'place.refused', linkedId: story.own, why: 'cameBack', takenBy: again })
    story.leavesQueue(halves[1])
    for (const half of halves) story.goes(half)
    const waiting = story.floor.queues.get('support')?.waiting.map(({ channelId }) => channelId)
    expect(waiting).toEqual([again, other])
    expect(story.words()).toContain('left withdrawn after 7 s')
    expect(story.call().endedAt).not.toBeNull()
  })

  it('ends as told by what its dial came to, or by the agent who hung up first', () => {
    const ends = { notAnswered: 'notAnswered', congested: 'refused', busy: 'busy' } as const
    for (const [outcome, place] of Object.entries(ends)) {
      const story = new PlaceStory()
      const halves = story.keptAndHungUp()
      story.turnComes(halves)
      const there = story.isCalled(halves[0])
      const dial = { callerId: halves[0], calledId: there, forwardedTo: null }
      story.happens({ type: 'dial.ended', ...dial, outcome: outcome as keyof typeof ends })
      for (const channelId of [there, ...halves]) story.goes(channelId)
      for (const channelId of story.call().channelIds) story.goes(channelId)
      expect(story.call().place?.outcome).toBe(place)
    }
    const story = new PlaceStory()
    const halves = story.keptAndHungUp()
    const phone = story.turnComes(halves)
    story.isCalled(halves[0])
    story.happens({
      type: 'channel.hangupAsked',
      channelId: phone,
      linkedId: story.own,
      by: 'farEnd',
      cause: null,
    })
    for (const channelId of story.call().channelIds) story.goes(channelId)
    expect(story.call()).toMatchObject({ place: { outcome: 'agentGone' }, end: 'agentHungUp' })
  })
})

describe('the name of who keeps a place', () => {
  it('is of the call whose place it is, whatever the PBX is called', () => {
    const id = keeperIdOf('main:sys-1764000000.12', 3)
    expect(id).toBe('main:ringcard-place-sys-1764000000.12-3')
    expect([ofKeptCall(id), keeperNumber(`${id};2`)]).toEqual(['main:sys-1764000000.12', 3])
    expect(ofKeptCall('ringcard-place-1764000000.12-1')).toBe('1764000000.12')
    expect([ofKeptCall('main:1.2'), keeperNumber('main:1.2')]).toEqual(['main:1.2', 0])
  })
})
