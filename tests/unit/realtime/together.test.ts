import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change, Topic } from '../../../shared/realtime.ts'
import { createTogether, type Together } from '../../../server/realtime/together.ts'

const nina: Topic = 'person:nina'
const rings: Change = { type: 'deskCall.gone', callId: 'lab:0', reason: 'withdrawn' }
const pop = (callId: string, outcome: 'pending' | 'none'): Change => ({
  type: 'pop.set',
  callId,
  pop: { match: { outcome, by: null, candidates: [] }, card: null },
})
let told: { topic: Topic; changes: readonly Change[] }[]
let desks: Together

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  desks = createTogether((topic, changes) => told.push({ topic, changes }), 12)
})
afterEach(() => {
  desks.stop()
  vi.useRealTimers()
})

describe('what a desk is told of a call that rings', () => {
  it('waits for the card, and both come in one piece', () => {
    desks.publish(nina, [rings, pop('lab:1', 'pending')])
    expect(told).toEqual([])
    desks.publish(nina, [pop('lab:1', 'none')])
    expect(told).toEqual([{ topic: nina, changes: [rings, pop('lab:1', 'none')] }])
  })

  it('does not wait longer than nobody notices', () => {
    desks.publish(nina, [rings, pop('lab:1', 'pending')])
    vi.advanceTimersByTime(12)
    expect(told).toEqual([{ topic: nina, changes: [rings, pop('lab:1', 'pending')] }])
    desks.publish(nina, [pop('lab:1', 'none')])
    expect(told).toHaveLength(2)
  })

  it('is told at once when the card is known, and to others all the while', () => {
    desks.publish(nina, [rings, pop('lab:1', 'pending')])
    desks.publish('person:oleg', [rings, pop('lab:2', 'none')])
    expect(told.map(({ topic }) => topic)).toEqual(['person:oleg'])
  })

  it('keeps the order of what comes meanwhile', () => {
    desks.publish(nina, [pop('lab:1', 'pending')])
    vi.advanceTimersByTime(8)
    desks.publish(nina, [rings])
    vi.advanceTimersByTime(4)
    expect(told).toEqual([{ topic: nina, changes: [pop('lab:1', 'pending'), rings] }])
  })

  it('is told before rights change', () => {
    desks.publish(nina, [rings, pop('lab:1', 'pending')])
    desks.flush()
    expect(told).toHaveLength(1)
    vi.advanceTimersByTime(50)
    expect(told).toHaveLength(1)
  })
})
