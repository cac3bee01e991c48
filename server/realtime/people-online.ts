import type { Right } from '../../shared/people.ts'
import type { Viewer } from './topics.ts'

/** A person with a console open, or not long gone. Their rights are those of their newest session. */
export interface Person {
  readonly personId: string
  readonly rights: readonly Right[]
  /** The desks of all their sessions. */
  readonly extensions: readonly string[]
}

export interface PeopleOnline {
  /**
   * Notes a person as they are now.
   * @param others what is known of the same person's other sessions
   * @returns whether they were known before and are different now
   */
  note: (viewer: Viewer, others: readonly Viewer[]) => boolean
  forget: (personId: string) => void
  get: (personId: string) => Person | null
  /** Those who sit at a desk. */
  at: (extension: string) => readonly Person[]
}

/** Who has a console open, and at which desk. */
export function createPeopleOnline(): PeopleOnline {
  const people = new Map<string, Person>()
  const atDesk = new Map<string, Person[]>()

  function forget(personId: string): void {
    for (const extension of people.get(personId)?.extensions ?? []) {
      const rest = (atDesk.get(extension) ?? []).filter((person) => person.personId !== personId)
      if (rest.length > 0) atDesk.set(extension, rest)
      else atDesk.delete(extension)
    }
    people.delete(personId)
  }

  return {
    note({ personId, rights, extension }, others) {
      const desks = [extension, ...others.map((other) => other.extension)].filter((desk) => desk !== null)
      const extensions = [...new Set(desks)].sort()
      const known = people.get(personId)
      if (known && sameItems(known.rights, rights) && sameItems(known.extensions, extensions)) return false
      forget(personId)
      const person = { personId, rights: [...rights], extensions }
      people.set(personId, person)
      for (const desk of extensions) atDesk.set(desk, [...(atDesk.get(desk) ?? []), person])
      return known !== undefined
    },
    forget,
    get: (personId) => people.get(personId) ?? null,
    at: (extension) => atDesk.get(extension) ?? [],
  }
}

function sameItems(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item) => right.includes(item))
}
