import { serialize, type Document } from 'bson'
import { documentFrom, fieldsOf, stringOf, bsonType, type Field } from './bytes.ts'
import { cursorCommands } from './cursors.ts'
import { errors } from './errors.ts'
import type { Postgres } from './postgres.ts'
import { sessionCommands } from './session.ts'
import { schemaCommands } from './schema.ts'
import { writeCommands } from './writes.ts'

/** A command taken apart, ready to be passed on. */
export interface Command {
  name: string
  /** What `$db` named. */
  database: string
  /** The value beside the command's name: for most the collection. Empty if it is no text. */
  target: string
  fields: ReadonlyMap<string, Field>
  /** The whole command as it came; `fields` point into it. */
  bytes: Buffer
  /** The command without what belongs to the session and the protocol, as the database takes it. */
  passed: Buffer
  /** Milliseconds that it may take (`maxTimeMS`); 0 is no limit. */
  timeLimit: number
}

/** Does one command; gives the answer as a document or as its bytes. @throws CommandError or DatabaseError */
export type CommandHandler = (command: Command, postgres: Postgres) => Promise<Document | Buffer> | Document

/** What is the protocol's, not the command's. */
const NOT_PASSED = new Set([
  '$db',
  'lsid',
  '$clusterTime',
  '$readPreference',
  'readConcern',
  'writeConcern',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'maxTimeMS',
  'comment',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
])

const table = new Map<string, CommandHandler>([
  ...Object.entries(sessionCommands),
  ...Object.entries(cursorCommands),
  ...Object.entries(writeCommands),
  ...Object.entries(schemaCommands),
])

/**
 * Does a command that came over the wire.
 * @returns the answer, a BSON document. @throws CommandError, DatabaseError or the connection's own error.
 */
export async function answerCommand(bytes: Buffer, postgres: Postgres): Promise<Buffer> {
  const command = takeApart(bytes)
  const handler = table.get(command.name)
  if (handler === undefined) throw errors.commandNotFound(command.name)
  const answer = await handler(command, postgres)
  return Buffer.isBuffer(answer) ? answer : Buffer.from(serialize(answer))
}

function takeApart(bytes: Buffer): Command {
  const list = fieldsOf(bytes)
  const first = list[0]
  if (first === undefined) throw errors.badValue('An empty command')
  const fields = new Map(list.map((field) => [field.name, field]))
  // A command from a handshake's OP_QUERY has no `$db`.
  const database = stringOf(bytes, fields.get('$db')) ?? 'admin'
  if (!/^[^/\\. "$\0]{1,63}$/u.test(database)) throw errors.invalidNamespace(database)
  if (fields.has('startTransaction') || fields.has('autocommit') || fields.has('txnNumber')) {
    throw errors.illegalOperation('Transaction numbers are only allowed on a replica set member or mongos')
  }
  const kept = list.filter((field) => !NOT_PASSED.has(field.name))
  return {
    name: first.name,
    database,
    target: stringOf(bytes, first) ?? '',
    fields,
    bytes,
    passed: documentFrom(kept.map((field) => bytes.subarray(field.start, field.end))),
    timeLimit: wholeNumber(bytes, fields.get('maxTimeMS')),
  }
}

function wholeNumber(bytes: Buffer, field: Field | undefined): number {
  if (field?.type === bsonType.int32) return Math.max(0, bytes.readInt32LE(field.value))
  if (field?.type === bsonType.int64) return Math.max(0, Number(bytes.readBigInt64LE(field.value)))
  if (field?.type === bsonType.double) return Math.max(0, Math.trunc(bytes.readDoubleLE(field.value)))
  return 0
}
