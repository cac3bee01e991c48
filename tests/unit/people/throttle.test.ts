import { describe, expect, it } from 'vitest'
import { createThrottle, spendAll } from '../../../server/people/throttle.ts'

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

describe('several throttles at once', () => {
  it('are all spent or none: who is refused by the narrow one takes nothing from the wide one', () => {
    const { clock, throttle: narrow } = throttleAt(50_000)
    const wide = createThrottle({ capacity: 5, refillMs: 1000, mostKeys: 2, now: () => clock.now })
    const attempt = () =>
      spendAll([
        { throttle: narrow, key: 'anna from 10.0.0.1' },
        { throttle: wide, key: 'anna' },
      ])
    expect(Array.from({ length: 200 }, attempt).filter((waitMs) => waitMs === 0)).toHaveLength(3)
    expect([wide.spend('anna'), wide.spend('anna'), wide.spend('anna')]).toEqual([0, 0, 1000])
  })

  it('give back to the first what the second refuses', () => {
    const { clock, throttle: first } = throttleAt(50_000)
    const second = createThrottle({ capacity: 1, refillMs: 1000, mostKeys: 2, now: () => clock.now })
    const attempt = () =>
      spendAll([
        { throttle: first, key: 'anna' },
        { throttle: second, key: '10.0.0.1' },
      ])
    expect([attempt(), attempt(), attempt()]).toEqual([0, 1000, 1000])
    expect([first.spend('anna'), first.spend('anna'), first.spend('anna')]).toEqual([0, 0, 1000])
  })
})
