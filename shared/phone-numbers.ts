import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'

export type { CountryCode }

/** A number from the network or from a person, as far as it could be understood. */
export interface PhoneNumber {
  /** E.164, or null when it is not a possible number (an extension, garbage, a withheld number). */
  e164: string | null
  /** As a person reads it: national form for the home country, international else, the raw digits when not understood. */
  display: string
  /** The last digits without trunk prefix or country code, for numbers that came without them; null under 6 digits. */
  nationalTail: string | null
}

/** How many trailing digits make a national tail. Long enough to be rare, short enough to lack any prefix. */
export const nationalTailLength = 8

/**
 * Understands a phone number as the trunk of a country delivers it: E.164 with or without its plus, `00` prefix, national
 * with trunk prefix, or the bare subscriber number.
 * @param raw as received; anything may be in it
 * @param home ISO 3166 country of the trunk
 */
export function understandNumber(raw: string, home: CountryCode): PhoneNumber {
  const cleaned = raw.replace(/[^\d+]/g, '').replace(/(?!^)\+/g, '')
  const digits = cleaned.replace(/\D/g, '')
  if (digits.length === 0) return { e164: null, display: '', nationalTail: null }
  const tail = digits.length >= 6 ? digits.slice(-nationalTailLength) : null
  if (digits.length < 6) return { e164: null, display: digits, nationalTail: null }

  const attempts = cleaned.startsWith('+')
    ? [cleaned]
    : cleaned.startsWith('00')
      ? [`+${digits.slice(2)}`]
      : [digits, `+${digits}`]
  for (const attempt of attempts) {
    const parsed = parsePhoneNumberFromString(attempt, home)
    if (parsed?.isValid()) {
      return {
        e164: parsed.number,
        display: parsed.country === home ? parsed.formatNational() : parsed.formatInternational(),
        nationalTail: parsed.nationalNumber.slice(-nationalTailLength),
      }
    }
  }
  return { e164: null, display: cleaned, nationalTail: tail }
}
