import type { ChannelInfo, PbxEvent, Stamp } from '../floor/events.ts'
import { ChannelMemory, readPresentation } from './channel-memory.ts'
import type { PbxClock } from './clock.ts'
import { field, leadingField, type AmiBlock } from './fields.ts'
import { startOf } from './merge-snapshot.ts'
import { isNeighbour } from './neighbours.ts'
import { channelHandlers, hearVariables, isPhone, isReachable, showCaller } from './translate-channels.ts'
import { moveHandlers } from './translate-moves.ts'
import { queueHandlers } from './translate-queues.ts'
import { FieldError, ownKeys, readChannel, type Handler, type Translation } from './translation.ts'

/** What came over the link, by kind. */
export interface EventCounters {
  /** Events translated, or known and of no use, by Asterisk's name for them. */
  readonly seen: Map<string, number>
  /** Events whose name nobody here has heard of. */
  readonly unknown: Map<string, number>
  /** Events that lack what makes them of use, and blocks that are no events. */
  readonly malformed: Map<string, number>
}

export interface TranslatorSettings {
  /** The name of the PBX, which begins every id. */
  pbx: string
  /** What stands before the names of queues and devices; none where this is the only PBX. */
  prefix?: string
  /** Our clock, ms. */
  now: () => number
  counters: EventCounters
  /** Told of each kind of oddity the first time that it comes; the text holds nothing of a caller's. */
  onOdd: (message: string) => void
  /** Told of what an administrator should know. */
  notice?: Translation['notice']
  /** Another Ringcard on this PBX gave a sign of life. */
  onNeighbour?: (block: AmiBlock) => void
  /** The PBX's clock; its times are taken as they are where left out. */
  clock?: Pick<PbxClock, 'ours'>
  askPresentation: (uniqueId: string) => void
  askDeviceState: (device: string) => void
  /** Keeps a PIN that a caller typed, since no event may hold it. @returns what it can be asked for by */
  keepPin: (pin: string) => string
}

export interface Translator {
  /** From now on every channel there is has been announced, by an event or by a list. */
  allAreKnown(): void
  /** What this event of Asterisk's means: mostly one event, sometimes none or a few. Never throws. */
  translate(block: AmiBlock): PbxEvent[]
  /**
   * An event that is of no use ({@link isUseless}) was left out before it was parsed.
   * @param timestamp as Asterisk wrote it
   */
  passOver(name: string, timestamp: string | undefined): void
  /** The answer to `askPresentation`: the value of `CALLERID(pres)`. */
  learnPresentation(uniqueId: string, value: string | undefined): PbxEvent[]
  /** The answer to `askDeviceState`: the value of `DEVICE_STATE()`. */
  learnDeviceState(device: string, value: string): PbxEvent[]
  /** Describes the channel of a list's item, or of a Hangup; null where the block describes none. */
  channelOf(block: AmiBlock): ChannelInfo | null
}

const handlers = new Map<string, Handler>([...channelHandlers, ...queueHandlers, ...moveHandlers])

/** Known, and of no use to us: what a deployment does not filter at the source. */
const useless = new Set(
  `AGIExecEnd AGIExecStart AgentDump AgentLogin AgentLogoff Agents BridgeCreate BridgeInfoChannel BridgeMerge
  BridgeVideoSourceUpdate CEL Cdr ChallengeResponseFailed ChallengeSent ChannelTalkingStart ChannelTalkingStop
  ConfbridgeEnd ConfbridgeJoin ConfbridgeLeave ConfbridgeList ConfbridgeListRooms ConfbridgeMute ConfbridgeRecord
  ConfbridgeStart ConfbridgeStopRecord ConfbridgeTalking ConfbridgeUnmute ContactList DialState DTMFBegin DTMFEnd
  ExtensionStatus FAXStatus FullyBooted HangupHandlerPop HangupHandlerPush HangupHandlerRun InvalidAccountID InvalidPassword Load LocalOptimizationBegin LogChannel
  MessageWaiting MiniVoiceMail MonitorStart MonitorStop MusicOnHoldStart
  MusicOnHoldStop OriginateResponse ParkedCallSwap PeerStatus PresenceStateChange PresenceStatus RTCPReceived RTCPSent
  ReceiveFAX Registry Reload RequestBadFormat RequestNotAllowed SendFAX SessionLimit Shutdown Status SuccessfulAuth
  TestEvent UnexpectedAddress Unload VarSet VoicemailPasswordChange Wink`.split(/\s+/),
)

/** Whether nothing here reads events of this name: they need not even be parsed. `FullyBooted` ends a PBX's start. */
export function isUseless(name: string): boolean {
  return useless.has(name) && name !== 'FullyBooted'
}

/** Counters that start at nothing. */
export function createCounters(): EventCounters {
  return { seen: new Map(), unknown: new Map(), malformed: new Map() }
}

