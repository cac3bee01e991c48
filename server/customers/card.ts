import type { Card, Note, TimelineEntry, Why } from '../../shared/customers.ts'
import type { Right } from '../../shared/people.ts'
import type { Level, SensitivePart } from '../../shared/verification.ts'
import type { StoredCustomer } from './model.ts'

const longestWhy = 3
const dayMs = 24 * 60 * 60 * 1000

/** What of a customer one role may see: the same document, with the sections it has no right to left empty. */
interface Visible {
  promises: StoredCustomer['promises']
  openBusiness: readonly (StoredCustomer['openBusiness'][number] & { closed?: true })[]
  recent: readonly Pick<TimelineEntry, 'at' | 'kind' | 'text'>[]
}

/** The parts of a card that are closed until the caller is verified, each with the level that opens it. */
export type ClosedParts = ReadonlyMap<SensitivePart, Level>

/** The name that a person goes by now; null for one who was erased. */
export type NameOf = (personId: string) => string | null

/** The part of the card that an entry of the timeline would tell of. */
const partOfKind: Partial<Record<TimelineEntry['kind'], SensitivePart>> = {
  purchase: 'purchases',
  payment: 'payments',
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
  const business = (kinds: readonly StoredCustomer['openBusiness'][number]['kind'][]): Why[] => {
    const lines = customer.openBusiness
      .filter(({ kind }) => kinds.includes(kind))
      .sort((one, other) => other.at - one.at)
      .map(({ kind, title, at, closed }): Why =>
        closed
          ? { kind, text: '', at: null, overdue: false, closed }
          : { kind, text: title, at, overdue: false },
      )
    // That there is something is said once: how often would say more.
    const firstClosed = lines.findIndex(({ closed }) => closed)
    return lines.filter(({ closed }, index) => !closed || index === firstClosed)
  }
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
  const seesSensitive = rights.includes('card.sensitive')
  const isOpen = (part: SensitivePart) => seesSensitive || !closed.has(part)
  const seesPurchases = rights.includes('card.purchases')
  const seesNotes = rights.includes('card.notes')
  const recent = customer.recent
    .filter(({ kind }) => (seesPurchases || !moneyKinds.has(kind)) && (seesNotes || kind !== 'note'))
    .filter(({ kind }) => {
      const part = partOfKind[kind]
      return part === undefined || isOpen(part)
    })
    .map(({ at, kind, text, callId, durationMs, verification, ...author }) => ({
      at,
      kind,
      text,
      callId,
      durationMs,
      ...(verification === undefined ? {} : { verification }),
      ...authorOf(author, nameOf),
    }))
  const notes = customer.notes.map((note) => noteOf(note, nameOf))
  const visible: Visible = {
    promises: customer.promises,
    // Disputes, invoices and orders say what was bought; a request does not.
    openBusiness: customer.openBusiness
      .filter(({ kind }) => seesPurchases || kind === 'request')
      .map((one) => (one.kind === 'invoice' && !isOpen('debts') ? { ...one, closed: true as const } : one)),
    recent,
  }
  const untold = closedOf(customer, seesPurchases).flatMap(([part, count]) => {
    const opensAt = seesSensitive ? undefined : closed.get(part)
    return count > 0 && opensAt !== undefined ? [{ part, count, opensAt }] : []
  })
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
    preferences: customer.preferences.filter(({ sensitive }) => sensitive !== true || isOpen('marked')),
    why: whyBox(visible, now),
    promises: customer.promises,
    ...(seesPurchases && isOpen('purchases') ? { purchases: customer.purchases } : {}),
    ...(seesPurchases && isOpen('debts') ? { debts: customer.debts ?? [] } : {}),
    ...(seesPurchases && isOpen('paymentData') ? { payment: customer.payment ?? null } : {}),
    ...(seesNotes ? { notes } : {}),
    timeline: seesNotes ? withNotes(recent, notes) : recent,
    ...(untold.length > 0 ? { closed: untold } : {}),
  }
}

/** How much there is of each part that may be closed. Of money, nothing for who may not see purchases. */
function closedOf(customer: StoredCustomer, seesPurchases: boolean): [SensitivePart, number][] {
  const { recent, purchases, preferences, debts = [], payment = null } = customer
  const happened = (kind: TimelineEntry['kind']) => recent.filter((one) => one.kind === kind).length
  const marked = preferences.filter(({ sensitive }) => sensitive === true).length
  if (!seesPurchases) return [['marked', marked]]
  return [
    ['debts', debts.length],
    ['paymentData', payment === null ? 0 : 1],
    ['payments', happened('payment')],
    ['purchases', purchases.length],
    ['marked', marked],
  ]
}

/** A note with its author as they are called now. */
export function noteOf(note: StoredCustomer['notes'][number], nameOf: NameOf): Note {
  const { noteId, at, text } = note
  return { noteId, at, text, ...authorOf(note, nameOf) }
}

function authorOf(
  { by, byPersonId }: Pick<StoredCustomer['notes'][number], 'by' | 'byPersonId'>,
  nameOf: NameOf,
): Pick<Note, 'by' | 'byPersonId'> {
  return byPersonId === undefined ? { by, byPersonId: null } : { by: nameOf(byPersonId), byPersonId }
}

function withNotes(recent: readonly TimelineEntry[], notes: readonly Note[]): TimelineEntry[] {
  const entries = notes.map(({ at, by, byPersonId, text }) => ({
    at,
    kind: 'note' as const,
    text,
    callId: null,
    durationMs: null,
    by,
    byPersonId,
  }))
  return [...recent, ...entries].sort((one, other) => other.at - one.at)
}
