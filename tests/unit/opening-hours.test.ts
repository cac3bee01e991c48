import { describe, expect, it } from 'vitest'
import {
  daysAhead,
  holidayAt,
  isOpen,
  nextChange,
  scheduleSchema,
  weekdays,
  type Hours,
  type Schedule,
} from '../../shared/opening-hours.ts'

const nineToSix: Hours[] = [{ from: '09:00', until: '18:00' }]
const schedule = (more: Partial<Schedule> = {}): Schedule => ({
  timeZone: 'Europe/Berlin',
  weekly: {
    monday: nineToSix,
    tuesday: nineToSix,
    wednesday: nineToSix,
    thursday: nineToSix,
    friday: nineToSix,
    saturday: [],
    sunday: [],
  },
  holidays: [],
  ...more,
})
const everyDay = (hours: Hours[]): Schedule['weekly'] => ({
  monday: hours,
  tuesday: hours,
  wednesday: hours,
  thursday: hours,
  friday: hours,
  saturday: hours,
  sunday: hours,
})
const at = (iso: string) => Date.parse(iso)

describe('opening hours', () => {
  it('begin with their first minute and end before the last', () => {
    // Wednesday, 25 November 2026, in Berlin an hour ahead of UTC.
    const open = ['07:59:59', '08:00:00', '16:59:59', '17:00:00'].map((time) =>
      isOpen(schedule(), at(`2026-11-25T${time}Z`)),
    )
    expect(open).toEqual([false, true, true, false])
  })

  it('are those of the zone’s weekday, not of UTC’s', () => {
    const tokyo = schedule({ timeZone: 'Asia/Tokyo' })
    // Sunday evening in London is Monday morning in Tokyo.
    expect(isOpen(tokyo, at('2026-11-29T23:59:00Z'))).toBe(false)
    expect(isOpen(tokyo, at('2026-11-30T00:00:00Z'))).toBe(true)
  })

  it('may have a break, and may go past midnight into the next day', () => {
    const late = schedule({
      weekly: {
        ...everyDay([]),
        friday: [
          { from: '09:00', until: '12:00' },
          { from: '20:00', until: '02:00' },
        ],
        saturday: [{ from: '22:00', until: '24:00' }],
      },
    })
    const open = [
      '2026-11-27T10:59Z', // Friday 11:59
      '2026-11-27T11:00Z', // Friday 12:00
      '2026-11-27T23:30Z', // Saturday 00:30
      '2026-11-28T01:00Z', // Saturday 02:00
      '2026-11-28T22:59Z', // Saturday 23:59
      '2026-11-28T23:00Z', // Sunday 00:00
    ].map((iso) => isOpen(late, at(iso)))
    expect(open).toEqual([true, false, true, false, true, false])
  })

  it('may be the whole day', () => {
    const always = schedule({ weekly: everyDay([{ from: '00:00', until: '24:00' }]) })
    expect(isOpen(always, at('2026-11-25T23:00Z'))).toBe(true)
    expect(nextChange(always, at('2026-11-25T23:00Z'))).toBeNull()
    expect(
      isOpen(schedule({ weekly: everyDay([{ from: '00:00', until: '00:00' }]) }), at('2026-11-25T05:00Z')),
    ).toBe(true)
  })

  it('of a holiday stand instead of the weekday’s, and by its name', () => {
    const holidays = [
      { date: '2026-12-24', name: 'Christmas Eve', hours: [{ from: '09:00', until: '12:00' }] },
      { date: '2026-12-25', name: 'Christmas', hours: [] },
    ]
    const december = schedule({ holidays })
    expect(isOpen(december, at('2026-12-24T10:00Z'))).toBe(true)
    expect(isOpen(december, at('2026-12-24T12:00Z'))).toBe(false)
    expect(isOpen(december, at('2026-12-25T10:00Z'))).toBe(false)
    expect(holidayAt(december, at('2026-12-24T23:30Z'))).toBe('Christmas')
    expect(holidayAt(december, at('2026-12-28T10:00Z'))).toBeNull()
  })

  it('that began before a holiday go on into it', () => {
    const night = schedule({
      weekly: everyDay([{ from: '22:00', until: '06:00' }]),
      holidays: [{ date: '2026-12-25', name: 'Christmas', hours: [] }],
    })
    expect(isOpen(night, at('2026-12-25T04:00Z'))).toBe(true)
    expect(isOpen(night, at('2026-12-25T22:00Z'))).toBe(false)
  })
})

