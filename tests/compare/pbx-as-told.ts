import { readBlocks, type Block } from '../../lab/traces/blocks.ts'

/** One caller in a queue, since when by the PBX's clock, s. */
interface Waiting {
  queue: string
  channel: string
  since: number
}

/**
 * What a PBX would answer to the lists that the server asks for, told from nothing but its own raw events: the lists taken
 * before the first, and every block since. It knows neither the floor nor the translation, so that both can be held
 * against it; it is itself held against lists that the real Asterisk gave in mid-call.
 */
export class PbxAsTold {
  private readonly start: Readonly<Record<string, string>>
  private readonly channels = new Map<string, Block>()
  private readonly bridgeOf = new Map<string, string>()
  private readonly applicationOf = new Map<string, string>()
  private readonly waiting = new Map<string, Waiting>()
  private readonly parked = new Map<string, Block>()
  private readonly queues: Block[] = []
  private readonly members = new Map<string, Block>()
  private readonly devices = new Map<string, string>()
  private readonly contacts = new Map<string, Set<string>>()
  private timestamp = ''

  /** @param start the answers taken before the first block, as a trace has them */
  constructor(start: Readonly<Record<string, string>>) {
    this.start = start
    for (const block of readBlocks(start['QueueStatus'] ?? '')) {
      if (block['event'] === 'QueueParams') this.queues.push(block)
      else if (block['event'] === 'QueueMember') this.putMember(text(block, 'location'), block)
    }
    for (const block of readBlocks(start['DeviceStateList'] ?? '')) {
      if (block['event'] === 'DeviceStateChange')
        this.devices.set(text(block, 'device'), text(block, 'state'))
    }
  }

  /** Takes what the PBX sent next. */
  take(block: Block): void {
    const event = text(block, 'event')
    this.timestamp = text(block, 'timestamp') || this.timestamp
    this.takeChannel(event, block, '')
    this.takeChannel(event, block, 'dest')
    const unique = text(block, 'uniqueid')
    switch (event) {
      case 'Rename':
        this.describe(unique, { channel: text(block, 'newname') })
        break
      case 'Newexten':
        this.applicationOf.set(unique, text(block, 'application'))
        break
      case 'Hangup':
        this.channels.delete(unique)
        this.bridgeOf.delete(unique)
        break
      case 'BridgeEnter':
        this.bridgeOf.set(unique, text(block, 'bridgeuniqueid'))
        // Whoever gives up their place is out of the bridge with it.
        this.bridgeOf.delete(text(block, 'swapuniqueid'))
        this.link(text(block, 'bridgeuniqueid'))
        break
      case 'BridgeLeave':
        if (this.bridgeOf.get(unique) === text(block, 'bridgeuniqueid')) this.bridgeOf.delete(unique)
        break
      case 'QueueCallerJoin': {
        const queue = text(block, 'queue')
        const since = Number(this.timestamp)
        this.waiting.set(`${queue}\n${unique}`, { queue, channel: unique, since })
        break
      }
      case 'QueueCallerLeave':
        this.waiting.delete(`${text(block, 'queue')}\n${unique}`)
        break
      case 'ParkedCall':
        this.parked.set(text(block, 'parkeeuniqueid'), block)
        break
      case 'UnParkedCall':
      case 'ParkedCallTimeOut':
      case 'ParkedCallGiveUp':
        this.parked.delete(text(block, 'parkeeuniqueid'))
        break
      case 'QueueMemberRemoved':
        this.members.delete(`${text(block, 'queue')}\n${text(block, 'interface')}`)
        break
      case 'ContactStatus':
        this.takeContact(block)
        break
      case 'DeviceStateChange':
        this.devices.set(text(block, 'device'), text(block, 'state'))
        break
      default:
        if (event.startsWith('QueueMember')) {
          const location = text(block, 'interface')
          this.putMember(location, {
            ...block,
            event: 'QueueMember',
            location,
            name: text(block, 'membername'),
          })
        }
    }
  }

