import { deserialize, EJSON, serialize, type Document } from 'bson'
import type { Command } from './commands.ts'
import type { Postgres, Statement } from './postgres.ts'

const listIndexes: Statement = {
  name: 'indexes-of',
  text: 'select cursorpage from documentdb_api.list_indexes_cursor_first_page($1, $2::bytea::documentdb_core.bson)',
}

const indexOfConstraint: Statement = {
  name: 'index-of-constraint',
  text: 'select (index_spec).index_name from documentdb_api_catalog.collection_indexes where index_id = $1::int',
}

/** The index that DocumentDB's own message about a duplicate names. */
export function indexNamed(message: string): string {
  return /Index '([^']+)'/.exec(message)?.[1] ?? '_id_'
}

/** The index behind a constraint of PostgreSQL, which a command names that passes its error on as it is. */
export async function indexBehind(constraint: string | undefined, postgres: Postgres): Promise<string> {
  const id = /^documents_rum_index_(\d+)$/.exec(constraint ?? '')?.[1]
  const [name] = id === undefined ? [] : await postgres.row(indexOfConstraint, [id])
  return typeof name === 'string' ? name : '_id_'
}

/**
 * DocumentDB names the index that a duplicate ran into; MongoDB also tells its pattern and the values, which clients use
 * to say which field it was. The pattern is looked up, the values are taken from what was written where it says them.
 * @param name the index. @param written the document, update statement or findAndModify that failed.
 */
export async function explainDuplicate(
  command: Command,
  name: string,
  written: Document | undefined,
  postgres: Postgres,
): Promise<{ message: string; keyPattern: Document; keyValue: Document }> {
  const namespace = `${command.database}.${command.target}`
  const keyPattern = await patternOf(command, name, postgres)
  const keyValue = Object.fromEntries(
    Object.keys(keyPattern).map((path) => [path, written ? valueWritten(written, path) : null]),
  )
  const values = Object.entries(keyValue).map(([path, value]) => `${path}: ${EJSON.stringify(value)}`)
  const message = `E11000 duplicate key error collection: ${namespace} index: ${name} dup key: { ${values.join(', ')} }`
  return { message, keyPattern, keyValue }
}

async function patternOf(command: Command, name: string, postgres: Postgres): Promise<Document> {
  if (name === '_id_') return { _id: 1 }
  const query = Buffer.from(serialize({ listIndexes: command.target, cursor: { batchSize: 100 } }))
  const answer = await postgres.answer(listIndexes, [command.database, query])
  const page = deserialize(answer) as { cursor: { firstBatch: { name: string; key: Document }[] } }
  return page.cursor.firstBatch.find((index) => index.name === name)?.key ?? {}
}

/** The value that a write gives to a path: of a document itself, or of an update's operators, or of its query. */
function valueWritten(written: Document, path: string): unknown {
  const update: unknown = written.u ?? written.update
  const sources: unknown[] = isDocument(update)
    ? [update.$set, update.$setOnInsert, update.$inc, update, written.q ?? written.query]
    : [written]
  for (const source of sources) {
    const value = isDocument(source) ? valueAt(source, path) : undefined
    if (value !== undefined) return value
  }
  return null
}

function valueAt(document: Document, path: string): unknown {
  if (path in document) return document[path] as unknown
  let value: unknown = document
  for (const name of path.split('.')) {
    if (!isDocument(value)) return undefined
    value = value[name]
  }
  return value
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
