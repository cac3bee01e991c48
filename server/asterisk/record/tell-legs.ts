import type { DialOutcome, PbxEvent } from '../../floor/events.ts'
import { readName } from '../translation.ts'
import type { CelRow } from './cel-rows.ts'
import {
  answeredElsewhere,
  applications,
  causeOf,
  dials,
  outcomeOfCause,
  outcomeOfStatus,
  refusals,
  refusesByHand,
  refusesWithinMs,
  textOf,
} from './cel-words.ts'
import { entersQueue, leavesQueue, memberDidNotAnswer, offeredBy } from './tell-queues.ts'
import {
  asksToHangUp,
  forget,
  longestName,
  longestNumber,
  toldOf,
  togetherMs,
  type Told,
  type Telling,
} from './telling.ts'

/** A channel came to be, dialled by another or not. */
export function started(telling: Telling, row: CelRow, following: readonly CelRow[]): void {
  const { out, stamp, idOfName, prefix, isDesk, id, idOrNull, own } = telling
  const told = toldOf(telling, row)
  const name = readName(row.channel, prefix)
  const open = isDesk(name.device)
  out.push({
    ...stamp,
    type: 'channel.appeared',
    channel: {
      ...own(row),
      ...name,
      state: told.dialled ? 'down' : 'dialling',
      // CEL has a withheld number in clear, and does not say so: see `callerTold`.
      callerNumber: open ? textOf(row.number, longestNumber) : null,
      callerName: open ? textOf(row.name, longestName) : null,
      callerRestricted: false,
      exten: textOf(row.exten, longestName),
      context: textOf(row.context, longestName),
      application: null,
    },
  })
  if (name.localHalf !== null) {
    const other = idOfName.get(`${row.channel.slice(0, -1)}${name.localHalf === 1 ? 2 : 1}`)
    if (other !== undefined)
      out.push({
        ...stamp,
        type: 'local.bridged',
        oneId: id(other),
        twoId: id(row.uniqueId),
        linkedId: id(row.linkedId),
      })
  }
  if (!told.dialled) return
  const dial = { callerId: idOrNull(told.callerId ?? row.linkedId), calledId: id(row.uniqueId) }
  out.push({ ...stamp, type: 'dial.began', ...dial, called: null, dialString: name.device })
  if (name.localHalf !== null) {
    offeredBy(telling, told, name.device)
    return
  }
  const refuses = following.some(
    (other) =>
      other.uniqueId === row.uniqueId && other.type === 'HANGUP' && other.at - row.at < refusesWithinMs,
  )
  if (!refuses) out.push({ ...stamp, type: 'channel.changed', ...own(row), changes: { state: 'ringing' } })
}

/**
 * A phone that was called before anybody it was to talk with, as from the console: its rows name the application AppDial2, and
 * as its number whom it was to call, until it is picked up.
 */
function calledFirst(telling: Telling, row: CelRow): void {
  const { out, stamp, prefix, isDesk, id, own } = telling
  const isOrigin = row.uniqueId === row.linkedId && isDesk(readName(row.channel, prefix).device)
  const told = toldOf(telling, row)
  if (!isOrigin || row.application !== 'AppDial2' || told.answered) return
  const callerNumber = textOf(row.number, longestNumber)
  const dial = { callerId: null, calledId: id(row.uniqueId), called: null, dialString: null }
  out.push({ ...stamp, type: 'channel.changed', ...own(told), changes: { callerNumber } })
  out.push({ ...stamp, type: 'dial.began', ...dial })
}

/** A channel was answered. */
export function answered(telling: Telling, row: CelRow): void {
  const { out, stamp, id, idOrNull, own } = telling
  calledFirst(telling, row)
  const told = toldOf(telling, row)
  out.push({ ...stamp, type: 'channel.changed', ...own(told), changes: { state: 'up' } })
  if (told.dialled && !told.answered) {
    const ended = { outcome: 'answered' as const, forwardedTo: null }
    out.push({
      ...stamp,
      type: 'dial.ended',
      callerId: idOrNull(told.callerId ?? undefined),
      calledId: id(row.uniqueId),
      ...ended,
    })
  }
  told.answered = true
}

