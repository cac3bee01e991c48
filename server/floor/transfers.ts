import { leaveParking } from './calls.ts'
import { moveToCall } from './channels.ts'
import { contactResumed, endContactsOf } from './contacts.ts'
import type { PbxEvent } from './events.ts'
import { channelStoppedRinging, moveOffers } from './offers.ts'
import type { Channel } from './state.ts'
import { callOfChannel, noteCallOfAgent, putCall, type Step } from './step.ts'

/** The agent sent the customer elsewhere and is out of the call. */
export function blindTransfer(step: Step, event: PbxEvent & { type: 'transfer.blind' }): void {
  const channel = step.state.channels.get(event.transfererId)
  if (!event.ok || !channel) return
  transferred(step, channel, 'blind', event.toExten)
}

/**
 * The agent connected the customer with the one they consulted. The two calls merge by their linked ids; where the one
 * they consulted still rings, Asterisk says so only after the answer, so it is done here. Of a conference nobody leaves.
 */
export function attendedTransfer(step: Step, event: PbxEvent & { type: 'transfer.attended' }): void {
  const channel = step.state.channels.get(event.firstId)
  if (!event.ok || !channel) return
  if (event.into === 'conference') {
    // Asterisk says that the customer was put on hold for the consultation, and not that they are back.
    contactResumed(step, channel.channelId)
    return
  }
  const second = event.secondId === null ? undefined : step.state.channels.get(event.secondId)
  transferred(step, channel, 'attended', consultedBy(step, channel, second, event.targetId))
  if (!second) return
  endContactsOf(step, second, 'transferred')
  if (event.into === 'application') moveOffers(step, second, channel.callId)
}

/** Who was consulted: the number that was dialled for it, or within one call whoever is on the target's channel. */
function consultedBy(
  step: Step,
  first: Channel,
  second: Channel | undefined,
  targetId: string | null,
): string | null {
  if (second && second.callId !== first.callId)
    return callOfChannel(step.state, second.channelId)?.dialled ?? null
  const target = targetId === null ? undefined : step.state.channels.get(targetId)
  return target?.extension ?? target?.exten ?? null
}

function transferred(step: Step, channel: Channel, kind: 'blind' | 'attended', to: string | null): void {
  endContactsOf(step, channel, 'transferred')
  const said = { callId: channel.callId, kind, byExtension: channel.extension, to }
  step.facts.push({ type: 'call.transferred', pbx: step.pbx, at: step.at, ...said })
}

/** An agent takes a call that rings at somebody else's phone: that one rings no more, and this one is in the call. */
export function pickedUp(step: Step, event: PbxEvent & { type: 'pickup' }): void {
  const channel = step.state.channels.get(event.channelId)
  const target = step.state.channels.get(event.targetId)
  if (!channel || !target || channel.callId === target.callId) return
  channelStoppedRinging(step, target, 'answeredElsewhere')
  step.state.channels.set(channel.channelId, moveToCall(step, channel, target.callId))
  if (channel.extension !== null) noteCallOfAgent(step, channel.extension, target.callId)
}

/** The customer waits in a parking space. */
export function parked(step: Step, channelId: string, space: string): void {
  const call = callOfChannel(step.state, channelId)
  if (!call) return
  // Told before from a record, which names the lot: the list knows the space.
  if (call.parkedIn !== null) {
    putCall(step, { ...call, parkedIn: space })
    return
  }
  // Parked over AMI nobody transferred them: whoever had them has handed them over all the same.
  const channel = step.state.channels.get(channelId)
  if (channel !== undefined && channelId === call.customerChannelId)
    endContactsOf(step, channel, 'transferred')
  putCall(step, { ...(step.state.calls.get(call.callId) ?? call), parkedIn: space, parkedAt: step.at })
  step.facts.push({ type: 'call.parked', pbx: step.pbx, at: step.at, callId: call.callId, space })
}

/** The customer left the parking space. */
export function unparked(step: Step, channelId: string, how: 'retrieved' | 'timedOut' | 'gaveUp'): void {
  const call = callOfChannel(step.state, channelId)
  if (call) leaveParking(step, call, how)
}
