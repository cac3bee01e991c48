import { forgetDevices, memberRemoved, memberSet, phoneReachable, settleAgents, setDesks } from './agents.ts'
import {
  attested,
  eraseParty,
  forgetAgentsWhoHungUp,
  forgetEndedCalls,
  learn,
  pinTyped,
  recorded,
  givePlaceUp,
  voicemailOver,
} from './calls.ts'
import { channelAppeared, channelChanged, channelGone, hangupAsked, noteChannel } from './channels.ts'
import { settleConsults } from './consults.ts'
import { bridgeEntered, bridgeGone, bridgeLeft, contactHeld, contactResumed } from './contacts.ts'
import type { PbxEvent } from './events.ts'
import type { Fact } from './facts.ts'
import { declined, placeSaid } from './kept-place.ts'
import { dialBegan, dialEnded, queueNotAnswered, queueOffered } from './offers.ts'
import { channelsLost, reconcile } from './reconcile.ts'
import type { Floor, FloorOptions } from './state.ts'
import { callOfChannel, type FloorState, type Step, emptyState } from './step.ts'
import { attendedTransfer, blindTransfer, parked, pickedUp, unparked } from './transfers.ts'
import { queueConnected, queueEntered, queueGaveUp, queueLeft, queueResult, settleVisits } from './visits.ts'

/** A floor on which nothing has happened yet. */
export function createFloor(options: FloorOptions): Floor {
  return emptyState(options)
}

/** The floor as it is at this moment, which stays so: entries are never changed, only the maps that hold them. */
export function copyOfFloor({ channels, bridges, calls, agents, queues, links }: Floor): Floor {
  return {
    channels: new Map(channels),
    bridges: new Map(bridges),
    calls: new Map(calls),
    agents: new Map(agents),
    queues: new Map(
      [...queues].map(([name, queue]) => [name, { ...queue, members: new Map(queue.members) }]),
    ),
    links: new Map(links),
  }
}

/**
 * Applies one event to the floor.
 *
 * Pure but for the floor's own maps, which it changes in place (see `Floor`): no clock, no I/O, no randomness. The same
 * events on an empty floor always give the same floor and the same facts.
 * @param floor made by `createFloor` or `floorFromJson`
 * @returns the floor and what changed, in order
 */
export function reduce(floor: Floor, event: PbxEvent): { floor: Floor; facts: readonly Fact[] } {
  const step: Step = {
    state: floor as FloorState,
    pbx: event.pbx,
    at: event.at,
    facts: [],
    unseen: null,
    recorded: event.recorded === true,
    agents: new Set(),
    queues: new Set(),
    calls: new Set(),
  }
  noteClockSetBack(step)
  apply(step, event)
  settleConsults(step)
  settleAgents(step)
  if (step.recorded) for (const fact of step.facts) fact.recorded = true
  return { floor, facts: step.facts }
}

