import { z } from 'zod'

/** Days of the week as ISO 8601 numbers them, Monday first. */
export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const
export type Weekday = (typeof weekdays)[number]

/** A time of day, in steps of five minutes. `24:00` is the end of the day. */
const timeSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5][05]$|^24:00$/, 'A time such as 09:00, in steps of 5 minutes.')

/** From when until when. `until` not after `from` means: until then on the next day. */
const hoursSchema = z.strictObject({ from: timeSchema, until: timeSchema })
export type Hours = z.infer<typeof hoursSchema>
const dayHoursSchema = z.array(hoursSchema).max(4)

const dateSchema = z.iso.date('A date such as 2026-12-25.')
/** An IANA time zone that is known here. */
export const timeZoneSchema = z.string().refine(isTimeZone, 'A time zone such as Europe/Berlin.')

/** When somebody takes calls: hours of each weekday, and days that differ. All times are those of the zone's clocks. */
export const scheduleSchema = z.strictObject({
  timeZone: timeZoneSchema,
  weekly: z.strictObject(
    Object.fromEntries(weekdays.map((day) => [day, dayHoursSchema])) as Record<
      Weekday,
      typeof dayHoursSchema
    >,
  ),
  /** Days with hours of their own instead of the weekday's; none: closed. */
  holidays: z
    .array(
      z.strictObject({ date: dateSchema, name: z.string().trim().min(1).max(60), hours: dayHoursSchema }),
    )
    .max(200)
    .refine(
      (days) => new Set(days.map(({ date }) => date)).size === days.length,
      'A day stands there twice.',
    ),
})
export type Schedule = z.infer<typeof scheduleSchema>

/**
 * Whether it is open at an instant. Hours are by the clock on the wall: in a night when clocks go back, the hour that
 * comes twice is open twice; an hour that is skipped is not missed. Hours that go past midnight belong to the day on
 * which they begin, and so does a holiday.
 * @param instant ms since 1970
 */
export function isOpen(schedule: Schedule, instant: number): boolean {
  const { date, minutes } = wallTime(schedule.timeZone, instant)
  const today = hoursOn(schedule, date)
  const yesterday = hoursOn(schedule, addDays(date, -1))
  return (
    today.some(({ from, until }) =>
      endsNextDay({ from, until }) ? minutes >= minutesOf(from) : isWithin(minutes, from, until),
    ) || yesterday.some((hours) => endsNextDay(hours) && minutes < minutesOf(hours.until))
  )
}

const stepMs = 5 * 60_000
const farthestMs = 14 * 86_400_000

/**
 * When it next opens or closes. Hours are in steps of five minutes and clocks are changed by whole quarters, so every
 * change falls on such a step of UTC as well.
 * @returns ms since 1970; null when nothing changes within two weeks
 */
export function nextChange(schedule: Schedule, instant: number): number | null {
  const before = isOpen(schedule, instant)
  const first = (Math.floor(instant / stepMs) + 1) * stepMs
  for (let at = first; at <= instant + farthestMs; at += stepMs) {
    if (isOpen(schedule, at) !== before) return at
  }
  return null
}

/** The holiday that it is on that day; null for none. */
export function holidayAt(schedule: Schedule, instant: number): string | null {
  const { date } = wallTime(schedule.timeZone, instant)
  return schedule.holidays.find((day) => day.date === date)?.name ?? null
}

/** A day of the calendar as it will be. */
export interface DayAhead {
  /** ISO 8601. */
  date: string
  /** The holiday that it is; null for none. */
  holiday: string | null
  /** When it is open by the clock on the wall: in order, joined where they touch, with what began on the day before. */
  open: Hours[]
}

/**
 * The days to come, today first, in the zone of the schedule.
 * @param instant ms since 1970
 */
export function daysAhead(schedule: Schedule, instant: number, count: number): DayAhead[] {
  const { date: today } = wallTime(schedule.timeZone, instant)
  return Array.from({ length: count }, (_, index): DayAhead => {
    const date = addDays(today, index)
    const holiday = schedule.holidays.find((day) => day.date === date)?.name ?? null
    return { date, holiday, open: openOn(schedule, date) }
  })
}

function openOn(schedule: Schedule, date: string): Hours[] {
  const begun = hoursOn(schedule, date).map((hours): [number, number] => [
    minutesOf(hours.from),
    endsNextDay(hours) ? wholeDay : minutesOf(hours.until),
  ])
  const carried = hoursOn(schedule, addDays(date, -1))
    .filter(endsNextDay)
    .map(({ until }): [number, number] => [0, minutesOf(until)])
  const joined: [number, number][] = []
  for (const [from, until] of [...carried, ...begun].sort(([one], [other]) => one - other)) {
    const last = joined.at(-1)
    if (from === until) continue
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until)
    else joined.push([from, until])
  }
  return joined.map(([from, until]) => ({ from: timeOf(from), until: timeOf(until) }))
}

function hoursOn({ weekly, holidays }: Schedule, date: string): readonly Hours[] {
  const holiday = holidays.find((day) => day.date === date)
  // ISO dates without a time are of UTC, whose weekday is the date's own.
  const weekday = weekdays[(new Date(date).getUTCDay() + 6) % 7] ?? 'monday'
  return holiday?.hours ?? weekly[weekday]
}

function addDays(date: string, days: number): string {
  return new Date(new Date(date).getTime() + days * 86_400_000).toISOString().slice(0, 10)
}

const wholeDay = 24 * 60
const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const endsNextDay = ({ from, until }: Hours): boolean => minutesOf(until) <= minutesOf(from)
const isWithin = (minutes: number, from: string, until: string): boolean =>
  minutes >= minutesOf(from) && minutes < minutesOf(until)

/** What a clock on the wall shows: the date as `2026-12-25`, and minutes since midnight. */
export function wallTime(timeZone: string, instant: number): { date: string; minutes: number } {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    minutes: Number(part('hour')) * 60 + Number(part('minute')),
  }
}

const clocks = new Map<string, Intl.DateTimeFormat>()
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'iso8601',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  clocks.set(timeZone, clock)
  return clock
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
