import { pino } from 'pino'
import type { NewPerson } from '../../../shared/administration.ts'
import type { SignInRequest } from '../../../shared/people.ts'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { ensureIndexes } from '../../../server/database/schema.ts'
import { createPeopleStore } from '../../../server/people/model.ts'
import { createPeople, type Caller, type People, type PeopleChange } from '../../../server/people/people.ts'
import { testDatabaseUri } from '../support/database.ts'

export const password = 'correct horse battery'

export interface Office {
  database: Database
  people: People
  /** Everything that `people` has told since the start. */
  told: PeopleChange[]
  /** The time that `people` goes by: move it on by setting it. */
  clock: { now: number }
  add: (signInName: string, more?: Partial<NewPerson>) => Promise<string>
  signIn: (signInName: string, more?: Partial<SignInRequest>) => Promise<Caller & { token: string }>
  /** A second process on the same database. */
  otherProcess: () => Promise<{ people: People; stop: () => Promise<void> }>
  close: () => Promise<void>
}

const options = {
  log: pino({ level: 'silent' }),
  sessionHours: 12,
  idleMinutes: 60,
  desks: [
    { extension: '201', interfaces: ['PJSIP/201', 'PJSIP/201-web'] },
    { extension: '202', interfaces: ['PJSIP/202'] },
  ],
}

/**
 * An office with desks 201 and 202 and nobody in it, on a database of its own.
 * @param before puts into the database what another version has left there
 */
export async function openOffice(
  name: string,
  before: (database: Database) => Promise<void> = () => Promise.resolve(),
): Promise<Office> {
  const uri = testDatabaseUri(name)
  const earlier = connectDatabase({ uri, log: options.log })
  await earlier.whenReady()
  await before(earlier)
  await earlier.stop()
  const begin = async (now: () => number) => {
    const database = connectDatabase({ uri, log: options.log })
    await database.whenReady()
    const store = createPeopleStore(database.connection)
    await ensureIndexes(database.connection)
    const people = createPeople({ ...options, store, now })
    await people.start()
    return { database, people }
  }
  const clock = { now: Date.now() }
  const { database, people } = await begin(() => clock.now)
  const told: PeopleChange[] = []
  people.onChange((change) => told.push(change))
  return {
    database,
    people,
    told,
    clock,
    add: async (signInName, more = {}) => {
      const person = await people.management.create(
        { signInName, displayName: `Person ${signInName}`, password, roles: ['agent'], ...more },
        null,
      )
      return person.personId
    },
    signIn: async (signInName, more = {}) => {
      const { token } = await people.signIn({ signInName, password, ...more }, '127.0.0.1')
      return { ...people.authenticate(token), token }
    },
    otherProcess: async () => {
      const other = await begin(Date.now)
      return {
        people: other.people,
        stop: async () => {
          await other.people.stop()
          await other.database.stop()
        },
      }
    },
    close: async () => {
      await people.stop()
      await database.stop()
    },
  }
}