function apply(step: Step, event: PbxEvent): void {
  switch (event.type) {
    case 'channel.appeared':
      channelAppeared(step, event.channel, event.at)
      return
    case 'channel.changed':
      channelChanged(step, event)
      return
    case 'channel.hangupAsked':
      hangupAsked(step, event)
      return
    case 'channel.gone':
      channelGone(step, event)
      return
    case 'channel.application':
      // Whoever was asked to keep their place may be on the way back to it.
      if (event.application !== 'Queue') declined(step, event.channelId)
      settleVisits(step, event.channelId)
      noteChannel(step, event.channelId, event.linkedId, { application: event.application })
      return
    case 'channel.held':
      contactHeld(step, event.channelId)
      return
    case 'channel.resumed':
      contactResumed(step, event.channelId)
      return
    case 'channel.recorded':
      recorded(step, event)
      return
    case 'dial.began':
      dialBegan(step, event)
      return
    case 'dial.ended':
      dialEnded(step, event)
      return
    case 'bridge.entered':
      bridgeEntered(step, event)
      return
    case 'bridge.left':
      bridgeLeft(step, event.bridgeId, event.channelId)
      return
    case 'bridge.gone':
      bridgeGone(step, event.bridgeId)
      return
    case 'local.bridged':
      noteChannel(step, event.oneId, event.linkedId, { localPeer: event.twoId })
      noteChannel(step, event.twoId, event.linkedId, { localPeer: event.oneId })
      return
    case 'local.optimised':
      return
    case 'queue.entered':
      queueEntered(step, event.queue, event.channelId, event.linkedId, event.at)
      return
    case 'queue.left':
      queueLeft(step, event.queue, event.channelId, event.unseen ?? false)
      return
    case 'queue.gaveUp':
      queueGaveUp(step, event.queue, event.channelId)
      return
    case 'queue.result':
      queueResult(step, event.channelId, event.result)
      return
    case 'queue.offered':
      queueOffered(step, event)
      return
    case 'queue.connected':
      queueConnected(step, event)
      return
    case 'queue.notAnswered':
      queueNotAnswered(step, event)
      return
    case 'queue.completed':
      // The end of a contact is taken from its legs: AgentComplete is late or missing in some paths (asterisk #393).
      return
    case 'member.set':
      memberSet(step, event.member)
      return
    case 'member.removed':
      memberRemoved(step, event.queue, event.interface)
      return
    case 'transfer.blind':
      blindTransfer(step, event)
      return
    case 'transfer.attended':
      attendedTransfer(step, event)
      return
    case 'parking.parked':
      parked(step, event.channelId, event.space)
      return
    case 'parking.ended':
      unparked(step, event.channelId, event.how)
      return
    case 'pickup':
      pickedUp(step, event)
      return
    case 'call.learnt':
      learn(step, event.channelId, event.account, event.digits)
      return
    case 'call.attested':
      attested(step, event.channelId, event.attestation)
      return
    case 'call.pinTyped':
      pinTyped(step, event.channelId, event.keptAs)
      return
    case 'place.said':
      placeSaid(step, event)
      return
    case 'place.refused':
      givePlaceUp(step, event)
      return
    case 'voicemail.over':
      voicemailOver(step, event)
      return
    case 'phone.reachable':
      phoneReachable(step, event.device, event.reachable)
      return
    case 'desks.set':
      setDesks(step, event.desks)
      return
    case 'link.lost':
      linkLost(step)
      return
    case 'snapshot':
      takeSnapshot(step, event)
      return
    case 'call.erased':
      eraseParty(step, event.callId)
      return
    case 'pbx.restarted':
      pbxRestarted(step, event)
      return
    case 'tick':
      settleVisits(step, null)
      forgetEndedCalls(step)
      return
  }
}

/** Events of the moment in which the PBX was heard again come out of order, but never by so much, ms. */
const outOfOrderMs = 60_000

/** A gap that seems to be yet to come is long past: the PBX's clock was set back, and nothing new follows from it. */
function noteClockSetBack(step: Step): void {
  const link = step.state.links.get(step.pbx)
  if (link?.heardAgainAt == null || step.at >= link.heardAgainAt - outOfOrderMs) return
  step.state.links.set(step.pbx, { ...link, heardAgainAt: null })
}

function linkLost(step: Step): void {
  const link = step.state.links.get(step.pbx)
  if (link?.lostAt != null) return
  const { bootedAt = null, heardAgainAt = null, unsureOf = null } = link ?? {}
  step.state.links.set(step.pbx, { pbx: step.pbx, bootedAt, lostAt: step.at, heardAgainAt, unsureOf })
}

/** A queue that the PBX has no more, and in which nobody is. */
function forgetQueues(step: Step, named: readonly string[]): void {
  const known = new Set(named)
  for (const { name, pbx, members, waiting } of step.state.queues.values()) {
    if (pbx !== step.pbx || known.has(name) || members.size + waiting.length > 0) continue
    step.state.queues.delete(name)
    step.queues.add(name)
  }
}