/** A channel came into an application of the dialplan. */
export function applicationBegan(telling: Telling, row: CelRow): void {
  const { out, stamp, dialling, own } = telling
  const told = toldOf(telling, row)
  if (dials.has(row.application)) dialling.set(row.linkedId, row.uniqueId)
  if (applications.has(row.application)) {
    const said = { application: row.application, exten: textOf(row.exten, longestName) }
    out.push({ ...stamp, type: 'channel.application', ...own(told), ...said })
  }
  if (row.application === 'Queue') entersQueue(telling, row)
}

/** Rows of a hang-up come for one leg after the other; who began it stands in one of them, perhaps the last. */
export function noteWhoHangsUp(telling: Telling, row: CelRow, following: readonly CelRow[]): void {
  const { channels, idOfName } = telling
  for (const other of [row, ...following]) {
    if (other.at - row.at > togetherMs) return
    if (other.type !== 'HANGUP' || other.linkedId !== row.linkedId) continue
    const source = other.extra['hangupsource'] ?? ''
    const asker = source === other.channel ? toldOf(telling, other) : channels.get(idOfName.get(source) ?? '')
    if (!asker || asker.askedToHangUp) continue
    asksToHangUp(telling, asker, asker.uniqueId === other.uniqueId ? causeOf(other) : null)
  }
}

/** A channel hung up: how its ringing and waiting ended, and that it has gone. */
export function hungUp(telling: Telling, row: CelRow, following: readonly CelRow[]): void {
  const { out, stamp, departed, forwarded, id, idOrNull, own } = telling
  calledFirst(telling, row)
  noteWhoHangsUp(telling, row, following)
  const told = toldOf(telling, row)
  if (told.queue !== null) leavesQueue(telling, row)
  const cause = causeOf(row)
  const notAnswered = told.answered ? undefined : memberDidNotAnswer(telling, told)
  const gone: PbxEvent = { ...stamp, type: 'channel.gone', ...own(told), cause, causeText: null }
  if (notAnswered && refusals.has(cause ?? 0)) out.push(gone, notAnswered)
  else if (notAnswered) out.push(notAnswered, gone)
  else {
    const outcome = told.dialled && !told.answered ? dialOutcome(telling, told, row, following) : null
    if (outcome !== null) {
      const dial = { callerId: idOrNull(told.callerId ?? undefined), calledId: id(row.uniqueId) }
      const forwardedTo = forwarded.get(row.linkedId) ?? null
      out.push({ ...stamp, type: 'dial.ended', ...dial, outcome, forwardedTo })
    }
    out.push(gone)
  }
  const { linkedId, askedToHangUp } = told
  departed.set(told.uniqueId, { linkedId, askedToHangUp, dialStatus: row.extra['dialstatus'] ?? '' })
  forget(telling, told)
}

/** How a dial that was not answered ended; null where the channel's own cause says it, or nothing does. */
function dialOutcome(
  telling: Telling,
  told: Told,
  row: CelRow,
  following: readonly CelRow[],
): DialOutcome | null {
  const { channels, departed, forwarded } = telling
  if (forwarded.has(row.linkedId)) return 'other'
  const cause = causeOf(row) ?? 0
  if (cause === answeredElsewhere) return null
  const callerId = told.callerId ?? told.linkedId
  const caller = channels.get(callerId)
  const before = departed.get(callerId)
  const asked = caller?.askedToHangUp ?? before?.askedToHangUp ?? false
  if (asked && !refusesByHand.has(cause)) return 'cancelled'
  const byCause = outcomeOfCause.get(cause)
  if (byCause !== undefined) return byCause
  if (caller?.queue != null) return null
  const end = following.find(
    (other) => other.type === 'HANGUP' && other.uniqueId === callerId && other.at - row.at <= togetherMs,
  )
  return outcomeOfStatus.get(end?.extra['dialstatus'] ?? before?.dialStatus ?? '') ?? 'notAnswered'
}
