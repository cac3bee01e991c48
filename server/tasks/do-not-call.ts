import { z } from 'zod'
import { instantSchema } from '../../shared/instant.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import { mostDoNotCall, type DoNotCall, type DoNotCallEntry } from '../../shared/tasks.ts'

/** What was noted of a number, by whom and why. */
const notedSchema = z.object({
  at: instantSchema,
  personId: z.string(),
  what: z.enum(['noted', 'removed']),
  reason: z.string(),
})
export type Noted = z.infer<typeof notedSchema>

/** A number whose owner does not want to be called, or did not. */
export const blockedSchema = z.object({
  /** E.164. */
  _id: z.string(),
  at: instantSchema,
  personId: z.string(),
  reason: z.string(),
  /** When it was taken off the list; none while it is on it. */
  removedAt: instantSchema.nullish(),
  trail: z.array(notedSchema).optional(),
})
export type Blocked = z.infer<typeof blockedSchema>
export type WhichBlocked = 'listed' | 'removed'

/** The numbers in the database. Each function throws ProblemError `database.unreachable` when that is away. */
export interface BlockedStore {
  /** One that is on the list. */
  find: (number: string) => Promise<Blocked | null>
  /** The newest first. @param digits that stand in the number; empty for all */
  all: (which: WhichBlocked, digits: string, most: number) => Promise<Blocked[]>
  /** One that is on the list already stays as it is. */
  add: (number: string, noted: Noted) => Promise<void>
  /** One that is not on it stays as it is. */
  remove: (number: string, noted: Noted) => Promise<void>
  /** Forgets those that were taken off before then. */
  removeOld: (before: number) => Promise<void>
}

export interface DoNotCallOptions {
  store: BlockedStore
  readNumber: (raw: string) => ReadNumber
  nameOf: (personId: string) => string | null
  now?: () => number
}

export type DoNotCallList = ReturnType<typeof createDoNotCall>

/**
 * Numbers that are not called any more, since their owners said so: who noted it, when and why. A number is on it in E.164 alone,
 * so a short one, as that of an emergency service, never is.
 */
export function createDoNotCall({ store, readNumber, nameOf, now = Date.now }: DoNotCallOptions) {
  const viewOf = ({ _id, at, personId, reason }: Blocked): DoNotCall => ({
    number: _id,
    display: readNumber(_id).display,
    at,
    by: nameOf(personId),
    reason,
  })
  const entryOf = (blocked: Blocked): DoNotCallEntry => ({
    ...viewOf(blocked),
    removedAt: blocked.removedAt ?? null,
    trail: (blocked.trail ?? []).map(({ at, what, personId, reason }) => ({
      ...{ at, what, by: nameOf(personId), reason },
    })),
  })
  const e164Of = (typed: string): string => {
    const { e164 } = readNumber(typed)
    if (e164 === null) throw new ProblemError('task.not_dialable')
    return e164
  }

  return {
    /** What is noted of a number; null for nothing. @throws ProblemError `database.unreachable` */
    check: async (typed: string): Promise<DoNotCall | null> => {
      const { e164 } = readNumber(typed)
      const found = e164 === null ? null : await store.find(e164)
      return found === null ? null : viewOf(found)
    },

    /** @throws ProblemError `task.do_not_call` for a number on the list, `database.unreachable` */
    refuse: async (number: string | null): Promise<void> => {
      const found = number === null ? null : await store.find(number)
      if (found === null) return
      throw new ProblemError('task.do_not_call', {
        detail: `Noted on ${new Date(found.at).toISOString()}: ${found.reason}`,
      })
    },

    /**
     * The newest first.
     * @param digits that stand in the number
     * @throws ProblemError `database.unreachable`
     */
    list: async (which: WhichBlocked, digits = ''): Promise<DoNotCallEntry[]> =>
      (await store.all(which, digits, mostDoNotCall)).map(entryOf),

    /** @throws ProblemError `task.not_dialable` for what is no number, `database.unreachable` */
    add: async (typed: string, reason: string, personId: string): Promise<DoNotCall> => {
      const number = e164Of(typed)
      await store.add(number, { at: now(), personId, what: 'noted', reason })
      const found = await store.find(number)
      if (found === null) throw new ProblemError('edit.outdated')
      return viewOf(found)
    },

    /** Lets it be called again. @throws ProblemError `task.not_dialable`, `database.unreachable` */
    remove: async (typed: string, reason: string, personId: string): Promise<void> =>
      store.remove(e164Of(typed), { at: now(), personId, what: 'removed', reason }),

    /** Forgets what was taken off the list long ago. @throws ProblemError `database.unreachable` */
    clean: async (keepMs: number): Promise<void> => store.removeOld(now() - keepMs),
  }
}
