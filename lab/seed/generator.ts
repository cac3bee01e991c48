import { newCustomer, type NewCustomer, type StoredCustomer } from '../../server/customers/model.ts'
import { identityOf } from './identity.ts'
import { phrases, type Phrases } from './phrases.ts'
import { places, type Place } from './places.ts'
import { createRandom, type Random } from './random.ts'
import { articles, colleagues, positions, preferences, tags, type Article } from './trade.ts'

const dayMs = 24 * 60 * 60 * 1000
const hourMs = 60 * 60 * 1000

/** Streams of one customer, so that a change in how one part is made leaves the others as they were. */
const streams = { person: 1, history: 2, identity: 3 }

/**
 * One customer of the seed, the same for the same seed, index and time. In each 100, four pairs share a number (a
 * household) and one group of four does (a small company); see `sharerOf`.
 * @param now ms since epoch; everything that happened, happened before it
 */
export function makeCustomer(seed: number, index: number, now: number): StoredCustomer {
  const sharer = sharerOf(index)
  const place = placeOf(seed, sharer)
  const random = createRandom(seed, index, streams.person)
  const family = createRandom(seed, sharer, streams.person)
  const familyName = family.pick(place.family)
  const isWoman = random.chance(0.55)
  const given = isWoman
    ? random.pick(place.given.slice(0, place.women))
    : random.pick(place.given.slice(place.women))
  const city = family.pick(place.cities)
  const isBusiness = family.chance(0.62) || isCompanyOfFour(index)
  const company = isBusiness
    ? family.pick(place.shops).replace('*', family.chance(0.7) ? surname(familyName, false) : city)
    : null
  const ownFamily = isCompanyOfFour(index) && index !== sharer ? random.pick(place.family) : familyName
  const last = surname(ownFamily, isWoman)
  const name = place.country === 'CN' ? `${last}${given}` : `${given} ${last}`
  const known: NewCustomer = {
    _id: customerIdOf(index),
    name,
    company,
    position: company === null ? null : random.pick(positions),
    languages: [...place.languages],
    tier: tierOf(random),
    city,
    country: place.country,
    timeZone: place.timeZone,
    tags: random.chance(0.5) ? distinct(random, tags, random.whole(1, 3)) : [],
    phones: phonesOf(place, index, sharer, company !== null, random),
    emails: random.chance(0.8)
      ? [{ address: `customer.${String(index)}@mail.example`, label: company === null ? 'private' : 'work' }]
      : [],
    accountNumber: accountNumberOf(index),
  }
  const lived = { ...known, ...historyOf(createRandom(seed, index, streams.history), place, index, now) }
  return newCustomer({ ...lived, ...identityOf(createRandom(seed, index, streams.identity), lived, now) })
}

/** The id of the seed's customer of this index. */
export function customerIdOf(index: number): string {
  return `customer-${String(index).padStart(7, '0')}`
}

/** Six digits, as an IVR asks for them; only the first 900,000 customers have one. */
export function accountNumberOf(index: number): string | null {
  return index < 900_000 ? String(100_000 + ((index * 7_919) % 900_000)) : null
}

/** The first phone number of a customer, without making the customer. */
export function firstNumberOf(seed: number, index: number): string {
  const sharer = sharerOf(index)
  const place = placeOf(seed, sharer)
  return numberFrom(isCompanyOfFour(index) ? place.landline : place.mobile, sharer)
}

/** Whose number this customer's first number is: their own index, but for households and small companies. */
export function sharerOf(index: number): number {
  if (isCompanyOfFour(index)) return index - (index % 4)
  return index % 25 === 1 ? index - 1 : index
}

function isCompanyOfFour(index: number): boolean {
  const place = index % 100
  return place >= 52 && place < 56
}

function placeOf(seed: number, index: number): Place {
  let share = createRandom(seed, index).whole(1, 100)
  for (const place of places) {
    share -= place.share
    if (share <= 0) return place
  }
  throw new Error('The shares of the places do not add up to 100.')
}

function phonesOf(
  place: Place,
  index: number,
  sharer: number,
  isBusiness: boolean,
  random: Random,
): NonNullable<NewCustomer['phones']> {
  const company = isCompanyOfFour(index)
  const first = { number: numberFrom(company ? place.landline : place.mobile, sharer) }
  const shared = company ? ('work' as const) : sharer === index ? ('mobile' as const) : ('home' as const)
  const own = sharer !== index && random.chance(0.4)
  return [
    { ...first, label: shared },
    ...(own ? [{ number: numberFrom(place.mobile, index), label: 'mobile' as const }] : []),
    ...(!company && isBusiness && random.chance(0.3)
      ? [{ number: numberFrom(place.landline, index), label: 'work' as const }]
      : []),
  ]
}

/** A number for each index and no two alike, though neighbours look nothing like each other. */
function numberFrom(pattern: string, index: number): string {
  const places = pattern.length - pattern.indexOf('#')
  const digits = String((index * 7_654_321 + 2_345_678) % 10 ** places).padStart(places, '0')
  return pattern.slice(0, pattern.indexOf('#')) + digits
}

function surname(family: Place['family'][number], isWoman: boolean): string {
  return typeof family === 'string' ? family : family[isWoman ? 1 : 0]
}

function tierOf(random: Random): StoredCustomer['tier'] {
  const rank = random.next()
  return rank < 0.72 ? 'standard' : rank < 0.88 ? 'silver' : rank < 0.97 ? 'gold' : 'platinum'
}

