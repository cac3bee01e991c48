import type { Trace } from '../traces/trace.ts'
import { header, readHeaders, type Headers } from './block-text.ts'

/** What is there before any call: queues with their members, and the devices. */
export interface Company {
  /** Answers as a PBX gives them, without their ActionIDs. */
  coreStatus: Headers
  coreSettings: Headers
  queues: { params: Headers; members: Headers[] }[]
  /** Device → state, as `DEVICE_STATE()` writes it. */
  devices: Map<string, string>
}

interface Waiting {
  channel: string
  since: number
}

/** The headers that describe a channel itself in any of its events, in Asterisk's order. */
const channelKeys = [
  'Channel',
  'ChannelState',
  'ChannelStateDesc',
  'CallerIDNum',
  'CallerIDName',
  'ConnectedLineNum',
  'ConnectedLineName',
  'Language',
  'AccountCode',
  'Context',
  'Exten',
  'Priority',
  'Uniqueid',
  'Linkedid',
  'ChanVariable',
]
const isOfChannel = new Set(channelKeys)
/** What an event has and the item of a list has not. */
const ofEvents = new Set(['Privilege', 'SystemName', 'Timestamp'])
/** The headers that describe a bridge itself, in Asterisk's order. */
const bridgeKeys = ['BridgeType', 'BridgeTechnology', 'BridgeCreator', 'BridgeName']
/** The headers that `QueueEntry` has of who waits. */
const entryKeys = ['CallerIDNum', 'CallerIDName', 'ConnectedLineNum', 'ConnectedLineName']

interface Channel {
  headers: Headers
  bridge: string
  /** It has put those that it talks with on hold. */
  holds: boolean
  application: string
  data: string
  bornAt: number
  variables: Map<string, string>
}

/** What the simulated PBX would show if asked now: the company, and the calls in play as their events told them. */
export class World {
  readonly company: Company
  private readonly channels = new Map<string, Channel>()
  private readonly waiting = new Map<string, Map<string, Waiting>>()
  private readonly parked = new Map<string, Headers>()
  /** Each bridge as the last to enter it told. */
  private readonly bridges = new Map<string, Headers>()
  private readonly members = new Map<string, Headers>()
  private readonly now: () => number
  /** When the company's PBX was started, ms: its local time is taken to be UTC. */
  readonly startedAt: number

  constructor(company: Company, now: () => number) {
    this.company = company
    this.now = now
    const said = (key: string) => valueOf(company.coreStatus, key)
    const started = Date.parse(`${said('CoreStartupDate')}T${said('CoreStartupTime')}Z`)
    this.startedAt = Number.isNaN(started) ? now() : started
  }

  /** Takes an event that is being sent. @param text one whole block */
  take(event: string, text: string): void {
    switch (event) {
      case 'QueueMemberStatus': {
        const queue = header(text, 'Queue') ?? ''
        this.members.set(`${queue} ${header(text, 'Interface') ?? ''}`, readHeaders(text))
        return
      }
      case 'ContactStatus': {
        const state = header(text, 'ContactStatus') === 'Removed' ? 'UNAVAILABLE' : 'NOT_INUSE'
        this.company.devices.set(`PJSIP/${header(text, 'EndpointName') ?? ''}`, state)
        return
      }
      case 'BridgeCreate':
      case 'BridgeDestroy':
        return
      case 'ParkedCall':
        this.parked.set(header(text, 'ParkeeUniqueid') ?? '', readHeaders(text))
        return
      case 'UnParkedCall':
      case 'ParkedCallTimeOut':
      case 'ParkedCallGiveUp':
        this.parked.delete(header(text, 'ParkeeUniqueid') ?? '')
        return
      default:
        this.takeOfChannel(event, text)
    }
  }

