import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantAt, isCallable, nextCallable, quickTimes } from '../../../shared/call-times.ts'
import { wallTime } from '../../../shared/opening-hours.ts'

const zones = ['Europe/Berlin', 'Europe/Kyiv', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe']
const hours = { from: 8, until: 21 }
const zone = fc.constantFrom(...zones)
const instant = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) })

describe('the clock of a customer', () => {
  it('shows the time that was chosen, in any zone, save one that it skips', () => {
    fc.assert(
      fc.property(zone, instant, (timeZone, at) => {
        const { date, minutes } = wallTime(timeZone, at)
        const found = instantAt(timeZone, date, minutes)
        expect(wallTime(timeZone, found)).toEqual({ date, minutes })
        expect(Math.abs(found - at)).toBeLessThanOrEqual(3_600_000 + 60_000)
      }),
    )
  })

  it('of a night in which clocks go back takes the first of the two, and of one in which they go on an hour later', () => {
    const first = instantAt('Europe/Berlin', '2026-10-25', 2.5 * 60)
    expect(new Date(first).toISOString()).toBe('2026-10-25T00:30:00.000Z')
    const skipped = instantAt('Europe/Berlin', '2027-03-28', 2.5 * 60)
    expect(wallTime('Europe/Berlin', skipped)).toEqual({ date: '2027-03-28', minutes: 3.5 * 60 })
  })
})

describe('the hours in which somebody may be called', () => {
  it('are by their own clock; outside of them the next time is the beginning of the next', () => {
    const evening = instantAt('America/New_York', '2026-11-30', 21 * 60)
    expect(isCallable('America/New_York', hours, evening - 60_000)).toBe(true)
    expect(isCallable('America/New_York', hours, evening)).toBe(false)
    expect(nextCallable('America/New_York', hours, evening)).toBe(
      instantAt('America/New_York', '2026-12-01', 8 * 60),
    )
    const night = instantAt('America/New_York', '2026-12-01', 3 * 60)
    expect(nextCallable('America/New_York', hours, night)).toBe(
      instantAt('America/New_York', '2026-12-01', 8 * 60),
    )
  })

  it('hold the next time that is offered, which is never before, whatever zone and hours', () => {
    const any = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 24 }))
      .filter(([from, until]) => from < until)
    fc.assert(
      fc.property(zone, instant, any, (timeZone, at, [from, until]) => {
        const next = nextCallable(timeZone, { from, until }, at)
        expect(next).toBeGreaterThanOrEqual(at)
        expect(next - at).toBeLessThan(2 * 24 * 3_600_000)
        // An hour that the clocks skip begins an hour later.
        expect(isCallable(timeZone, { from, until: Math.min(24, until + 1) }, next)).toBe(true)
      }),
    )
  })

  it('hold every time that is offered to choose, each later than the one before', () => {
    fc.assert(
      fc.property(zone, instant, (timeZone, at) => {
        const times = quickTimes(timeZone, hours, at)
        expect(times.length).toBeGreaterThanOrEqual(2)
        for (const { at: when } of times) {
          expect(when).toBeGreaterThan(at)
          expect(isCallable(timeZone, hours, when)).toBe(true)
        }
        expect(times.map(({ at: when }) => when)).toEqual(
          times.map(({ at: when }) => when).sort((one, other) => one - other),
        )
      }),
    )
  })
})
