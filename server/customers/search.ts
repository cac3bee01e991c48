import type { SearchAnswer, SearchHit } from '../../shared/customers.ts'
import type { PhoneNumber } from '../../shared/phone-numbers.ts'
import type { Collection } from '../database/database.ts'
import { wholeWordOf, wordsOf } from './keys.ts'
import type { StoredCustomer } from './model.ts'

const mostWords = 5

/**
 * What an agent typed as beginnings of stored search words: a phone number as its digits, an e-mail address or account
 * number whole, anything else word by word. Nothing typed becomes a pattern or an operator.
 * @returns one list for each way to read it; every word of a list must be found
 */
export function readingsOf(typed: string, readNumber: (raw: string) => PhoneNumber): string[][] {
  const readings: string[][] = []
  const digits = typed.replace(/\D/g, '')
  if (digits.length >= 3 && /^[\d\s()+./-]+$/.test(typed)) {
    const { e164 } = readNumber(typed)
    // A number half typed is found by its beginning, with or without its prefix.
    if (e164 !== null) readings.push([e164.slice(1)])
    readings.push([digits.replace(/^0+/, '')])
  }
  const words = wordsOf(typed).slice(0, mostWords)
  const whole = wholeWordOf(typed)
  if (words.length > 0 && readings.length === 0) readings.push(words)
  if (words.length !== 1 || words[0] !== whole) readings.push([whole])
  return readings.filter((reading) => reading.every((word) => word !== ''))
}

/** An address cut to what tells it from others of the same name. */
function masked(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, 1)}…${address.slice(at)}`
}

/**
 * Finds customers whose words begin with what was typed.
 * @returns at most `limit`, the last talked to first, and whether there are more
 */
export async function searchCustomers(
  customers: Collection<StoredCustomer>,
  typed: string,
  readNumber: (raw: string) => PhoneNumber,
  limit: number,
): Promise<SearchAnswer> {
  const found = new Map<string, SearchHit>()
  for (const words of readingsOf(typed, readNumber)) {
    if (found.size > limit) break
    // The longest word first: it leaves the fewest to look at.
    const conditions = [...words]
      .sort((one, other) => other.length - one.length)
      .map((word) => ({ searchWords: { $regex: `^${escapePattern(word)}` } }))
    const hits = customers
      .find(conditions.length === 1 && conditions[0] ? conditions[0] : { $and: conditions })
      .project<
        Pick<
          StoredCustomer,
          '_id' | 'name' | 'company' | 'city' | 'tier' | 'phones' | 'emails' | 'lastContactAt'
        >
      >({
        name: 1,
        company: 1,
        city: 1,
        tier: 1,
        phones: 1,
        emails: 1,
        lastContactAt: 1,
      })
      .limit(limit + 1)
    for await (const { _id, phones, emails, ...shown } of hits) {
      const email = emails[0] === undefined ? null : masked(emails[0].address)
      found.set(_id, { customerId: _id, ...shown, phone: phones[0]?.number ?? null, email })
    }
  }
  const hits = [...found.values()].sort((one, other) => (other.lastContactAt ?? 0) - (one.lastContactAt ?? 0))
  return { hits: hits.slice(0, limit), more: hits.length > limit }
}

function escapePattern(word: string): string {
  return word.replace(/[^\p{L}\p{N}]/gu, (mark) => `\\${mark}`)
}
