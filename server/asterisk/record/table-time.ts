import { createWall } from './wall-clock.ts'

/** Clocks are changed by less than this, ms. */
const changeMs = 3 * 3_600_000

/** How the time of a row stands in a table, by the type of its column. */
export interface TableTime {
  /** The column as a text that `createWallClock` reads. */
  text: string
  /** The type of the bounds. */
  boundType: string
  /** The bounds of the rows between two times by the PBX's clock, ms. */
  bounds: (from: number, to: number) => [string, string]
  /** Whether the hour that a wall clock shows twice is in that time, so that only the order of writing tells its rounds. */
  showsTwice: (from: number, to: number) => boolean
}

/**
 * @param column the quoted name
 * @param type PostgreSQL's name of its type
 * @param timeZone of a wall clock's times; empty for the zone of this process
 * @returns null for a type that cannot hold a time
 */
export function tableTime(column: string, type: string, timeZone: string): TableTime | null {
  const never = () => false
  const wallBounds = wallBoundsOf(timeZone)
  switch (type) {
    case 'timestamp':
      return {
        ...{ text: `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.US')`, boundType: 'timestamp' },
        ...wallBounds,
      }
    case 'text':
    case 'varchar':
    case 'bpchar':
      return { text: column, boundType: 'text collate "C"', ...wallBounds }
    case 'timestamptz':
      return {
        text: `extract(epoch from ${column})::numeric(20, 6)`,
        boundType: 'timestamptz',
        bounds: (from, to) => [new Date(from).toISOString(), new Date(to).toISOString()],
        showsTwice: never,
      }
    case 'int4':
    case 'int8':
    case 'float8':
    case 'numeric':
      return {
        text: column,
        boundType: 'bigint',
        bounds: (from, to) => [String(Math.floor(from / 1000)), String(Math.ceil(to / 1000))],
        showsTwice: never,
      }
    default:
      return null
  }
}

/** Bounds within which a wall clock shows all times between two, even in a night in which clocks are changed. */
function wallBoundsOf(timeZone: string): Pick<TableTime, 'bounds' | 'showsTwice'> {
  const wall = createWall(timeZone)
  const ahead = (instant: number): number => {
    const second = Math.floor(instant / 1000) * 1000
    return wall(second) - second
  }
  const text = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, -1)
  return {
    bounds: (from, to) => [
      text(from + Math.min(ahead(from), ahead(from + changeMs))),
      text(to + Math.max(ahead(to), ahead(to - changeMs))),
    ],
    showsTwice: (from, to) => ahead(to + changeMs) < ahead(from - changeMs),
  }
}
