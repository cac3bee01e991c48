import { z } from 'zod'
import { wallTime } from './opening-hours.ts'

/** Between which hours of their own day customers are called: from the first, until before the second. */
export const callHoursSchema = z.strictObject({
  from: z.number().int().min(0).max(23),
  until: z.number().int().min(1).max(24),
})
export type CallHours = z.infer<typeof callHoursSchema>

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/**
 * The instant at which a wall clock in a zone shows a time. Of a time that comes twice it is the first; of one that is skipped,
 * the clock shows an hour later.
 * @param date ISO 8601
 * @param minutes since midnight
 * @returns ms since 1970
 */
export function instantAt(timeZone: string, date: string, minutes: number): number {
  const wanted = Date.parse(`${date}T00:00:00Z`) + minutes * minuteMs
  const shownAt = (instant: number): number => {
    const wall = wallTime(timeZone, instant)
    return Date.parse(`${wall.date}T00:00:00Z`) + wall.minutes * minuteMs
  }
  const differences = [wanted - dayMs, wanted + dayMs].map((near) => shownAt(near) - near)
  const possible = differences.map((difference) => wanted - difference).sort((one, other) => one - other)
  return possible.find((instant) => shownAt(instant) === wanted) ?? possible.at(-1) ?? wanted
}

/** Whether somebody in a zone may be called at an instant. */
export function isCallable(timeZone: string, { from, until }: CallHours, instant: number): boolean {
  const { minutes } = wallTime(timeZone, instant)
  return minutes >= from * 60 && minutes < until * 60
}

/** The first instant from one on at which somebody in a zone may be called. */
export function nextCallable(timeZone: string, hours: CallHours, instant: number): number {
  if (isCallable(timeZone, hours, instant)) return instant
  const { date, minutes } = wallTime(timeZone, instant)
  const day = minutes < hours.from * 60 ? date : dayAfter(date)
  return instantAt(timeZone, day, hours.from * 60)
}

/** A time to choose with one click. */
export interface QuickTime {
  key: 'hour' | 'afternoon' | 'tomorrow' | 'tomorrowAfternoon'
  at: number
}

/** Times that people agree on most, by the customer's clock and within the hours in which they may be called; the soonest first. */
export function quickTimes(timeZone: string, hours: CallHours, now: number): QuickTime[] {
  const quarter = Math.ceil((now + hourMs) / (15 * minuteMs)) * 15 * minuteMs
  const { date } = wallTime(timeZone, now)
  const at = (day: string, hour: number): number =>
    nextCallable(timeZone, hours, instantAt(timeZone, day, hour * 60))
  const next = dayAfter(date)
  const all: QuickTime[] = [
    ...(isCallable(timeZone, hours, quarter) ? [{ key: 'hour' as const, at: quarter }] : []),
    { key: 'afternoon', at: at(date, 15) },
    { key: 'tomorrow', at: at(next, 9) },
    { key: 'tomorrowAfternoon', at: at(next, 15) },
  ]
  return all.filter(({ key, at: when }) => when > now + (key === 'hour' ? 0 : hourMs))
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + dayMs).toISOString().slice(0, 10)
}
