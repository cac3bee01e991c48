import { databaseUri } from '../../../lab/database/database.ts'

/**
 * The URI of a database that belongs to the calling test file alone, on the server of this run; it starts out empty.
 * @param name letters, digits and hyphens, unlike any other test file's.
 * @throws outside of the vitest project `integration`, which starts the server.
 */
export function testDatabaseUri(name: string): string {
  const uri = process.env.MONGODB_URI_TEST
  if (uri === undefined) throw new Error('No test database: run this in the vitest project `integration`.')
  return databaseUri(uri, `${process.env.MONGODB_PREFIX_TEST ?? ''}${name}`)
}
