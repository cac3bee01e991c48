import { randomUUID } from 'node:crypto'
import type { ChangePerson, NewPerson, Person, RoleRights } from '../../shared/api.ts'
import type { Right, Role } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import { isDuplicateKey } from '../database/errors.ts'
import type { PeopleChanges } from './changes.ts'
import type { PeopleMemory } from './memory.ts'
import type { PeopleStore, PersonDocument } from './model.ts'
import { hashPassword } from './passwords.ts'
import type { Presence } from './presence.ts'

/**
 * What those with the right `people.manage` do. `actorId` says who does it, null for the command line.
 * @param now ms since 1970
 */
export function createManagement(
  store: PeopleStore,
  memory: PeopleMemory,
  changes: PeopleChanges,
  presence: Presence,
  now: () => number,
) {
  const outward = (person: PersonDocument): Person => ({
    personId: person._id,
    signInName: person.signInName,
    displayName: person.displayName,
    roles: person.roles,
    extension: person.extension,
    active: person.active,
  })

  const known = (personId: string): PersonDocument => {
    const person = memory.persons.get(personId)
    if (person === undefined) throw new ProblemError('person.unknown')
    return person
  }

  /** Nobody may lock everybody out. */
  const refuseIfNobodyManages = (
    persons: readonly Pick<PersonDocument, 'active' | 'roles'>[],
    roleRights: ReadonlyMap<Role, readonly Right[]>,
  ): void => {
    const somebody = persons.some(
      ({ active, roles }) => active && roles.some((role) => roleRights.get(role)?.includes('people.manage')),
    )
    if (!somebody) throw new ProblemError('person.last_manager')
  }

  const leaveDeskWithoutRight = async (
    personIds: Iterable<string>,
    actorId: string | null,
  ): Promise<void> => {
    for (const personId of personIds) {
      if (!memory.rightsOf(personId).has('desk.use')) {
        await presence.sit(personId, null, actorId)
      }
    }
  }

  return {
    /** Everybody, by sign-in name. */
    list: (): Person[] =>
      [...memory.persons.values()].map(outward).sort((a, b) => (a.signInName < b.signInName ? -1 : 1)),

    /** What each role may do. */
    listRoles: (): RoleRights[] =>
      [...memory.roleRights].map(([role, rights]) => ({ role, rights: [...rights] })),

    /**
     * Adds a person.
     * @throws ProblemError `person.exists`
     */
    create: async (request: NewPerson, actorId: string | null): Promise<Person> => {
      const person: PersonDocument = {
        _id: randomUUID(),
        signInName: request.signInName,
        displayName: request.displayName,
        passwordHash: await hashPassword(request.password),
        roles: [...new Set(request.roles)],
        extension: request.extension ?? null,
        active: true,
        locale: 'en',
        createdAt: new Date(now()),
      }
      return changes.inTurn(async () => {
        await changes
          .write(() => store.insertPerson(person))
          .catch((error: unknown) => {
            throw isDuplicateKey(error) ? new ProblemError('person.exists') : error
          })
        memory.setPerson(person)
        await changes.audit('person.created', actorId, person._id, person.roles)
        return outward(person)
      })
    },

    /**
     * Changes a person. A new password, and access taken away, end their sessions.
     * @throws ProblemError `person.unknown`, `person.last_manager`
     */
    change: async (personId: string, request: ChangePerson, actorId: string | null): Promise<Person> => {
      const { password, ...asked } = request
      const passwordHash = password === undefined ? undefined : await hashPassword(password)
      return changes.inTurn(async () => {
        const before = known(personId)
        const after: PersonDocument = {
          ...before,
          displayName: asked.displayName ?? before.displayName,
          roles: asked.roles === undefined ? before.roles : [...new Set(asked.roles)],
          active: asked.active ?? before.active,
          extension: asked.extension === undefined ? before.extension : asked.extension,
          passwordHash: passwordHash ?? before.passwordHash,
        }
        const everybody = [...memory.persons.values()].map((one) => (one._id === personId ? after : one))
        refuseIfNobodyManages(everybody, memory.roleRights)
        await changes.write(() => store.updatePerson(after))
        memory.setPerson(after)
        if (passwordHash !== undefined || !after.active) await presence.endSessionsOf(personId, 'revoked')
        await leaveDeskWithoutRight([personId], actorId)
        await changes.audit('person.changed', actorId, personId, Object.keys(request))
        return outward(after)
      })
    },

    /**
     * Ends every session of a person.
     * @throws ProblemError `person.unknown`
     */
    endSessionsOf: (personId: string, actorId: string | null): Promise<void> =>
      changes.inTurn(async () => {
        known(personId)
        await presence.endSessionsOf(personId, 'revoked')
        await changes.audit('sessions.ended', actorId, personId)
      }),

    /**
     * Sets what a role may do.
     * @throws ProblemError `person.last_manager`
     */
    changeRole: (role: Role, rights: readonly Right[], actorId: string | null): Promise<Right[]> =>
      changes.inTurn(async () => {
        const wanted = [...new Set(rights)]
        refuseIfNobodyManages([...memory.persons.values()], new Map(memory.roleRights).set(role, wanted))
        await changes.write(() => store.setRoleRights(role, wanted))
        memory.setRole(role, wanted)
        const affected = [...memory.persons.values()].filter((person) => person.roles.includes(role))
        await leaveDeskWithoutRight(
          affected.map((person) => person._id),
          actorId,
        )
        await changes.audit('role.changed', actorId, role, wanted)
        return wanted
      }),
  }
}
