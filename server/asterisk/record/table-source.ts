import { escapeIdentifier } from 'pg'
import { celRowOf, type CelColumn, type CelRow } from './cel-rows.ts'
import { queueLogRowOf, type QueueLogRow } from './queue-log-rows.ts'
import {
  databaseTiming,
  faultOfDatabase,
  openRecordDatabase,
  type DatabaseTiming,
  type RecordDatabase,
  type TextRow,
} from './record-database.ts'
import {
  inOurTime,
  RecordError,
  type Between,
  type Portion,
  type RecordFault,
  type RowSource,
} from './source.ts'
import { tableTime, type TableTime } from './table-time.ts'
import { createWallClock } from './wall-clock.ts'

/** How many rows are fetched at once. */
const pageRows = 1_000
/** Longest text of a row that is read, characters. */
const longestCell = 4_096

export interface TableSettings {
  /** `postgres://…` of a user who may read the table. */
  uri: string
  /** `table` or `schema.table`, as the database has it. */
  table: string
  /** Of times without a zone; empty for that of this process. */
  timeZone: string
  timing?: DatabaseTiming
}

/** What a table must have, and how its rows are read. */
interface Form<Row> {
  timeColumn: string
  /** Columns of text without which nothing can be told. */
  needed: (columns: ReadonlyMap<string, string>) => readonly string[]
  /** Columns without which less is told. */
  useful: readonly string[]
  /** Columns that are read where they are there. */
  others: readonly string[]
  rowOf: (cells: TextRow, toInstant: (text: string) => number | null) => Row | null
}

/** CEL as a table that cel_pgsql or cel_odbc writes. */
export function celTable(settings: TableSettings): RowSource<CelRow> {
  return tableSource(settings, celForm)
}

/** queue_log as a table that Asterisk writes by realtime. */
export function queueLogTable(settings: TableSettings): RowSource<QueueLogRow> {
  return tableSource(settings, queueLogForm)
}

/** Columns that have another name in a table than in a file. */
const inTable: Partial<Record<CelColumn, string>> = { num: 'cid_num', name: 'cid_name', eventextra: 'extra' }
const celForm: Form<CelRow> = {
  timeColumn: 'eventtime',
  needed: () => ['eventtype', 'uniqueid', 'linkedid', 'channame'],
  useful: ['cid_num', 'cid_name', 'exten', 'context', 'appname', 'appdata', 'extra'],
  others: ['userdeftype'],
  rowOf: (cells, toInstant) =>
    celRowOf((column) => {
      // With show_user_defined an event of the dialplan's own stands by its name in a column of its own.
      const isOwn = column === 'eventtype' && cells['eventtype'] === 'USER_DEFINED'
      return (isOwn ? cells['userdeftype'] : cells[inTable[column] ?? column]) ?? ''
    }, toInstant),
}

const dataColumns = ['data1', 'data2', 'data3', 'data4', 'data5'] as const
const queueLogForm: Form<QueueLogRow> = {
  timeColumn: 'time',
  // What an event has beside it stands in one column, or in one each; three are read.
  needed: (columns) => [
    ...['callid', 'queuename', 'agent', 'event'],
    ...(columns.has('data') ? [] : dataColumns.slice(0, 3)),
  ],
  useful: [],
  others: ['data', ...dataColumns],
  rowOf: (cells, toInstant) => {
    const instant = toInstant(cells['time'] ?? '')
    if (instant === null) return null
    const apart = dataColumns.map((column) => cells[column] ?? '')
    return queueLogRowOf({
      // Whole seconds, as the file has them.
      at: Math.floor(instant / 1000) * 1000,
      uniqueId: cells['callid'] ?? '',
      queue: cells['queuename'] ?? '',
      agent: cells['agent'] ?? '',
      event: cells['event'] ?? '',
      data: apart.some((each) => each !== '') ? apart : (cells['data'] ?? '').split('|'),
    })
  },
}

/** A table as it was found. */
interface Found {
  faults: RecordFault[]
  /** Null where its rows cannot be read. */
  read: { time: TableTime; columns: readonly string[]; hasId: boolean } | null
}

