import { isOfCaller, type QueueLogRow } from './queue-log-rows.ts'

/** queue_log has whole seconds, and writes a row a moment before or after what it is about: this far apart they are one, ms. */
const earlyMs = 500
const lateMs = 2_500

/** How callers left queues and whom they were rung for, by queue_log: held until the moment in CEL that each row is about. */
export interface ToldVisits {
  add(rows: readonly QueueLogRow[]): void
  /**
   * Takes the row of a caller that is about this moment.
   * @param at of CEL, ms
   * @param fits further conditions
   */
  take(
    uniqueId: string,
    events: readonly string[],
    at: number,
    fits?: (row: QueueLogRow) => boolean,
  ): QueueLogRow | undefined
  /** The caller whom a member's channel was connected with, by queue_log; undefined for none. */
  connectedTo(memberChannel: string): string | undefined
  /** A channel has gone: nothing is told of it any more. */
  forget(uniqueId: string): void
}

export function createToldVisits(): ToldVisits {
  const rows = new Map<string, QueueLogRow[]>()
  const callerOf = new Map<string, string>()
  return {
    add: (more) => {
      for (const row of more) {
        if (!isOfCaller(row)) continue
        const own = rows.get(row.uniqueId)
        if (own) own.push(row)
        else rows.set(row.uniqueId, [row])
        const member = row.event === 'CONNECT' ? row.data[1] : undefined
        if (member !== undefined) callerOf.set(member, row.uniqueId)
      }
    },
    take: (uniqueId, events, at, fits = () => true) => {
      const own = rows.get(uniqueId) ?? []
      const index = own.findIndex(
        (row) => events.includes(row.event) && row.at - earlyMs <= at && at <= row.at + lateMs && fits(row),
      )
      return index < 0 ? undefined : own.splice(index, 1)[0]
    },
    connectedTo: (memberChannel) => callerOf.get(memberChannel),
    forget: (uniqueId) => {
      for (const row of rows.get(uniqueId) ?? []) callerOf.delete(row.data[1] ?? '')
      rows.delete(uniqueId)
      callerOf.delete(uniqueId)
    },
  }
}
