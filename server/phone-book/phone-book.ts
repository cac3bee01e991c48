import type { PhoneBookEntry, StoredEntry } from '../../shared/phone-book.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Versioned } from '../database/versioned.ts'
import type { Audit } from '../people/audit.ts'
import { createEdited } from '../people/edited.ts'
import type { PhoneBookStore } from './model.ts'

export interface PhoneBookOptions {
  store: PhoneBookStore
  /** Whether a number can be dialled here. */
  isDialable: (number: string) => boolean
  audit: Audit
}

export type PhoneBook = ReturnType<typeof createPhoneBook>

const outward = ({ id, version, value }: Versioned<PhoneBookEntry>): StoredEntry => ({
  entryId: id,
  version,
  entry: value,
})

/** Whom calls are sent to and who is asked outside the center, kept for everybody. */
export function createPhoneBook({ store, isDialable, audit }: PhoneBookOptions) {
  const entries = createEdited({
    ...{ store, audit },
    actions: { set: 'phoneBook.set', removed: 'phoneBook.removed' },
    told: (entry) => ({ ...entry }),
    subjectOf: ({ name }) => name,
  })

  return {
    load: entries.load,
    follow: entries.follow,

    /** All of it, by name. */
    list: (): StoredEntry[] =>
      entries
        .all()
        .map(outward)
        .sort((a, b) => a.entry.name.localeCompare(b.entry.name)),

    /** As `Edited.set`. @throws ProblemError `dial.not_dialable` */
    set: async (
      id: string,
      entry: PhoneBookEntry,
      version: number | null,
      actorId: string,
    ): Promise<StoredEntry> => {
      if (!isDialable(entry.number)) throw new ProblemError('dial.not_dialable')
      return outward(await entries.set(id, entry, version, actorId))
    },

    remove: entries.remove,
  }
}
