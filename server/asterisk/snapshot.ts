import type { MemberInfo, Snapshot, WaitingCaller } from '../floor/events.ts'
import type { NoticeCode, NoticeValues } from '../../shared/notices.ts'
import type { AmiConnection } from './connection.ts'
import { AmiError } from './errors.ts'
import { field, integer, optional, type AmiBlock } from './fields.ts'
import { startOf, type Lists } from './merge-snapshot.ts'
import { isPhone, isReachable } from './translate-channels.ts'
import { readMember } from './translate-queues.ts'
import { readTimestamp, type Translator } from './translate.ts'
import { FieldError } from './translation.ts'

/** What reading needs beside the connection. */
export interface ReadingSettings {
  pbx: string
  /** What stands before the names of queues and devices; empty where this is the only PBX. */
  prefix: string
  /** Our clock, ms. */
  now: () => number
  /** A time of the PBX's, by our clock. */
  ours: (at: number) => number
  /** About when the PBX was started, on its own clock, which says `said` now, ms; null where it did not say. */
  startedAbout: (said: number) => number | null
  /** How long a list may take, ms. */
  listMs: number
  /** How often QueueStatus is tried, and the pause between, ms: app_queue may be loaded after the login is accepted. */
  queueTries: number
  queuePauseMs: number
  onOdd: (message: string) => void
  notice: (code: NoticeCode, values?: NoticeValues) => void
}

/**
 * Reads what is on the PBX now, list by list. Which bridge a channel is in stands with the channel itself, so that it is
 * of the same instant: BridgeList and BridgeInfo would tell the same later, bridge by bridge.
 * @throws AmiError where a list that must be there does not come
 */
export async function readLists(
  connection: AmiConnection,
  translator: Translator,
  settings: ReadingSettings,
): Promise<Lists> {
  const { pbx, prefix, now, ours, listMs, onOdd } = settings
  const arrivedAt = now()
  const pong = await connection.action('Ping')
  const said = readTimestamp(field(pong, 'timestamp')) ?? arrivedAt
  const at = ours(said)
  const refused = (list: string) => (message: string) => {
    onOdd(message)
    settings.notice('pbx.list_refused', { list })
  }
  const core = await whereAllowed(connection.action('CoreStatus'), refused('CoreStatus'), 'CoreStatus')
  const channels = await connection.list('CoreShowChannels', {}, listMs)
  const queues = await readQueues(connection, settings)
  const parked = await whereAllowed(
    connection.list('ParkedCalls', {}, listMs),
    () => undefined,
    'ParkedCalls',
  )
  const devices = await whereAllowed(
    connection.list('DeviceStateList', {}, listMs),
    refused('DeviceStateList'),
    'DeviceStateList',
  )
  // The events of what the lists already show are on their way: the answer to this comes after them.
  await connection.action('Ping')
  return {
    at,
    arrivedAt,
    ...readChannels(channels, translator, settings, at),
    ours,
    ...readQueueItems(queues, settings, at),
    parked: (parked ?? []).flatMap((block) => {
      const unique = optional(block, 'parkeeuniqueid')
      const space = optional(block, 'parkingspace')
      return unique === null || space === null ? [] : [{ channelId: `${pbx}:${unique}`, space }]
    }),
    phones: (devices ?? []).flatMap((block) => {
      const device = field(block, 'device')
      const state = field(block, 'state')
      if (device === undefined || state === undefined || !isPhone(device)) return []
      return [{ device: `${prefix}${device}`, reachable: isReachable(state) }]
    }),
    bootedAt: core ? bootTime(core, settings.startedAbout(said)) : null,
  }
}

/** A list that a PBX may lack (a module not loaded) or our AMI user may not read: undefined then, and said once. */
async function whereAllowed<T>(
  answer: Promise<T>,
  onOdd: (message: string) => void,
  name: string,
): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof AmiError) || error.code !== 'ami.refused_action') throw error
    onOdd(`The PBX does not give ${name}: ${error.detail ?? ''}. What it tells is not shown.`)
    return undefined
  }
}

async function readQueues(connection: AmiConnection, settings: ReadingSettings): Promise<AmiBlock[]> {
  for (let left = settings.queueTries; ; left--) {
    try {
      return await connection.list('QueueStatus', {}, settings.listMs)
    } catch (error) {
      const again =
        error instanceof AmiError && (error.code === 'ami.refused_action' || error.code === 'ami.timeout')
      if (!again) throw error
      if (left <= 1) {
        if (error.code === 'ami.timeout') throw error
        settings.notice('pbx.no_queues')
        return []
      }
      await new Promise((resolve) => setTimeout(resolve, settings.queuePauseMs))
    }
  }
}

