import type { PbxEvent, Stamp } from '../../floor/events.ts'
import type { CelRow } from './cel-rows.ts'
import { isDialled } from './cel-words.ts'
import { createToldVisits, type ToldVisits } from './told-visits.ts'

export interface RecordTranslatorSettings {
  /** The name of the PBX, which begins every id. */
  pbx: string
  /** What stands before the names of its queues and devices; empty where it is the only PBX. */
  prefix: string
  /** Our clock, ms. */
  now: () => number
  /** Whether a device is an agent's: its number is no secret. */
  isDesk: (device: string) => boolean
}

/** What is known of a channel from its rows. */
export interface Told {
  readonly uniqueId: string
  readonly channel: string
  linkedId: string
  /** The id that it had before it came together with an older call. */
  linkedFrom: string | null
  /** Another channel dialled it. */
  dialled: boolean
  callerId: string | null
  answered: boolean
  askedToHangUp: boolean
  /** The bridge in which it hears others. */
  bridge: string | null
  /** The queue in which it waits, as far as these rows tell. */
  queue: string | null
}

/** What is known while rows are told as events, and the events told so far. */
export interface Telling extends Pick<RecordTranslatorSettings, 'prefix' | 'isDesk'> {
  /** What the rows of this call of `take` have come to. */
  out: PbxEvent[]
  /** Of the row that is told. */
  stamp: Stamp
  readonly visits: ToldVisits
  readonly channels: Map<string, Told>
  readonly idOfName: Map<string, string>
  /** Who dials or queues at present, by linked id. */
  readonly dialling: Map<string, string>
  /** Channels of calls that go on, or end now: whether they asked to hang up, and how what they dialled ended. */
  readonly departed: Map<string, { linkedId: string; askedToHangUp: boolean; dialStatus: string }>
  /** Who hears whom, by bridge. */
  readonly bridges: Map<string, Set<Told>>
  /** Where an unanswered phone sent its caller on to, by linked id. */
  readonly forwarded: Map<string, string>
  /** An id as the floor has it. */
  id: (uniqueId: string) => string
  /** The same; null for none. */
  idOrNull: (uniqueId: string | undefined) => string | null
  /** How an event names the channel of a row, or one that is known. */
  own: (of: { uniqueId: string; linkedId: string }) => { channelId: string; linkedId: string }
}

/** The rows of one hang-up stand this close together, ms. */
export const togetherMs = 50
export const longestName = 80
export const longestNumber = 64

/** Nothing is known, and nothing told. */
export function createTelling({ pbx, prefix, isDesk }: RecordTranslatorSettings): Telling {
  const id = (uniqueId: string): string => `${pbx}:${uniqueId}`
  return {
    prefix,
    isDesk,
    out: [],
    stamp: { pbx, at: 0, arrivedAt: 0, recorded: true },
    visits: createToldVisits(),
    channels: new Map(),
    idOfName: new Map(),
    dialling: new Map(),
    departed: new Map(),
    bridges: new Map(),
    forwarded: new Map(),
    id,
    idOrNull: (uniqueId) =>
      uniqueId === undefined || uniqueId === '' || uniqueId === 'N/A' ? null : id(uniqueId),
    own: ({ uniqueId, linkedId }) => ({ channelId: id(uniqueId), linkedId: id(linkedId) }),
  }
}

/** The channel of a row, from then on known. */
export function toldOf(telling: Telling, row: CelRow): Told {
  const { channels, idOfName, dialling } = telling
  const known = channels.get(row.uniqueId)
  if (known) {
    // Rows go on with the old id for a while: see `linkToOldest`.
    if (row.linkedId !== known.linkedFrom) known.linkedId = row.linkedId
    return known
  }
  const told: Told = {
    uniqueId: row.uniqueId,
    channel: row.channel,
    linkedId: row.linkedId,
    linkedFrom: null,
    dialled: row.application.startsWith('App') || (row.type === 'CHAN_START' && isDialled(row)),
    callerId: dialling.get(row.linkedId) ?? null,
    answered: row.type === 'BRIDGE_EXIT',
    askedToHangUp: false,
    bridge: row.type === 'BRIDGE_EXIT' ? (row.extra['bridge_id'] ?? null) : null,
    queue: null,
  }
  channels.set(row.uniqueId, told)
  idOfName.set(row.channel, row.uniqueId)
  return told
}

/** Who is at the far end of a channel asks to hang up. */
export function asksToHangUp(telling: Telling, told: Told, cause: number | null): void {
  const { out, stamp, own } = telling
  told.askedToHangUp = true
  out.push({ ...stamp, type: 'channel.hangupAsked', ...own(told), by: 'farEnd', cause })
}

/** A channel is in no bridge any more. */
export function leaveBridge(telling: Telling, told: Told): void {
  const { bridges } = telling
  const inside = bridges.get(told.bridge ?? '')
  inside?.delete(told)
  if (inside?.size === 0) bridges.delete(told.bridge ?? '')
  told.bridge = null
}

/** A channel has gone. */
export function forget(telling: Telling, told: Told): void {
  const { visits, channels, idOfName, dialling, forwarded } = telling
  leaveBridge(telling, told)
  channels.delete(told.uniqueId)
  if (idOfName.get(told.channel) === told.uniqueId) idOfName.delete(told.channel)
  visits.forget(told.uniqueId)
  if (told.uniqueId !== told.linkedId && dialling.get(told.linkedId) !== told.uniqueId) return
  dialling.delete(told.linkedId)
  forwarded.delete(told.linkedId)
}
