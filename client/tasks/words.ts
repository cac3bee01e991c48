import { useTexts } from '../locales/i18n.ts'
import { thisMinute } from '../ui/clock.ts'
import { clockTime, dayOf, isElsewhere } from '../ui/format.ts'

/** The city of a time zone: `Europe/Kyiv` is Kyiv. */
export const placeOf = (timeZone: string): string =>
  (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ')

/** The date that a zone’s calendar shows, or the reader’s. */
const dateOf = (at: number, timeZone?: string): string =>
  new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...(timeZone ? { timeZone } : {}) }).format(at)

/** How the time of a promise is put into words. */
export function useTaskWords() {
  const { t, locale } = useTexts()

  /** A day and a time by the clock of a zone, or by the reader’s: `Tue 1 Dec 09:00`; today the time alone. */
  function dayAndTime(at: number, timeZone?: string): string {
    const time = clockTime(at, locale.value, timeZone) ?? ''
    const options = { weekday: 'short', ...(timeZone === undefined ? {} : { timeZone }) } as const
    if (dateOf(at, timeZone) === dateOf(thisMinute.value, timeZone)) return time
    const weekday = new Intl.DateTimeFormat(locale.value, options).format(at)
    return `${weekday} ${dayOf(at, thisMinute.value, locale.value)} ${time}`
  }

  /** The same, by both clocks where they differ. */
  function whenText(at: number, timeZone: string): string {
    if (!isElsewhere(at, timeZone)) return dayAndTime(at)
    const there = dayAndTime(at, timeZone)
    const isSameDay = dateOf(at, timeZone) === dateOf(at)
    const here = isSameDay ? (clockTime(at, locale.value) ?? '') : dayAndTime(at)
    return t('tasks.times', { there, here })
  }

  return { dayAndTime, whenText }
}
