import { join } from 'node:path'
import { databaseUri, startDatabase } from '../../lab/database/database.ts'
import { cacheFolder } from '../../lab/debian-root.ts'
import { firstNumberOf, sharerOf } from '../../lab/seed/generator.ts'
import { seedCustomers, usualSeed } from '../../lab/seed/seed.ts'
import { customerModel, customersCollection } from '../../server/customers/model.ts'
import { connectDatabase, type Database } from '../../server/database/database.ts'
import { ensureIndexes } from '../../server/database/schema.ts'

/** The customers of a bench, in a database that is kept from run to run. */
export interface CustomerBase {
  uri: string
  /** What the database is, for a person to read. */
  describe: string
  database: Database
  count: number
  stop: () => Promise<void>
}

const silent = { info: () => undefined, warn: () => undefined }
const marks = 'seeded'

/**
 * Starts the benches' database in the cache folder, and seeds its customers if that was not done before.
 * @param count how many customers: each number has a database of its own
 */
export async function openCustomerBase(count: number, say: (line: string) => void): Promise<CustomerBase> {
  const server = await startDatabase({ folder: join(cacheFolder(), 'bench'), onProgress: say })
  const uri = databaseUri(server.uri, `ringcard-bench-${count}`)
  const database = connectDatabase({ uri, log: silent })
  await database.whenReady()
  const mark = { _id: 'customers', count, seed: usualSeed }
  if ((await database.collection<typeof mark>(marks).findOne(mark)) === null) {
    const began = Date.now()
    await database.connection.dropDatabase()
    customerModel(database.connection)
    await ensureIndexes(database.connection)
    await seedCustomers(database, {
      count,
      onProgress: (done, of) => {
        if (done % Math.max(10_000, of / 20) === 0) say(`Seeding customers: ${done} of ${of}`)
      },
    })
    await database.collection<typeof mark>(marks).insertOne(mark)
    say(
      `Seeded ${count} customers in ${Math.round((Date.now() - began) / 1000)} s; they are kept for the next run.`,
    )
  }
  return {
    uri,
    describe: server.describe,
    database,
    count,
    stop: async () => {
      await database.stop()
      await server.stop()
    },
  }
}

/** Empties everything but the customers, so that each run begins alike. */
export async function clearAllButCustomers({ database }: CustomerBase): Promise<void> {
  const { db } = database.connection
  for (const { name } of (await db?.listCollections({}, { nameOnly: true }).toArray()) ?? []) {
    if (name !== customersCollection && name !== marks) await db?.dropCollection(name)
  }
}

/** How many customers a number brings up. */
export type Kind = 'one' | 'several' | 'none'

/**
 * Numbers of callers, no two alike within one taking.
 * @param from where in the base to begin, so that two takings can differ
 */
export function callerNumbers(kind: Kind, howMany: number, count: number, from = 0): string[] {
  const numbers = new Set<string>()
  // A step without a common factor walks through the whole base before it comes back.
  for (let step = 0; numbers.size < howMany && step < count; step++) {
    const index = (from + step * 7_919) % count
    if (kind === 'none') numbers.add(`+4930${String(99_000_000 + (index % 1_000_000))}`)
    else if (isShared(index) === (kind === 'several')) numbers.add(firstNumberOf(usualSeed, index))
  }
  return [...numbers]
}

/** Whether others have this customer's first number: households and small companies of the seed. */
function isShared(index: number): boolean {
  return sharerOf(index) !== index || sharerOf(index + 1) === index
}
