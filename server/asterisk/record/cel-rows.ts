import { ofKeptCall } from '../../../shared/keepers.ts'
import { createWallClock } from './wall-clock.ts'

/** One row of Asterisk's channel event log, as far as it is used here. Texts may be empty. */
export interface CelRow {
  /** Asterisk's name of the event: `CHAN_START`, `BRIDGE_ENTER`; for an event of the dialplan's own, its name. */
  type: string
  /** ms since 1970 UTC, on the PBX's clock. */
  at: number
  uniqueId: string
  linkedId: string
  /** Full name of the channel. */
  channel: string
  number: string
  name: string
  exten: string
  context: string
  application: string
  data: string
  /** What only this kind of event has; names are Asterisk's. */
  extra: Readonly<Record<string, string>>
}

/** Columns without which nothing can be told. */
const neededColumns = ['eventtype', 'eventtime', 'uniqueid', 'linkedid', 'channame'] as const
/** Columns without which less is told. */
const usefulColumns = ['num', 'name', 'exten', 'context', 'appname', 'appdata', 'eventextra'] as const

/** A column by its name in cel_custom.conf. */
export type CelColumn = (typeof neededColumns)[number] | (typeof usefulColumns)[number]

/** The columns that the documentation and the lab write: they have all that is read here. */
export const usualCelColumns: readonly string[] =
  'eventtype,eventtime,uniqueid,linkedid,channame,num,name,exten,context,appname,appdata,peer,eventextra'.split(
    ',',
  )

/**
 * What is lacking in the columns of a file.
 * @param columns in the order in which they stand in a row, as cel_custom.conf names them
 */
export function columnsLacking(columns: readonly string[]): string[] {
  return [...neededColumns, ...usefulColumns].filter((column) => !columns.includes(column))
}

/** Longest row that is read, characters: a caller's name and an application's data have their bounds in Asterisk. */
const longestRow = 16_384

/**
 * Makes a reader of rows.
 * @param columns the columns of a row, in order
 * @param timeZone of times that are written as on a wall clock (`cel.conf` with a `dateformat`); not needed for seconds
 * @returns reads one line without its end; null for a line that is no whole row: torn, of other columns, or no CSV
 */
export function createCelReader(
  columns: readonly string[],
  timeZone: string,
): (line: string) => CelRow | null {
  const toInstant = createWallClock(timeZone)
  const places = new Map(columns.map((column, place) => [column, place]))
  return (line) => {
    if (line.length > longestRow) return null
    const cells = readCells(line)
    if (cells?.length !== columns.length) return null
    return celRowOf((column) => cells[places.get(column) ?? -1] ?? '', toInstant)
  }
}

/**
 * A row of its cells.
 * @param cell by the column's name in cel_custom.conf; empty where there is none
 * @param toInstant reads the time
 * @returns null where what is needed is lacking, or torn
 */
export function celRowOf(
  cell: (column: CelColumn) => string,
  toInstant: (text: string) => number | null,
): CelRow | null {
  const at = toInstant(cell('eventtime'))
  const extra = readExtra(cell('eventextra'))
  if (at === null || extra === null) return null
  const [type, uniqueId, linkedId] = [cell('eventtype'), cell('uniqueid'), cell('linkedid')]
  if (type === '' || uniqueId === '' || linkedId === '') return null
  return {
    ...{ type, at, uniqueId, extra },
    linkedId: ofKeptCall(linkedId),
    channel: cell('channame'),
    number: cell('num'),
    name: cell('name'),
    exten: cell('exten'),
    context: cell('context'),
    application: cell('appname'),
    data: cell('appdata'),
  }
}

/** The cells of one CSV line (RFC 4180, one line); null where a quote is not closed or stands where none may. */
function readCells(line: string): string[] | null {
  const cells: string[] = []
  let from = 0
  for (;;) {
    if (line.charCodeAt(from) === quote) {
      let end = line.indexOf('"', from + 1)
      while (end >= 0 && line.charCodeAt(end + 1) === quote) end = line.indexOf('"', end + 2)
      if (end < 0) return null
      cells.push(line.slice(from + 1, end).replaceAll('""', '"'))
      from = end + 1
      if (from < line.length && line[from] !== ',') return null
    } else {
      const end = line.indexOf(',', from)
      const cell = end < 0 ? line.slice(from) : line.slice(from, end)
      if (cell.includes('"')) return null
      cells.push(cell)
      from = end < 0 ? line.length : end
    }
    if (from >= line.length) return cells
    from += 1
  }
}

const quote = '"'.charCodeAt(0)

/** Null for what begins as JSON and is none: a row that was torn within it. */
function readExtra(text: string): Record<string, string> | null {
  if (!text.startsWith('{')) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return null
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, each]: [string, unknown]) =>
        typeof each === 'string' || typeof each === 'number' ? [[key, String(each)]] : [],
      ),
    )
  } catch {
    return null
  }
}
