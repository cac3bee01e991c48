import { daysAhead, isOpen, nextChange, type Schedule } from '../../../shared/opening-hours.ts'
import { clockTime, weekdayAndDay } from '../../ui/format.ts'
import { useAdminTexts } from '../texts.ts'

/** How opening hours are said in the reader's language. */
export function useHoursWords() {
  const { a, locale } = useAdminTexts()
  const dateAt = (schedule: Schedule, at: number) => daysAhead(schedule, at, 1)[0]?.date ?? ''

  return {
    /** Whether it is open at a time, and until when: by the clock of the schedule's zone, with the day when that is another. */
    stateAt: (schedule: Schedule, at: number): string => {
      const open = isOpen(schedule, at)
      const change = nextChange(schedule, at)
      if (change === null) return a(open ? 'hours.openLong' : 'hours.closedLong')
      const clock = clockTime(change, locale.value, schedule.timeZone) ?? ''
      const date = dateAt(schedule, change)
      const day = date === dateAt(schedule, at) ? '' : `${weekdayAndDay(date, locale.value)} `
      return a(open ? 'hours.openUntil' : 'hours.closedUntil', { when: day + clock })
    },
  }
}
