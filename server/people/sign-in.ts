import type { SignInRequest } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { PeopleChanges } from './changes.ts'
import type { PeopleMemory } from './memory.ts'
import type { PeopleStore, PersonDocument } from './model.ts'
import { verifyPassword } from './passwords.ts'
import type { Presence } from './presence.ts'
import { createThrottle, spendAll } from './throttle.ts'
import { newToken, sessionIdOf } from './tokens.ts'

export interface SignInParts {
  store: PeopleStore
  memory: PeopleMemory
  changes: PeopleChanges
  presence: Presence
  sessionHours: number
  now: () => number
}

const mostSessionsOfOne = 10

/**
 * Makes the sign-in: checks a name and password, begins a session and sits the person down at the desk asked for, else
 * at their usual one if it is free. Attempts are throttled three ways; a success is not counted, nor is an attempt that is
 * refused: by name from one address (10 at once, then one each 30 s); by address (50 at once, then one each 5 s: many agents
 * may come from one); and by name from anywhere (200 at once, then one each 10 s). One address can thus neither use up what
 * is allowed to a name nor, by one name, what is allowed to its neighbours: a stranger who knows a name does not keep its
 * owner out.
 */
export function createSignIn({ store, memory, changes, presence, sessionHours, now }: SignInParts) {
  const byPlace = createThrottle({ capacity: 10, refillMs: 30_000, mostKeys: 10_000, now })
  const byName = createThrottle({ capacity: 200, refillMs: 10_000, mostKeys: 10_000, now })
  const byAddress = createThrottle({ capacity: 50, refillMs: 5_000, mostKeys: 10_000, now })

  const check = async ({ signInName, password }: SignInRequest, address: string): Promise<PersonDocument> => {
    const place = `${signInName} ${address}`
    const waitMs = spendAll([
      { throttle: byPlace, key: place },
      { throttle: byAddress, key: address },
      { throttle: byName, key: signInName },
    ])
    if (waitMs > 0) {
      throw new ProblemError('sign_in.throttled', { retryAfterSeconds: Math.ceil(waitMs / 1000) })
    }
    const person = memory.personBySignInName(signInName)
    const right = await verifyPassword(person?.passwordHash, password)
    if (!right || person === undefined || !person.active) {
      await changes.audit('signIn.refused', null, person?._id ?? null)
      throw new ProblemError('sign_in.refused')
    }
    byAddress.refund(address)
    byPlace.reset(place)
    byName.refund(signInName)
    return person
  }

  const begin = async (personId: string): Promise<string> => {
    const token = newToken()
    const at = new Date(now())
    const expiresAt = new Date(now() + sessionHours * 3_600_000)
    const session = { _id: sessionIdOf(token), personId, startedAt: at, seenAt: at, expiresAt }
    await changes.write(() => store.insertSession(session))
    memory.setSession(session)
    const tooMany = memory.sessionsOf(personId).slice(0, -mostSessionsOfOne)
    await presence.endSessions(
      tooMany.map((old) => old.sessionId),
      'revoked',
    )
    return token
  }

  /**
   * @param address of the client, for throttling only
   * @returns the session's token, for the cookie, and how long it lasts in seconds
   * @throws ProblemError `sign_in.refused`, `sign_in.throttled`, `desk.unknown`, `desk.taken`, `right.missing`
   */
  return async (
    request: SignInRequest,
    address: string,
  ): Promise<{ token: string; maxAgeSeconds: number }> => {
    const { _id: personId } = await check(request, address)
    return changes.inTurn(async () => {
      const person = memory.persons.get(personId)
      if (!person?.active) throw new ProblemError('sign_in.refused')
      const mayUseDesk = memory.rightsOf(personId).has('desk.use')
      const wanted = request.extension
      if (wanted !== undefined && !mayUseDesk) throw new ProblemError('right.missing')
      const token = await begin(personId)
      if (wanted !== undefined) {
        await presence.sit(personId, wanted, personId).catch(async (error: unknown) => {
          await presence.endSessions([sessionIdOf(token)], 'signedOut')
          throw error
        })
      } else if (mayUseDesk && person.extension !== null && memory.deskOf(personId) === null) {
        const usual = memory.desks.get(person.extension)
        if (usual?.personId === null) await presence.sit(personId, usual._id, personId)
      }
      await changes.audit('signIn.done', personId, personId)
      return { token, maxAgeSeconds: sessionHours * 3600 }
    })
  }
}
