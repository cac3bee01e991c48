import type { NoticeCode, NoticeValues } from '../../../shared/notices.ts'

/** What keeps a record from being read, or from being whole, as an administrator is told of it. */
export interface RecordFault {
  code: RecordFaultCode
  values: NoticeValues
}

/** All that may be wrong with a source. */
export const recordFaultCodes = [
  'pbx.record_absent',
  'pbx.record_unreadable',
  'pbx.record_columns',
  'pbx.record_table_columns',
  'pbx.record_database_away',
  'pbx.record_database_refused',
] as const satisfies readonly NoticeCode[]
export type RecordFaultCode = (typeof recordFaultCodes)[number]

/** A source failed while it was read. */
export class RecordError extends Error {
  readonly fault: RecordFault

  constructor(fault: RecordFault) {
    super(fault.code)
    this.name = 'RecordError'
    this.fault = fault
  }
}

/** Two times by our clock, ms, both included, and what is needed to read between them. */
export interface Between {
  from: number
  to: number
  /** A time that the PBX wrote, by our clock. */
  ours: (at: number) => number
  signal: AbortSignal
}

/** Some rows of a record, in their order. Their times are by our clock. */
export interface Portion<Row> {
  rows: readonly Row[]
  /** How many came with them that are no whole rows. */
  damaged: number
  /** Rows of the time asked for are where they cannot be read; where in it they belong is not known. */
  lacksSome?: true
  /** There are older rows too: what is asked for was not rotated away, cut off, or never written. */
  reachesBack?: true
}

/** Where rows of a PBX's record are read from: a file or a table. */
export interface RowSource<Row> {
  /** What is wrong with it now, and whether rows can be read all the same. Never throws. */
  look(): Promise<{ faults: readonly RecordFault[]; isReadable: boolean }>
  /**
   * Reads the rows between two times, some at once; whoever stops early must end the iteration, which lets go of the source.
   * @throws RecordError when it cannot be read (on)
   */
  between(times: Between): AsyncGenerator<Portion<Row>>
}

/** Rows by our clock, as the PBX's events are: its own may be off. */
export function inOurTime<Raw, Row extends { at: number }>(
  read: (raw: Raw) => Row | null,
  ours: Between['ours'],
): (raw: Raw) => Row | null {
  return (raw) => {
    const row = read(raw)
    return row && { ...row, at: ours(row.at) }
  }
}