function readChannels(
  blocks: readonly AmiBlock[],
  translator: Translator,
  { pbx, ours }: Pick<ReadingSettings, 'pbx' | 'ours'>,
  at: number,
): Pick<Snapshot, 'channels' | 'bridges'> {
  const channels: Snapshot['channels'][number][] = []
  const bridges = new Map<string, string[]>()
  for (const block of blocks) {
    const channel = translator.channelOf(block)
    if (!channel) continue
    const started = startOf(channel.channelId)
    channels.push({ ...channel, startedAt: started === null ? at - durationMs(block) : ours(started) })
    const bridge = optional(block, 'bridgeid')
    if (bridge === null) continue
    const inside = bridges.get(bridge)
    if (inside) inside.push(channel.channelId)
    else bridges.set(bridge, [channel.channelId])
  }
  return {
    channels,
    bridges: [...bridges].map(([bridge, channelIds]) => ({ bridgeId: `${pbx}:${bridge}`, channelIds })),
  }
}

/** `Duration: 00:01:02` of a channel. */
function durationMs(block: AmiBlock): number {
  const [hours = 0, minutes = 0, seconds = 0] = (field(block, 'duration') ?? '').split(':').map(Number)
  const total = hours * 3600 + minutes * 60 + seconds
  return Number.isFinite(total) ? total * 1000 : 0
}

const listKeys = { interface: 'location', name: 'name' }

function readQueueItems(
  blocks: readonly AmiBlock[],
  { pbx, prefix }: Pick<ReadingSettings, 'pbx' | 'prefix'>,
  at: number,
): Pick<Snapshot, 'queues' | 'members' | 'waiting'> {
  const queues: string[] = []
  const members: MemberInfo[] = []
  const waiting: WaitingCaller[] = []
  for (const block of blocks) {
    const name = optional(block, 'queue')
    if (name === null) continue
    const queue = `${prefix}${name}`
    if (block.event === 'QueueParams') queues.push(queue)
    else if (block.event === 'QueueMember') {
      try {
        members.push(readMember(block, listKeys, { prefix }))
      } catch (error) {
        if (!(error instanceof FieldError)) throw error
      }
    } else if (block.event === 'QueueEntry') {
      const unique = optional(block, 'uniqueid')
      if (unique === null) continue
      const since = at - (integer(block, 'wait') ?? 0) * 1000
      waiting.push({ queue, channelId: `${pbx}:${unique}`, position: integer(block, 'position') ?? 1, since })
    }
  }
  return { queues, members, waiting }
}

const quarterHourMs = 900_000

/**
 * When the PBX was started. CoreStatus says it to the second, in the PBX's local time without saying which; about when it
 * was tells which quarter of an hour of difference that is.
 * @returns ms, the same for each reading of one boot; null where the PBX does not tell
 */
export function bootTime(core: AmiBlock, about: number | null): number | null {
  const local = Date.parse(`${field(core, 'corestartupdate') ?? ''}T${field(core, 'corestartuptime') ?? ''}Z`)
  if (Number.isNaN(local)) return null
  if (about === null) return local
  return local + Math.round((about - local) / quarterHourMs) * quarterHourMs
}

/** The Asterisk behind a connection. */
export interface PbxVersion {
  /** As it says itself, `22.10.1`; null where our AMI user may not ask. */
  version: string | null
  major: number | null
}

/** Asks which Asterisk this is. @throws AmiError other than that we may not ask */
export async function readVersion(
  connection: AmiConnection,
  onOdd: (message: string) => void,
): Promise<PbxVersion> {
  const settings = await whereAllowed(connection.action('CoreSettings'), onOdd, 'CoreSettings')
  const said = settings && optional(settings, 'asteriskversion')
  if (!said) return { version: null, major: null }
  // `22.10.1+dfsg…`, `certified/20.7-cert1`, `GIT-22-1a2b3c4`
  const parts = /^(?:certified[/-]|GIT-)?((\d+)[\d.]*)/.exec(said)
  return { version: parts?.[1] ?? said.slice(0, 40), major: parts ? Number(parts[2]) : null }
}
