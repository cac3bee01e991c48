import type { PbxEvent } from '../../floor/events.ts'
import { readPresentation } from '../channel-memory.ts'
import { cleanText } from '../fields.ts'
import type { CelRow } from './cel-rows.ts'
import { followingOf, parkingEnds, textOf } from './cel-words.ts'
import type { QueueLogRow } from './queue-log-rows.ts'
import { bridged, moved } from './tell-bridges.ts'
import { answered, applicationBegan, hungUp, noteWhoHangsUp, started } from './tell-legs.ts'
import { leavesQueue } from './tell-queues.ts'
import {
  createTelling,
  longestName,
  longestNumber,
  toldOf,
  type RecordTranslatorSettings,
  type Telling,
} from './telling.ts'

export interface RecordTranslator {
  /**
   * Tells rows as events, in order. The newest rows wait for the next call, because what comes directly after a row may
   * say why it came.
   * @param rows of CEL, in the order of the file
   * @param visits rows of queue_log: given no later than the rows of CEL of the same second
   * @param isLast nothing comes after these: then none is held back
   */
  take(rows: readonly CelRow[], visits: readonly QueueLogRow[], isLast: boolean): PbxEvent[]
}

/** How long after a row the rows may come that explain it, ms. */
const explainedWithinMs = 1_500

/**
 * Makes Asterisk's own record of what happened into the events that would have been heard, so that a call which nobody
 * heard is told by the same rules as any other. CEL tells of channels, bridges and moves, to the microsecond; queue_log of
 * queues. Neither tells of holds, nor of ringing: a dialled phone that does not refuse at once is taken to ring.
 */
export function createRecordTranslator(settings: RecordTranslatorSettings): RecordTranslator {
  const { pbx, prefix, now } = settings
  const telling = createTelling(settings)
  let waiting: CelRow[] = []

  return {
    take: (rows, visitRows, isLast) => {
      telling.out = []
      telling.visits.add(visitRows.map((row) => ({ ...row, queue: `${prefix}${row.queue}` })))
      const all = waiting.length === 0 ? rows : [...waiting, ...rows]
      const newest = all.at(-1)?.at ?? 0
      const ready = isLast ? all.length : all.findIndex((row) => row.at > newest - explainedWithinMs)
      all.slice(0, ready).forEach((row, index) => {
        telling.stamp = { pbx, at: row.at, arrivedAt: now(), recorded: true }
        tell(telling, row, followingOf(all, index))
      })
      waiting = all.slice(ready)
      return telling.out
    },
  }
}

function tell(telling: Telling, row: CelRow, following: readonly CelRow[]): void {
  const { out, stamp, channels, idOfName, departed, forwarded, id, idOrNull, own } = telling
  switch (row.type) {
    case 'CHAN_START':
      started(telling, row, following)
      return
    case 'ANSWER':
      answered(telling, row)
      return
    case 'APP_START':
      applicationBegan(telling, row)
      return
    case 'APP_END':
      noteWhoHangsUp(telling, row, following)
      if (row.application === 'Queue') leavesQueue(telling, row)
      return
    case 'BRIDGE_ENTER':
    case 'BRIDGE_EXIT':
      bridged(telling, row, following)
      return
    case 'HANGUP':
      hungUp(telling, row, following)
      return
    case 'CHAN_END':
      // Asterisk may be told to write no HANGUP.
      if (channels.has(row.uniqueId)) hungUp(telling, row, following)
      return
    case 'BLINDTRANSFER':
    case 'ATTENDEDTRANSFER':
      moved(telling, row, following)
      return
    case 'PARK_START':
      // Which space it is stands in no record.
      out.push({
        ...stamp,
        type: 'parking.parked',
        ...own(toldOf(telling, row)),
        space: row.extra['parking_lot'] ?? '',
        parkedById: null,
      })
      return
    case 'PARK_END': {
      const byId = idOrNull(idOfName.get(row.extra['retriever'] ?? ''))
      const how = parkingEnds.get(row.extra['reason'] ?? '') ?? 'timedOut'
      out.push({ ...stamp, type: 'parking.ended', ...own(toldOf(telling, row)), how, byId })
      return
    }
    case 'PICKUP': {
      const picker = idOrNull(row.extra['pickup_channel_uniqueid'])
      if (picker !== null)
        out.push({ ...stamp, type: 'pickup', channelId: picker, targetId: id(row.uniqueId) })
      return
    }
    case 'FORWARD':
      forwarded.set(row.linkedId, cleanText(row.extra['forward'] ?? '', longestNumber))
      return
    case 'LOCAL_OPTIMIZE': {
      const twoId = idOrNull(row.extra['local_two_uniqueid'])
      if (twoId !== null) out.push({ ...stamp, type: 'local.optimised', oneId: id(row.uniqueId), twoId })
      return
    }
    case 'LINKEDID_END':
      for (const [uniqueId, { linkedId }] of departed)
        if (linkedId === row.linkedId) departed.delete(uniqueId)
      return
    case 'RINGCARD_CALLER':
      callerTold(telling, row)
      return
    case 'RINGCARD_ACCOUNT':
      accountTold(telling, row)
      return
    case 'RINGCARD_PLACE':
      placeTold(telling, row)
      return
    case 'RINGCARD_VOICEMAIL':
      messageTold(telling, row)
      return
  }
}

