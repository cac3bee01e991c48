import type { NumberPlan } from './number-plan.ts'
import { understandNumber, type CountryCode, type PhoneNumber } from './phone-numbers.ts'

/** A number as the plan reads it. */
export interface ReadNumber extends PhoneNumber {
  /** `outside`: looked up. `own` and `ignored`: on the plan's lists. `extension`: a colleague. `unread`: no number at all. */
  readonly kind: 'outside' | 'own' | 'ignored' | 'extension' | 'unread'
  /** The prefix that was taken away first; null for none. */
  readonly prefix: string | null
}

/** Reads numbers by a plan. */
export type NumberReader = (raw: string) => ReadNumber

const mostKnown = 2_000
const longestKnown = 64

/**
 * Makes the reader of a plan. Numbers read lately are kept: each view of a call asks for its number again.
 * @param country the home country, where a PBX has another than the plan's
 */
export function createNumberReader(plan: NumberPlan, country: CountryCode = plan.homeCountry): NumberReader {
  const keyOf = (raw: string): string => canonical(raw, country)
  const ignored = new Set(plan.ignoredNumbers.map(keyOf))
  const own = new Set(plan.ownNumbers.filter((number) => !number.endsWith('*')).map(keyOf))
  const blocks = plan.ownNumbers
    .filter((number) => number.endsWith('*'))
    .map((block) => blockStart(block, country))
  // The longest first: 99 before 9.
  const prefixes = [...plan.trunkPrefixes].sort((a, b) => b.length - a.length)
  const known = new Map<string, ReadNumber>()

  function read(raw: string): ReadNumber {
    const plain = raw.trim()
    const isExtension = /^\d+$/.test(plain) && plan.extensionLengths.includes(plain.length)
    if (isExtension) {
      const kind = own.has(plain) ? 'own' : ignored.has(plain) ? 'ignored' : 'extension'
      return { e164: null, display: plain, nationalTail: null, complete: false, kind, prefix: null }
    }
    const prefix = prefixes.find((one) => withoutPrefix(plain, one, country) !== null) ?? null
    const number = understandNumber(prefix === null ? raw : plain.slice(prefix.length), country)
    const key = number.e164 ?? number.display
    const isOwn = own.has(key) || blocks.some((start) => key.startsWith(start))
    const isNumber = number.e164 !== null || number.nationalTail !== null
    const kind = isOwn ? 'own' : ignored.has(key) ? 'ignored' : isNumber ? 'outside' : 'unread'
    return { ...number, kind, prefix }
  }

  return (raw) => {
    if (raw.length > longestKnown) return read(raw)
    const before = known.get(raw)
    if (before) return before
    const number = Object.freeze(read(raw))
    if (known.size >= mostKnown) known.clear()
    known.set(raw, number)
    return number
  }
}

/** What a number is known by: E.164 where it can be read, else as it was given, in digits. */
export function canonical(raw: string, country: CountryCode): string {
  const { e164, display } = understandNumber(raw, country)
  return e164 ?? (display === '' ? raw : display)
}

/** The rest of a number behind a trunk's prefix; null when it does not begin so, or the rest is no whole number. */
function withoutPrefix(plain: string, prefix: string, country: CountryCode): string | null {
  if (!plain.startsWith(prefix) || plain.length === prefix.length) return null
  const rest = plain.slice(prefix.length)
  const { e164, complete } = understandNumber(rest, country)
  return e164 !== null && complete ? rest : null
}

/**
 * How numbers of a block begin, as E.164. A block is no whole number, so its country code is put on by hand: it is read
 * with the digits that make it one.
 */
function blockStart(block: string, country: CountryCode): string {
  const start = block.slice(0, -1)
  if (start.startsWith('+')) return start
  for (let missing = 0; missing <= 8; missing += 1) {
    const { e164 } = understandNumber(start + '0'.repeat(missing), country)
    if (e164 !== null) return missing === 0 ? e164 : e164.slice(0, -missing)
  }
  return start
}
