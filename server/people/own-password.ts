import { ProblemError } from '../../shared/problems.ts'
import type { PeopleChanges } from './changes.ts'
import type { PeopleMemory } from './memory.ts'
import type { PeopleStore } from './model.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import type { Presence } from './presence.ts'
import { createThrottle } from './throttle.ts'

export interface OwnPasswordParts {
  store: PeopleStore
  memory: PeopleMemory
  changes: PeopleChanges
  presence: Presence
  now: () => number
}

/**
 * Makes the change of one's own password: the old one is asked for, since a console may have been left open. Five tries at once,
 * then one each minute; a success is not counted. All other sessions of the person end.
 */
export function createOwnPassword({ store, memory, changes, presence, now }: OwnPasswordParts) {
  const tries = createThrottle({ capacity: 5, refillMs: 60_000, mostKeys: 10_000, now })

  /** @throws ProblemError `password.wrong`, `sign_in.throttled`, `session.required` */
  return async (
    { personId, sessionId }: { personId: string; sessionId: string },
    request: { oldPassword: string; newPassword: string },
  ): Promise<void> => {
    const waitMs = tries.spend(personId)
    if (waitMs > 0)
      throw new ProblemError('sign_in.throttled', { retryAfterSeconds: Math.ceil(waitMs / 1000) })
    const right = await verifyPassword(memory.persons.get(personId)?.passwordHash, request.oldPassword)
    if (!right) throw new ProblemError('password.wrong')
    tries.refund(personId)
    const passwordHash = await hashPassword(request.newPassword)
    await changes.inTurn(async () => {
      const before = memory.persons.get(personId)
      // Their access may have been taken away, or the session ended, meanwhile.
      if (!before?.active || !memory.sessions.has(sessionId)) throw new ProblemError('session.required')
      const after = { ...before, passwordHash, version: (before.version ?? 0) + 1 }
      await changes.writeUnlessOutdated(() => store.updatePerson(after, before))
      memory.setPerson(after)
      const others = memory.sessionsOf(personId).map((session) => session.sessionId)
      await presence.endSessions(
        others.filter((id) => id !== sessionId),
        'revoked',
      )
      await changes.audit('person.changed', personId, personId, ['password'], [])
    })
  }
}