/** Makes a translator for one connection: what it remembers of channels must not outlive it. */
export function createTranslator(settings: TranslatorSettings): Translator {
  const { pbx, now, counters, onOdd, clock, notice = () => undefined } = settings
  let newestAt: number | null = null
  let known = false
  const to: Translation = {
    pbx,
    prefix: settings.prefix ?? '',
    memory: new ChannelMemory(),
    stamp: { pbx, at: 0, arrivedAt: 0 },
    out: [],
    notice,
    askPresentation: settings.askPresentation,
    askDeviceState: settings.askDeviceState,
    keepPin: settings.keepPin,
  }

  const malformed = (name: string, why: string) => {
    if (count(counters.malformed, name) === 1) onOdd(`An event ${name} of the PBX was left out: ${why}.`)
  }

  const stampOf = (block: AmiBlock): Stamp => {
    const arrivedAt = now()
    const at = readTimestamp(leadingField(block, 'timestamp'))
    if (at === null) return { pbx, at: arrivedAt, arrivedAt }
    newestAt = clock?.ours(at) ?? at
    return { pbx, at: newestAt, arrivedAt }
  }

  /**
   * An event of a channel that nobody announced: its Newchannel was filtered, lost, or kept back. Nearly every event
   * describes its channel whole, so it is taken in here; of one that hangs up there is nothing left to take in.
   */
  const announce = (name: string, block: AmiBlock): void => {
    const unique = field(block, 'uniqueid')
    if (unique === undefined || name === 'Newchannel') return
    if (to.memory.get(unique) !== undefined || to.memory.hasGone(unique)) return
    notice('pbx.unannounced')
    if (name === 'Hangup' || block.channelstate === undefined) return
    const channel = readChannel(block, ownKeys, to)
    const started = startOf(channel.channelId)
    const at = started === null ? to.stamp.at : Math.min(to.stamp.at, clock?.ours(started) ?? started)
    to.out.push({ ...to.stamp, at, type: 'channel.appeared', channel })
  }

  const collect = (stamp: Stamp, work: () => void): PbxEvent[] => {
    const out: PbxEvent[] = []
    to.stamp = stamp
    to.out = out
    work()
    return out
  }

  /** For what is learnt by asking: the PBX's clock is that of its newest event. */
  const stampNow = (): Stamp => {
    const arrivedAt = now()
    return { pbx, at: newestAt ?? arrivedAt, arrivedAt }
  }

  const passOver: Translator['passOver'] = (name, timestamp) => {
    count(counters.seen, name)
    const at = readTimestamp(timestamp)
    if (at !== null) newestAt = clock?.ours(at) ?? at
  }

  return {
    passOver,
    allAreKnown: () => {
      known = true
    },
    translate: (block) => {
      const name = leadingField(block, 'event') ?? ''
      const handler = handlers.get(name)
      if (!handler) {
        if (useless.has(name)) passOver(name, leadingField(block, 'timestamp'))
        else if (count(counters.unknown, name.slice(0, 60)) === 1) {
          onOdd(`The PBX sends an event that is not known here: ${JSON.stringify(name.slice(0, 60))}.`)
        }
        return []
      }
      count(counters.seen, name)
      if (block.timestamp === undefined) {
        count(counters.malformed, 'without a timestamp')
        notice('pbx.no_timestamps')
      }
      if (isNeighbour(block)) {
        settings.onNeighbour?.(block)
        return []
      }
      const out: PbxEvent[] = []
      to.stamp = stampOf(block)
      to.out = out
      try {
        if (known) announce(name, block)
        if (block.chanvariable !== undefined) hearVariables(block, to)
        handler(block, to)
      } catch (error) {
        if (!(error instanceof FieldError)) throw error
        malformed(name, error.message)
      }
      return out
    },
    learnPresentation: (uniqueId, value) =>
      collect(stampNow(), () => {
        const said = readPresentation(value)
        if (said !== 'unknown') showCaller(uniqueId, said, to)
      }),
    learnDeviceState: (device, value) => {
      if (!isPhone(device)) return []
      const named = `${to.prefix}${device}`
      return [{ ...stampNow(), type: 'phone.reachable', device: named, reachable: isReachable(value) }]
    },
    channelOf: (block) => {
      try {
        return readChannel(block, ownKeys, to)
      } catch (error) {
        if (!(error instanceof FieldError)) throw error
        malformed(leadingField(block, 'event') ?? 'without a name', error.message)
        return null
      }
    },
  }
}

/** `1764000000.123456`, which `timestampevents = yes` puts on each event, in whole ms. */
export function readTimestamp(text: string | undefined): number | null {
  if (text === undefined) return null
  const seconds = Number(text)
  // Half a microsecond, so that a decimal fraction that has no binary one is not cut off a ms too low.
  return seconds > 0 && Number.isFinite(seconds) ? Math.floor(seconds * 1000 + 0.0005) : null
}

function count(counter: Map<string, number>, name: string): number {
  const next = (counter.get(name) ?? 0) + 1
  // Names come from outside: a thousand kinds are more than Asterisk has, and the rest share one.
  if (next === 1 && counter.size >= 1000 && name !== 'others') return count(counter, 'others')
  counter.set(name, next)
  return next
}
