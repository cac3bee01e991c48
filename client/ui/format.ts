const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Making a formatter costs much more than using it: each is made once for its locale and options. */
function once<F>(make: (locale: string, options: object) => F): (locale: string, options: object) => F {
  const made = new Map<string, F>()
  return (locale, options) => {
    const key = `${locale} ${JSON.stringify(options)}`
    const known = made.get(key) ?? make(locale, options)
    made.set(key, known)
    return known
  }
}
const dateFormat = once((locale, options) => new Intl.DateTimeFormat(locale, options))
const numberFormat = once((locale, options) => new Intl.NumberFormat(locale, options))
const relativeFormat = once((locale, options) => new Intl.RelativeTimeFormat(locale, options))
const languageNames = once(
  (locale, options) => new Intl.DisplayNames(locale, { type: 'language', ...options }),
)

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
    return dateFormat(locale, {
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
  const parts = dateFormat(locale, { day: 'numeric', month: 'short' }).formatToParts(at)
  const part = (type: 'day' | 'month') => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('day')} ${part('month').replace(/\.$/, '')}${year}`
}

/** A date of the calendar (ISO 8601) in words, wherever the reader is: `12 April 1980`. */
export function longDate(date: string, locale: string): string {
  const options = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  return dateFormat(locale === 'en' ? 'en-GB' : locale, options).format(new Date(`${date}T00:00:00Z`))
}

/** A date of the calendar (ISO 8601) with its weekday, wherever the reader is: `Wed 25 Nov`. */
export function weekdayAndDay(date: string, locale: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' } as const
  const format = dateFormat(locale === 'en' ? 'en-GB' : locale, options)
  return format.format(new Date(`${date}T00:00:00Z`)).replace(',', '')
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
  const format = relativeFormat(locale, { numeric: 'auto' })
  if (size < hour) return format.format(size < minute ? 0 : Math.round(ms / minute), 'minute')
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
    const digits = numberFormat(locale, options).resolvedOptions().maximumFractionDigits ?? 2
    const value = amount.minor / 10 ** digits
    return numberFormat(locale, {
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
    const name = languageNames(tag, {}).of(tag) ?? tag
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1)
  } catch {
    return tag
  }
}

/** Languages that a customer here most likely speaks: loading a language's name takes as long as drawing half a card. */
const usualLanguages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'tr', 'uk', 'ru', 'ar', 'zh']

/** Makes ready what the first card of the day will be written with. To be called when the browser has nothing to do. */
export function prepareFormats(locale: string): void {
  for (const language of usualLanguages) languageName(language)
  const at = Date.now()
  dayOf(at, at, locale)
  clockTime(at, locale)
  distance(at, at, locale)
  money({ minor: 100, currency: 'EUR' }, locale)
}