/** Turns what differs between the floor and the PBX into events, and applies those like any others. */
function takeSnapshot(step: Step, event: PbxEvent & { type: 'snapshot' }): void {
  const { pbx, at } = step
  const link = step.state.links.get(pbx)
  const { bootedAt, record, isCheck } = event.snapshot
  if (link?.lostAt != null) {
    const { told = 'nothing', until: toldUntil = null } = record ?? {}
    step.facts.push({ type: 'link.gap', pbx, at, since: link.lostAt, told, toldUntil })
  }
  const differences = reconcile(step.state, event)
  const why = link === undefined ? 'first' : isCheck ? 'check' : 'gap'
  if (differences.length > 0)
    step.facts.push({ type: 'link.reconciled', pbx, at, why, differences: countKinds(differences) })
  // In a gap of no length nothing can have gone unheard, nor in one of which the record told all, save in the calls of which
  // the list says otherwise; before the first snapshot everything did.
  const wentOn = differences.flatMap((difference) => callsTouched(step.state, difference))
  wentOn.push(...(record?.leaving ?? []))
  const wasSilent = link !== undefined && link.lostAt !== null && event.arrivedAt > link.lostAt
  const toldWhole = record?.told === 'whole' && link !== undefined
  const unheard = link === undefined || (wasSilent && (!toldWhole || wentOn.length > 0))
  const gap = unheard
    ? { heardAgainAt: at, unsureOf: toldWhole ? [...new Set(wentOn)] : null }
    : { heardAgainAt: link.heardAgainAt, unsureOf: link.unsureOf }
  step.state.links.set(pbx, { pbx, bootedAt, lostAt: null, ...gap })
  if (unheard) forgetAgentsWhoHungUp(step)
  if (unheard) forgetDevices(step)
  for (const difference of differences) apply(step, difference)
  forgetQueues(step, event.snapshot.queues)
}

/**
 * The calls to which something happened of which a difference tells: none where a list knows what a record does not, such
 * as numbers, or says already what the next events tell, such as that a phone was answered.
 */
function callsTouched(state: FloorState, difference: PbxEvent): string[] {
  const { type } = difference
  if (type === 'member.set' || type === 'member.removed') return []
  if (type === 'parking.parked' && isParked(state, difference.channelId)) return []
  const ids = [
    'channelId' in difference ? difference.channelId : null,
    'calledId' in difference ? difference.calledId : null,
    type === 'channel.appeared' ? difference.channel.channelId : null,
    type === 'local.bridged' ? difference.oneId : null,
  ]
  const known = ids.flatMap((id) => (id === null ? [] : (state.channels.get(id) ?? [])))
  const linkedId = type === 'channel.appeared' ? difference.channel.linkedId : linkedIdOf(difference)
  if (type === 'channel.changed') {
    if (known.every((channel) => channel.linkedId === linkedId)) return []
  }
  return [...known.map(({ callId }) => callId), ...(linkedId === null ? [] : [linkedId])]
}

function isParked(state: FloorState, channelId: string): boolean {
  return callOfChannel(state, channelId)?.parkedIn != null
}

function linkedIdOf(event: PbxEvent): string | null {
  return 'linkedId' in event ? event.linkedId : null
}

/** How many there are of each kind. */
export function countKinds(events: readonly PbxEvent[]): Partial<Record<PbxEvent['type'], number>> {
  const counts: Partial<Record<PbxEvent['type'], number>> = {}
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

/** Ends what was on the PBX before it was started anew; the snapshot that follows is of the new one. */
function pbxRestarted(step: Step, event: PbxEvent & { type: 'pbx.restarted' }): void {
  const link = step.state.links.get(step.pbx)
  for (const gone of channelsLost(step.state, event)) apply(step, gone)
  const { lostAt = null, heardAgainAt = null, unsureOf = null } = link ?? {}
  const { bootedAt } = event
  step.state.links.set(step.pbx, { pbx: step.pbx, bootedAt, lostAt, heardAgainAt, unsureOf })
}
