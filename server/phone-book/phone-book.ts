import type { AuditAction, AuditDetail } from '../../shared/administration.ts'
import type { PhoneBookEntry, StoredEntry } from '../../shared/phone-book.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Versioned } from '../database/versioned.ts'
import { detailsOf } from '../people/audit.ts'
import type { PhoneBookStore } from './model.ts'

export interface PhoneBookOptions {
  store: PhoneBookStore
  /** Whether a number can be dialled here. */
  isDialable: (number: string) => boolean
  /** Keeps who changed what. */
  audit: (
    action: AuditAction,
    actorId: string,
    subjectId: string,
    changed: string[],
    details: AuditDetail[],
  ) => Promise<void>
}

export type PhoneBook = ReturnType<typeof createPhoneBook>

/** Whom calls are sent to and who is asked outside the center, kept for everybody. */
export function createPhoneBook({ store, isDialable, audit }: PhoneBookOptions) {
  let entries = new Map<string, Versioned<PhoneBookEntry>>()

  const outward = ({ id, version, value }: Versioned<PhoneBookEntry>): StoredEntry => ({
    entryId: id,
    version,
    entry: value,
  })

  async function reload(): Promise<void> {
    entries = new Map((await store.loadAll()).map((one) => [one.id, one]))
  }

  /** Writes; when somebody was faster, perhaps on another server, what they wrote is read before it is told. */
  async function write<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'edit.outdated') await reload()
      throw error
    }
  }

  async function note(
    action: AuditAction,
    actorId: string,
    before: PhoneBookEntry | undefined,
    after: PhoneBookEntry | undefined,
  ): Promise<void> {
    const details = detailsOf(
      before === undefined ? {} : { ...before },
      after === undefined ? {} : { ...after },
    )
    const subject = (after ?? before)?.name ?? ''
    await audit(
      action,
      actorId,
      subject,
      details.map(({ field }) => field),
      details,
    )
  }

  return {
    /** Loads everything. Needs the database. */
    load: reload,

    /** All of it, by name. */
    list: (): StoredEntry[] =>
      [...entries.values()].map(outward).sort((a, b) => a.entry.name.localeCompare(b.entry.name)),

    /**
     * @param version null for a new one
     * @throws ProblemError `edit.outdated`, `dial.not_dialable`
     */
    set: async (
      id: string,
      entry: PhoneBookEntry,
      version: number | null,
      actorId: string,
    ): Promise<StoredEntry> => {
      if (!isDialable(entry.number)) throw new ProblemError('dial.not_dialable')
      const before = entries.get(id)?.value
      const stored = await write(async () => {
        const done = version === null ? await store.add(id, entry) : await store.change(id, version, entry)
        if (done === null) throw new ProblemError('edit.outdated')
        return done
      })
      entries.set(id, stored)
      await note('phoneBook.set', actorId, before, stored.value)
      return outward(stored)
    },

    /** @throws ProblemError `edit.outdated` */
    remove: async (id: string, version: number, actorId: string): Promise<void> => {
      const before = entries.get(id)?.value
      await write(() => store.remove(id, version))
      entries.delete(id)
      await note('phoneBook.removed', actorId, before, undefined)
    },
  }
}