function historyOf(random: Random, place: Place, index: number, now: number): Partial<NewCustomer> {
  const speech = phrases[place.languages[0] ?? 'en'] ?? phrases.en
  if (!speech) throw new Error('There are no phrases in English.')
  const since = now - random.whole(20, 2_600) * dayMs
  const ago = (most: number): number =>
    Math.max(since, now - random.whole(1, most) * dayMs - random.whole(0, 9) * hourMs)
  const order = 10_000 + ((index * 37) % 89_000)

  const purchases = Array.from({ length: random.whole(0, 4) }, () => purchaseOf(random, ago(400))).sort(
    latestFirst,
  )
  const recent: StoredCustomer['recent'] = Array.from({ length: random.whole(0, 4) }, () => ({
    at: ago(300),
    kind: 'call' as const,
    text: talkOf(random, speech, order),
    callId: null,
    durationMs: random.whole(25, 560) * 1000,
    by: random.pick(colleagues),
  }))
  if (random.chance(0.3)) recent.push(happening(random, ago(200), order))
  recent.sort(latestFirst)
  const notes = Array.from({ length: random.chance(0.35) ? random.whole(1, 2) : 0 }, (_, note) => ({
    noteId: `note-${String(index)}-${String(note)}`,
    at: ago(300),
    by: random.pick(colleagues),
    text: filled(random, random.pick(speech.notes), order),
  })).sort(latestFirst)
  const promises = random.chance(0.09) ? [promiseOf(random, index, order, now)] : []
  return {
    customerSince: since,
    purchases,
    recent,
    notes,
    promises,
    openBusiness: random.chance(0.12) ? [businessOf(random, order, now)] : [],
    preferences: random.chance(0.5)
      ? distinct(random, preferences, random.whole(1, 3)).map(({ label, values }) => ({
          label,
          value: random.pick(values),
        }))
      : [],
    lastContactAt: recent.find(({ kind }) => kind === 'call')?.at ?? null,
  }
}

function purchaseOf(random: Random, at: number): StoredCustomer['purchases'][number] {
  const article: Article = random.pick(articles)
  const quantity = random.pick(article.quantities)
  const what = article.unit === null ? article.name : `${article.name}, ${String(quantity)} × ${article.unit}`
  return {
    at,
    what: what.replace(' × pieces', ' pieces'),
    amount: { minor: article.price * quantity, currency: 'EUR' },
  }
}

function talkOf(random: Random, speech: Phrases, order: number): string {
  return `${filled(random, random.pick(speech.asked), order)}; ${filled(random, random.pick(speech.outcome), order)}`
}

function filled(random: Random, sentence: string, order: number): string {
  return sentence
    .replace('{order}', String(order))
    .replace('{days}', String(random.whole(2, 4)))
    .replace('{hour}', String(random.whole(6, 16)))
    .replace('{amount}', String(random.whole(3, 60) * 5))
    .replace('{percent}', String(random.whole(2, 8)))
}

function happening(random: Random, at: number, order: number): StoredCustomer['recent'][number] {
  const [kind, text] = random.pick([
    ['payment', `Paid invoice ${String(order)}, ${String(random.whole(1, 6))} days early`],
    ['payment', `Paid invoice ${String(order)} after one reminder`],
    ['event', 'Came to the “Winter breads” evening, asked two questions'],
    ['event', 'Tasted the new rye sourdough at the trade fair, took a sample'],
    ['invitation', 'Invited to “Ovens that save”, has not answered'],
    ['message', `Wrote by e-mail about order ${String(order)}, answered the same day`],
  ] as const)
  return { at, kind, text, callId: null, durationMs: null, by: null }
}

function promiseOf(
  random: Random,
  index: number,
  order: number,
  now: number,
): StoredCustomer['promises'][number] {
  const what = random.pick([
    `Call back about the delivery date of order ${String(order)}`,
    `Send the corrected invoice for order ${String(order)}`,
    'Send an offer for a second proofing cabinet',
    'Have the technician name a day for the oven',
    `Say whether order ${String(order)} can come before 6:00`,
  ])
  return {
    promiseId: `promise-${String(index)}`,
    what,
    dueAt: now + random.whole(-40, 90) * hourMs,
    madeAt: now - random.whole(2, 5) * dayMs,
    madeBy: random.pick(colleagues),
    open: true,
  }
}

function businessOf(random: Random, order: number, now: number): StoredCustomer['openBusiness'][number] {
  const [kind, title] = random.pick([
    ['dispute', `Invoice ${String(order)}: billed twice, they say`],
    ['dispute', `Order ${String(order)}: four sacks damaged, credit asked for`],
    ['order', `Order ${String(order)} is with the haulier`],
    ['order', `Order ${String(order)}: one article is out of stock`],
    ['invoice', `Invoice ${String(order)} is ${String(random.whole(3, 28))} days late`],
    ['request', 'Wants an offer for a deck oven'],
  ] as const)
  return { kind, title, at: now - random.whole(1, 20) * dayMs }
}

/** A few of a list, each once. */
function distinct<T>(random: Random, list: readonly T[], count: number): T[] {
  const left = [...list]
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(random.whole(0, left.length - 1), 1),
  ).flat()
}

function latestFirst(one: { at: number }, other: { at: number }): number {
  return other.at - one.at
}
