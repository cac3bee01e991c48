import { nationalTailLength } from '../../shared/phone-numbers.ts'
import type { StoredCustomer } from './model.ts'

/*
 * A call may be matched by a number on the card, by a number an agent chose this customer for, by an account number, or by
 * the last digits of a number. All of these are keys of one indexed array, so that whatever a call brings is one query:
 * `{ lookupKeys: { $in: keys } }`. A number is its own key in E.164; the others have a prefix that no number has.
 */

/** The key of an account number: capitals do not count. */
export function accountKey(account: string): string {
  return `account:${account.trim().toUpperCase()}`
}

/** The key of the last digits of a number. */
export function tailKey(tail: string): string {
  return `tail:${tail}`
}

/** The key of digits that are no E.164 number, as an agent may still choose a customer for them. */
export function digitsKey(digits: string): string {
  return `digits:${digits}`
}

/** The last digits of an E.164 number. They never reach into the country code of a number of ordinary length. */
export function tailOf(e164: string): string {
  return e164.slice(-nationalTailLength).replace('+', '')
}

/** ITU-T E.164 country codes of one and two digits; all others have three. */
const shortCountryCode = /^\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

/** An E.164 number without its country code, as people at home write it but for the trunk prefix. */
export function nationalOf(e164: string): string {
  return e164.slice(shortCountryCode.exec(e164)?.[0].length ?? 4)
}

/** All keys a customer is matched by. */
export function lookupKeysOf(
  customer: Pick<StoredCustomer, 'phones' | 'accountNumber' | 'choices'>,
): string[] {
  const keys = new Set<string>()
  for (const { number } of customer.phones) {
    keys.add(number)
    keys.add(tailKey(tailOf(number)))
  }
  for (const { number } of customer.choices) keys.add(number)
  if (customer.accountNumber !== null) keys.add(accountKey(customer.accountNumber))
  return [...keys]
}

/** Letters that Unicode does not take apart into a plain letter and its mark. */
const wholeLetters: Readonly<Record<string, string>> = {
  ı: 'i',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
}

/** The words of a text as they are stored and searched: lower case, without accents, letters and digits only. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '')
      .toLowerCase()
      .replace(/[ıłøđßæœ]/g, (letter) => wholeLetters[letter] ?? letter)
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

/** An e-mail address or account number as it is stored and searched: whole, lower case. */
export function wholeWordOf(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}

/** All words a customer is searched by: a search finds them by their beginnings. */
export function searchWordsOf(
  customer: Pick<StoredCustomer, 'name' | 'company' | 'emails' | 'accountNumber' | 'phones'>,
): string[] {
  const words = new Set([...wordsOf(customer.name), ...wordsOf(customer.company ?? '')])
  for (const { address } of customer.emails) words.add(wholeWordOf(address))
  if (customer.accountNumber !== null) words.add(wholeWordOf(customer.accountNumber))
  for (const { number } of customer.phones) {
    words.add(number.slice(1))
    words.add(nationalOf(number))
  }
  return [...words]
}
