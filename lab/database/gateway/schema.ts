import type { CommandHandler } from './commands.ts'
import type { Statement } from './postgres.ts'

/** A statement that takes the database and the command, and gives the answer. */
const passing = (name: string, call: string): CommandHandler => {
  const statement: Statement = { name, text: `select ${call}` }
  return (command, postgres) =>
    postgres.answer(statement, [command.database, command.passed], command.timeLimit)
}

const dropCollection: Statement = { name: 'drop', text: 'select documentdb_api.drop_collection($1, $2)' }
const dropDatabase: Statement = { name: 'dropDatabase', text: 'select documentdb_api.drop_database($1)' }
const listDatabases: Statement = {
  name: 'listDatabases',
  text: 'select documentdb_api.list_databases($1::bytea::documentdb_core.bson)',
}
const collectionStatistics: Statement = {
  name: 'collStats',
  text: 'select documentdb_api.coll_stats($1, $2)',
}
const databaseStatistics: Statement = { name: 'dbStats', text: 'select documentdb_api.db_stats($1)' }
const modify: Statement = {
  name: 'collMod',
  text: 'select documentdb_api.coll_mod($1, $2, $3::bytea::documentdb_core.bson)',
}

/** Commands about collections, indexes and databases. */
export const schemaCommands: Readonly<Record<string, CommandHandler>> = {
  // Not the "background" kind: that answers before the index exists, and until then a unique one does not hold.
  createIndexes: passing(
    'createIndexes',
    'documentdb_api_internal.create_indexes_non_concurrently($1, $2::bytea::documentdb_core.bson, true)',
  ),
  dropIndexes: passing(
    'dropIndexes',
    'documentdb_api_internal.drop_indexes_non_concurrently($1, $2::bytea::documentdb_core.bson)',
  ),
  create: passing('create', 'documentdb_api.create_collection_view($1, $2::bytea::documentdb_core.bson)'),
  collMod: (command, postgres) => postgres.answer(modify, [command.database, command.target, command.passed]),
  drop: async (command, postgres) => {
    const namespace = `${command.database}.${command.target}`
    const [dropped] = await postgres.row(dropCollection, [command.database, command.target])
    // MongoDB 7 answers ok for a collection that is not there.
    return dropped === 't' ? { nIndexesWas: 1, ns: namespace, ok: 1 } : { ok: 1 }
  },
  dropDatabase: async (command, postgres) => {
    await postgres.row(dropDatabase, [command.database])
    return { dropped: command.database, ok: 1 }
  },
  listDatabases: async (command, postgres) =>
    (await postgres.row(listDatabases, [command.passed]))[0] ?? { databases: [], ok: 1 },
  collStats: async (command, postgres) =>
    (await postgres.row(collectionStatistics, [command.database, command.target]))[0] ?? { ok: 1 },
  dbStats: async (command, postgres) =>
    (await postgres.row(databaseStatistics, [command.database]))[0] ?? { ok: 1 },
}
