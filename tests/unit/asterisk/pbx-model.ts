import type { Held, Lists } from '../../../server/asterisk/merge-snapshot.ts'
import type {
  ChannelInfo,
  ChannelState,
  MemberInfo,
  PbxEvent,
  Snapshot,
} from '../../../server/floor/events.ts'

/** What can happen on the PBX; `who` and `where` choose among what there is. */
export interface Happening {
  what:
    | 'begin'
    | 'state'
    | 'bridge'
    | 'swap'
    | 'unbridge'
    | 'join'
    | 'leave'
    | 'park'
    | 'unpark'
    | 'pause'
    | 'hangup'
  who: number
  where: number
}

/** All that is true of the PBX at one instant, in a form that can be compared. */
export interface Truth {
  channels: Map<string, ChannelState>
  bridgeOf: Map<string, string>
  waiting: Set<string>
  parked: Set<string>
  paused: Set<string>
}

export const emptyTruth = (): Truth => ({
  channels: new Map(),
  bridgeOf: new Map(),
  waiting: new Set(),
  parked: new Set(),
  paused: new Set(),
})

const stamp = { pbx: 'lab', at: 1_764_000_000_000, arrivedAt: 0 }
const states: ChannelState[] = ['down', 'dialling', 'ringing', 'up']

export function channelInfo(channelId: string, state: ChannelState): ChannelInfo {
  return {
    channelId,
    linkedId: channelId,
    name: channelId,
    device: 'PJSIP/trunk',
    localHalf: null,
    state,
    callerNumber: null,
    callerName: null,
    callerRestricted: false,
    exten: null,
    context: null,
    application: null,
  }
}

export function memberInfo(memberInterface: string, paused: boolean): MemberInfo {
  return {
    queue: 'support',
    interface: memberInterface,
    stateInterface: memberInterface,
    memberName: memberInterface,
    paused,
    pauseReason: null,
    deviceState: 'free',
  }
}

const members = ['PJSIP/201', 'PJSIP/202']
const queues = ['support', 'sales']

/** Does it, and returns the events that Asterisk sends for it. */
export function happen(truth: Truth, { what, who, where }: Happening, serial: number): PbxEvent[] {
  if (what === 'begin') {
    const channelId = `lab:1764000000.${serial}`
    truth.channels.set(channelId, 'down')
    return [{ ...stamp, type: 'channel.appeared', channel: channelInfo(channelId, 'down') }]
  }
  if (what === 'pause') {
    const member = members[where % members.length] ?? ''
    const paused = !truth.paused.has(member)
    if (paused) truth.paused.add(member)
    else truth.paused.delete(member)
    return [{ ...stamp, type: 'member.set', member: memberInfo(member, paused) }]
  }
  const channelId = [...truth.channels.keys()][who % Math.max(1, truth.channels.size)]
  if (channelId === undefined) return []
  const ids = { channelId, linkedId: channelId }
  const bridge = truth.bridgeOf.get(channelId)
  const queue = queues[where % queues.length] ?? ''
  const events: PbxEvent[] = []
  const leaveBridge = () => {
    if (bridge === undefined) return
    truth.bridgeOf.delete(channelId)
    events.push({ ...stamp, type: 'bridge.left', bridgeId: bridge, ...ids })
  }
  const leaveQueues = (how: 'queue.left' | 'queue.gaveUp') => {
    for (const each of queues) {
      if (!truth.waiting.delete(`${each} ${channelId}`)) continue
      if (how === 'queue.gaveUp') events.push({ ...stamp, type: how, queue: each, ...ids })
      events.push({ ...stamp, type: 'queue.left', queue: each, ...ids })
    }
  }
  const unpark = (how: 'retrieved' | 'gaveUp') => {
    if (truth.parked.delete(channelId))
      events.push({ ...stamp, type: 'parking.ended', ...ids, how, byId: null })
  }
  switch (what) {
    case 'state': {
      const state = states[where % states.length] ?? 'up'
      truth.channels.set(channelId, state)
      events.push({ ...stamp, type: 'channel.changed', ...ids, changes: { state } })
      break
    }
    case 'bridge': {
      leaveBridge()
      const bridgeId = `lab:bridge-${where % 3}`
      truth.bridgeOf.set(channelId, bridgeId)
      events.push({ ...stamp, type: 'bridge.entered', bridgeId, ...ids, swappedFor: null, holding: false })
      break
    }
    case 'swap': {
      // Comes into the place of one that is in a bridge, who leaves after.
      const [other, bridgeId] = [...truth.bridgeOf][where % Math.max(1, truth.bridgeOf.size)] ?? []
      if (other === undefined || bridgeId === undefined || other === channelId || bridge !== undefined) break
      truth.bridgeOf.set(channelId, bridgeId)
      truth.bridgeOf.delete(other)
      events.push({ ...stamp, type: 'bridge.entered', bridgeId, ...ids, swappedFor: other, holding: false })
      events.push({ ...stamp, type: 'bridge.left', bridgeId, channelId: other, linkedId: other })
      break
    }
    case 'unbridge':
      leaveBridge()
      break
    case 'join':
      if (truth.waiting.has(`${queue} ${channelId}`)) break
      truth.waiting.add(`${queue} ${channelId}`)
      events.push({ ...stamp, type: 'queue.entered', queue, ...ids, position: 1 })
      break
    case 'leave':
      leaveQueues('queue.left')
      break
    case 'park':
      if (truth.parked.has(channelId)) break
      truth.parked.add(channelId)
      events.push({ ...stamp, type: 'parking.parked', ...ids, space: '701', parkedById: null })
      break
    case 'unpark':
      unpark('retrieved')
      break
    case 'hangup':
      leaveBridge()
      leaveQueues('queue.gaveUp')
      unpark('gaveUp')
      truth.channels.delete(channelId)
      events.push({ ...stamp, type: 'channel.gone', ...ids, cause: 16, causeText: null })
  }
  return events
}

