import { randomUUID } from 'node:crypto'
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

    /** Writes, within a turn. After a failure nobody knows what was stored: the next `catchUp` reads all again. */
    write: async (work: () => Promise<void>): Promise<void> => {
      const before = revision
      revision = null
      await work()
      const after = await store.bumpRevision()
      if (before !== null && after === before + 1) revision = after
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
     */
    audit: (
      action: AuditDocument['action'],
      actorId: string | null,
      subjectId: string | null,
      changed: string[] = [],
    ): Promise<void> =>
      store.insertAudit({ _id: randomUUID(), at: new Date(now()), action, actorId, subjectId, changed }),
  }
}
