import type { ChannelInfo, MemberInfo, PbxEvent, Snapshot, Stamp, WaitingCaller } from '../floor/events.ts'

/** What the PBX's lists said, one after the other, while events went on coming. */
export interface Lists extends Snapshot {
  /** The time on the PBX's clock when the reading began, ms, and ours. */
  readonly at: number
  readonly arrivedAt: number
  readonly phones: readonly { device: string; reachable: boolean }[]
  /** A time of the PBX's, such as an id begins with, by our clock; the same where left out. */
  readonly ours?: (at: number) => number
}

/** What came while the lists were read. */
export interface Held {
  /** In the order in which they came. */
  readonly events: readonly PbxEvent[]
  /** As they were when they hung up: channels that ended before the list of channels was read are in no list. */
  readonly departed: ReadonlyMap<string, ChannelInfo>
}

/** What the first event that came about something says of how it was before. */
interface Before {
  /** Channels whose whole life came as events. */
  readonly born: Set<string>
  /** The bridge that a channel was in (null: in none), by channel. */
  readonly bridgeOf: Map<string, string | null>
  /** Whether a caller was waiting, by queue and channel. */
  readonly waited: Map<string, WaitingCaller | null>
  /** Whether a channel was parked. */
  readonly wasParked: Map<string, boolean>
}

/**
 * Makes of lists that are not of one instant, and of the events that came among them, one true story: the state as it was
 * when the reading began, and then every event since.
 *
 * A list is never behind the events that came before it, but it may be ahead of some that come after it. So a list cannot
 * be believed about anything that an event speaks of: there the first such event says how it was before (who leaves a
 * bridge was in it; a channel that appears was not there; who hangs up was). About all else the list is right, since
 * nothing happened to it. For values that no event tells the old one of (a state, a member's pause) the events up to the
 * one that the list already shows are left out.
 *
 * @returns one `snapshot`, then which phones can be reached, then the events that are news to it
 */
export function mergeSnapshot(pbx: string, lists: Lists, held: Held): PbxEvent[] {
  const before = howItWas(lists, held.events)
  const channels = channelsBefore(lists, held, before)
  const alive = new Set(channels.map((channel) => channel.channelId))
  const first = held.events[0]
  const stamp: Stamp = {
    pbx,
    at: Math.min(lists.at, first?.at ?? lists.at),
    arrivedAt: Math.min(lists.arrivedAt, first?.arrivedAt ?? lists.arrivedAt),
  }
  const snapshot: Snapshot = {
    channels,
    bridges: bridgesBefore(lists, before, alive),
    queues: lists.queues,
    members: lists.members,
    waiting: waitingBefore(lists, before, alive),
    parked: lists.parked.filter(
      ({ channelId }) => alive.has(channelId) && before.wasParked.get(channelId) !== false,
    ),
    bootedAt: lists.bootedAt,
  }
  const told = new Set(held.events.map((event) => (event.type === 'phone.reachable' ? event.device : null)))
  const phones = lists.phones.filter(({ device }) => !told.has(device))
  return [
    { ...stamp, type: 'snapshot', snapshot },
    ...phones.map((phone) => ({ ...stamp, type: 'phone.reachable' as const, ...phone })),
    ...newsTo(lists, held.events),
  ]
}

function howItWas(lists: Lists, events: readonly PbxEvent[]): Before {
  const before: Before = {
    born: new Set(),
    bridgeOf: new Map(),
    waited: new Map(),
    wasParked: new Map(),
  }
  const first = <K, V>(map: Map<K, V>, key: K, value: V) => {
    if (!map.has(key)) map.set(key, value)
  }
  const waitedSince = new Map(
    lists.waiting.map((caller) => [waitKey(caller.queue, caller.channelId), caller]),
  )
  for (const event of events) {
    switch (event.type) {
      case 'channel.appeared':
        before.born.add(event.channel.channelId)
        break
      case 'bridge.entered':
        first(before.bridgeOf, event.channelId, null)
        // Who gives up their place was in this bridge; the event that they left it comes after.
        if (event.swappedFor !== null) first(before.bridgeOf, event.swappedFor, event.bridgeId)
        break
      case 'bridge.left':
        first(before.bridgeOf, event.channelId, event.bridgeId)
        break
      case 'queue.entered':
        first(before.waited, waitKey(event.queue, event.channelId), null)
        break
      case 'queue.left':
      case 'queue.gaveUp': {
        const key = waitKey(event.queue, event.channelId)
        const { queue, channelId } = event
        first(before.waited, key, waitedSince.get(key) ?? { queue, channelId, position: 1, since: lists.at })
        break
      }
      case 'queue.connected': {
        const key = waitKey(event.queue, event.channelId)
        const known = before.waited.get(key)
        // Who left before the list was read: how long they had waited is told here alone.
        if (known && !waitedSince.has(key))
          before.waited.set(key, { ...known, since: event.at - event.waitMs })
        break
      }
      case 'parking.parked':
        first(before.wasParked, event.channelId, false)
        break
      case 'parking.ended':
        first(before.wasParked, event.channelId, true)
        break
      default:
    }
  }
  return before
}

