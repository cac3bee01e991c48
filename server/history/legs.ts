import type { Bridge, BridgeStay, Leg, LegAnswer, LegState } from '../../shared/explanation.ts'
import { outcomeOfCause } from '../floor/channels.ts'
import type { ChannelInfo, DialOutcome, PbxEvent } from '../floor/events.ts'

interface Building {
  leg: Leg
  isUp: boolean
  isRinging: boolean
  isHeld: boolean
  isQueued: boolean
}

interface BridgeBuilding {
  holding: boolean
  legIds: Set<string>
  stays: Map<string, BridgeStay>
}

/** What the legs of a call did, and who was in which bridge. */
export interface LegsOfCall {
  /** In the order in which they appeared. */
  legs: Leg[]
  bridges: Bridge[]
}

/**
 * The legs of a call, and what each did from when to when.
 * @param events of the call's channels, in order
 * @param extensionOf whose device it is; null for nobody's
 */
export function legsOf(
  events: readonly PbxEvent[],
  extensionOf: (device: string) => string | null,
): LegsOfCall {
  const legs = new Map<string, Building>()
  /** Who is in which bridge. Where nobody hears anybody, as on a parking lot, they wait. */
  const bridges = new Map<string, BridgeBuilding>()

  const stateOf = (legId: string, { isUp, isRinging, isHeld, isQueued }: Building): LegState => {
    if (!isUp) return isRinging ? 'ringing' : 'starting'
    const own = [...bridges.values()].filter(({ legIds }) => legIds.has(legId))
    if (own.some(({ holding, legIds }) => !holding && legIds.size > 1)) return isHeld ? 'held' : 'talking'
    return isQueued || own.some(({ holding }) => holding) ? 'waiting' : 'inDialplan'
  }
  const note = (at: number, change: { legId: string; flags?: Partial<Building> }): void => {
    const building = legs.get(change.legId)
    if (building && building.leg.until === null) Object.assign(building, change.flags)
    // Who comes into a bridge or leaves it changes what the others there are doing.
    for (const [legId, each] of legs) {
      if (each.leg.until !== null) continue
      const state = stateOf(legId, each)
      if (each.leg.parts.at(-1)?.state === state) continue
      each.leg.parts.push({ state, from: Math.max(at, each.leg.from) })
    }
  }
  const appear = (channel: ChannelInfo, at: number): void => {
    if (legs.has(channel.channelId)) return
    const { channelId: legId, device, localHalf, state } = channel
    const extension = localHalf === null ? extensionOf(device) : null
    const kind = localHalf !== null ? 'helper' : extension === null ? 'outside' : 'agent'
    legs.set(legId, {
      leg: { legId, kind, device, extension, from: at, until: null, answer: null, parts: [] },
      isUp: state === 'up',
      isRinging: state === 'ringing',
      isHeld: false,
      isQueued: false,
    })
    note(at, { legId })
  }
  const answer = (legId: string, said: LegAnswer | null): void => {
    const leg = legs.get(legId)?.leg
    // That a dial ended says less than why its leg went.
    const isOpen = leg?.answer == null || leg.answer === 'cancelled' || leg.answer === 'notAnswered'
    if (leg && isOpen && said !== null) leg.answer = said
  }
  const enter = (bridgeId: string, legId: string, at: number, holding: boolean): void => {
    const bridge = bridges.get(bridgeId) ?? { holding, legIds: new Set(), stays: new Map() }
    bridges.set(bridgeId, bridge)
    if (bridge.legIds.has(legId)) return
    bridge.legIds.add(legId)
    bridge.stays.set(`${legId} ${at}`, { legId, from: at, until: null })
    note(at, { legId })
  }
  const leave = (bridgeId: string, legId: string, at: number): void => {
    const bridge = bridges.get(bridgeId)
    bridge?.legIds.delete(legId)
    for (const stay of bridge?.stays.values() ?? []) {
      if (stay.legId === legId) stay.until ??= Math.max(at, stay.from)
    }
  }
  const goes = (legId: string, at: number): void => {
    for (const bridgeId of bridges.keys()) leave(bridgeId, legId, at)
    const building = legs.get(legId)
    if (building) building.leg.until ??= Math.max(at, building.leg.from)
    note(at, { legId })
  }

  for (const event of events) {
    const { at } = event
    switch (event.type) {
      case 'channel.appeared':
        appear(event.channel, at)
        break
      case 'channel.changed': {
        const { state } = event.changes
        if (state === undefined) break
        if (state === 'up') answer(event.channelId, 'answered')
        note(at, { legId: event.channelId, flags: { isUp: state === 'up', isRinging: state === 'ringing' } })
        break
      }
      case 'channel.hangupAsked':
        if (legs.get(event.channelId)?.isUp === false) answer(event.channelId, outcomeOfCause(event.cause))
        break
      case 'dial.began':
        if (event.called) appear(event.called, at)
        break
      case 'dial.ended':
        answer(event.calledId, answerOfDial[event.outcome])
        break
      case 'channel.gone':
        if (legs.get(event.channelId)?.isUp === false) answer(event.channelId, outcomeOfCause(event.cause))
        goes(event.channelId, at)
        break
      case 'channel.held':
      case 'channel.resumed':
        note(at, { legId: event.channelId, flags: { isHeld: event.type === 'channel.held' } })
        break
      case 'queue.entered':
      case 'queue.left':
        note(at, { legId: event.channelId, flags: { isQueued: event.type === 'queue.entered' } })
        break
      case 'bridge.entered':
        if (event.swappedFor !== null) leave(event.bridgeId, event.swappedFor, at)
        enter(event.bridgeId, event.channelId, at, event.holding)
        break
      case 'bridge.left':
        leave(event.bridgeId, event.channelId, at)
        note(at, { legId: event.channelId, flags: { isHeld: false } })
        break
      case 'snapshot': {
        // After a gap: what is there, and what is not any more.
        const { snapshot } = event
        const there = new Set(snapshot.channels.map(({ channelId }) => channelId))
        for (const [legId, { leg }] of legs) if (leg.until === null && !there.has(legId)) goes(legId, at)
        for (const { startedAt, ...channel } of snapshot.channels) appear(channel, startedAt)
        for (const { bridgeId, channelIds } of snapshot.bridges)
          for (const legId of channelIds) enter(bridgeId, legId, at, false)
        for (const { channelId: legId, state } of snapshot.channels)
          note(at, { legId, flags: { isUp: state === 'up', isRinging: state === 'ringing' } })
        break
      }
      default:
    }
  }
  return {
    legs: [...legs.values()].map(({ leg }) => leg),
    bridges: [...bridges].map(([bridgeId, { holding, stays }]) => ({
      bridgeId,
      holding,
      stays: [...stays.values()],
    })),
  }
}

const answerOfDial: Readonly<Record<DialOutcome, LegAnswer | null>> = {
  answered: 'answered',
  busy: 'busy',
  notAnswered: 'notAnswered',
  cancelled: 'cancelled',
  unreachable: 'unreachable',
  congested: 'unreachable',
  other: null,
}
