import { describe, expect, it } from 'vitest'
import { createThrottle } from '../../../server/people/throttle.ts'

function throttleAt(start: number) {
  const clock = { now: start }
  const throttle = createThrottle({ capacity: 3, refillMs: 1000, mostKeys: 2, now: () => clock.now })
  const spend = (key: string, times: number) => Array.from({ length: times }, () => throttle.spend(key))
  return { clock, throttle, spend }
}

describe('a throttle', () => {
  it('allows as many at once as it holds, then says how long to wait', () => {
    const { spend } = throttleAt(50_000)
    expect(spend('anna', 4)).toEqual([0, 0, 0, 1000])
  })

  it('allows one more each time the wait is over, and no more', () => {
    const { clock, spend } = throttleAt(50_000)
    spend('anna', 3)
    clock.now += 1000
    expect(spend('anna', 2)).toEqual([0, 1000])
  })

  it('does not make the wait longer for who goes on trying', () => {
    const { clock, spend } = throttleAt(50_000)
    spend('anna', 50)
    clock.now += 1000
    expect(spend('anna', 1)).toEqual([0])
  })

  it('keeps keys apart', () => {
    const { spend } = throttleAt(50_000)
    spend('anna', 3)
    expect(spend('ben', 1)).toEqual([0])
  })

  it('gives back what did no harm', () => {
    const { throttle, spend } = throttleAt(50_000)
    spend('anna', 3)
    throttle.refund('anna')
    expect(spend('anna', 2)).toEqual([0, 1000])
  })

  it('remembers no more keys than it may, and forgets the one unused for longest', () => {
    const { spend } = throttleAt(50_000)
    spend('anna', 3)
    spend('ben', 3)
    spend('carl', 1)
    expect(spend('anna', 1)).toEqual([0])
    expect(spend('carl', 3)).toEqual([0, 0, 1000])
  })
})
