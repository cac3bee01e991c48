import type { CardEdit, CardField, EditCardRequest, EditedItem } from '../../shared/card-edits.ts'
import { ProblemError, type FieldError } from '../../shared/problems.ts'
import { phoneLabelOf, type PhoneNumber } from '../../shared/phone-numbers.ts'
import type { Collection } from '../database/database.ts'
import { refuseOutdated } from '../database/versioned.ts'
import type { NameOf } from './card.ts'
import { lookupKeysOf, searchWordsOf } from './keys.ts'
import type { StoredCustomer } from './model.ts'

/** Who edits, and what they see of the card. */
export interface Editor {
  personId: string
  /** Whether facts that are marked as sensitive are open to them. */
  seesMarked: boolean
  /** Whether the customer has shown who they are, so that a number given now is known to be theirs. */
  isProven: boolean
}

type Fields = Pick<StoredCustomer, CardField>

/** So often somebody else may come between reading a card and writing it: a note, a talk, a choice. */
const mostTries = 8

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Corrections of cards, each kept with what was there before. */
export function createEdits(
  customers: () => Collection<StoredCustomer>,
  readNumber: (raw: string) => PhoneNumber,
  now: () => number,
) {
  /** @throws ProblemError `request.invalid` at a number that is none */
  function phonesFrom(
    phones: NonNullable<EditCardRequest['changes']['phones']>,
    hasCompany: boolean,
  ): Fields['phones'] {
    const wrong: FieldError[] = []
    const read = phones.flatMap(({ number, label }, index) => {
      const { e164 } = readNumber(number)
      if (e164 !== null) return [{ number: e164, label: label ?? phoneLabelOf(e164, hasCompany) }]
      wrong.push({
        path: `changes.phones.${index}.number`,
        message: 'This is no phone number. Write it with its country code, as +49 30 5550100.',
      })
      return []
    })
    if (wrong.length > 0) throw new ProblemError('request.invalid', { errors: wrong })
    return read.filter(({ number }, index) => read.findIndex((one) => one.number === number) === index)
  }

  /** What the editor does not see stays; what they took for sensitive does as well. */
  function preferencesFrom(
    preferences: Fields['preferences'],
    customer: StoredCustomer,
    { seesMarked }: Editor,
  ): Fields['preferences'] {
    const isMarked = ({ sensitive }: Fields['preferences'][number]) => sensitive === true
    if (seesMarked) return preferences
    const hidden = customer.preferences.filter(isMarked)
    const isNew = (one: Fields['preferences'][number]) => !hidden.some((other) => same(one, other))
    return [...preferences.filter((one) => !isMarked(one) || isNew(one)), ...hidden]
  }

  function changed(customer: StoredCustomer, { changes }: EditCardRequest, editor: Editor): Partial<Fields> {
    const { phones, preferences, ...given } = changes
    const plain = Object.fromEntries(
      Object.entries(given).map(([field, value]) => [field, value === '' ? null : value]),
    ) as typeof given
    const company = plain.company === undefined ? customer.company : plain.company
    const wanted = {
      ...plain,
      ...(phones ? { phones: phonesFrom(phones, company !== null) } : {}),
      ...(preferences ? { preferences: preferencesFrom(preferences, customer, editor) } : {}),
    }
    const differing = Object.entries(wanted).filter(
      ([field, value]) => value !== undefined && !same(customer[field as CardField], value),
    )
    return Object.fromEntries(differing)
  }

  /** Numbers of the card that nobody has shown to be the customer's: those were added without their being verified. */
  function unprovenAfter(
    customer: StoredCustomer,
    phones: Fields['phones'] | undefined,
    isProven: boolean,
  ): string[] {
    const before = new Set(customer.phones.map(({ number }) => number))
    const unproven = new Set(customer.unprovenNumbers)
    const numbers = (phones ?? customer.phones).map(({ number }) => number)
    return numbers.filter((number) => unproven.has(number) || (!before.has(number) && !isProven))
  }

  return {
    /**
     * Corrects a card, and keeps who did it, when, and what was there before.
     * @returns the card as it is now
     * @throws ProblemError `customer.unknown`, `edit.outdated` when somebody corrected it since that edition,
     *   `request.invalid` at a number that is none, `customer.changed` when it changes all the time
     */
    edit: async (customerId: string, request: EditCardRequest, editor: Editor): Promise<StoredCustomer> => {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const customer = await customers().findOne({ _id: customerId })
        if (!customer) throw new ProblemError('customer.unknown')
        const { edition = 0, version } = customer
        refuseOutdated({ version: edition }, request.edition)
        const next = changed(customer, request, editor)
        const fields = Object.keys(next) as CardField[]
        if (fields.length === 0) return customer
        const after = { ...customer, ...next }
        const entry = {
          at: now(),
          byPersonId: editor.personId,
          changes: fields.map((field) => ({ field, before: customer[field], after: after[field] })),
        }
        const { matchedCount } = await customers().updateOne(
          { _id: customerId, version },
          {
            $set: {
              ...next,
              edition: edition + 1,
              lookupKeys: lookupKeysOf(after),
              searchWords: searchWordsOf(after),
              unprovenNumbers: unprovenAfter(customer, next.phones, editor.isProven),
            },
            $push: { edits: entry },
            $inc: { version: 1 },
          },
        )
        if (matchedCount === 1) return { ...after, ...(await customers().findOne({ _id: customerId })) }
      }
      throw new ProblemError('customer.changed')
    },
  }
}

/**
 * What was corrected on a card, the newest first.
 * @param seesMarked whether facts that are marked as sensitive are told
 */
export function editsOf({ edits = [] }: StoredCustomer, nameOf: NameOf, seesMarked: boolean): CardEdit[] {
  return edits
    .map(({ at, byPersonId, changes }) => ({
      at,
      by: nameOf(byPersonId),
      byPersonId,
      changes: changes
        .map(({ field, before, after }) => ({
          field,
          before: itemsOf(before, seesMarked),
          after: itemsOf(after, seesMarked),
        }))
        .filter(({ before, after }) => !same(before, after)),
    }))
    .filter(({ changes }) => changes.length > 0)
    .reverse()
}

/** A stored value as lines of text. */
function itemsOf(value: unknown, seesMarked: boolean): EditedItem[] {
  if (value === null || value === undefined) return []
  if (typeof value === 'string') return [{ text: value, label: null }]
  if (Array.isArray(value)) return value.flatMap((one) => itemsOf(one, seesMarked))
  const { number, address, value: said, label, sensitive } = value as Record<string, unknown>
  if (sensitive === true && !seesMarked) return []
  const text = [number, address, said].find((one) => typeof one === 'string')
  return [{ text: typeof text === 'string' ? text : '', label: typeof label === 'string' ? label : null }]
}
