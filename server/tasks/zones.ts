import { timezones } from 'libphonenumber-geo-carrier'
import { wallTime } from '../../shared/opening-hours.ts'
import type { Times } from '../../shared/tasks.ts'

/** What of a card tells where its customer is. */
export interface Whereabouts {
  timeZone: string | null
  /** ISO 3166. */
  country: string | null
}

type Zone = Times['zones'][number]

const halfYearMs = 182 * 24 * 3_600_000
const known = new Map<string, Promise<readonly string[]>>()
const mostKnown = 2_000

/**
 * In which zones a number’s subscriber may be: that of its area, or all of its country where it names no area.
 * @param e164 in E.164
 * @returns IANA zones; empty where nothing is known
 */
export function zonesOfNumber(e164: string): Promise<readonly string[]> {
  const found = known.get(e164)
  if (found) return found
  if (known.size >= mostKnown) known.clear()
  // The library asks for a number as libphonenumber has it, and reads of it nothing but this.
  const number = { number: e164 } as unknown as Parameters<typeof timezones>[0]
  const asked = timezones(number).then((zones) => (zones ?? []).filter(isZone))
  known.set(e164, asked)
  return asked
}

/** The zones of a country, by ISO 3166; empty for one that is not known. */
export function zonesOfCountry(country: string): readonly string[] {
  try {
    const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
      timeZones?: string[]
      getTimeZones?: () => string[] | undefined
    }
    return (locale.getTimeZones?.() ?? locale.timeZones ?? []).filter(isZone)
  } catch {
    return []
  }
}

/**
 * The zones that a customer’s clock may be in, the likeliest first: the card’s own zone, else those of the address, of which
 * the number’s area chooses, else those of the number, else ours. Of zones whose clocks show the same now and in half a year
 * there is one.
 * @param number in E.164; null for none
 * @param ours the centre’s own zone
 * @param now ms since 1970
 */
export async function zonesOf(
  { timeZone, country }: Whereabouts,
  number: string | null,
  ours: string,
  now: number,
): Promise<[Zone, ...Zone[]]> {
  if (timeZone !== null && isZone(timeZone)) return [{ timeZone, from: 'card' }]
  const ofNumber = number === null ? [] : await zonesOfNumber(number)
  const ofAddress = country === null ? [] : zonesOfCountry(country)
  // A zone has several names: Europe/Kyiv was Europe/Kiev.
  const areas = new Set(ofAddress.map(plainName))
  const narrowed = ofNumber.filter((zone) => areas.has(plainName(zone)))
  const from = ofAddress.length > 0 ? 'address' : 'number'
  const zones = narrowed.length > 0 ? narrowed : ofAddress.length > 0 ? ofAddress : ofNumber
  const [first, ...rest] = differing(zones, now).map((zone): Zone => ({ timeZone: zone, from }))
  return first === undefined ? [{ timeZone: ours, from: 'ours' }] : [first, ...rest]
}

/** Of zones whose clocks show the same now and in half a year, the first. */
export function differing(zones: readonly string[], now: number): string[] {
  const shown = new Map<string, string>()
  for (const zone of zones) {
    const key = [now, now + halfYearMs]
      .map((at) => {
        const { date, minutes } = wallTime(zone, at)
        return `${date} ${minutes}`
      })
      .join()
    if (!shown.has(key)) shown.set(key, zone)
  }
  return [...shown.values()]
}

/** The one name of a zone that has several. */
function plainName(zone: string): string {
  return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
