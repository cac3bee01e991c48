import { ProblemError } from '../../shared/problems.ts'
import type { PeopleChanges } from './changes.ts'
import type { PeopleMemory } from './memory.ts'
import type { PeopleStore } from './model.ts'

/** Who is here and where they sit: the end of sessions, and desks. All within a turn of `changes`. */
export type Presence = ReturnType<typeof createPresence>

export function createPresence(store: PeopleStore, memory: PeopleMemory, changes: PeopleChanges) {
  /**
   * Moves a person to a desk, or away from any with null.
   * @throws ProblemError `desk.unknown`, `desk.taken`
   */
  const sit = async (personId: string, extension: string | null, actorId: string | null): Promise<void> => {
    const before = memory.deskOf(personId)
    if (before === extension) return
    if (extension !== null) {
      const desk = memory.desks.get(extension)
      if (desk === undefined) throw new ProblemError('desk.unknown')
      if (desk.personId !== null) throw new ProblemError('desk.taken')
    }
    await changes.write(async () => {
      if (extension !== null && !(await store.takeDesk(extension, personId))) {
        throw new ProblemError('desk.taken')
      }
      await store.leaveDesks(personId, extension)
    })
    for (const left of [...memory.desks.values()].filter((desk) => desk.personId === personId)) {
      memory.setDesk({ ...left, personId: null })
    }
    const taken = extension === null ? undefined : memory.desks.get(extension)
    if (taken !== undefined) memory.setDesk({ ...taken, personId })
    if (before !== null) await changes.audit('desk.left', actorId, before)
    if (extension !== null) await changes.audit('desk.taken', actorId, extension)
  }

  /** Ends sessions. Who has none left, leaves their desk. */
  const endSessions = async (
    sessionIds: readonly string[],
    reason: 'revoked' | 'expired' | 'signedOut',
  ): Promise<void> => {
    if (sessionIds.length === 0) return
    const personIds = new Set(sessionIds.flatMap((id) => memory.sessions.get(id)?.personId ?? []))
    await changes.write(() => store.deleteSessions(sessionIds))
    for (const sessionId of sessionIds) memory.endSession(sessionId, reason)
    for (const personId of personIds) {
      if (memory.sessionsOf(personId).length === 0) await sit(personId, null, null)
    }
  }

  return {
    sit,
    endSessions,

    /** Ends every session of a person. */
    endSessionsOf: (personId: string, reason: 'revoked' | 'signedOut'): Promise<void> =>
      endSessions(
        memory.sessionsOf(personId).map((session) => session.sessionId),
        reason,
      ),

    /** Frees the desks of people who have no session, as after a stop during which sessions expired. */
    leaveEmptyDesks: async (): Promise<void> => {
      const present = new Set([...memory.sessions.values()].map((session) => session.personId))
      for (const { personId } of [...memory.desks.values()]) {
        if (personId !== null && !present.has(personId)) await sit(personId, null, null)
      }
    },
  }
}
