/** A local time further back than this after a later one is of the second round of the night in which clocks go back, ms. */
const backMs = 60_000
const hourMs = 3_600_000

/**
 * A wall clock of a time zone.
 * @param timeZone IANA name; empty for the zone of this process
 * @returns what it shows at an instant, as if that were UTC, ms in whole seconds
 */
export function createWall(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...(timeZone === '' ? {} : { timeZone }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const part = Object.fromEntries(
      format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second)
  }
}

/**
 * Makes a reader of the times that Asterisk writes: seconds since 1970 (`1764000000.123456`), or a wall clock's
 * (`2026-11-25 04:03:16`, with a fraction or without), which means what it means in a time zone.
 *
 * In the hour that a wall clock shows twice, rows that go back in time are taken for its second round: so give the reader
 * the rows of one file in their order.
 * @param timeZone IANA name; empty for the zone of this process
 * @returns ms since 1970 UTC; null for what is no time
 */
export function createWallClock(timeZone: string): (text: string) => number | null {
  const shownAt = createWall(timeZone)
  const differenceAt = (instant: number): number => shownAt(instant) - instant
  /** The differences between wall and UTC that are possible in an hour; looked up anew once an hour. */
  let known = { hour: NaN, differences: [0] }
  let newest = -Infinity

  const differencesOf = (wall: number): number[] => {
    const hour = Math.floor(wall / hourMs)
    if (hour !== known.hour) {
      const near = hour * hourMs - differenceAt(hour * hourMs)
      const around = [differenceAt(near - 3 * hourMs), differenceAt(near + 3 * hourMs)]
      // The larger difference makes the earlier instant.
      known = { hour, differences: [...new Set(around)].sort((one, other) => other - one) }
    }
    return known.differences
  }

  const ofWall = (wall: number, fraction: number): number => {
    const differences = differencesOf(wall)
    const all = differences.map((difference) => wall - difference)
    const shown = all.length === 1 ? all : all.filter((instant) => shownAt(instant) === wall)
    const instant = shown.find((each) => newest - each <= backMs) ?? shown.at(-1) ?? all[0] ?? wall
    newest = Math.max(newest, instant)
    return instant + fraction
  }

  return (text) => {
    if (/^\d{9,11}(\.\d{1,9})?$/.test(text)) return Math.floor(Number(text) * 1000 + 0.0005)
    const local = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,9})?$/.exec(text)
    if (!local) return null
    const wall = Date.parse(`${local[1] ?? ''}T${local[2] ?? ''}Z`)
    return Number.isNaN(wall) ? null : ofWall(wall, Math.floor(Number(local[3] ?? 0) * 1000))
  }
}

/** Whether a time zone of this name is known here. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}
