import { roleSchema, type Right, type Role } from '../../shared/people.ts'
import {
  inForce,
  type DeskDocument,
  type PersonDocument,
  type RoleDocument,
  type SessionDocument,
  type StoredPeople,
} from './model.ts'

/** What changed, for those who must act on it at once: open sockets, the floor. */
export type PeopleChange =
  | {
      type: 'session.ended'
      sessionId: string
      personId: string
      reason: 'revoked' | 'expired' | 'signedOut'
    }
  /** Rights, roles, name or access of a person. */
  | { type: 'person.changed'; personId: string }
  /** Somebody sat down (`personId`), or the desk is free (null), or its devices changed. */
  | { type: 'desk.changed'; extension: string; personId: string | null }

export interface Session {
  readonly sessionId: string
  readonly personId: string
  readonly startedAt: number
  readonly expiresAt: number
  /** When last used; kept here and written to the database now and then. */
  seenAt: number
}

/**
 * People as this process knows them: every question on a hot path is answered from here, without a query. The database
 * is changed first, then this, then whoever listens is told.
 */
export class PeopleMemory {
  readonly persons = new Map<string, PersonDocument>()
  readonly #rights = new Map<string, ReadonlySet<Right>>()
  readonly #personIds = new Map<string, string>()
  readonly sessions = new Map<string, Session>()
  readonly desks = new Map<string, DeskDocument>()
  readonly roles = new Map<Role, RoleDocument>()
  readonly #extensions = new Map<string, string>()
  readonly #tell: (change: PeopleChange) => void

  constructor(tell: (change: PeopleChange) => void) {
    this.#tell = tell
  }

  setPerson(person: PersonDocument): void {
    const { _id: personId, active, roles } = person
    const before = this.#outwardly(personId)
    this.persons.set(personId, person)
    this.#personIds.set(person.signInName, personId)
    this.#rights.set(
      personId,
      new Set(active ? roles.flatMap((role) => this.roles.get(role)?.rights ?? []) : []),
    )
    if (before !== null && before !== this.#outwardly(personId))
      this.#tell({ type: 'person.changed', personId })
  }

  /** What a person may do now; nothing for one who is unknown or has no access. */
  rightsOf(personId: string): ReadonlySet<Right> {
    return this.#rights.get(personId) ?? new Set()
  }

  personBySignInName(signInName: string): PersonDocument | undefined {
    return this.persons.get(this.#personIds.get(signInName) ?? '')
  }

  setRole(role: RoleDocument): void {
    this.roles.set(role._id, role)
    for (const person of this.persons.values()) if (person.roles.includes(role._id)) this.setPerson(person)
  }

  setSession(stored: SessionDocument): void {
    this.sessions.set(stored._id, {
      sessionId: stored._id,
      personId: stored.personId,
      startedAt: stored.startedAt.getTime(),
      expiresAt: stored.expiresAt.getTime(),
      seenAt: stored.seenAt.getTime(),
    })
  }

  endSession(sessionId: string, reason: 'revoked' | 'expired' | 'signedOut'): void {
    const session = this.sessions.get(sessionId)
    if (session === undefined) return
    this.sessions.delete(sessionId)
    this.#tell({ type: 'session.ended', sessionId, personId: session.personId, reason })
  }

  sessionsOf(personId: string): Session[] {
    return [...this.sessions.values()].filter((session) => session.personId === personId)
  }

  setDesk(desk: DeskDocument): void {
    const before = this.desks.get(desk._id)
    this.desks.set(desk._id, desk)
    if (before?.personId != null && this.#extensions.get(before.personId) === desk._id) {
      this.#extensions.delete(before.personId)
    }
    if (desk.personId !== null) this.#extensions.set(desk.personId, desk._id)
    if (before?.personId === desk.personId && before.interfaces.join() === desk.interfaces.join()) return
    this.#tell({ type: 'desk.changed', extension: desk._id, personId: desk.personId })
  }

  removeDesk(extension: string): void {
    const desk = this.desks.get(extension)
    if (desk === undefined) return
    this.setDesk({ ...desk, personId: null })
    this.desks.delete(extension)
    this.#tell({ type: 'desk.changed', extension, personId: null })
  }

  /** The extension of the desk where a person sits. */
  deskOf(personId: string): string | null {
    return this.#extensions.get(personId) ?? null
  }

  /** Makes this equal to what is stored, telling each difference. */
  load(stored: StoredPeople): void {
    for (const role of stored.roles) if (roleSchema.safeParse(role._id).success) this.setRole(inForce(role))
    for (const person of stored.persons) this.setPerson(person)
    const live = new Set(stored.sessions.map((session) => session._id))
    for (const sessionId of [...this.sessions.keys()]) {
      if (!live.has(sessionId)) this.endSession(sessionId, 'revoked')
    }
    for (const session of stored.sessions) if (!this.sessions.has(session._id)) this.setSession(session)
    for (const desk of stored.desks) this.setDesk(desk)
    const desks = new Set(stored.desks.map(({ _id }) => _id))
    for (const extension of [...this.desks.keys()]) if (!desks.has(extension)) this.removeDesk(extension)
  }

  /** What others can tell of a person, as one text to compare; null for one who is unknown. */
  #outwardly(personId: string): string | null {
    const person = this.persons.get(personId)
    if (person === undefined) return null
    return JSON.stringify([person.displayName, person.active, person.roles, [...this.rightsOf(personId)]])
  }
}
