import { customersCollection, type StoredCustomer } from '../../server/customers/model.ts'
import type { Collection, Database } from '../../server/database/database.ts'
import { castCustomers } from './cast.ts'
import { makeCustomer } from './generator.ts'

/** The seed that demo, tests and benches share. */
export const usualSeed = 20_261_123

export interface SeedOptions {
  /** How many customers beside the cast. */
  count: number
  seed?: number
  /** What "today" is in the customers' histories, ms since epoch. */
  now?: number
  /** Told after each batch. */
  onProgress?: (done: number, of: number) => void
}

const batchSize = 1_000
/** Batches on their way at once: one is made while others are written. */
const batchesInFlight = 3

/**
 * Fills an empty customers' collection with the cast and with generated customers. They are made and written in batches, so
 * memory does not grow with their number. Make the indexes first.
 * @throws Error when there are customers already
 */
export async function seedCustomers(database: Database, options: SeedOptions): Promise<void> {
  const { count, seed = usualSeed, now = Date.now(), onProgress } = options
  const customers: Collection<StoredCustomer> = database.collection(customersCollection)
  if ((await customers.findOne({}, { projection: { _id: 1 } })) !== null) {
    throw new Error('There are customers in this database already; nothing was seeded.')
  }
  await customers.insertMany(castCustomers(now))

  const inFlight = new Set<Promise<void>>()
  let done = 0
  for (let from = 0; from < count; from += batchSize) {
    const size = Math.min(batchSize, count - from)
    const batch = Array.from({ length: size }, (_, offset) => makeCustomer(seed, from + offset, now))
    const writing = customers.insertMany(batch, { ordered: false }).then(() => {
      inFlight.delete(writing)
      done += size
      onProgress?.(done, count)
    })
    inFlight.add(writing)
    if (inFlight.size >= batchesInFlight) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}
