import { memberRemoved, memberSet, phoneReachable, settleAgents, setDesks } from './agents.ts'
import { forgetEndedCalls, learn } from './calls.ts'
import { channelAppeared, channelChanged, channelGone, hangupAsked, noteChannel } from './channels.ts'
import {
  blindTransfer,
  bridgeEntered,
  bridgeGone,
  bridgeLeft,
  contactHeld,
  contactResumed,
  attendedTransfer,
  parked,
  unparked,
} from './contacts.ts'
import type { PbxEvent } from './events.ts'
import type { Fact } from './facts.ts'
import { dialBegan, dialEnded, queueNotAnswered, queueOffered } from './offers.ts'
import { reconcile } from './reconcile.ts'
import type { Floor, FloorOptions } from './state.ts'
import { type FloorState, type Step, emptyState } from './step.ts'
import { queueConnected, queueEntered, queueGaveUp, queueLeft, queueResult, settleVisits } from './visits.ts'

/** A floor on which nothing has happened yet. */
export function createFloor(options: FloorOptions): Floor {
  return emptyState(options)
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
    agents: new Set(),
    queues: new Set(),
  }
  apply(step, event)
  settleAgents(step)
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
      settleVisits(step, event.channelId)
      noteChannel(step, event.channelId, event.linkedId, { application: event.application })
      return
    case 'channel.held':
      contactHeld(step, event.channelId)
      return
    case 'channel.resumed':
      contactResumed(step, event.channelId)
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
      // The picked-up leg comes by its own dial and bridge events.
      return
    case 'call.learnt':
      learn(step, event.channelId, event.account, event.digits)
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
    case 'tick':
      settleVisits(step, null)
      forgetEndedCalls(step)
      return
  }
}

function linkLost(step: Step): void {
  const link = step.state.links.get(step.pbx)
  if (link?.lostAt != null) return
  step.state.links.set(step.pbx, { pbx: step.pbx, bootedAt: link?.bootedAt ?? null, lostAt: step.at })
}

/** Turns what differs between the floor and the PBX into events, and applies those like any others. */
function takeSnapshot(step: Step, event: PbxEvent & { type: 'snapshot' }): void {
  const link = step.state.links.get(step.pbx)
  if (link?.lostAt != null)
    step.facts.push({ type: 'link.gap', pbx: step.pbx, at: step.at, since: link.lostAt })
  for (const difference of reconcile(step.state, event)) apply(step, difference)
  step.state.links.set(step.pbx, { pbx: step.pbx, bootedAt: event.snapshot.bootedAt, lostAt: null })
}
