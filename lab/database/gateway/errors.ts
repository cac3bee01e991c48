import { serialize, type Document } from 'bson'
import { DatabaseError } from 'pg'

/** An answer of MongoDB's kind that a command was not done: its number and name are what clients decide by. */
export class CommandError extends Error {
  constructor(
    readonly code: number,
    readonly codeName: string,
    message: string,
    readonly details: Document = {},
  ) {
    super(message)
  }
}

/** MongoDB's documented error codes that the gateway itself gives. */
export const errors = {
  badValue: (message: string) => new CommandError(2, 'BadValue', message),
  illegalOperation: (message: string) => new CommandError(20, 'IllegalOperation', message),
  cursorNotFound: (id: bigint) => new CommandError(43, 'CursorNotFound', `cursor id ${id} not found`),
  commandNotFound: (name: string) => new CommandError(59, 'CommandNotFound', `no such command: '${name}'`),
  invalidNamespace: (name: string) =>
    new CommandError(73, 'InvalidNamespace', `Invalid namespace specified '${name}'`),
  namespaceNotFound: (name: string) => new CommandError(26, 'NamespaceNotFound', `ns not found ${name}`),
  unreachable: (message: string) => new CommandError(6, 'HostUnreachable', message),
} as const

export const DUPLICATE_KEY = 11000

/**
 * DocumentDB gives its errors as SQLSTATEs of its own class, M0xxx; PostgreSQL's own come through as they are. Those
 * that a client can act upon keep MongoDB's code; the rest are told apart by their text.
 */
const bySqlState: Readonly<Record<string, readonly [code: number, codeName: string]>> = {
  M0000: [1, 'InternalError'],
  M0001: [2, 'BadValue'],
  M0003: [9, 'FailedToParse'],
  M0004: [14, 'TypeMismatch'],
  M0005: [15, 'Overflow'],
  M0006: [20, 'IllegalOperation'],
  M0008: [26, 'NamespaceNotFound'],
  M0009: [27, 'IndexNotFound'],
  M000A: [28, 'PathNotViable'],
  M000D: [40, 'ConflictingUpdateOperators'],
  M000E: [43, 'CursorNotFound'],
  M000F: [48, 'NamespaceExists'],
  M000G: [52, 'DollarPrefixedFieldName'],
  M000J: [56, 'EmptyFieldName'],
  M000K: [57, 'DottedFieldName'],
  M000M: [66, 'ImmutableField'],
  M000N: [67, 'CannotCreateIndex'],
  M000P: [72, 'InvalidOptions'],
  M000Q: [73, 'InvalidNamespace'],
  M000R: [85, 'IndexOptionsConflict'],
  M000S: [86, 'IndexKeySpecsConflict'],
  M000U: [115, 'CommandNotSupported'],
  M000W: [146, 'ExceededMemoryLimit'],
  M0012: [197, 'InvalidIndexSpecificationOption'],
  M0015: [241, 'ConversionFailure'],
  M0018: [291, 'NoQueryExecutionPlans'],
  M001B: [10334, 'BSONObjectTooLarge'],
  M001C: [DUPLICATE_KEY, 'DuplicateKey'],
  M00CO: [121, 'DocumentValidationFailure'],
  M00EX: [50, 'MaxTimeMSExpired'],
  M00F1: [112, 'WriteConflict'],
  M007U: [40324, 'Location40324'],
  M0088: [40415, 'Location40415'],
  '23505': [DUPLICATE_KEY, 'DuplicateKey'],
  '23P01': [DUPLICATE_KEY, 'DuplicateKey'],
  '40001': [112, 'WriteConflict'],
  '40P01': [112, 'WriteConflict'],
  '53100': [14031, 'OutOfDiskSpace'],
  '57014': [50, 'MaxTimeMSExpired'],
}

/** What nothing above names: "the operation failed", with the database's own words. */
const UNNAMED = [96, 'OperationFailed'] as const

/** PostgreSQL packs the five characters of an SQLSTATE into a number, six bits each, the first in the lowest. */
export function sqlStateOf(packed: number): string {
  let state = ''
  for (let place = 0; place < 5; place++)
    state += String.fromCharCode(((packed >> (6 * place)) & 0x3f) + 0x30)
  return state
}

/** MongoDB's code and its name for an SQLSTATE. */
export function mongoCodeOf(sqlState: string): readonly [code: number, codeName: string] {
  return bySqlState[sqlState] ?? UNNAMED
}

/** Turns whatever a command ended in into the error it is answered with. */
export function commandErrorOf(error: unknown): CommandError {
  if (error instanceof CommandError) return error
  if (error instanceof DatabaseError) {
    const [code, codeName] = mongoCodeOf(error.code ?? '')
    const message = code === DUPLICATE_KEY ? `E11000 duplicate key error (${error.message})` : error.message
    return new CommandError(code, codeName, message)
  }
  return errors.unreachable(error instanceof Error ? error.message : 'the database does not answer')
}

/** The document that answers a command which was not done. */
export function errorReply(error: CommandError): Buffer {
  const { code, codeName, message, details } = error
  return Buffer.from(serialize({ ok: 0, errmsg: message, code, codeName, ...details }))
}
