import { z } from 'zod'
import { instantSchema } from '../../shared/instant.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import type { DoNotCall } from '../../shared/tasks.ts'

/** A number whose owner does not want to be called. */
export const blockedSchema = z.object({
  /** E.164. */
  _id: z.string(),
  at: instantSchema,
  personId: z.string(),
  reason: z.string(),
})
export type Blocked = z.infer<typeof blockedSchema>

/** The numbers in the database. Each function throws ProblemError `database.unreachable` when that is away. */
export interface BlockedStore {
  find: (number: string) => Promise<Blocked | null>
  all: (most: number) => Promise<Blocked[]>
  /** What stands there already stays. */
  add: (blocked: Blocked) => Promise<void>
  remove: (number: string) => Promise<void>
}

export interface DoNotCallOptions {
  store: BlockedStore
  readNumber: (raw: string) => ReadNumber
  nameOf: (personId: string) => string | null
  now?: () => number
}

export type DoNotCallList = ReturnType<typeof createDoNotCall>

const mostTold = 1_000

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

    /** The newest first. @throws ProblemError `database.unreachable` */
    list: async (): Promise<DoNotCall[]> => (await store.all(mostTold)).map(viewOf),

    /** @throws ProblemError `task.not_dialable` for what is no number, `database.unreachable` */
    add: async (typed: string, reason: string, personId: string): Promise<DoNotCall> => {
      const number = e164Of(typed)
      await store.add({ _id: number, at: now(), personId, reason })
      const found = await store.find(number)
      if (found === null) throw new ProblemError('edit.outdated')
      return viewOf(found)
    },

    /** @throws ProblemError `task.not_dialable`, `database.unreachable` */
    remove: async (typed: string): Promise<void> => store.remove(e164Of(typed)),
  }
}