function channelsBefore(lists: Lists, held: Held, { born }: Before): Snapshot['channels'] {
  const listed = new Set(lists.channels.map((channel) => channel.channelId))
  const departed = [...held.departed.values()].filter(({ channelId }) => !listed.has(channelId))
  const startedAt = ({ channelId }: ChannelInfo) => {
    const started = startOf(channelId)
    return started === null ? lists.at : (lists.ours?.(started) ?? started)
  }
  return [
    ...lists.channels,
    ...departed.map((channel) => ({ ...channel, startedAt: startedAt(channel) })),
  ].filter(({ channelId }) => !born.has(channelId))
}

function bridgesBefore(lists: Lists, { bridgeOf }: Before, alive: ReadonlySet<string>): Snapshot['bridges'] {
  const bridges = new Map<string, string[]>()
  const put = (bridgeId: string, channelId: string) => {
    if (!alive.has(channelId)) return
    const inside = bridges.get(bridgeId)
    if (!inside) bridges.set(bridgeId, [channelId])
    else if (!inside.includes(channelId)) inside.push(channelId)
  }
  for (const { bridgeId, channelIds } of lists.bridges) {
    for (const channelId of channelIds) if (!bridgeOf.has(channelId)) put(bridgeId, channelId)
  }
  for (const [channelId, bridgeId] of bridgeOf) if (bridgeId !== null) put(bridgeId, channelId)
  return [...bridges].map(([bridgeId, channelIds]) => ({ bridgeId, channelIds }))
}

function waitingBefore(lists: Lists, { waited }: Before, alive: ReadonlySet<string>): WaitingCaller[] {
  const untouched = lists.waiting.filter(({ queue, channelId }) => !waited.has(waitKey(queue, channelId)))
  const known = [...waited.values()].filter((caller) => caller !== null)
  return [...untouched, ...known].filter(({ channelId }) => alive.has(channelId))
}

/** The events without the values that the lists already show or have gone beyond. */
function newsTo(lists: Lists, events: readonly PbxEvent[]): PbxEvent[] {
  const channels = new Map(lists.channels.map((channel) => [channel.channelId, channel]))
  const members = new Map(lists.members.map((member) => [memberKey(member), member]))
  const born = new Set<string>()
  /** By what is told (a channel's field, a member): the index of the last event that says the same as the list. */
  const shownUpTo = new Map<string, number>()
  events.forEach((event, index) => {
    if (event.type === 'channel.appeared') born.add(event.channel.channelId)
    if (event.type === 'channel.changed' && !born.has(event.channelId)) {
      const listed = channels.get(event.channelId)
      for (const key of listed ? changedKeys(event.changes) : []) {
        if (listed?.[key] === event.changes[key]) shownUpTo.set(`${event.channelId} ${key}`, index)
      }
    }
    if (event.type === 'member.set' && sameMember(event.member, members.get(memberKey(event.member)))) {
      shownUpTo.set(memberKey(event.member), index)
    }
  })
  const isShown = (key: string, index: number) => index <= (shownUpTo.get(key) ?? -1)
  return events.flatMap((event, index): PbxEvent[] => {
    if (event.type === 'member.set') return isShown(memberKey(event.member), index) ? [] : [event]
    if (event.type === 'member.removed') return isShown(memberKey(event), index) ? [] : [event]
    if (event.type !== 'channel.changed') return [event]
    const keys = changedKeys(event.changes)
    const news = keys.filter((key) => !isShown(`${event.channelId} ${key}`, index))
    if (news.length === keys.length) return [event]
    if (news.length === 0) return []
    const changes = Object.fromEntries(news.map((key) => [key, event.changes[key]]))
    return [{ ...event, changes }]
  })
}

type Changes = (PbxEvent & { type: 'channel.changed' })['changes']

function changedKeys(changes: Changes): (keyof Changes)[] {
  // The keys of a literal of this type, as translate-channels.ts makes them.
  return Object.keys(changes) as (keyof Changes)[]
}

function waitKey(queue: string, channelId: string): string {
  return `${queue}\n${channelId}`
}

function memberKey({ queue, interface: memberInterface }: { queue: string; interface: string }): string {
  return `${queue}\n${memberInterface}`
}

function sameMember(one: MemberInfo, other: MemberInfo | undefined): boolean {
  return (
    other !== undefined &&
    one.paused === other.paused &&
    one.pauseReason === other.pauseReason &&
    one.deviceState === other.deviceState &&
    one.stateInterface === other.stateInterface &&
    one.memberName === other.memberName &&
    one.penalty === other.penalty
  )
}

/**
 * When a channel was made, from its id, which begins with that time: `name-1764000000.12`.
 * @returns ms, or null for an id of another form
 */
export function startOf(channelId: string): number | null {
  const seconds = /(\d{9,11})\.\d+$/.exec(channelId)?.[1]
  return seconds === undefined ? null : Number(seconds) * 1000
}