/**
 * What the dialplan says by `CELGenUserEvent(RINGCARD_CALLER,${CALLERID(pres)})`: whether the caller may be shown. CEL
 * has the number of a withheld one in clear, so without this nothing is shown.
 */
function callerTold(telling: Telling, row: CelRow): void {
  const { out, stamp, own } = telling
  const said = readPresentation(row.extra['extra'])
  if (said === 'unknown') return
  const open = said === 'open'
  const changes = {
    callerNumber: open ? textOf(row.number, longestNumber) : null,
    callerName: open ? textOf(row.name, longestName) : null,
    callerRestricted: !open,
  }
  out.push({ ...stamp, type: 'channel.changed', ...own(toldOf(telling, row)), changes })
}

/** `CELGenUserEvent(RINGCARD_ACCOUNT,…)`: what the caller typed. */
function accountTold(telling: Telling, row: CelRow): void {
  const { out, stamp, own } = telling
  const account = row.extra['extra'] ?? ''
  if (/^[0-9A-Za-z*#+-]{1,32}$/.test(account))
    out.push({ ...stamp, type: 'call.learnt', ...own(toldOf(telling, row)), account, digits: null })
}

/** `CELGenUserEvent(RINGCARD_PLACE,wanted support 10)`: a place in a queue that is to be kept, or whose turn has come. */
function placeTold(telling: Telling, row: CelRow): void {
  const { out, stamp, own, prefix } = telling
  const [, said, queue, prio = '0'] =
    /^(asked|wanted|turn)(?: ([\w-]{1,80}))?(?: (\d{1,6}))?\s*$/.exec(row.extra['extra'] ?? '') ?? []
  if (said !== 'asked' && said !== 'wanted' && said !== 'turn') return
  const where = said === 'turn' || queue === undefined ? null : `${prefix}${queue}`
  out.push({
    ...stamp,
    type: 'place.said',
    ...own(toldOf(telling, row)),
    said,
    queue: where,
    prio: Number(prio),
  })
}

/** `CELGenUserEvent(RINGCARD_VOICEMAIL,190@hearth left)`: whether whoever reached a mailbox left a message there. */
function messageTold(telling: Telling, row: CelRow): void {
  const { out, stamp, own } = telling
  const [, mailbox, what] = /^([\w-]{1,40}@[\w-]{1,40}) (left|nothing)$/.exec(row.extra['extra'] ?? '') ?? []
  if (mailbox === undefined) return
  out.push({
    ...stamp,
    type: 'voicemail.over',
    ...own(toldOf(telling, row)),
    mailbox,
    left: what === 'left',
  })
}