  private takeOfChannel(event: string, text: string): void {
    const unique = header(text, 'Uniqueid')
    if (unique === undefined) return
    if (event === 'Hangup') {
      this.channels.delete(unique)
      for (const queue of this.waiting.values()) queue.delete(unique)
      return
    }
    const known = this.channels.get(unique)
    if (!known && event !== 'Newchannel') return
    const channel: Channel = known ?? {
      headers: [],
      bridge: '',
      holds: false,
      application: '',
      data: '',
      bornAt: this.now(),
      variables: new Map(),
    }
    if (!known) this.channels.set(unique, channel)
    if (event !== 'Rename') channel.headers = readHeaders(text).filter(([key]) => isOfChannel.has(key))
    if (event === 'Hold' || event === 'Unhold') channel.holds = event === 'Hold'
    if (event === 'BridgeEnter') {
      channel.bridge = header(text, 'BridgeUniqueid') ?? ''
      this.bridges.set(channel.bridge, readHeaders(text))
    } else if (event === 'BridgeLeave') {
      channel.bridge = ''
      if (header(text, 'BridgeNumChannels') === '0') this.bridges.delete(header(text, 'BridgeUniqueid') ?? '')
    } else if (event === 'Newexten') {
      channel.application = header(text, 'Application') ?? ''
      channel.data = header(text, 'AppData') ?? ''
    } else if (event === 'QueueCallerJoin') {
      const queue = header(text, 'Queue') ?? ''
      const entries = this.waiting.get(queue) ?? new Map<string, Waiting>()
      this.waiting.set(
        queue,
        entries.set(unique, { channel: header(text, 'Channel') ?? '', since: this.now() }),
      )
    } else if (event === 'QueueCallerLeave') {
      this.waiting.get(header(text, 'Queue') ?? '')?.delete(unique)
    } else if (event === 'Rename') {
      const name = header(text, 'Newname') ?? ''
      channel.headers = channel.headers.map(([key, value]) => [key, key === 'Channel' ? name : value])
    }
  }

  /** A channel by its unique id or its name. */
  private find(channel: string): Channel | undefined {
    return (
      this.channels.get(channel) ??
      [...this.channels.values()].find(({ headers }) => valueOf(headers, 'Channel') === channel)
    )
  }

  /** The unique ids of the channels in play. */
  uniques(): string[] {
    return [...this.channels.keys()]
  }

  /** The value of a channel's variable; undefined where there is no such channel. */
  variable(channel: string, name: string): string | undefined {
    const found = this.find(channel)
    if (!found) return undefined
    const onEvents = found.headers.find(
      ([key, value]) => key === 'ChanVariable' && value.startsWith(`${name}=`),
    )
    return found.variables.get(name) ?? onEvents?.[1].slice(name.length + 1) ?? ''
  }

  /** @returns false where there is no such channel */
  setVariable(channel: string, name: string, value: string): boolean {
    return this.find(channel)?.variables.set(name, value) !== undefined
  }

  /** The items of `CoreShowChannels`. */
  channelItems(): Headers[] {
    return [...this.channels.values()].map(({ headers, bridge, application, data, bornAt }) => [
      ['Event', 'CoreShowChannel'],
      ...headers,
      ['Application', application],
      ['ApplicationData', data],
      ['Duration', clock(Math.floor((this.now() - bornAt) / 1000))],
      ['BridgeId', bridge],
    ])
  }

  /** The items of `BridgeList`. */
  bridgeItems(): Headers[] {
    const sizes = new Map<string, number>()
    for (const { bridge } of this.channels.values())
      if (bridge !== '') sizes.set(bridge, (sizes.get(bridge) ?? 0) + 1)
    return [...sizes].map(([bridge, size]) => [
      ['Event', 'BridgeListItem'],
      ['BridgeUniqueid', bridge],
      ...bridgeKeys.map((key): [string, string] => [key, valueOf(this.bridges.get(bridge) ?? [], key)]),
      ['BridgeNumChannels', String(size)],
      ['BridgeVideoSourceMode', 'none'],
    ])
  }

  /** The items of `BridgeInfo`; null where there is no such bridge. */
  bridgeInfo(bridge: string): Headers[] | null {
    const inside = [...this.channels.values()].filter((channel) => channel.bridge === bridge)
    if (inside.length === 0) return null
    return inside.map(({ headers }) => [['Event', 'BridgeInfoChannel'], ...headers])
  }

  /** The items of `QueueStatus`: each queue, its members as last heard of, and who waits. */
  queueItems(): Headers[] {
    return this.company.queues.flatMap(({ params, members }): Headers[] => {
      const queue = valueOf(params, 'Queue')
      const entries = [...(this.waiting.get(queue) ?? [])]
      return [
        params.map(([key, value]) => [key, key === 'Calls' ? String(entries.length) : value]),
        ...members.map((member) => this.memberNow(queue, member)),
        ...entries.map(([unique, { channel, since }], index): Headers => [
          ['Event', 'QueueEntry'],
          ['Queue', queue],
          ['Position', String(index + 1)],
          ['Channel', channel],
          ['Uniqueid', unique],
          ...entryKeys.map((key): [string, string] => [key, this.ofWaiting(unique, key)]),
          ['Wait', String(Math.floor((this.now() - since) / 1000))],
          ['Priority', '0'],
        ]),
      ]
    })
  }

