import { access, constants, open } from 'node:fs/promises'
import { columnsLacking, createCelReader, usualCelColumns, type CelRow } from './cel-rows.ts'
import { filesSince, linesSince } from './lines.ts'
import { readQueueLogRow, type QueueLogRow } from './queue-log-rows.ts'
import {
  inOurTime,
  RecordError,
  type Between,
  type Portion,
  type RecordFault,
  type RowSource,
} from './source.ts'

/** How much of the end of a file is looked at, bytes. */
const tailBytes = 16_384

type ReadLine<Row> = (line: string) => Row | null

/**
 * CEL as a file that cel_custom writes.
 * @param settings.columns of its rows, in order
 * @param settings.timeZone of its times, where they are a wall clock's; empty for the zone of this process
 */
export function celFile(settings: {
  path: string
  columns: readonly string[]
  timeZone: string
}): RowSource<CelRow> {
  const { path, columns, timeZone } = settings
  return {
    look: async () => {
      const fault = await faultOf(path)
      const isReadable = fault === null && (await endsInRows(path, createCelReader(columns, timeZone)))
      const hasColumns = columnsLacking(columns).length === 0 && (fault !== null || isReadable)
      const faults = fault ? [fault] : []
      const values = { file: path, fields: usualCelColumns.join(',') }
      if (!hasColumns) faults.push({ code: 'pbx.record_columns', values })
      return { faults, isReadable }
    },
    // A reader a file: of a wall clock it remembers how far it has come.
    between: (times) => rowsOf(path, times, () => createCelReader(columns, timeZone)),
  }
}

/** queue_log as a file. */
export function queueLogFile(path: string): RowSource<QueueLogRow> {
  return {
    look: async () => {
      const fault = await faultOf(path)
      return { faults: fault ? [fault] : [], isReadable: fault === null }
    },
    between: (times) => rowsOf(path, times, () => readQueueLogRow),
  }
}

async function* rowsOf<Row extends { at: number }>(
  path: string,
  { from, to, ours }: Between,
  createReader: () => ReadLine<Row>,
): AsyncGenerator<Portion<Row>> {
  try {
    const createTimeOf = () => {
      const probe = inOurTime(createReader(), ours)
      return (line: string) => probe(line)?.at ?? null
    }
    const files = await filesSince(path, from, createTimeOf, ours)
    if (files.lacksPacked) yield { rows: [], damaged: 0, lacksSome: true }
    for (const each of files.paths) {
      const read = inOurTime(createReader(), ours)
      for await (const lines of linesSince(each, from, createTimeOf())) {
        const rows: Row[] = []
        let damaged = 0
        let reachesBack = false
        for (const line of lines) {
          const row = read(line)
          if (row === null && line !== '') damaged += 1
          if (row === null) continue
          if (row.at < from) reachesBack = true
          else if (row.at <= to) rows.push(row)
        }
        yield { rows, damaged, ...(reachesBack ? { reachesBack } : {}) }
      }
    }
  } catch (error) {
    throw new RecordError(unreadable(path, error))
  }
}

/** What keeps a file from being read; null when nothing does. */
async function faultOf(path: string): Promise<RecordFault | null> {
  try {
    await access(path, constants.R_OK)
    return null
  } catch (error) {
    const fault = unreadable(path, error)
    return fault.values['reason'] === 'ENOENT' ? { ...fault, code: 'pbx.record_absent' } : fault
  }
}

function unreadable(path: string, error: unknown): RecordFault {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return { code: 'pbx.record_unreadable', values: { file: path, reason } }
}

/** Whether any of the last lines of a file is a row; a file without a whole line has no fault yet. */
async function endsInRows(path: string, read: ReadLine<CelRow>): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - tailBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from)
    const lines = buffer
      .toString('utf8', 0, bytesRead)
      .split('\n')
      .slice(from > 0 ? 1 : 0, -1)
    return lines.length === 0 || lines.some((line) => read(line) !== null)
  } finally {
    await file.close()
  }
}
