import { randomUUID } from 'node:crypto'
import type { AuditDetail } from '../../shared/administration.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { PeopleMemory } from './memory.ts'
import type { AuditDocument, PeopleStore } from './model.ts'

/** How people are changed: one change after the other, in the database first, noticed by other processes. */
export type PeopleChanges = ReturnType<typeof createPeopleChanges>

/** @param now ms since 1970 */
export function createPeopleChanges(store: PeopleStore, memory: PeopleMemory, now: () => number) {
  /** The stored revision that memory agrees with; null when that is not known. */
  let revision: number | null = null
  let last: Promise<unknown> = Promise.resolve()

  const reload = async (): Promise<void> => {
    const stored = await store.loadAll()
    memory.load(stored)
    revision = stored.revision
  }

  /** Writes, within a turn. After a failure nobody knows what was stored: the next `catchUp` reads all again. */
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = revision
    revision = null
    const done = await work()
    const after = await store.bumpRevision()
    if (before !== null && after === before + 1) revision = after
    return done
  }

  return {
    /** Does work when all before it is done, so that what it checks still holds when it writes. */
    inTurn: <T>(work: () => Promise<T>): Promise<T> => {
      const mine = last.then(work)
      last = mine.catch(() => undefined)
      return mine
    },

    /** Resolves when the work under way is done. */
    settled: async (): Promise<void> => {
      await last
    },

    write,

    /**
     * Writes, within a turn, what another process may have changed meanwhile: then that is read before it is told.
     * @param update says false when it found another version than was read
     * @throws ProblemError `edit.outdated`
     */
    writeUnlessOutdated: async (update: () => Promise<boolean>): Promise<void> => {
      if (await write(update)) return
      await reload()
      throw new ProblemError('edit.outdated')
    },

    reload,

    /**
     * Reads all again if another process changed something, or a write of ours failed.
     * @returns whether it did
     */
    catchUp: async (): Promise<boolean> => {
      if (revision !== null && (await store.readRevision()) === revision) return false
      await reload()
      return true
    },

    /**
     * Keeps for later who did what.
     * @param actorId null for somebody not signed in and for the command line
     * @param changed the names of fields
     * @param details values before and after: neither a person's name nor a secret may be among them
     */
    audit: (
      action: AuditDocument['action'],
      actorId: string | null,
      subjectId: string | null,
      changed: string[] = [],
      details: AuditDetail[] = [],
    ): Promise<void> =>
      store.insertAudit({
        _id: randomUUID(),
        at: new Date(now()),
        action,
        actorId,
        subjectId,
        changed,
        details,
      }),
  }
}