  /**
   * Pauses a member, or not any more.
   * @returns the event that tells it; null where there is no such member
   */
  pauseMember(queue: string, device: string, paused: boolean, reason: string): Headers | null {
    const found = this.company.queues.find(({ params }) => valueOf(params, 'Queue') === queue)
    const at = found?.members.findIndex((member) => valueOf(member, 'Location') === device) ?? -1
    const member = found?.members[at]
    if (found === undefined || member === undefined) return null
    const said: Headers = [
      ['Paused', paused ? '1' : '0'],
      ['PausedReason', paused ? reason : ''],
    ]
    const withSaid = (headers: Headers): Headers => [
      ...headers.filter(([key]) => !said.some(([name]) => name === key)),
      ...said,
    ]
    found.members[at] = withSaid(member)
    const heard = `${queue} ${device}`
    const told = this.members.get(heard)
    if (told) this.members.set(heard, withSaid(told))
    const names: Record<string, string> = { Name: 'MemberName', Location: 'Interface' }
    return this.memberNow(queue, found.members[at]).map(([key, value]) =>
      key === 'Event' ? [key, 'QueueMemberPause'] : [names[key] ?? key, value],
    )
  }

  /** A header of who waits, in the words of app_queue. */
  private ofWaiting(unique: string, key: string): string {
    const value = valueOf(this.channels.get(unique)?.headers ?? [], key)
    return value === '<unknown>' || value === '' ? 'unknown' : value
  }

  /** Asterisk counts as on hold whoever hears the music, not who put them there. */
  private isHeld(channel: Channel): boolean {
    if (channel.bridge === '') return false
    return [...this.channels.values()].some(
      (other) => other !== channel && other.holds && other.bridge === channel.bridge,
    )
  }

  /** The items of `DeviceStateList`: as last heard of, and busy with the calls in play. */
  deviceItems(): Headers[] {
    const states = new Map<string, Set<string>>()
    for (const channel of this.channels.values()) {
      const { headers } = channel
      const device = valueOf(headers, 'Channel').replace(/-[0-9a-f]{8}$/, '')
      const rings = valueOf(headers, 'ChannelStateDesc') === 'Ringing'
      const state = rings ? 'RINGING' : this.isHeld(channel) ? 'ONHOLD' : 'INUSE'
      states.set(device, (states.get(device) ?? new Set()).add(state))
    }
    return [...this.company.devices].map(([device, idle]) => {
      const busy = [...(states.get(device) ?? [])]
      const state = busy.length > 1 ? 'RINGINUSE' : (busy[0] ?? idle)
      return [
        ['Event', 'DeviceStateChange'],
        ['Device', device],
        ['State', state],
      ]
    })
  }

  /** The items of `ParkedCalls`. */
  parkedItems(): Headers[] {
    return [...this.parked.values()].map((headers) => headers.filter(([key]) => !ofEvents.has(key)))
  }

  private memberNow(queue: string, member: Headers): Headers {
    const told = this.members.get(`${queue} ${valueOf(member, 'Location')}`)
    if (!told) return member
    return member.map(([key, value]) => [key, key === 'Event' ? value : valueOf(told, key) || value])
  }
}

/** The first value of a header, or an empty text. */
export function valueOf(headers: Headers, key: string): string {
  return headers.find(([name]) => name === key)?.[1] ?? ''
}

/** The company as a trace found it when its recording began. */
export function companyOf({ start }: Pick<Trace, 'start'>): Company {
  const items = (list: string) =>
    (start[list] ?? '')
      .split('\r\n\r\n')
      .map((text) => readHeaders(text).filter(([key]) => key !== 'ActionID'))
      .filter((headers) => headers.length > 0)
  const queues: Company['queues'] = []
  for (const item of items('QueueStatus')) {
    if (valueOf(item, 'Event') === 'QueueParams') queues.push({ params: item, members: [] })
    else if (valueOf(item, 'Event') === 'QueueMember') queues.at(-1)?.members.push(item)
  }
  return {
    coreStatus: items('CoreStatus')[0] ?? [],
    coreSettings: items('CoreSettings')[0] ?? [],
    queues,
    devices: new Map(
      items('DeviceStateList')
        .filter((item) => valueOf(item, 'Event') === 'DeviceStateChange')
        .map((item) => [valueOf(item, 'Device'), valueOf(item, 'State')]),
    ),
  }
}

function clock(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
