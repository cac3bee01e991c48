import type { PbxEvent } from '../../floor/events.ts'
import { readName } from '../translation.ts'
import type { CelRow } from './cel-rows.ts'
import { exits, givesUp, results } from './cel-words.ts'
import type { QueueLogRow } from './queue-log-rows.ts'
import { asksToHangUp, toldOf, type Told, type Telling } from './telling.ts'

/** A channel waits in a queue from now on. Without a row of queue_log that says so the caller was refused at the door. */
export function entersQueue(telling: Telling, row: CelRow): void {
  const { out, stamp, visits, own } = telling
  const told = toldOf(telling, row)
  const entered = visits.take(row.uniqueId, ['ENTERQUEUE'], row.at)
  if (!entered) return
  told.queue = entered.queue
  const position = Number(entered.data[2]) || 1
  out.push({ ...stamp, type: 'queue.entered', queue: entered.queue, ...own(told), position })
}

/** A member who is rung through a Local channel is offered the caller, whether or not a phone rings behind it. */
export function offeredBy(telling: Telling, told: Told, device: string): void {
  const { out, stamp, channels, id, own } = telling
  const caller = channels.get(told.callerId ?? '')
  if (caller?.queue == null) return
  const said = { calledId: id(told.uniqueId), called: null, interface: device, memberName: device }
  out.push({ ...stamp, type: 'queue.offered', queue: caller.queue, ...own(caller), ...said })
}

/** The moment at which queue_log has the caller connected: when either of the two comes into their bridge. */
export function connects(telling: Telling, row: CelRow): void {
  const { visits } = telling
  const callerId = visits.connectedTo(row.uniqueId) ?? row.uniqueId
  const connect = visits.take(callerId, ['CONNECT'], row.at)
  if (connect) connected(telling, connect, row.linkedId)
}

function connected(telling: Telling, { queue, uniqueId, agent, data }: QueueLogRow, linkedId: string): void {
  const { out, stamp, channels, prefix, id } = telling
  const caller = channels.get(uniqueId)
  if (caller) caller.queue = null
  const visit = { queue, channelId: id(uniqueId), linkedId: id(caller?.linkedId ?? linkedId) }
  const seconds = (at: number): number => (Number(data[at]) || 0) * 1000
  const called = channels.get(data[1] ?? '')
  // A member may have a name that is not the interface.
  const member = agent.includes('/') || !called ? agent : readName(called.channel, '').device
  const said = {
    calledId: id(data[1] ?? ''),
    interface: `${prefix}${member}`,
    waitMs: seconds(0),
    ringMs: seconds(2),
  }
  out.push(
    { ...stamp, type: 'queue.left', ...visit },
    { ...stamp, type: 'queue.connected', ...visit, ...said },
  )
}

/** The queue application is over for a caller: why, stands in queue_log. */
export function leavesQueue(telling: Telling, row: CelRow): void {
  const { out, stamp, visits, own } = telling
  const told = toldOf(telling, row)
  const exit = visits.take(row.uniqueId, exits, row.at)
  if (exit?.event === 'CONNECT') {
    connected(telling, exit, row.linkedId)
    return
  }
  const queue = exit?.queue ?? told.queue
  told.queue = null
  if (queue === null) return
  const visit = { queue, ...own(told) }
  if (exit?.event === 'ABANDON' && !told.askedToHangUp) asksToHangUp(telling, told, null)
  if (exit && givesUp.has(exit.event)) out.push({ ...stamp, type: 'queue.gaveUp', ...visit })
  out.push({ ...stamp, type: 'queue.left', ...visit, ...(exit ? {} : { unseen: true as const }) })
  const result = exit && results.get(exit.event)
  if (result) out.push({ ...stamp, type: 'queue.result', channelId: visit.channelId, result })
}

/** queue_log's RINGNOANSWER about this channel. */
export function memberDidNotAnswer(telling: Telling, told: Told): PbxEvent | undefined {
  const { stamp, visits, prefix, id } = telling
  const { device } = readName(told.channel, '')
  const caller = told.callerId ?? told.linkedId
  const row = visits.take(
    caller,
    ['RINGNOANSWER'],
    stamp.at,
    // A member may have a name that is not the interface.
    ({ agent }) => !agent.includes('/') || agent.replace(/\/n$/, '') === device,
  )
  if (!row) return undefined
  const visit = { queue: row.queue, channelId: id(caller), linkedId: id(told.linkedId) }
  const member = row.agent.includes('/') ? row.agent : device
  const said = { interface: `${prefix}${member}`, ringMs: Number(row.data[0]) || 0 }
  return { ...stamp, type: 'queue.notAnswered', ...visit, ...said }
}
