import { describe, expect, it } from 'vitest'
import type { HeardCall } from '../../../server/history/heard-calls.ts'
import { afterCall } from '../../../server/tasks/after-call.ts'
import { listened, messageIn, messageTask, placeTask, promisedPlace } from '../../../server/tasks/kept.ts'
import { missedIn } from '../../../server/tasks/missed.ts'
import { withoutCustomer } from '../../../server/tasks/task.ts'
import { hours, minute, noon, rules } from './support.ts'

type Place = NonNullable<HeardCall['place']>
const place = (outcome: Place['outcome']): Place => ({
  queue: 'support',
  keptAt: noon - 20 * minute,
  extension: '201',
  outcome,
  endedAt: noon,
})
const call = (more: Partial<HeardCall> = {}): HeardCall => ({
  callId: 'pbx:5.1',
  direction: 'inbound',
  customerId: null,
  number: '+491511234567',
  startedAt: noon - 30 * minute,
  endedAt: noon,
  end: 'busy',
  dialledBy: null,
  visits: [{ queue: 'support', leftAt: noon, outcome: 'answered' }],
  wasOffered: false,
  wasDialled: false,
  talks: [],
  voicemail: false,
  ...more,
})
const missed = (heard: HeardCall) => missedIn(heard, noon, () => true)?.queue ?? null
const known = { about: '', timeZone: 'Europe/Berlin', from: 'number' } as const

describe('a place that was kept', () => {
  it('becomes a callback for its queue where the customer was not reached, once, and no missed call', () => {
    for (const outcome of ['busy', 'notAnswered', 'agentGone', 'outsideHours', 'lost', 'unknown'] as const) {
      const heard = call({ place: place(outcome) })
      expect(promisedPlace(heard, noon)?.outcome).toBe(outcome)
      expect(missed(heard)).toBeNull()
    }
    for (const outcome of ['reached', 'cameBack', 'declined', null] as const)
      expect(promisedPlace(call({ place: place(outcome) }), noon)).toBeNull()
    const task = placeTask(call(), place('lost'), known, hours, rules)
    expect(task).toMatchObject({ kind: 'callback', for: { kind: 'queue', queue: 'support' }, dueAt: noon })
    expect(task._id).toBe(placeTask(call(), place('lost'), known, hours, rules)._id)
  })

  it('counts the call in vain as a try, and waits for the hours in which they may be called', () => {
    const busy = placeTask(call(), place('busy'), known, hours, rules)
    expect(busy.attempts).toMatchObject([{ callId: 'pbx:5.1', outcome: 'busy' }])
    expect(busy.dueAt).toBe(noon + rules.spacingMs)
    const night = Date.UTC(2026, 11, 1, 1)
    const late = placeTask(call({ endedAt: night }), place('outsideHours'), known, hours, rules)
    expect([late.attempts, late.dueAt]).toEqual([[], Date.UTC(2026, 11, 1, 7)])
  })

  it('closes when anybody talks with them, also in a call that began before the turn came', () => {
    const task = placeTask(call(), place('inCall'), known, hours, rules)
    const talk = { personId: 'marta', beganAt: noon - minute }
    const other = call({ callId: 'pbx:6.1', talks: [talk], endedAt: noon + minute, end: 'agentHungUp' })
    expect(afterCall(task, other, hours, rules)).toMatchObject({ state: 'closed', closed: { how: 'talked' } })
  })

  it('is a missed call after all where they came back in the same call and gave up', () => {
    const visits = (outcome: 'abandoned' | 'withdrawn') => [{ queue: 'support', leftAt: noon, outcome }]
    const back = { place: place('cameBack') }
    expect(missed(call({ ...back, visits: visits('abandoned') }))).toBe('support')
    expect(missed(call({ ...back, visits: visits('withdrawn') }))).toBeNull()
  })
})

describe('a message that was left in a queue', () => {
  const message = { mailbox: '190@hearth', left: true, channelName: 'PJSIP/trunk-00000001', at: noon }
  const visits: HeardCall['visits'] = [{ queue: 'support', leftAt: noon, outcome: 'leftByKey' }]
  const heard = (more: Partial<HeardCall> = {}) => call({ visits, voicemail: true, message, ...more })

  it('is a task for the queue, also of a withheld number; without a message the call is a missed one', () => {
    expect(messageIn(heard(), noon)?.queue).toBe('support')
    expect(messageIn(heard({ number: null }), noon)).not.toBeNull()
    expect(missed(heard())).toBeNull()
    const nothing = heard({ message: { ...message, left: false } })
    expect([messageIn(nothing, noon), missed(nothing)]).toEqual([null, 'support'])
    for (const other of [{ visits: [] }, { talks: [{ personId: 'nina', beganAt: noon }] }, { endedAt: null }])
      expect(messageIn(heard(other), noon)).toBeNull()
  })

  it('says who has heard it, once for each; and nothing of it is left when they are erased', () => {
    const found = messageIn(heard(), noon)
    if (!found) throw new Error('no message')
    const task = messageTask(heard(), found, 12, known, hours, rules)
    expect(task).toMatchObject({ kind: 'voicemail', message: { seconds: 12, mailbox: '190@hearth' } })
    const once = listened(task, 'nina', noon)
    expect(once.trail.map(({ what }) => what)).toEqual(['made', 'listened'])
    expect(listened(once, 'nina', noon + minute)).toBe(once)
    expect(listened(once, 'marta', noon + minute).trail).toHaveLength(3)
    expect('message' in withoutCustomer(once)).toBe(false)
  })
})
