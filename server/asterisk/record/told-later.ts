import type { PbxEvent } from '../../floor/events.ts'
import type { CelRow } from './cel-rows.ts'

/** CEL has a moment itself, AMI the moment at which it tells, which is later by so much at most, ms. */
const laterMs = 5
/** Both times are rounded, ms. */
const roundedMs = 1

/**
 * In a burst of events a list is of one moment and the record ahead of it by some ms: what the events after the list tell
 * must not be told from the record before.
 * @param pbx the name of the PBX, which begins every id of an event
 * @param later events after the list, as far as they have come; their times are by the same clock as those of the rows
 * @returns says of a row whether one of them tells it
 */
export function toldLater(pbx: string, later: readonly PbxEvent[]): (row: CelRow) => boolean {
  const times = new Map<string, number[]>()
  for (const event of later) {
    for (const what of whatIsTold(event)) times.set(what, [...(times.get(what) ?? []), event.at])
  }
  return (row) =>
    (times.get(whatRowTells(pbx, row)) ?? []).some((at) => at - row.at <= laterMs && row.at - at <= roundedMs)
}

/**
 * The calls that somebody leaves in the very moment of a list without having been heard to hang up: they may have asked to
 * just before it.
 * @param later as in {@link toldLater}
 * @returns ids by which they are linked
 */
export function leavingAt(list: PbxEvent & { type: 'snapshot' }, later: readonly PbxEvent[]): string[] {
  const asked = new Set<string>()
  const leaving = new Set<string>()
  // Nobody is behind a Local channel: its hang-up follows from another.
  const halves = new Set(
    list.snapshot.channels.flatMap(({ channelId, localHalf }) => (localHalf === null ? [] : [channelId])),
  )
  for (const event of later) {
    if (!('linkedId' in event) || event.at - list.at > laterMs) continue
    const isAsked = event.type === 'channel.hangupAsked' && event.by === 'farEnd'
    if (isAsked && !halves.has(event.channelId)) asked.add(event.linkedId)
    else if (leaves.has(event.type) && !asked.has(event.linkedId)) leaving.add(event.linkedId)
  }
  return [...leaving]
}

const leaves: ReadonlySet<PbxEvent['type']> = new Set([
  'bridge.left',
  'channel.hangupAsked',
  'channel.gone',
  'queue.gaveUp',
])

/** What an event tells, by kind and by the unique id of the channel that a row of it would have. */
function whatIsTold(event: PbxEvent): string[] {
  switch (event.type) {
    case 'channel.appeared':
      return [`CHAN_START ${event.channel.channelId}`]
    case 'channel.changed':
      return event.changes.state === 'up' ? [`ANSWER ${event.channelId}`] : []
    case 'channel.gone':
      return [`HANGUP ${event.channelId}`]
    case 'bridge.entered': {
      const swapped = event.swappedFor === null ? [] : [`BRIDGE_EXIT ${event.swappedFor} ${event.bridgeId}`]
      return [`BRIDGE_ENTER ${event.channelId} ${event.bridgeId}`, ...swapped]
    }
    case 'bridge.left':
      return [`BRIDGE_EXIT ${event.channelId} ${event.bridgeId}`]
    case 'transfer.attended':
      return [`ATTENDEDTRANSFER ${event.firstId}`]
    case 'transfer.blind':
      return [`BLINDTRANSFER ${event.transfererId}`]
    case 'parking.parked':
      return [`PARK_START ${event.channelId}`]
    case 'parking.ended':
      return [`PARK_END ${event.channelId}`]
    case 'pickup':
      return [`PICKUP ${event.targetId}`]
    case 'queue.entered':
      return [`APP_START Queue ${event.channelId}`]
    case 'queue.left':
    case 'queue.gaveUp':
      return [`APP_END Queue ${event.channelId}`]
    default:
      return []
  }
}

function whatRowTells(pbx: string, { type, uniqueId, application, extra }: CelRow): string {
  const channelId = `${pbx}:${uniqueId}`
  switch (type) {
    case 'BRIDGE_ENTER':
    case 'BRIDGE_EXIT':
      return `${type} ${channelId} ${pbx}:${extra['bridge_id'] ?? ''}`
    case 'APP_START':
    case 'APP_END':
      return `${type} ${application} ${channelId}`
    case 'CHAN_END':
      return `HANGUP ${channelId}`
    default:
      return `${type} ${channelId}`
  }
}
