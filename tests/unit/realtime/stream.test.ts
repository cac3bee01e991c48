import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change, Delta } from '../../../shared/realtime.ts'
import { createStreams, type Streams } from '../../../server/realtime/stream.ts'

const strip = (waiting: number): Change => ({
  type: 'queue.set',
  queue: { name: 'support', waiting, longestWaitSince: null, agentsFree: 2, agentsSignedIn: 2, ringing: [] },
})
let streams: Streams
let sent: Delta[]
let waiting: number

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  waiting = 0
  streams = createStreams({
    epoch: 'now',
    now: Date.now,
    send: (_room, delta) => sent.push(delta),
    paceMs: 100,
    gatherMs: 50,
    keep: 10,
    keepMs: 60_000,
  })
  streams.open('queue:support', 'queue:support', () => [strip(waiting)])
})
afterEach(() => {
  streams.stop()
  vi.useRealTimers()
})

function change(to: number): void {
  waiting = to
  streams.publishSoon('queue:support', 'queue', () => strip(waiting))
}
const told = () => sent.flatMap(({ changes }) => changes)

describe('what is told with a pace', () => {
  it('is told once for all changes of a moment, as it is then', () => {
    change(1)
    change(2)
    vi.advanceTimersByTime(49)
    expect(told()).toEqual([])
    change(3)
    vi.advanceTimersByTime(1)
    expect(told()).toEqual([strip(3)])
  })

  it('is told no more often than the pace', () => {
    for (let at = 0; at < 1_000; at += 10) {
      change(at)
      vi.advanceTimersByTime(10)
    }
    expect(sent.length).toBeGreaterThanOrEqual(9)
    expect(sent.length).toBeLessThanOrEqual(10)
  })

  it('is not told when it came to nothing', () => {
    change(1)
    vi.advanceTimersByTime(200)
    change(2)
    change(1)
    vi.advanceTimersByTime(200)
    expect(told()).toEqual([strip(1)])
  })

  it('is told again when somebody saw it in between', () => {
    change(1)
    vi.advanceTimersByTime(200)
    change(2)
    const seen = streams.catchUp('queue:support', null)
    expect(seen).toMatchObject({ snapshot: { changes: [strip(2)] } })
    change(1)
    vi.advanceTimersByTime(200)
    expect(told()).toEqual([strip(1), strip(1)])
  })

  it('is told of something that went and came again as it was', () => {
    const call = (type: 'floorCall.gone'): Change => ({ type, callId: 'lab:1' })
    for (let twice = 0; twice < 2; twice += 1) {
      streams.publishSoon('queue:support', 'call lab:1', () => call('floorCall.gone'))
      vi.advanceTimersByTime(200)
    }
    expect(sent).toHaveLength(2)
  })
})

describe('what is not for whoever comes back', () => {
  it('is forgotten: they get the whole as it is now, and what is told later as ever', () => {
    streams.publish('queue:support', [strip(7)])
    const have = (sent.at(-1)?.seq ?? 0) - 1
    expect(streams.catchUp('queue:support', have)).toMatchObject({ deltas: [{ changes: [strip(7)] }] })

    streams.forgetPast('queue:support')
    expect(streams.catchUp('queue:support', have)).toMatchObject({ snapshot: { changes: [strip(0)] } })
    streams.publish('queue:support', [strip(8)])
    expect(streams.catchUp('queue:support', have + 1)).toMatchObject({ deltas: [{ changes: [strip(8)] }] })
  })
})
