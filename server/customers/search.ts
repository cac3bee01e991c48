import type { SearchHit } from '../../shared/customers.ts'
import type { PhoneNumber } from '../../shared/phone-numbers.ts'
import type { Collection } from '../database/database.ts'
import { wholeWordOf, wordsOf } from './keys.ts'
import type { StoredCustomer } from './model.ts'

const mostHits = 50
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

/**
 * Finds customers whose words begin with what was typed.
 * @returns at most 50, the last talked to first
 */
export async function searchCustomers(
  customers: Collection<StoredCustomer>,
  typed: string,
  readNumber: (raw: string) => PhoneNumber,
): Promise<SearchHit[]> {
  const found = new Map<string, { hit: SearchHit; lastContactAt: number }>()
  for (const words of readingsOf(typed, readNumber)) {
    if (found.size >= mostHits) break
    // The longest word first: it leaves the fewest to look at.
    const conditions = [...words]
      .sort((one, other) => other.length - one.length)
      .map((word) => ({ searchWords: { $regex: `^${escapePattern(word)}` } }))
    const hits = customers
      .find(conditions.length === 1 && conditions[0] ? conditions[0] : { $and: conditions })
      .project<
        Pick<StoredCustomer, '_id' | 'name' | 'company' | 'city' | 'tier' | 'phones' | 'lastContactAt'>
      >({
        name: 1,
        company: 1,
        city: 1,
        tier: 1,
        phones: 1,
        lastContactAt: 1,
      })
      .limit(mostHits)
    for await (const { _id, name, company, city, tier, phones, lastContactAt } of hits) {
      const hit = { customerId: _id, name, company, city, tier, phone: phones[0]?.number ?? null }
      found.set(_id, { hit, lastContactAt: lastContactAt ?? 0 })
    }
  }
  return [...found.values()]
    .sort((one, other) => other.lastContactAt - one.lastContactAt)
    .slice(0, mostHits)
    .map(({ hit }) => hit)
}

function escapePattern(word: string): string {
  return word.replace(/[^\p{L}\p{N}]/gu, (mark) => `\\${mark}`)
}
