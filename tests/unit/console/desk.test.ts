import { describe, expect, test } from 'vitest'
import type { FloorCall } from '../../../shared/calls.ts'
import { currentCall } from '../../../client/desk/current-call.ts'
import { byTrouble, isStuck, ringingIn, waitsTooLong } from '../../../client/desk/queue-trouble.ts'
import { agentsByTrouble, callsByTrouble } from '../../../client/floor/floor-order.ts'
import { agentsOf, floorCallsOf, queuesOf, ringing } from '../../browser/support/cast.ts'

const now = 1_763_900_000_000

describe('which call the desk is about', () => {
  const talking = ringing(now, { callId: 'talking', state: 'talking', answeredAt: now })
  const second = ringing(now, { callId: 'second' })
  const left = { call: talking, pop: null, reason: 'ended', at: now + 5_000 } as const

  test('the one I talk to goes before one that rings', () => {
    expect(currentCall([second, talking], null, null)).toEqual({ kind: 'call', call: talking })
  })

  test('the one I chose goes before both', () => {
    expect(currentCall([second, talking], null, 'second')).toEqual({ kind: 'call', call: second })
  })

  test('one that was talked to stays, ended, until the next', () => {
    expect(currentCall([], left, null)).toMatchObject({
      kind: 'call',
      call: { callId: 'talking', state: 'ended', endedAt: now + 5_000 },
    })
    expect(currentCall([second], left, null)).toEqual({ kind: 'call', call: second })
  })

  test('one that moved on before the answer leaves the reason and no card', () => {
    const gone = { ...left, call: second, reason: 'answeredElsewhere' } as const
    expect(currentCall([], gone, null)).toEqual({ kind: 'gone', left: gone })
  })

  test('one that was handed over leaves the reason and no card, though it was talked to', () => {
    const gone = { ...left, reason: 'movedOn' } as const
    expect(currentCall([], gone, null)).toEqual({ kind: 'gone', left: gone })
  })

  test('without any, the desk is idle', () => {
    expect(currentCall([], null, 'second')).toEqual({ kind: 'idle' })
  })
})

describe('trouble comes first', () => {
  test('a queue where somebody waits and nobody is free goes before longer lines', () => {
    expect(byTrouble(queuesOf(now), []).map(({ name }) => name)).toEqual(['collections', 'support', 'sales'])
  })

  test('a queue whose only waiting caller rings at an agent is not stuck, though nobody else is free', () => {
    const collections = queuesOf(now).filter(({ name }) => name === 'collections')
    const ringing = floorCallsOf(now)
      .filter(({ queue }) => queue === 'collections')
      .map((call): FloorCall => ({ ...call, stage: 'ringing' }))
    expect(collections.map((queue) => isStuck(queue, []))).toEqual([true])
    expect(collections.map((queue) => isStuck(queue, ringing))).toEqual([false])
    expect(collections.map((queue) => ringingIn(queue, ringing))).toEqual([1])
  })

  test('a wait is too long from two minutes on', () => {
    expect(waitsTooLong(now - 119_999, now)).toBe(false)
    expect(waitsTooLong(now - 120_000, now)).toBe(true)
    expect(waitsTooLong(null, now)).toBe(false)
  })

  test('callers who wait, the longest first, go before calls in hand', () => {
    expect(callsByTrouble(floorCallsOf(now)).map(({ stage }) => stage)).toEqual([
      'waiting',
      'waiting',
      'kept',
      'ringing',
      'held',
      'arriving',
      'talking',
    ])
  })

  test('a phone that cannot be reached goes first, who is off duty last', () => {
    const order = agentsByTrouble(agentsOf(now)).map(({ extension }) => extension)
    expect([order[0], order.at(-1)]).toEqual(['206', '208'])
  })
})
