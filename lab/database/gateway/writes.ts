import { deserialize, type Document } from 'bson'
import { DatabaseError } from 'pg'
import type { Command, CommandHandler } from './commands.ts'
import { explainDuplicate, indexBehind, indexNamed } from './duplicates.ts'
import { CommandError, commandErrorOf, DUPLICATE_KEY, mongoCodeOf, sqlStateOf } from './errors.ts'
import type { Postgres, Statement } from './postgres.ts'

/** One write of a batch that failed, as MongoDB tells it. */
interface WriteError {
  index: number
  code: number
  errmsg: string
  keyPattern?: Document
  keyValue?: Document
}

const asStored = { promoteValues: false, promoteLongs: false } as const

/** insert, update, delete: the answer says for each write that failed, why. */
const batch = (name: 'insert' | 'update' | 'delete'): CommandHandler => {
  const statement: Statement = {
    name,
    text: `select p_result, p_success from documentdb_api.${name}($1, $2::bytea::documentdb_core.bson)`,
  }
  return async (command, postgres) => {
    const [result, success] = await postgres.row(
      statement,
      [command.database, command.passed],
      command.timeLimit,
    )
    if (!Buffer.isBuffer(result)) throw new Error(`${name} gave no result`)
    return success === 't' ? result : await withMongoErrors(command, result, postgres)
  }
}

async function withMongoErrors(command: Command, result: Buffer, postgres: Postgres): Promise<Document> {
  const answer = deserialize(result, asStored)
  const failed = (deserialize(result) as { writeErrors?: WriteError[] }).writeErrors ?? []
  const sent = deserialize(command.bytes, asStored) as { documents?: Document[]; updates?: Document[] }
  const writeErrors: WriteError[] = []
  for (const { index, code, errmsg } of failed) {
    const [mongoCode] = mongoCodeOf(sqlStateOf(code))
    if (mongoCode !== DUPLICATE_KEY) {
      writeErrors.push({ index, code: mongoCode, errmsg })
      continue
    }
    const written = sent.documents?.[index] ?? sent.updates?.[index]
    const { message, keyPattern, keyValue } = await explainDuplicate(
      command,
      indexNamed(errmsg),
      written,
      postgres,
    )
    writeErrors.push({ index, code: mongoCode, errmsg: message, keyPattern, keyValue })
  }
  return { ...answer, ok: 1, writeErrors }
}

const change: Statement = {
  name: 'findAndModify',
  text: 'select p_result from documentdb_api.find_and_modify($1, $2::bytea::documentdb_core.bson)',
}

const findAndModify: CommandHandler = async (command, postgres) => {
  try {
    return await postgres.answer(change, [command.database, command.passed], command.timeLimit)
  } catch (error) {
    const known = commandErrorOf(error)
    if (known.code !== DUPLICATE_KEY) throw known
    const sent = deserialize(command.bytes, asStored)
    const name = await indexBehind(error instanceof DatabaseError ? error.constraint : undefined, postgres)
    const { message, ...details } = await explainDuplicate(command, name, sent, postgres)
    throw new CommandError(known.code, known.codeName, message, details)
  }
}

/** Commands that write documents. */
export const writeCommands: Readonly<Record<string, CommandHandler>> = {
  insert: batch('insert'),
  update: batch('update'),
  delete: batch('delete'),
  findAndModify,
  findandmodify: findAndModify,
}
