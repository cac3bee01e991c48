/** One row of Asterisk's queue_log that is about a caller. */
export interface QueueLogRow {
  /** ms since 1970 UTC, in whole seconds: queue_log has no finer ones, and needs no time zone. */
  at: number
  /** The caller's channel. */
  uniqueId: string
  queue: string
  /** The member by name or interface; `NONE` where the row names none. */
  agent: string
  event: string
  data: readonly string[]
}

/** Longest row that is read, characters. */
const longestRow = 4_096

/**
 * Reads one line of queue_log, without its end.
 * @returns null for a line that is no whole row; rows about members, pauses and the log itself are whole
 */
export function readQueueLogRow(line: string): QueueLogRow | null {
  if (line.length > longestRow) return null
  const [time = '', uniqueId = '', queue = '', agent = '', event = '', ...data] = line.split('|')
  if (!/^\d{9,11}$/.test(time)) return null
  return queueLogRowOf({ at: Number(time) * 1000, uniqueId, queue, agent, event, data })
}

/** @returns null where what is needed is lacking */
export function queueLogRowOf(row: QueueLogRow): QueueLogRow | null {
  return row.uniqueId === '' || !/^[A-Z]+$/.test(row.event) ? null : row
}

/** Rows of these events tell of a caller; the others are about members, pauses and the log. */
const ofCallers = new Set([
  'ENTERQUEUE',
  'CONNECT',
  'RINGNOANSWER',
  'ABANDON',
  'EXITWITHTIMEOUT',
  'EXITWITHKEY',
  'EXITEMPTY',
  'WITHDRAW',
])

/** Whether a row tells how a caller came to a queue, was rung for, or left. */
export function isOfCaller(row: QueueLogRow): boolean {
  return ofCallers.has(row.event)
}
