import { Socket } from 'node:net'
import { Client, DatabaseError } from 'pg'
import { z } from 'zod'
import type { RecordFault } from './source.ts'

/** How long the database has to let us in, and for one statement, ms. */
export interface DatabaseTiming {
  connectMs: number
  statementMs: number
}
export const databaseTiming: DatabaseTiming = { connectMs: 3_000, statementMs: 5_000 }
/** An answer that is so much later than the statement's own time-out does not come any more, ms. */
const answerMs = 1_000
/** How long a connection may take to end in order, ms. */
const endMs = 1_000

/** A row, by the names of its columns; everything is read as text. */
export type TextRow = Readonly<Record<string, string | null>>
const rowsSchema = z.array(z.record(z.string(), z.string().nullable()))

/** A connection to the database of a record, in one transaction that only reads. */
export interface RecordDatabase {
  /** @throws Error as {@link faultOfDatabase} reads it */
  query(text: string, values?: readonly string[]): Promise<TextRow[]>
  close(): void
}

/**
 * Connects to a PostgreSQL database, for one reading.
 * @param uri `postgres://…`, with the user and password
 * @throws Error as {@link faultOfDatabase} reads it
 */
export async function openRecordDatabase(
  uri: string,
  { connectMs, statementMs }: DatabaseTiming,
  signal?: AbortSignal,
): Promise<RecordDatabase> {
  if (signal?.aborted === true) throw new Error('stopped')
  const socket = new Socket()
  const stop = (): void => void socket.destroy()
  signal?.addEventListener('abort', stop)
  const client = new Client({
    connectionString: uri,
    fallback_application_name: 'ringcard',
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs + answerMs,
    keepAlive: true,
    stream: () => socket,
  })
  // The statement under way gets the error too; between two there is nobody to tell.
  client.on('error', () => undefined)
  const close = (): void => {
    signal?.removeEventListener('abort', stop)
    const timer = setTimeout(stop, endMs)
    void client
      .end()
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(timer)
        stop()
      })
  }
  try {
    await client.connect()
    await client.query(`begin read only; set local statement_timeout = ${statementMs}`)
  } catch (error) {
    close()
    throw error
  }
  return {
    query: async (text, values = []) => rowsSchema.parse((await client.query(text, [...values])).rows),
    close,
  }
}

/** SQLSTATEs that say who or what is not let in, is not there, may not be read; and of a server that has no room or stops. */
const refused = /^(28|3D)/
const absent = new Set(['42P01', '3F000'])
const notNow = /^(53|57P|08)/

/** What an administrator should be told of a failure; no message of the database is repeated, which may name a user. */
export function faultOfDatabase(error: unknown, table: string): RecordFault {
  const said = error instanceof Error && 'code' in error ? String(error.code) : null
  if (!(error instanceof DatabaseError)) {
    const isLate = error instanceof Error && /timeout/i.test(error.message)
    return {
      code: 'pbx.record_database_away',
      values: { reason: said ?? (isLate ? 'ETIMEDOUT' : 'unknown') },
    }
  }
  const reason = said ?? 'unknown'
  if (refused.test(reason)) return { code: 'pbx.record_database_refused', values: { reason } }
  if (notNow.test(reason)) return { code: 'pbx.record_database_away', values: { reason } }
  const values = { file: table, reason }
  return { code: absent.has(reason) ? 'pbx.record_absent' : 'pbx.record_unreadable', values }
}
