import { describe, expect, it } from 'vitest'
import type { HeardCall } from '../../../server/history/heard-calls.ts'
import { afterCall } from '../../../server/tasks/after-call.ts'
import { missedAgain, missedIn, missedTask } from '../../../server/tasks/missed.ts'
import { woken } from '../../../server/tasks/task.ts'
import { hours, made, minute, noon, rules } from './support.ts'

const call = (more: Partial<HeardCall> = {}): HeardCall => ({
  callId: 'pbx:5.1',
  direction: 'inbound',
  customerId: null,
  number: '+491511234567',
  startedAt: noon - minute,
  endedAt: noon,
  end: 'abandoned',
  dialledBy: null,
  visits: [{ queue: 'support', leftAt: noon, outcome: 'abandoned' }],
  wasOffered: false,
  wasDialled: false,
  talks: [],
  voicemail: false,
  ...more,
})
const open = () => true
const known = { about: '', timeZone: 'Europe/Berlin', from: 'number' } as const
const task = () => missedTask(call(), { queue: 'support' }, known, hours, rules)

describe('a call that reached nobody', () => {
  it('is to be returned by the agents of its queue, and no other call is', () => {
    expect(missedIn(call(), noon, open)).toEqual({ queue: 'support' })
    const visit = (outcome: HeardCall['visits'][number]['outcome']) => [
      { queue: 'support', leftAt: noon, outcome },
    ]
    for (const outcome of ['timedOut', 'leftByKey', 'emptied'] as const)
      expect(missedIn(call({ visits: visit(outcome) }), noon, open)).toEqual({ queue: 'support' })
    const others: Partial<HeardCall>[] = [
      { visits: visit('shortAbandon') },
      { visits: [] },
      { talks: [{ personId: 'nina', beganAt: noon }] },
      { voicemail: true },
      { number: null },
      { direction: 'outbound' },
      { endedAt: null },
      { endedAt: noon - 25 * 60 * minute },
    ]
    for (const other of others) expect(missedIn(call(other), noon, open)).toBe(null)
    expect(task()).toMatchObject({ kind: 'missed', for: { kind: 'queue', queue: 'support' }, dueAt: noon })
    // The same call makes the same one.
    expect(task()).toEqual(task())
  })

  it('at the door, or outside opening hours, is for whoever is free; what rang at somebody, or ended by itself, is not', () => {
    const atTheDoor = call({ visits: [], end: 'refused' })
    expect(missedIn(atTheDoor, noon, open)).toEqual({ queue: null })
    const tooLate = call({ visits: [], end: 'customerHungUp' })
    expect(missedIn(tooLate, noon, () => false)).toEqual({ queue: null })
    expect(missedIn(tooLate, noon, open)).toBe(null)
    for (const other of [{ wasOffered: true }, { voicemail: true }, { number: null }])
      expect(missedIn({ ...atTheDoor, ...other }, noon, () => false)).toBe(null)
    expect(missedTask(atTheDoor, { queue: null }, known, hours, rules)).toMatchObject({
      for: { kind: 'anybody' },
      missed: [{ queue: null }],
    })
  })

  it('counts once with the others of the same caller; at night it is due in the morning', () => {
    const again = call({ callId: 'pbx:5.2', startedAt: noon + 5 * minute, endedAt: noon + 6 * minute })
    const twice = missedAgain(task(), again, { queue: 'support' }, hours, rules)
    expect(twice.missed.map(({ callId }) => callId)).toEqual(['pbx:5.1', 'pbx:5.2'])
    expect(twice.dueAt).toBe(noon)
    expect(missedAgain(twice, again, { queue: 'support' }, hours, rules)).toBe(twice)
    const night = Date.UTC(2026, 11, 1, 1)
    expect(missedTask(call({ endedAt: night }), { queue: 'support' }, known, hours, rules).dueAt).toBe(
      Date.UTC(2026, 11, 1, 7),
    )
  })

  it('is closed by itself when they got through to anybody, not by the call itself', () => {
    expect(afterCall(task(), call(), hours, rules)).toEqual(task())
    const talk = { personId: 'lev', beganAt: noon + 9 * minute }
    const through = call({ callId: 'pbx:5.3', talks: [talk], end: 'customerHungUp' })
    expect(afterCall(task(), through, hours, rules)).toMatchObject({
      state: 'closed',
      closed: { how: 'talked', personId: 'lev', callId: 'pbx:5.3' },
    })
  })
})

describe('a promise of which the time comes', () => {
  it('is told to whose it is, then to those who see all, once each', () => {
    const promised = made()
    expect(woken(promised, promised.dueAt - 6 * minute, rules)).toBe(promised)
    const reminded = woken(promised, promised.dueAt - 4 * minute, rules)
    expect(reminded).toMatchObject({ remindedAt: promised.dueAt - 4 * minute, escalatedAt: null })
    expect(woken(reminded, promised.dueAt, rules)).toBe(reminded)
    const late = woken(reminded, promised.dueAt + 15 * minute, rules)
    expect(late).toMatchObject({ escalatedAt: promised.dueAt + 15 * minute, wakeAt: null })
    expect(woken(late, promised.dueAt + 60 * minute, rules)).toBe(late)
  })

  it('after a night without a server is told once, and not as if it were still to come', () => {
    const promised = made()
    const late = woken(promised, promised.dueAt + 600 * minute, rules)
    expect(late.trail.map(({ what }) => what)).toEqual(['made', 'reminded', 'escalated'])
    expect(late.wakeAt).toBe(null)
  })
})
