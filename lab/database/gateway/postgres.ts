import { DatabaseError, Pool, type PoolClient } from 'pg'

/** A prepared statement: each connection parses it once, under its name. */
export interface Statement {
  name: string
  text: string
}

/** BSON comes as its bytes, anything else as PostgreSQL's text. */
export type Column = Buffer | string | null

/** How PostgreSQL writes the `bson` type as text; the pg package reads no binary form. */
const BSON_TEXT = 'BSONHEX'

function columnOf(text: string): Buffer | string {
  return text.startsWith(BSON_TEXT) ? Buffer.from(text.slice(BSON_TEXT.length), 'hex') : text
}

/** Lost to another write that came between; done again it succeeds, as MongoDB does inside itself. */
const WORTH_ANOTHER_TRY = new Set(['40001', '40P01'])
const TRIES = 5

/** How many statements run at once; PostgreSQL has a process for each. */
export const CONNECTIONS = 24

/** The connections to PostgreSQL, through the socket in the given folder. */
export class Postgres {
  private readonly pool: Pool

  constructor(socketFolder: string) {
    this.pool = new Pool({
      host: socketFolder,
      user: 'postgres',
      database: 'postgres',
      max: CONNECTIONS,
      idleTimeoutMillis: 0,
      types: { getTypeParser: () => columnOf },
    })
    // An idle connection that breaks is replaced at its next use; the command then running gets the error.
    this.pool.on('error', () => undefined)
  }

  /**
   * Runs a statement that gives one row.
   * @param timeLimit milliseconds after which PostgreSQL gives it up (SQLSTATE 57014); 0 is none.
   * @returns the row's columns. @throws DatabaseError
   */
  async row(statement: Statement, values: readonly (Buffer | string)[], timeLimit = 0): Promise<Column[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(statement, values, timeLimit)
      } catch (error) {
        const again = error instanceof DatabaseError && WORTH_ANOTHER_TRY.has(error.code ?? '')
        if (!again || attempt === TRIES) throw error
      }
    }
  }

  /** As `row`, for a statement whose first column is BSON: the command's answer. */
  async answer(statement: Statement, values: readonly (Buffer | string)[], timeLimit = 0): Promise<Buffer> {
    const [answer] = await this.row(statement, values, timeLimit)
    if (!Buffer.isBuffer(answer)) throw new Error(`${statement.name} gave no document`)
    return answer
  }

  /** Closes all connections, when the statements under way have ended. */
  async end(): Promise<void> {
    await this.pool.end()
  }

  private async attempt(
    statement: Statement,
    values: readonly (Buffer | string)[],
    timeLimit: number,
  ): Promise<Column[]> {
    const query = { ...statement, values: [...values], rowMode: 'array' as const }
    if (timeLimit === 0) return (await this.pool.query<Column[]>(query)).rows[0] ?? []
    const client = await this.pool.connect()
    try {
      await setTimeLimit(client, timeLimit)
      return (await client.query<Column[]>(query)).rows[0] ?? []
    } finally {
      await setTimeLimit(client, 0).then(
        () => client.release(),
        () => client.release(true),
      )
    }
  }
}

async function setTimeLimit(client: PoolClient, milliseconds: number): Promise<void> {
  await client.query({
    name: 'time-limit',
    text: "select set_config('statement_timeout', $1, false)",
    values: [String(milliseconds)],
  })
}