export const copy = (truth: Truth): Truth => ({
  channels: new Map(truth.channels),
  bridgeOf: new Map(truth.bridgeOf),
  waiting: new Set(truth.waiting),
  parked: new Set(truth.parked),
  paused: new Set(truth.paused),
})

/** Lists as Asterisk gives them, each read when something else was true. */
export function listsOf(channels: Truth, queueItems: Truth, parked: Truth): Lists {
  const bridges = new Map<string, string[]>()
  for (const [channelId, bridgeId] of channels.bridgeOf) {
    bridges.set(bridgeId, [...(bridges.get(bridgeId) ?? []), channelId])
  }
  return {
    at: stamp.at,
    arrivedAt: 0,
    channels: [...channels.channels].map(([id, state]) => ({ ...channelInfo(id, state), startedAt: 0 })),
    bridges: [...bridges].map(([bridgeId, channelIds]) => ({ bridgeId, channelIds })),
    queues,
    members: members.map((each) => memberInfo(each, queueItems.paused.has(each))),
    waiting: [...queueItems.waiting].map((each) => {
      const [queue = '', channelId = ''] = each.split(' ')
      return { queue, channelId, position: 1, since: 0 }
    }),
    parked: [...parked.parked].map((channelId) => ({ channelId, space: '701' })),
    phones: [],
    bootedAt: null,
  }
}

/** What the link keeps while lists are read. */
export function heldOf(events: readonly PbxEvent[]): Held {
  const departed = events.flatMap((event) =>
    event.type === 'channel.gone' ? [[event.channelId, channelInfo(event.channelId, 'up')] as const] : [],
  )
  return { events, departed: new Map(departed) }
}

/** The truth that a snapshot tells. */
export function truthOf(snapshot: Snapshot): Truth {
  return {
    channels: new Map(snapshot.channels.map(({ channelId, state }) => [channelId, state])),
    bridgeOf: new Map(
      snapshot.bridges.flatMap(({ bridgeId, channelIds }) => channelIds.map((id) => [id, bridgeId] as const)),
    ),
    waiting: new Set(snapshot.waiting.map(({ queue, channelId }) => `${queue} ${channelId}`)),
    parked: new Set(snapshot.parked.map(({ channelId }) => channelId)),
    paused: new Set(snapshot.members.filter((each) => each.paused).map((each) => each.interface)),
  }
}

/**
 * Believes an event, as the floor does.
 * @throws where it contradicts what was believed: a channel that begins twice, leaves where it was not, ends unbegun
 */
export function believe(truth: Truth, event: PbxEvent): void {
  const must = (sure: boolean) => {
    if (!sure) throw new Error(`${event.type} contradicts what is known: ${JSON.stringify(event)}`)
  }
  switch (event.type) {
    case 'channel.appeared':
      must(!truth.channels.has(event.channel.channelId))
      truth.channels.set(event.channel.channelId, event.channel.state)
      break
    case 'channel.changed':
      must(truth.channels.has(event.channelId))
      if (event.changes.state) truth.channels.set(event.channelId, event.changes.state)
      break
    case 'channel.gone':
      must(truth.channels.delete(event.channelId))
      break
    case 'bridge.entered':
      must(!truth.bridgeOf.has(event.channelId))
      truth.bridgeOf.set(event.channelId, event.bridgeId)
      break
    case 'bridge.left':
      must(truth.bridgeOf.get(event.channelId) === event.bridgeId)
      truth.bridgeOf.delete(event.channelId)
      break
    case 'queue.entered':
      must(!truth.waiting.has(`${event.queue} ${event.channelId}`))
      truth.waiting.add(`${event.queue} ${event.channelId}`)
      break
    case 'queue.left':
      must(truth.waiting.delete(`${event.queue} ${event.channelId}`))
      break
    case 'parking.parked':
      must(!truth.parked.has(event.channelId))
      truth.parked.add(event.channelId)
      break
    case 'parking.ended':
      truth.parked.delete(event.channelId)
      break
    case 'member.set':
      if (event.member.paused) truth.paused.add(event.member.interface)
      else truth.paused.delete(event.member.interface)
      break
    default:
  }
}
