import { parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** An E.164 number in international form; anything else as it is. */
export function internationalForm(number: string): string {
  return parsePhoneNumberFromString(number)?.formatInternational() ?? number
}
