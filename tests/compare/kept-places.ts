import { keptOf } from './keepers.ts'
import type { QueueLogRow } from './queue-log.ts'

/** What Ringcard tells of a call that bears on its place in a queue, as far as queue_log can be held against it. */
export interface PlaceTold {
  /** The queues of its visits, one for each. */
  visits: readonly string[]
  /** When the customer came to hear the agent, seconds since 1970; null where they did not. */
  talkBeganAt: number | null
  isWithdrawn: boolean
}

/**
 * queue_log as of one visit, where a customer left the queue to be asked whether their place is to be kept: what stands between,
 * and who waited in their stead, is no visit of its own. Only where Ringcard tells of fewer visits than queue_log has.
 * @param told by Asterisk’s id of the call
 * @param use told of each rule that was needed
 */
export function asOneVisit(
  rows: readonly QueueLogRow[],
  told: ReadonlyMap<string, PlaceTold>,
  use: (rule: 'place-kept' | 'place-withdrawn') => void = () => undefined,
): QueueLogRow[] {
  const own = rows.map((row) => ({
    ...row,
    uniqueId: keptOf(row.uniqueId),
    isKeeper: keptOf(row.uniqueId) !== row.uniqueId,
  }))
  const between = betweenIn(own, told)
  for (const row of between) if (row.event === 'EXITWITHKEY') use('place-kept')
  const isLonger = new Set([...between].map(({ uniqueId }) => uniqueId))
  const entered = new Map<string, number>()
  return own
    .filter((row) => !between.has(row))
    .flatMap(({ isKeeper, ...row }) => {
      const of = `${row.uniqueId} ${row.queue}`
      const call = told.get(row.uniqueId)
      if (row.event === 'ENTERQUEUE') entered.set(of, row.time)
      const wait = String(row.time - (entered.get(of) ?? row.time))
      if (!call || !(isKeeper || isLonger.has(row.uniqueId))) return [row]
      switch (row.event) {
        case 'CONNECT':
          return [{ ...row, data: row.data.with(0, wait) }]
        case 'ABANDON':
          if (call.isWithdrawn) use('place-withdrawn')
          return [{ ...row, event: call.isWithdrawn ? 'withdrawn' : row.event, data: row.data.with(2, wait) }]
        case 'EXITWITHKEY':
          return [{ ...row, data: row.data.with(3, wait) }]
        case 'EXITEMPTY':
        case 'EXITWITHTIMEOUT':
          return [{ ...row, data: row.data.with(2, wait) }]
        case 'COMPLETECALLER':
        case 'COMPLETEAGENT': {
          // The agent was connected before the customer came to hear them, if they did. Whole seconds, as Asterisk counts.
          if (!isKeeper) return [row]
          if (call.talkBeganAt === null) return []
          return [{ ...row, data: row.data.with(1, String(row.time - Math.floor(call.talkBeganAt))) }]
        }
        default:
          return [row]
      }
    })
}

/** Each leaving by key, and the joining after it, of which Ringcard makes one wait. */
function betweenIn<Row extends QueueLogRow>(
  rows: readonly Row[],
  told: ReadonlyMap<string, PlaceTold>,
): Set<Row> {
  const between = new Set<Row>()
  for (const [uniqueId, { visits }] of told) {
    for (const queue of new Set(visits)) {
      const mine = rows.filter((row) => row.uniqueId === uniqueId && row.queue === queue)
      let tooMany =
        mine.filter(({ event }) => event === 'ENTERQUEUE').length -
        visits.filter((name) => name === queue).length
      for (const [index, row] of mine.entries()) {
        const back = mine.slice(index + 1).find(({ event }) => event === 'ENTERQUEUE')
        if (tooMany <= 0 || row.event !== 'EXITWITHKEY' || !back) continue
        between.add(row).add(back)
        tooMany -= 1
      }
    }
  }
  return between
}