describe('in the nights when clocks are changed', () => {
  // Berlin, 29 March 2026: after 01:59 (00:59Z) comes 03:00. 25 October 2026: 02:00 to 02:59 comes twice (00:00Z, 01:00Z).
  const night = schedule({ weekly: everyDay([{ from: '01:30', until: '02:30' }]) })

  it('the hour that comes twice is open twice', () => {
    const open = ['23:29', '23:30', '00:29', '00:30', '00:59', '01:00', '01:29', '01:30'].map((time, index) =>
      isOpen(night, at(`2026-10-${index < 2 ? 24 : 25}T${time}Z`)),
    )
    expect(open).toEqual([false, true, true, false, false, true, true, false])
  })

  it('the hour that is skipped closes at the moment of the change', () => {
    const open = ['00:29', '00:30', '00:59', '01:00'].map((time) => isOpen(night, at(`2026-03-29T${time}Z`)))
    expect(open).toEqual([false, true, true, false])
    expect(nextChange(night, at('2026-03-29T00:45Z'))).toBe(at('2026-03-29T01:00Z'))
  })

  it('morning hours come an hour earlier by UTC, and evening’s end too', () => {
    const week = schedule()
    expect(nextChange(week, at('2026-03-27T20:00Z'))).toBe(at('2026-03-30T07:00Z'))
    expect(nextChange(week, at('2026-10-23T20:00Z'))).toBe(at('2026-10-26T08:00Z'))
  })

  it('the next change agrees with what is open, minute by minute, over both nights and in a zone of half hours', () => {
    const lordHowe = schedule({
      timeZone: 'Australia/Lord_Howe',
      weekly: everyDay([{ from: '01:45', until: '02:20' }]),
    })
    const spans: [Schedule, string][] = [
      [night, '2026-03-28T18:00Z'],
      [night, '2026-10-24T18:00Z'],
      [lordHowe, '2026-04-04T08:00Z'],
      [lordHowe, '2026-10-03T08:00Z'],
    ]
    for (const [one, from] of spans) {
      let expected = nextChange(one, at(from))
      for (let minute = 1; minute <= 12 * 60; minute += 1) {
        const now = at(from) + minute * 60_000
        const changed = isOpen(one, now) !== isOpen(one, now - 60_000)
        expect(changed, new Date(now).toISOString()).toBe(now === expected)
        if (changed) expected = nextChange(one, now)
      }
    }
  })
})

describe('the days ahead', () => {
  it('begin with today in the zone, and show holidays, nights and breaks as they will be', () => {
    const december = schedule({
      weekly: {
        ...everyDay([]),
        wednesday: [
          { from: '12:00', until: '18:00' },
          { from: '09:00', until: '12:00' },
          { from: '20:00', until: '02:00' },
        ],
        thursday: nineToSix,
      },
      holidays: [{ date: '2026-12-24', name: 'Christmas Eve', hours: [] }],
    })
    // Still Tuesday in UTC.
    expect(daysAhead(december, at('2026-12-22T23:30Z'), 3)).toEqual([
      {
        date: '2026-12-23',
        holiday: null,
        open: [
          { from: '09:00', until: '18:00' },
          { from: '20:00', until: '24:00' },
        ],
      },
      { date: '2026-12-24', holiday: 'Christmas Eve', open: [{ from: '00:00', until: '02:00' }] },
      { date: '2026-12-25', holiday: null, open: [] },
    ])
  })

  it('agree with what is open at each of their times', () => {
    const odd = schedule({
      timeZone: 'UTC',
      weekly: {
        ...everyDay([{ from: '22:00', until: '10:00' }]),
        tuesday: [{ from: '00:00', until: '00:00' }],
        friday: [{ from: '24:00', until: '03:00' }],
        saturday: [
          { from: '01:00', until: '05:00' },
          { from: '04:00', until: '24:00' },
        ],
      },
      holidays: [{ date: '2026-11-30', name: 'A Monday', hours: [{ from: '12:00', until: '11:55' }] }],
    })
    for (const { date, open } of daysAhead(odd, at('2026-11-25T10:00Z'), 14)) {
      for (let minutes = 0; minutes < 24 * 60; minutes += 5) {
        const time = new Date(minutes * 60_000).toISOString().slice(11, 16)
        const isShown = open.some(({ from, until }) => from <= time && time < until)
        expect(isShown, `${date} ${time}`).toBe(isOpen(odd, at(`${date}T${time}Z`)))
      }
    }
  })
})

it('a schedule is refused where it cannot be meant', () => {
  const faults = (more: object) =>
    scheduleSchema.safeParse({ ...schedule(), ...more }).error?.issues.map(({ path }) => path.join('.'))
  expect(faults({})).toBeUndefined()
  expect(weekdays).toHaveLength(7)
  expect(faults({ timeZone: 'Berlin' })).toEqual(['timeZone'])
  expect(faults({ weekly: { ...schedule().weekly, monday: [{ from: '9:00', until: '18:01' }] } })).toEqual([
    'weekly.monday.0.from',
    'weekly.monday.0.until',
  ])
  const day = { date: '2026-12-25', name: 'Christmas', hours: [] }
  expect(faults({ holidays: [{ ...day, date: '2026-02-30' }] })).toEqual(['holidays.0.date'])
  expect(faults({ holidays: [day, day] })).toEqual(['holidays'])
})
