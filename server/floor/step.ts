import type { Fact } from './facts.ts'
import type { Agent, Bridge, Call, Channel, Floor, FloorOptions, Link, Member, Queue } from './state.ts'

/** A queue whose members can be written. */
export interface QueueState extends Queue {
  readonly members: Map<string, Member>
}

/** The floor as the reducer itself sees it: the same maps, writable, and the indexes that keep an event cheap. */
export interface FloorState extends Floor {
  readonly options: FloorOptions
  readonly channels: Map<string, Channel>
  readonly bridges: Map<string, Bridge>
  readonly calls: Map<string, Call>
  readonly agents: Map<string, Agent>
  readonly queues: Map<string, QueueState>
  readonly links: Map<string, Link>
  /** Whose phone a device is: `PJSIP/201` → `201`. */
  readonly extensionOfDevice: Map<string, string>
  /** The calls each agent has to do with now: rings, talks, or began. */
  readonly callsOfExtension: Map<string, Set<string>>
  /** As which members each agent is in queues, by queue and interface. Worked out from queues and devices. */
  readonly membershipsOfExtension: Map<string, Map<string, Member>>
  /** Who was last said to sit at an extension. */
  readonly tellOf: Map<string, string | null>
  /** Devices that the PBX says cannot be reached. */
  readonly unreachableDevices: Set<string>
  /** Devices that a PBX has named since it was last heard anew, and which PBX that was. */
  readonly knownDevices: Map<string, string>
  /** Calls with a visit whose end is not yet explained. */
  readonly unsettled: Set<string>
  /** Calls that have ended and are still on the floor. */
  readonly ended: Set<string>
}

/** One event being applied: where its facts go, and whose derived state has to be looked at afterwards. */
export interface Step {
  readonly state: FloorState
  readonly pbx: string
  readonly at: number
  readonly facts: Fact[]
  /** Set while something is applied that nobody saw happen: what ends then, ends so. */
  unseen: 'unknown' | 'cutOff' | null
  /** Whether what is applied was heard by nobody and read from the PBX's record. */
  readonly recorded: boolean
  /** Extensions whose agent state may have changed. */
  readonly agents: Set<string>
  /** Queues whose figures may have changed. */
  readonly queues: Set<string>
  /** Calls whose channels have changed. */
  readonly calls: Set<string>
}

/** A floor with nothing on it. */
export function emptyState(options: FloorOptions): FloorState {
  return {
    options,
    channels: new Map(),
    bridges: new Map(),
    calls: new Map(),
    agents: new Map(),
    queues: new Map(),
    links: new Map(),
    extensionOfDevice: new Map(),
    callsOfExtension: new Map(),
    membershipsOfExtension: new Map(),
    tellOf: new Map(),
    unreachableDevices: new Set(),
    knownDevices: new Map(),
    unsettled: new Set(),
    ended: new Set(),
  }
}

/** The call of a channel, or undefined when either is unknown. */
export function callOfChannel(state: FloorState, channelId: string | null): Call | undefined {
  if (channelId === null) return undefined
  const channel = state.channels.get(channelId)
  return channel && state.calls.get(channel.callId)
}

/** Puts a changed call in place of the old one, or a new one in its place. */
export function putCall(step: Step, call: Call): void {
  const { recorded } = step
  const { reconstructed } = call
  const isAsBefore = recorded ? reconstructed !== null : reconstructed !== 'wholly'
  step.state.calls.set(call.callId, isAsBefore ? call : { ...call, reconstructed: 'partly' })
}

/** How long after a gap something may still follow from what went unheard, ms. */
const followsFromGapMs = 2_000

/**
 * Whether what ends now may end for a reason that nobody heard: then none can be told.
 * @param callId in which it ends
 * @param since when it began, ms
 */
export function mayFollowFromGap(step: Step, callId: string, since: number): boolean {
  const heardAgainAt = unheardUntil(step, callId)
  return heardAgainAt !== null && since <= heardAgainAt && step.at - heardAgainAt < followsFromGapMs
}

/** When the last gap ended in which something may have happened in a call that no record told; null for none. */
export function unheardUntil(step: Step, callId: string): number | null {
  const { heardAgainAt = null, unsureOf = null } = step.state.links.get(step.pbx) ?? {}
  return unsureOf === null || unsureOf.includes(callId) ? heardAgainAt : null
}

/** Remembers that an agent has to do with a call, and that their state is to be looked at. */
export function noteCallOfAgent(step: Step, extension: string, callId: string): void {
  const calls = step.state.callsOfExtension.get(extension) ?? new Set()
  step.state.callsOfExtension.set(extension, calls.add(callId))
  step.agents.add(extension)
}

/**
 * Replaces one item of a list by its id.
 * @returns a new list, with the item in the place of the old one
 */
export function replaced<T extends object>(list: readonly T[], key: keyof T, item: T): readonly T[] {
  return list.map((other) => (other[key] === item[key] ? item : other))
}
