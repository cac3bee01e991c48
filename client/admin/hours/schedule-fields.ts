import type { z } from 'zod'
import {
  weekdays,
  type Hours,
  type Schedule,
  type scheduleSchema,
  type Weekday,
} from '../../../shared/opening-hours.ts'

/** Opening hours as a form holds them: the hours of a day as one text. */
export type ScheduleFields = ReturnType<typeof scheduleFields>

/** Opening hours as fields of a form, holidays in their order. */
export function scheduleFields({ timeZone, weekly, holidays }: Schedule) {
  const week = Object.fromEntries(weekdays.map((day) => [day, hoursText(weekly[day])]))
  return {
    timeZone,
    ...(week as Record<Weekday, string>),
    holidays: [...holidays]
      .sort((one, other) => (one.date < other.date ? -1 : 1))
      .map(({ date, name, hours }) => ({ date, name, hours: hoursText(hours) })),
  }
}

/** The opening hours that a form holds, not yet checked. */
export function scheduleFrom(fields: ScheduleFields): z.input<typeof scheduleSchema> {
  const weekly = Object.fromEntries(weekdays.map((day) => [day, hoursFrom(fields[day])]))
  return {
    timeZone: fields.timeZone,
    weekly: weekly as Record<Weekday, Hours[]>,
    holidays: fields.holidays.map(({ date, name, hours }) => ({ date, name, hours: hoursFrom(hours) })),
  }
}

/** Hours as a person reads them: `09:00–12:30, 13:30–18:00`. */
export function hoursText(hours: readonly Hours[]): string {
  return hours.map(({ from, until }) => `${from}–${until}`).join(', ')
}

const typed = /^(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?$/

/** Hours as people type them: `9-12:30, 13.30–18`. A part that is none becomes one that no check lets through. */
function hoursFrom(text: string): Hours[] {
  const parts = text.split(/[,;\n]/).map((part) => part.trim())
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const [, from, fromMinutes = '00', until, untilMinutes = '00'] = typed.exec(part) ?? []
      if (from === undefined || until === undefined) return { from: part, until: '' }
      return {
        from: `${from.padStart(2, '0')}:${fromMinutes}`,
        until: `${until.padStart(2, '0')}:${untilMinutes}`,
      }
    })
}

/** What hours begin from that nobody has set: an office's week. */
export function officeHours(timeZone: string): Schedule {
  const day = (name: Weekday): Hours[] =>
    name === 'saturday' || name === 'sunday' ? [] : [{ from: '09:00', until: '18:00' }]
  return {
    timeZone,
    weekly: Object.fromEntries(weekdays.map((name) => [name, day(name)])) as Schedule['weekly'],
    holidays: [],
  }
}
