import { closeParts, closeWhy, type ClosedParts } from '../../shared/closing.ts'
import type { Card, Note, TimelineEntry, Why } from '../../shared/customers.ts'
import type { Right } from '../../shared/people.ts'
import type { StoredCustomer } from './model.ts'

const longestWhy = 3
const dayMs = 24 * 60 * 60 * 1000

/** What of a customer one role may see: the same document, with the sections it has no right to left empty. */
interface Visible {
  promises: StoredCustomer['promises']
  openBusiness: StoredCustomer['openBusiness']
  recent: readonly Pick<TimelineEntry, 'at' | 'kind' | 'text'>[]
}

/** The name that a person goes by now; null for one who was erased. */
export type NameOf = (personId: string) => string | null

/** Entries of the timeline that tell what was bought or paid. */
const moneyKinds: ReadonlySet<TimelineEntry['kind']> = new Set(['purchase', 'payment', 'dispute'])

/**
 * Why this customer is probably calling, the most pressing first: a promise we broke, a promise due within a day, a
 * dispute, other open business, a later promise, and what was said last.
 * @param now ms since epoch
 * @param closed what is closed: that there is something of it is said without words
 * @returns at most three lines
 */
export function whyBox(customer: Visible, now: number, closed: ClosedParts = new Map()): Why[] {
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
  const lines = [
    ...promises.filter(isDue).map(promiseLine),
    ...business(['dispute']),
    ...business(['invoice', 'order', 'request']),
    ...promises.filter((promise) => !isDue(promise)).map(promiseLine),
    ...(lastTalk
      ? [{ kind: 'lastTalk' as const, text: lastTalk.text, at: lastTalk.at, overdue: false }]
      : []),
  ]
  return closeWhy(lines, closed).slice(0, longestWhy)
}

/**
 * The card as somebody with these rights may see it. A section without a right is absent, and nothing of it shows through
 * in the why box or the timeline. A part that is closed until the caller is verified is absent as well, save that there is
 * something.
 * @param now ms since epoch
 * @param closed what is closed to whoever has no right to see it unverified
 * @returns null without `card.read`
 */
export function cardFor(
  customer: StoredCustomer,
  rights: readonly Right[],
  now: number,
  nameOf: NameOf,
  closed: ClosedParts,
): Card | null {
  if (!rights.includes('card.read')) return null
  const closedHere: ClosedParts = rights.includes('card.sensitive') ? new Map() : closed
  const seesPurchases = rights.includes('card.purchases')
  const seesNotes = rights.includes('card.notes')
  const recent = customer.recent
    .filter(({ kind }) => (seesPurchases || !moneyKinds.has(kind)) && (seesNotes || kind !== 'note'))
    .map(({ at, kind, text, callId, durationMs, verification, result, ...author }) => ({
      at,
      kind,
      text,
      callId,
      durationMs,
      ...(verification === undefined ? {} : { verification }),
      ...(result === undefined ? {} : { result }),
      ...authorOf(author, nameOf),
    }))
  const notes = customer.notes.map((note) => noteOf(note, nameOf))
  const visible: Visible = {
    promises: customer.promises,
    // Disputes, invoices and orders say what was bought; a request does not.
    openBusiness: customer.openBusiness.filter(({ kind }) => seesPurchases || kind === 'request'),
    recent,
  }
  const card: Card = {
    customerId: customer._id,
    version: customer.version,
    ...(customer.edition === undefined ? {} : { edition: customer.edition }),
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
    why: whyBox(visible, now, closedHere),
    promises: customer.promises,
    ...(seesPurchases
      ? { purchases: customer.purchases, debts: customer.debts ?? [], payment: customer.payment ?? null }
      : {}),
    ...(seesNotes ? { notes } : {}),
    timeline: inOrder([
      ...recent,
      ...(seesNotes ? notes.map(noteEntry) : []),
      ...(seesPurchases ? purchaseEntries(customer) : []),
    ]),
  }
  return closeParts(card, closedHere)
}

/** A note with its author as they are called now. */
export function noteOf(note: StoredCustomer['notes'][number], nameOf: NameOf): Note {
  const { noteId, at, text, callId } = note
  return { noteId, at, text, ...(callId === undefined ? {} : { callId }), ...authorOf(note, nameOf) }
}

function authorOf(
  { by, byPersonId }: Pick<StoredCustomer['notes'][number], 'by' | 'byPersonId'>,
  nameOf: NameOf,
): Pick<Note, 'by' | 'byPersonId'> {
  return byPersonId === undefined ? { by, byPersonId: null } : { by: nameOf(byPersonId), byPersonId }
}

const inOrder = (entries: readonly TimelineEntry[]): TimelineEntry[] =>
  [...entries].sort((one, other) => other.at - one.at)

function noteEntry({ at, by, byPersonId, text }: Note): TimelineEntry {
  return { at, kind: 'note', text, callId: null, durationMs: null, by, byPersonId }
}

/** What was bought, save what the timeline tells of already. */
function purchaseEntries({ purchases, recent }: StoredCustomer): TimelineEntry[] {
  const told = new Set(recent.filter(({ kind }) => kind === 'purchase').map(({ at }) => at))
  return purchases
    .filter(({ at }) => !told.has(at))
    .map(({ at, what, amount }) => ({
      at,
      kind: 'purchase',
      text: what,
      amount,
      callId: null,
      durationMs: null,
      by: null,
      byPersonId: null,
    }))
}