function tableSource<Row extends { at: number }>(
  { uri, table, timeZone, timing = databaseTiming }: TableSettings,
  form: Form<Row>,
): RowSource<Row> {
  const name = table.split('.').map(escapeIdentifier).join('.')

  const find = async (database: RecordDatabase): Promise<Found> => {
    const columns = await columnsOf(database, name)
    const time = tableTime(
      `t.${escapeIdentifier(form.timeColumn)}`,
      columns.get(form.timeColumn) ?? '',
      timeZone,
    )
    const needed = form.needed(columns).filter((column) => !isText(columns.get(column)))
    const lacking = [...(time ? [] : [form.timeColumn]), ...needed]
    const less = form.useful.filter((column) => !columns.has(column))
    const values = { file: table, columns: [...lacking, ...less].join(', ') }
    const faults: RecordFault[] =
      lacking.length + less.length > 0 ? [{ code: 'pbx.record_table_columns', values }] : []
    if (!time || lacking.length > 0) return { faults, read: null }
    const wanted = [...form.needed(columns), ...form.useful, ...form.others]
    const read = [...new Set(wanted)].filter((column) => columns.has(column))
    return { faults, read: { time, columns: read, hasId: /^int[248]$/.test(columns.get('id') ?? '') } }
  }
  const select = ({ time, columns }: NonNullable<Found['read']>): string => {
    const cells = columns.map((column) => {
      const quoted = escapeIdentifier(column)
      return `left(t.${quoted}::text, ${longestCell}) as ${quoted}`
    })
    return `select ${time.text}::text as ${escapeIdentifier(form.timeColumn)}, ${cells.join(', ')} from ${name} t`
  }

  return {
    look: async () => {
      let database
      try {
        database = await openRecordDatabase(uri, timing)
        const { faults, read } = await find(database)
        // Whether it may be read is said only by reading.
        if (read) await database.query(`${select(read)} limit 0`)
        return { faults, isReadable: read !== null }
      } catch (error) {
        return { faults: [faultOfDatabase(error, table)], isReadable: false }
      } finally {
        database?.close()
      }
    },
    between: async function* ({ from, to, ours, signal }: Between): AsyncGenerator<Portion<Row>> {
      // The rows that are asked for stand there by the PBX's clock.
      const difference = from - ours(from)
      const [first, last] = [from + difference, to + difference]
      let database
      try {
        database = await openRecordDatabase(uri, timing, signal)
        const { faults, read } = await find(database)
        if (!read) throw new RecordError(faults[0] ?? faultOfDatabase(null, table))
        const { time, hasId } = read
        const column = `t.${escapeIdentifier(form.timeColumn)}`
        const order = hasId && time.showsTwice(first, last) ? 't.id' : `${column}${hasId ? ', t.id' : ''}`
        const where = `${column} >= $1::${time.boundType} and ${column} <= $2::${time.boundType}`
        await database.query(
          `declare unheard no scroll cursor for ${select(read)} where ${where} order by ${order}`,
          time.bounds(first, last),
        )
        const older = await database.query(
          `select '' as older from ${name} t where ${column} < $1::${time.boundType} limit 1`,
          time.bounds(first, last).slice(0, 1),
        )
        if (older.length > 0) yield { rows: [], damaged: 0, reachesBack: true }
        const toInstant = createWallClock(timeZone)
        const readRow = inOurTime((cells: TextRow) => form.rowOf(cells, toInstant), ours)
        for (;;) {
          const page = await database.query(`fetch ${pageRows} from unheard`)
          const rows = page.map(readRow).filter((row) => row !== null)
          const inTime = rows.filter(({ at }) => at >= from && at <= to)
          yield { rows: inTime, damaged: page.length - rows.length }
          if (page.length < pageRows) return
        }
      } catch (error) {
        throw error instanceof RecordError ? error : new RecordError(faultOfDatabase(error, table))
      } finally {
        database?.close()
      }
    },
  }
}

/** The columns of a table, and PostgreSQL's names of their types. @throws DatabaseError when it is not there, too */
async function columnsOf(database: RecordDatabase, name: string): Promise<Map<string, string>> {
  const rows = await database.query(
    `select a.attname::text as name, t.typname::text as type
       from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
      where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
    [name],
  )
  return new Map(rows.map((row) => [row['name'] ?? '', row['type'] ?? '']))
}

function isText(type: string | undefined): boolean {
  return type === 'text' || type === 'varchar' || type === 'bpchar'
}
