import { deserialize, Long, type Document } from 'bson'
import { bsonType } from './bytes.ts'
import type { CommandHandler } from './commands.ts'
import { errors } from './errors.ts'
import type { Column, Postgres, Statement } from './postgres.ts'

/** As MongoDB's default (cursorTimeoutMillis). */
const IDLE_LIMIT_MS = 10 * 60_000

/** Where a cursor stands: what DocumentDB wants back to go on from there. */
interface OpenCursor {
  database: string
  continuation: Buffer
  touched: number
}

const open = new Map<bigint, OpenCursor>()

const firstPage = (name: string): CommandHandler => {
  const statement: Statement = {
    name,
    text: `select cursorpage, continuation, cursorid from documentdb_api.${name}_cursor_first_page($1, $2::bytea::documentdb_core.bson)`,
  }
  return async (command, postgres) => {
    const [page, continuation, id] = await postgres.row(
      statement,
      [command.database, command.passed],
      command.timeLimit,
    )
    if (Buffer.isBuffer(continuation) && typeof id === 'string') {
      open.set(BigInt(id), { database: command.database, continuation, touched: Date.now() })
    }
    return pageOf(page)
  }
}

const more: Statement = {
  name: 'getMore',
  text: `select cursorpage, continuation from documentdb_api.cursor_get_more($1, $2::bytea::documentdb_core.bson, $3::bytea::documentdb_core.bson)`,
}
const kill: Statement = {
  name: 'killCursors',
  text: 'select documentdb_api_internal.delete_cursors($1::bigint[])',
}

const getMore: CommandHandler = async (command, postgres) => {
  const field = command.fields.get('getMore')
  if (field?.type !== bsonType.int64) throw errors.badValue('getMore takes a cursor id of 64 bits')
  const id = command.bytes.readBigInt64LE(field.value)
  const cursor = open.get(id)
  if (cursor === undefined || cursor.database !== command.database) throw errors.cursorNotFound(id)
  cursor.touched = Date.now()
  const values = [command.database, command.passed, cursor.continuation]
  const [page, continuation] = await postgres.row(more, values, command.timeLimit)
  if (Buffer.isBuffer(continuation)) cursor.continuation = continuation
  else open.delete(id)
  return pageOf(page)
}

const killCursors: CommandHandler = async (command, postgres) => {
  const { cursors } = deserialize(command.bytes, { useBigInt64: true }) as Document & { cursors?: unknown }
  const ids = Array.isArray(cursors) ? cursors.filter((id): id is bigint => typeof id === 'bigint') : []
  const killed = ids.filter((id) => open.delete(id))
  await forget(postgres, killed)
  const asLongs = (list: readonly bigint[]) => list.map((id) => Long.fromBigInt(id))
  return {
    cursorsKilled: asLongs(killed),
    cursorsNotFound: asLongs(ids.filter((id) => !killed.includes(id))),
    cursorsAlive: [],
    cursorsUnknown: [],
    ok: 1,
  }
}

function pageOf(column: Column | undefined): Buffer {
  if (!Buffer.isBuffer(column)) throw new Error('a cursor gave no page')
  return column
}

/** Closes cursors that nobody asked about for ten minutes. To be called now and then. */
export async function closeIdleCursors(postgres: Postgres, now: number): Promise<void> {
  const idle = [...open].filter(([, cursor]) => now - cursor.touched > IDLE_LIMIT_MS).map(([id]) => id)
  for (const id of idle) open.delete(id)
  await forget(postgres, idle)
}

async function forget(postgres: Postgres, ids: readonly bigint[]): Promise<void> {
  if (ids.length > 0) await postgres.row(kill, [`{${ids.join(',')}}`])
}

const oneDocument = (name: string): CommandHandler => {
  const statement: Statement = {
    name,
    text: `select document from documentdb_api.${name}_query($1, $2::bytea::documentdb_core.bson)`,
  }
  return (command, postgres) =>
    postgres.answer(statement, [command.database, command.passed], command.timeLimit)
}

/** Commands that read. */
export const cursorCommands: Readonly<Record<string, CommandHandler>> = {
  find: firstPage('find'),
  aggregate: firstPage('aggregate'),
  listCollections: firstPage('list_collections'),
  listIndexes: firstPage('list_indexes'),
  getMore,
  killCursors,
  count: oneDocument('count'),
  distinct: oneDocument('distinct'),
}
