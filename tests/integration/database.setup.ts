import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import { startDatabase } from '../../lab/database/database.ts'

/**
 * One database server for a run of the integration tests; each test file takes databases of its own on it by
 * `testDatabaseUri`. What the run leaves on a server that was only lent (`MONGODB_URI`) is dropped at its end.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const database = await startDatabase({ onProgress: (line) => console.log(line) })
  const prefix = `ringcard-test-${randomUUID().slice(0, 8)}-`
  process.env.MONGODB_URI_TEST = database.uri
  process.env.MONGODB_PREFIX_TEST = prefix
  console.log(`Database: ${database.describe}`)

  return async () => {
    if (database.took === 'MONGODB_URI') await dropDatabases(database.uri, prefix)
    await database.stop()
  }
}

async function dropDatabases(uri: string, prefix: string): Promise<void> {
  const connection = await mongoose.createConnection(uri).asPromise()
  const { databases } = await connection.listDatabases()
  for (const { name } of databases) {
    if (name.startsWith(prefix)) await connection.useDb(name).dropDatabase()
  }
  await connection.close()
}
