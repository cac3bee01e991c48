const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** A duration as `m:ss`, from an hour `h:mm:ss`. Negative durations (clocks disagree) are shown as zero. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / second))
  const two = (n: number) => String(n).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** A clock time as `09:27`, in a zone (IANA) or the reader's own. An unknown zone gives null. */
export function clockTime(at: number, locale: string, timeZone?: string): string | null {
  try {
    return new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(timeZone === undefined ? {} : { timeZone }),
    }).format(at)
  } catch {
    return null
  }
}

/** Whether a zone's wall clock differs from the reader's at that moment. */
export function isElsewhere(at: number, timeZone: string): boolean {
  return clockTime(at, 'en', timeZone) !== clockTime(at, 'en')
}

/** A day as `18 Nov`, with the year when it is not this one. */
export function dayOf(at: number, now: number, locale: string): string {
  const year =
    new Date(at).getFullYear() === new Date(now).getFullYear() ? '' : ` ${new Date(at).getFullYear()}`
  const parts = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }).formatToParts(at)
  const part = (type: 'day' | 'month') => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('day')} ${part('month').replace(/\.$/, '')}${year}`
}

/** A moment as a person says it: the time today, the day otherwise. */
export function moment(at: number, now: number, locale: string): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString()
  return sameDay ? (clockTime(at, locale) ?? '') : dayOf(at, now, locale)
}

/** How far a moment is from now, in one unit: `2 days ago`, `in 3 hours`. From two weeks on, the day. */
export function distance(at: number, now: number, locale: string): string {
  const ms = at - now
  const size = Math.abs(ms)
  if (size >= 14 * day) return dayOf(at, now, locale)
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  if (size < hour) return format.format(Math.round(ms / minute), 'minute')
  if (size < day) return format.format(Math.round(ms / hour), 'hour')
  const days = Math.round((startOfDay(at) - startOfDay(now)) / day)
  return format.format(days, 'day')
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** An amount in minor units, as the reader writes it; whole amounts without decimals. An odd currency keeps its code. */
export function money(amount: { minor: number; currency: string }, locale: string): string {
  const options = { style: 'currency', currency: amount.currency, currencyDisplay: 'narrowSymbol' } as const
  try {
    const digits = new Intl.NumberFormat(locale, options).resolvedOptions().maximumFractionDigits ?? 2
    const value = amount.minor / 10 ** digits
    return new Intl.NumberFormat(locale, {
      ...options,
      ...(Number.isInteger(value) ? { maximumFractionDigits: 0 } : {}),
    }).format(value)
  } catch {
    return `${amount.minor / 100} ${amount.currency}`
  }
}

/** A language's own name: `uk` is `Українська`. A tag nobody knows is shown as it is. */
export function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1)
  } catch {
    return tag
  }
}
