import type { Card, TimelineEntry, Why } from '../../shared/customers.ts'
import type { Right } from '../../shared/people.ts'
import type { StoredCustomer } from './model.ts'

const longestWhy = 3
const dayMs = 24 * 60 * 60 * 1000

/** What of a customer one role may see: the same document, with the sections it has no right to left empty. */
interface Visible {
  promises: StoredCustomer['promises']
  openBusiness: StoredCustomer['openBusiness']
  recent: readonly TimelineEntry[]
}

/** Entries of the timeline that tell what was bought or paid. */
const moneyKinds: ReadonlySet<TimelineEntry['kind']> = new Set(['purchase', 'payment', 'dispute'])

/**
 * Why this customer is probably calling, the most pressing first: a promise we broke, a promise due within a day, a
 * dispute, other open business, a later promise, and what was said last.
 * @param now ms since epoch
 * @returns at most three lines
 */
export function whyBox(customer: Visible, now: number): Why[] {
  const promises = customer.promises
    .filter((promise) => promise.open)
    .sort((one, other) => (one.dueAt ?? Infinity) - (other.dueAt ?? Infinity))
  const promiseLine = (promise: (typeof promises)[number]): Why => ({
    kind: 'promise',
    text: promise.what,
    at: promise.dueAt ?? promise.madeAt,
    overdue: promise.dueAt !== null && promise.dueAt < now,
  })
  const isDue = (promise: (typeof promises)[number]): boolean =>
    promise.dueAt !== null && promise.dueAt < now + dayMs
  const business = (kinds: readonly StoredCustomer['openBusiness'][number]['kind'][]): Why[] =>
    customer.openBusiness
      .filter(({ kind }) => kinds.includes(kind))
      .sort((one, other) => other.at - one.at)
      .map(({ kind, title, at }) => ({ kind, text: title, at, overdue: false }))
  // A talk that nobody wrote anything about says nothing here that the timeline does not.
  const lastTalk = customer.recent.find(({ kind, text }) => kind === 'call' && text !== '')
  return [
    ...promises.filter(isDue).map(promiseLine),
    ...business(['dispute']),
    ...business(['invoice', 'order', 'request']),
    ...promises.filter((promise) => !isDue(promise)).map(promiseLine),
    ...(lastTalk
      ? [{ kind: 'lastTalk' as const, text: lastTalk.text, at: lastTalk.at, overdue: false }]
      : []),
  ].slice(0, longestWhy)
}

/**
 * The card as somebody with these rights may see it. A section without a right is absent, and nothing of it shows through
 * in the why box or the timeline.
 * @param now ms since epoch
 * @returns null without `card.read`
 */
export function cardFor(customer: StoredCustomer, rights: readonly Right[], now: number): Card | null {
  if (!rights.includes('card.read')) return null
  const seesPurchases = rights.includes('card.purchases')
  const seesNotes = rights.includes('card.notes')
  const recent = customer.recent
    .filter(({ kind }) => (seesPurchases || !moneyKinds.has(kind)) && (seesNotes || kind !== 'note'))
    .map(({ at, kind, text, callId, durationMs, by }) => ({ at, kind, text, callId, durationMs, by }))
  const visible: Visible = {
    promises: customer.promises,
    // Disputes, invoices and orders say what was bought; a request does not.
    openBusiness: customer.openBusiness.filter(({ kind }) => seesPurchases || kind === 'request'),
    recent,
  }
  return {
    customerId: customer._id,
    version: customer.version,
    name: customer.name,
    company: customer.company,
    position: customer.position,
    customerSince: customer.customerSince,
    languages: customer.languages,
    tier: customer.tier,
    city: customer.city,
    country: customer.country,
    timeZone: customer.timeZone,
    tags: customer.tags,
    phones: customer.phones,
    emails: customer.emails,
    accountNumber: customer.accountNumber,
    preferences: customer.preferences,
    why: whyBox(visible, now),
    promises: customer.promises,
    ...(seesPurchases ? { purchases: customer.purchases } : {}),
    ...(seesNotes ? { notes: customer.notes } : {}),
    timeline: seesNotes ? withNotes(recent, customer.notes) : recent,
  }
}

function withNotes(recent: readonly TimelineEntry[], notes: StoredCustomer['notes']): TimelineEntry[] {
  const entries = notes.map(({ at, by, text }) => ({
    at,
    kind: 'note' as const,
    text,
    callId: null,
    durationMs: null,
    by,
  }))
  return [...recent, ...entries].sort((one, other) => other.at - one.at)
}
