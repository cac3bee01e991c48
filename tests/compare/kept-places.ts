import { keptOf } from './keepers.ts'
import type { CdrRow } from './cdr.ts'
import type { QueueLogRow } from './queue-log.ts'

/** What Ringcard tells of a call that bears on its place in a queue, as far as records of Asterisk can be held against it. */
export interface PlaceTold {
  /** Asterisk’s linked id. */
  callId: string
  /** How many visits of each queue. */
  visits: readonly string[]
  hasContact: boolean
  isWithdrawn: boolean
}

/**
 * queue_log as of one visit, where a customer left the queue to be asked whether their place is to be kept: what stands between,
 * and who waited in their stead, is no visit of its own (`place-kept`). Only where Ringcard has so many visits less, one by one.
 * @param use told of each rule that was needed
 */
export function asOneVisit(
  rows: readonly QueueLogRow[],
  told: ReadonlyMap<string, PlaceTold>,
  use: (rule: 'place-kept' | 'place-withdrawn') => void = () => undefined,
): QueueLogRow[] {
  const left = new Set<QueueLogRow>()
  const entered = new Map<string, number>()
  const known = rows.map((row) => ({ ...row, uniqueId: keptOf(row.uniqueId) }))
  const isKeeper = (index: number): boolean => rows[index]?.uniqueId !== known[index]?.uniqueId
  for (const [index, row] of known.entries()) {
    const of = `${row.uniqueId} ${row.queue}`
    const call = told.get(row.uniqueId)
    if (!call) continue
    if (row.event === 'ENTERQUEUE' && !entered.has(of)) entered.set(of, row.time)
    if (row.event === 'EXITWITHKEY' && tooMany(known, left, row, call)) {
      const back = known.find(
        (other, later) =>
          later > index && other.event === 'ENTERQUEUE' && `${other.uniqueId} ${other.queue}` === of,
      )
      if (!back) continue
      left.add(row).add(back)
      use('place-kept')
    }
    const since = entered.get(of) ?? row.time
    const data = [...row.data]
    // Asterisk counts the wait anew.
    if (row.event === 'CONNECT') data[0] = String(row.time - since)
    if (row.event === 'ABANDON' || row.event === 'EXITWITHTIMEOUT') data[2] = String(row.time - since)
    if (row.event === 'EXITWITHKEY') data[3] = String(row.time - since)
    if (left.size > 0) known[index] = replaceIn(left, row, { ...row, data })
    if (isKeeper(index) && row.event === 'ABANDON' && call.isWithdrawn) {
      known[index] = { ...row, data, event: 'WITHDRAWN' }
      use('place-withdrawn')
    }
    // The agent was connected, and the customer did not come to hear them.
    if (isKeeper(index) && row.event.startsWith('COMPLETE') && !call.hasContact) left.add(known[index])
  }
  return known.filter((row) => !left.has(row))
}

function replaceIn(left: Set<QueueLogRow>, row: QueueLogRow, next: QueueLogRow): QueueLogRow {
  return left.has(row) ? row : next
}

/** Whether queue_log has more visits of a queue than Ringcard tells of. */
function tooMany(
  rows: readonly QueueLogRow[],
  left: ReadonlySet<QueueLogRow>,
  { uniqueId, queue }: QueueLogRow,
  { visits }: PlaceTold,
): boolean {
  const written = rows.filter(
    (row) => row.event === 'ENTERQUEUE' && row.uniqueId === uniqueId && row.queue === queue && !left.has(row),
  )
  return written.length > visits.filter((name) => name === queue).length
}

/** CDR with the rows of who waited in a customer’s stead under the customer’s call. */
export function cdrOfKept(rows: readonly CdrRow[]): CdrRow[] {
  return rows.map((row) => ({ ...row, linkedId: keptOf(row.linkedId) }))
}
