import type { EditCardRequest } from '../../shared/card-edits.ts'
import type { Card } from '../../shared/customers.ts'

type PhoneLabel = Card['phones'][number]['label']

/** What of a card stands in its form. An empty text is none. */
export type CardFields = {
  name: string
  company: string
  position: string
  city: string
  languages: string[]
  /** With commas between them. */
  tags: string
  preferences: { label: string; value: string; sensitive: boolean }[]
  /** Without a label, what the number plan says of the number. */
  phones: { number: string; label: PhoneLabel | '' }[]
  emails: Card['emails']
}

/** @param format how a number is written for people */
export function fieldsOf(card: Card, format: (number: string) => string): CardFields {
  return {
    name: card.name,
    company: card.company ?? '',
    position: card.position ?? '',
    city: card.city ?? '',
    languages: [...card.languages],
    tags: card.tags.join(', '),
    preferences: card.preferences.map(({ label, value, sensitive = false }) => ({ label, value, sensitive })),
    phones: card.phones.map(({ number, label }) => ({ number: format(number), label })),
    emails: card.emails.map((email) => ({ ...email })),
  }
}

/** The fields without the rows that nothing was written in. */
export function withoutEmptyRows(fields: CardFields): CardFields {
  return {
    ...fields,
    preferences: fields.preferences.filter(({ label, value }) => label.trim() !== '' || value.trim() !== ''),
    phones: fields.phones.filter(({ number }) => number.trim() !== ''),
    emails: fields.emails.filter(({ address }) => address.trim() !== ''),
  }
}

/** What is sent for the fields that were changed. */
export function changesOf(changed: Partial<CardFields>): EditCardRequest['changes'] {
  const { tags, preferences, phones, emails, ...plain } = changed
  const split = tags?.split(',').map((tag) => tag.trim())
  return {
    ...plain,
    ...(split ? { tags: [...new Set(split.filter((tag) => tag !== ''))] } : {}),
    ...(preferences
      ? {
          preferences: preferences.map(({ label, value, sensitive }) => ({
            label,
            value,
            ...(sensitive ? { sensitive } : {}),
          })),
        }
      : {}),
    ...(phones
      ? { phones: phones.map(({ number, label }) => ({ number, label: label === '' ? null : label })) }
      : {}),
    ...(emails ? { emails: emails.map(({ address, label }) => ({ address: address.trim(), label })) } : {}),
  }
}

/** A form that was left with changes in it: what it began from, and what it held. */
export interface CardDraft {
  base: CardFields
  mine: CardFields
}

const keyOf = (personId: string, customerId: string) => `ringcard.cardEdit.${personId}.${customerId}`

/** What was left of a card's form in this tab; null for nothing, and for what cannot be read. */
export function readCardDraft(personId: string, customerId: string): CardDraft | null {
  const kept = sessionStorage.getItem(keyOf(personId, customerId))
  try {
    return kept === null ? null : (JSON.parse(kept) as CardDraft)
  } catch {
    return null
  }
}

/** Keeps what a form holds for as long as this tab is open; null forgets it. */
export function keepCardDraft(personId: string, customerId: string, draft: CardDraft | null): void {
  const key = keyOf(personId, customerId)
  try {
    if (draft === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, JSON.stringify(draft))
  } catch {
    // Without storage the form alone holds it.
  }
}
