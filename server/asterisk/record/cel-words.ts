import type { DialOutcome } from '../../floor/events.ts'
import { cleanText } from '../fields.ts'
import type { CelRow } from './cel-rows.ts'

/** A phone that refuses does so sooner than this; one that lasts longer has rung, ms. */
export const refusesWithinMs = 300

/** The rows after one, as far as they may explain it. */
export function followingOf(rows: readonly CelRow[], index: number): CelRow[] {
  const at = rows[index]?.at ?? 0
  const following: CelRow[] = []
  for (let next = index + 1; next < rows.length; next += 1) {
    const row = rows[next]
    if (!row || row.at - at > refusesWithinMs) break
    following.push(row)
  }
  return following
}

/** Ids as `name-1764000000.12`, the oldest first. */
export function byAge(one: string, other: string): number {
  const [at = 0, serial = 0] = /(\d+)\.(\d+)$/.exec(one)?.slice(1).map(Number) ?? []
  const [otherAt = 0, otherSerial = 0] = /(\d+)\.(\d+)$/.exec(other)?.slice(1).map(Number) ?? []
  return at - otherAt || serial - otherSerial
}

/** A channel that belongs to an older one and is no second half of a Local channel was dialled by somebody. */
export function isDialled({ uniqueId, linkedId, channel }: CelRow): boolean {
  return uniqueId !== linkedId && !channel.endsWith(';2')
}

/** What stands in a cell, without control characters and cut; null for nothing. */
export function textOf(text: string, longest: number): string | null {
  const clean = cleanText(text, longest)
  return clean === '' || clean === '<unknown>' ? null : clean
}

/** Q.850 cause of a hang-up; null where the row has none. */
export function causeOf(row: CelRow): number | null {
  const cause = Number(row.extra['hangupcause'] ?? NaN)
  return Number.isInteger(cause) ? cause : null
}

/** Applications that are told of. */
export const applications = new Set(
  'Queue VoiceMail VoiceMailMain ConfBridge Park ParkAndAnnounce ParkedCall Pickup PickupChan'.split(' '),
)
/** Applications that ring others. */
export const dials = new Set(['Dial', 'Queue', 'FollowMe', 'RetryDial', 'Page'])
/** queue_log: a caller's stay in a queue is over. */
export const exits = ['CONNECT', 'ABANDON', 'EXITWITHTIMEOUT', 'EXITWITHKEY', 'EXITEMPTY', 'WITHDRAW']
/** Those of which AMI says that the caller gave up, */
export const givesUp = new Set(['ABANDON', 'EXITWITHTIMEOUT', 'EXITEMPTY'])
/** and those of which the dialplan has a result. */
export const results = new Map([
  ['EXITWITHTIMEOUT', 'timedOut' as const],
  ['EXITEMPTY', 'emptied' as const],
  ['WITHDRAW', 'withdrawn' as const],
])
/** By CEL's reason. */
export const parkingEnds = new Map([
  ['ParkedCallUnparked', 'retrieved' as const],
  ['ParkedCallTimeOut', 'timedOut' as const],
  ['ParkedCallGiveUp', 'gaveUp' as const],
])
/** Rows after which a channel is in no bridge. */
export const leaving = new Set(['BRIDGE_EXIT', 'HANGUP'])

/** Q.850: answered by another device. */
export const answeredElsewhere = 26
/** Q.850: busy, and rejected. */
export const refusesByHand = new Set([17, 21])
/** Causes that say of themselves why a phone did not answer. */
export const refusals = new Set([3, 17, 20, 21, 26, 27, 38])
/** How a dial ended, by the cause of the channel that was dialled, */
export const outcomeOfCause = new Map<number, DialOutcome>([
  [17, 'busy'],
  [3, 'unreachable'],
  [20, 'unreachable'],
  [27, 'unreachable'],
  [34, 'congested'],
  [38, 'congested'],
  [42, 'congested'],
])
/** and by the dialplan's DIALSTATUS. */
export const outcomeOfStatus = new Map<string, DialOutcome>([
  ['BUSY', 'busy'],
  ['NOANSWER', 'notAnswered'],
  ['CANCEL', 'cancelled'],
  ['CONGESTION', 'congested'],
  ['CHANUNAVAIL', 'unreachable'],
])