  /** What `DEVICE_STATE()` of a device would be. */
  deviceState(device: string): string {
    // A phone that is in a call is not unavailable, whether it is registered or not.
    const inUse = [...this.channels.values()].some((each) => text(each, 'channel').startsWith(`${device}-`))
    return inUse ? 'INUSE' : (this.devices.get(device) ?? 'INVALID')
  }

  /** The answer to an action of the server's: the items of a list, or the one block. */
  answer(action: string): Block[] {
    switch (action) {
      case 'Ping':
        return [{ response: 'Success', ping: 'Pong', timestamp: this.timestamp }]
      case 'CoreShowChannels':
        return [...this.channels].map(([unique, channel]) => ({
          ...channel,
          event: 'CoreShowChannel',
          application: this.applicationOf.get(unique) ?? '',
          bridgeid: this.bridgeOf.get(unique) ?? '',
        }))
      case 'QueueStatus':
        return [...this.queues, ...this.members.values(), ...[...this.waiting.values()].map(this.entryOf)]
      case 'ParkedCalls':
        return [...this.parked.values()]
      case 'DeviceStateList':
        return [...this.devices.keys()].map((device) => ({
          event: 'DeviceStateChange',
          device,
          state: this.deviceState(device),
        }))
      default:
        return readBlocks(this.start[action] ?? '')
    }
  }

  private readonly entryOf = ({ queue, channel, since }: Waiting): Block => ({
    event: 'QueueEntry',
    queue,
    uniqueid: channel,
    wait: String(Math.floor(Number(this.timestamp) - since)),
  })

  /** Most events describe the channel that they are about whole, and some the one that it dials. */
  private takeChannel(event: string, block: Block, prefix: '' | 'dest'): void {
    const unique = text(block, `${prefix}uniqueid`)
    const state = text(block, `${prefix}channelstate`)
    if (unique === '' || state === '' || (event !== 'Newchannel' && !this.channels.has(unique))) return
    const described: Block = {}
    for (const key of channelKeys) described[key] = block[`${prefix}${key}`] ?? ''
    // Of a call that comes in, the mark of a withheld number is set an instant after this event: nobody can say which of
    // the two a list would show.
    const unmarked = event === 'Newchannel' && state === '4'
    this.describe(unique, {
      ...described,
      chanvariable: unmarked ? {} : (block[`${prefix}chanvariable`] ?? {}),
    })
  }

  /** Asterisk links what it bridges: all have the oldest linked id, though no event may say so until much later. */
  private link(bridge: string): void {
    const inside = [...this.bridgeOf].flatMap(([unique, each]) => (each === bridge ? [unique] : []))
    const serial = (linked: string) => Number(linked.slice(linked.lastIndexOf('.') + 1))
    const linkedIds = inside.map((unique) => text(this.channels.get(unique) ?? {}, 'linkedid'))
    const [oldest] = linkedIds.toSorted((one, other) => serial(one) - serial(other))
    for (const unique of inside) this.describe(unique, { linkedid: oldest ?? '' })
  }

  private describe(unique: string, changes: Block): void {
    const known = this.channels.get(unique)
    if (known || 'linkedid' in changes) this.channels.set(unique, { ...known, ...changes })
  }

  private takeContact(block: Block): void {
    const device = `PJSIP/${text(block, 'endpointname')}`
    const contacts = this.contacts.get(device) ?? new Set<string>()
    if (text(block, 'contactstatus') === 'Removed') contacts.delete(text(block, 'uri'))
    else contacts.add(text(block, 'uri'))
    this.contacts.set(device, contacts)
    this.devices.set(device, contacts.size === 0 ? 'UNAVAILABLE' : 'NOT_INUSE')
  }

  private putMember(location: string, block: Block): void {
    this.members.set(`${text(block, 'queue')}\n${location}`, block)
  }
}

const channelKeys = [
  'channel',
  'channelstate',
  'calleridnum',
  'calleridname',
  'connectedlinenum',
  'connectedlinename',
  'context',
  'exten',
  'uniqueid',
  'linkedid',
]

function text(block: Block, key: string): string {
  const value = block[key]
  return typeof value === 'string' ? value : ''
}
