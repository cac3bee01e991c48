import {
  parsePhoneNumberFromString,
  type CountryCode,
  type PhoneNumber as Parsed,
} from 'libphonenumber-js/max'

export type { CountryCode }

/** A number from the network or from a person, as far as it could be understood. */
export interface PhoneNumber {
  /** E.164, or null when it is not a possible number (an extension, garbage, a withheld number). */
  readonly e164: string | null
  /** As a person reads it: national form for the home country, international else, the raw digits when not understood. */
  readonly display: string
  /** The last digits without trunk prefix or country code, for numbers that came without them; null under 6 digits. */
  readonly nationalTail: string | null
  /** Whether it came with what makes it complete: `+`, `00`, or the home country's trunk prefix. */
  readonly complete: boolean
}

/** How many trailing digits make a national tail. Long enough to be rare, short enough to lack any prefix. */
export const nationalTailLength = 8

/** Under this many digits it is an extension or a short code, and nobody's number. */
const shortestNumber = 6
/** E.164 allows 15 digits; `00` and a carrier's prefix may stand before them. */
const longestNumber = 20
/** What is shown of a number that was not understood never grows past this. */
const longestDisplay = 24

const nothing: PhoneNumber = { e164: null, display: '', nationalTail: null, complete: false }

/**
 * Understands a phone number as the trunk of a country delivers it: E.164 with or without its plus, `00` prefix, national
 * with trunk prefix, or the bare subscriber number. A SIP or tel address is read up to its host or parameters, and an
 * extension behind the number is left out.
 * @param raw as received; anything may be in it, and only digits and a leading plus ever come out
 * @param home ISO 3166 country of the trunk
 */
export function understandNumber(raw: string, home: CountryCode): PhoneNumber {
  if (raw.length > longestKnown) return readNumber(raw, home)
  const key = `${home} ${raw}`
  const known = knownNumbers.get(key)
  if (known) return known
  const understood = Object.freeze(readNumber(raw, home))
  if (knownNumbers.size >= mostKnown) knownNumbers.clear()
  knownNumbers.set(key, understood)
  return understood
}

/** Numbers understood lately: each view of a call asks for its number again, and reading one takes a fifth of a ms. */
const knownNumbers = new Map<string, PhoneNumber>()
const mostKnown = 2_000
const longestKnown = 64

function readNumber(raw: string, home: CountryCode): PhoneNumber {
  const dialled = plainNumber(raw)
  if (dialled === null) return { ...nothing, display: digitsOf(raw).slice(0, longestDisplay) }
  const digits = dialled.replace('+', '')
  const unknown = { ...nothing, display: dialled.slice(0, longestDisplay) }
  if (digits.length < shortestNumber || digits.length > longestNumber) return unknown

  const international = dialled.startsWith('+') || dialled.startsWith('00')
  const withPlus = `+${dialled.startsWith('00') ? digits.slice(2) : digits}`
  const parsed = international ? possible(withPlus, home) : national(digits, home)
  if (!parsed) return { ...unknown, nationalTail: digits.slice(-nationalTailLength), complete: international }

  // A number given with the trunk's own prefix is as complete as one with its country code.
  const subscriber = parsed.nationalNumber
  return {
    e164: parsed.number,
    display: parsed.country === home ? parsed.formatNational() : parsed.formatInternational(),
    nationalTail: subscriber.length >= shortestNumber ? subscriber.slice(-nationalTailLength) : null,
    complete: international || digits !== subscriber,
  }
}

/** A number with its country code. One that the numbering plan does not list yet is still a number when its length fits. */
function possible(withPlus: string, home: CountryCode): Parsed | undefined {
  const parsed = parsePhoneNumberFromString(withPlus, { defaultCountry: home, extract: false })
  if (parsed?.isPossible() !== true) return undefined
  // What is left when a trunk prefix is taken off must read as itself: `+49 00 63…` would lose a zero each time.
  const isStable = parsed.number === withPlus || possible(parsed.number, home)?.number === parsed.number
  return isStable ? parsed : undefined
}

/** A number without plus: the home country's own, or any country's whose plus got lost on the way. */
function national(digits: string, home: CountryCode): Parsed | undefined {
  const asNational = parsePhoneNumberFromString(digits, { defaultCountry: home, extract: false })
  const asInternational = parsePhoneNumberFromString(`+${digits}`, { extract: false })
  // Digits that begin with our own country code and make a valid number are far more often that number.
  if (asInternational?.isValid() === true && asInternational.country === home) return asInternational
  if (asNational?.isValid() === true) return asNational
  return asInternational?.isValid() === true ? asInternational : undefined
}

/** The number itself: digits with at most a leading plus; null when it is no number at all. */
function plainNumber(raw: string): string | null {
  const address = raw
    .slice(0, 256)
    .normalize('NFKC')
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) % 16))
    .trim()
    .replace(/^(sips?|tel):/i, '')
  // What follows a letter or one of these marks is a host, a parameter or an extension.
  const number = /^[^;,@#*\p{L}]*/u.exec(address)?.[0] ?? ''
  const plain = number.replace(/\(0\)/g, '').replace(/[\s().\-/‐-―\u200e\u200f\u202a-\u202e]/g, '')
  return /^\+?\d+$/.test(plain) ? plain : null
}

function digitsOf(raw: string): string {
  return raw.slice(0, 256).replace(/\D/g, '')
}

/** The country (ISO 3166) that an E.164 number belongs to; null when it is of none, or of several that are not told apart. */
export function countryOf(e164: string): CountryCode | null {
  return parsePhoneNumberFromString(e164, { extract: false })?.country ?? null
}

/** Whether calling an E.164 number pays its owner: premium rate, shared cost, and whatever else no person is called by. */
export function isCostly(e164: string): boolean {
  const type = parsePhoneNumberFromString(e164, { extract: false })?.getType()
  return type === 'PREMIUM_RATE' || type === 'SHARED_COST' || type === 'UAN'
}

/**
 * What a number is called where nobody says: a mobile is one, a landline is where they work or live.
 * @param hasCompany whether it is a company's customer
 */
export function phoneLabelOf(e164: string, hasCompany: boolean): 'mobile' | 'work' | 'home' | 'other' {
  switch (parsePhoneNumberFromString(e164, { extract: false })?.getType()) {
    case 'MOBILE':
      return 'mobile'
    case 'FIXED_LINE':
      return hasCompany ? 'work' : 'home'
    case undefined:
    default:
      return 'other'
  }
}

/** The digits of an E.164 number behind its country code; null when it is none. */
export function nationalDigits(e164: string): string | null {
  return parsePhoneNumberFromString(e164, { extract: false })?.nationalNumber ?? null
}
