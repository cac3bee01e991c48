import { randomUUID } from 'node:crypto'
import type { ChangePerson, NewPerson, Person, RoleRights } from '../../shared/administration.ts'
import { checkImport, type CheckedRow, type ImportRow } from '../../shared/people-import.ts'
import type { Right, Role } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import { isDuplicateKey } from '../database/errors.ts'
import { refuseOutdated, versionOf } from '../database/versioned.ts'
import { detailsOf } from './audit.ts'
import type { PeopleChanges } from './changes.ts'
import type { PeopleMemory } from './memory.ts'
import { isChanged, type PeopleStore, type PersonDocument, type RoleDocument } from './model.ts'
import { hashPassword } from './passwords.ts'
import type { Presence } from './presence.ts'

/** What is to be changed; without a version nobody looked first (the command line). */
type PersonChanges = Omit<ChangePerson, 'version'> & { version?: number }

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
    version: versionOf(person),
    deskNow: memory.deskOf(person._id),
    sessions: memory.sessionsOf(person._id).length,
  })

  const outwardRole = (role: RoleDocument): RoleRights => ({
    role: role._id,
    rights: [...role.rights],
    version: versionOf(role),
    isChanged: isChanged(role),
  })

  const known = (personId: string): PersonDocument => {
    const person = memory.persons.get(personId)
    if (person === undefined) throw new ProblemError('person.unknown')
    return person
  }

  /** Nobody may lock everybody out. */
  const refuseIfNobodyManages = (
    persons: readonly Pick<PersonDocument, 'active' | 'roles'>[],
    rightsOf: (role: Role) => readonly Right[],
  ): void => {
    const somebody = persons.some(
      ({ active, roles }) => active && roles.some((role) => rightsOf(role).includes('people.manage')),
    )
    if (!somebody) throw new ProblemError('person.last_manager')
  }
  const rightsNow = (role: Role): readonly Right[] => memory.roles.get(role)?.rights ?? []

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

  /**
   * Adds a person.
   * @throws ProblemError `person.exists`
   */
  const create = async (request: NewPerson, actorId: string | null): Promise<Person> => {
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
      version: 0,
    }
    return changes.inTurn(async () => {
      await changes
        .write(() => store.insertPerson(person))
        .catch((error: unknown) => {
          throw isDuplicateKey(error) ? new ProblemError('person.exists') : error
        })
      memory.setPerson(person)
      const given = { roles: person.roles, extension: person.extension }
      await changes.audit('person.created', actorId, person._id, person.roles, detailsOf({}, given))
      return outward(person)
    })
  }

  return {
    /** Everybody, by sign-in name. */
    list: (): Person[] =>
      [...memory.persons.values()].map(outward).sort((a, b) => (a.signInName < b.signInName ? -1 : 1)),

    /** What each role may do. */
    listRoles: (): RoleRights[] => [...memory.roles.values()].map(outwardRole),

    create,

    /**
     * Adds the people of a list, row by row: those with faults are left out. Asked again, those of the first time are
     * faults (`signInNameTaken`), so a list that was cut off half-way can be sent once more.
     * @returns each row with what is wrong with it
     */
    importAll: async (rows: readonly ImportRow[], actorId: string | null): Promise<CheckedRow[]> => {
      const taken = new Set([...memory.persons.values()].map(({ signInName }) => signInName))
      const checked = checkImport(rows, taken)
      for (const row of checked) {
        if (row.person === null) continue
        await create(row.person, actorId).catch((error: unknown) => {
          if (!(error instanceof ProblemError) || error.code !== 'person.exists') throw error
          row.faults.push('signInNameTaken')
        })
      }
      return checked
    },

    /**
     * Changes a person. A new password, and access taken away, end their sessions.
     * @throws ProblemError `person.unknown`, `person.last_manager`, `edit.outdated`
     */
    change: async (personId: string, request: PersonChanges, actorId: string | null): Promise<Person> => {
      const { password, version, ...asked } = request
      const passwordHash = password === undefined ? undefined : await hashPassword(password)
      return changes.inTurn(async () => {
        const before = known(personId)
        refuseOutdated(before, version ?? null)
        const after: PersonDocument = {
          ...before,
          displayName: asked.displayName ?? before.displayName,
          roles: asked.roles === undefined ? before.roles : [...new Set(asked.roles)],
          active: asked.active ?? before.active,
          extension: asked.extension === undefined ? before.extension : asked.extension,
          passwordHash: passwordHash ?? before.passwordHash,
          version: versionOf(before) + 1,
        }
        const everybody = [...memory.persons.values()].map((one) => (one._id === personId ? after : one))
        refuseIfNobodyManages(everybody, rightsNow)
        await changes.writeUnlessOutdated(() => store.updatePerson(after, before))
        memory.setPerson(after)
        if (passwordHash !== undefined || !after.active) await presence.endSessionsOf(personId, 'revoked')
        await leaveDeskWithoutRight([personId], actorId)
        const fields = Object.keys({ ...asked, ...(password === undefined ? {} : { password }) })
        const open = ({ roles, active, extension }: PersonDocument) => ({ roles, active, extension })
        await changes.audit('person.changed', actorId, personId, fields, detailsOf(open(before), open(after)))
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
     * @param version the one that was looked at; null for nobody looked
     * @throws ProblemError `person.last_manager`, `edit.outdated`
     */
    changeRole: (
      role: Role,
      rights: readonly Right[],
      actorId: string | null,
      version: number | null = null,
    ): Promise<RoleRights> =>
      changes.inTurn(async () => {
        const before = memory.roles.get(role) ?? { _id: role, rights: [] }
        refuseOutdated(before, version)
        const after = { ...before, rights: [...new Set(rights)], version: versionOf(before) + 1 }
        refuseIfNobodyManages([...memory.persons.values()], (one) =>
          one === role ? after.rights : rightsNow(one),
        )
        await changes.writeUnlessOutdated(() => store.updateRole(after, before))
        memory.setRole(after)
        const affected = [...memory.persons.values()].filter((person) => person.roles.includes(role))
        await leaveDeskWithoutRight(
          affected.map((person) => person._id),
          actorId,
        )
        const details = detailsOf({ rights: before.rights }, { rights: after.rights })
        await changes.audit('role.changed', actorId, role, after.rights, details)
        return outwardRole(after)
      }),
  }
}
