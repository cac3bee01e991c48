import { bringCustomer, callerOf, endCall, identify, startCall, withoutParties } from './calls.ts'
import { channelLeftBridge, endContactsOf, talksOnInNewCall } from './contacts.ts'
import type { ChannelInfo, PbxEvent } from './events.ts'
import { goesOnWithout } from './kept-place.ts'
import { beganItself, ownPhoneCalled, ownPhonePickedUp } from './own-phone.ts'
import { channelRang, channelStoppedRinging } from './offers.ts'
import type { Call, Channel } from './state.ts'
import { mayFollowFromGap, noteCallOfAgent, putCall, type Step } from './step.ts'
import { visitsCutShort } from './visits.ts'

/** A channel came up: it joins the call of its linked id, or begins one. */
export function channelAppeared(step: Step, info: ChannelInfo, appearedAt: number): void {
  if (step.state.channels.has(info.channelId)) return
  // Whoever comes to a call that has ended has a call of their own.
  const isLate = hasEnded(step, info.linkedId)
  const callId = isLate ? info.channelId : info.linkedId
  // An id is given once: what has ended does not begin again.
  if (hasEnded(step, callId)) return
  const channel: Channel = {
    ...info,
    pbx: step.pbx,
    callId,
    appearedAt,
    extension: step.state.extensionOfDevice.get(info.device) ?? null,
    bridgeId: null,
    dialledBy: null,
    localPeer: null,
    heldSince: null,
    hangupAskedAt: null,
  }
  step.state.channels.set(channel.channelId, channel)
  const call = step.state.calls.get(channel.callId)
  if (call) joinCall(step, call, channel.channelId)
  else startCall(step, channel)
  if (channel.extension === null) return
  noteCallOfAgent(step, channel.extension, channel.callId)
  // Found ringing in a list, with nothing that would have dialled it.
  const begun = step.state.calls.get(channel.callId)
  if (channel.state === 'ringing' && begun && beganItself(begun, channel))
    ownPhoneCalled(step, begun, channel)
}

function hasEnded(step: Step, callId: string): boolean {
  return (step.state.calls.get(callId)?.endedAt ?? null) !== null
}

/** Changes what is noted of a channel, and moves it to the call that its linked id now names. */
export function noteChannel(
  step: Step,
  channelId: string,
  linkedId: string | null,
  changes: Partial<Channel>,
): Channel | undefined {
  const channel = step.state.channels.get(channelId)
  if (!channel) return undefined
  let next: Channel = { ...channel, ...changes }
  if (linkedId !== null && linkedId !== channel.linkedId)
    next = moveToCall(step, { ...next, linkedId }, linkedId)
  step.state.channels.set(channelId, next)
  // Who enters a bridge with this very event is looked at once they are in it.
  if (next.callId !== channel.callId && changes.bridgeId === undefined) talksOnInNewCall(step, next)
  if (changes.application === 'VoiceMail') leaveVoicemail(step, next)
  if (next.state === 'up') ownPhonePickedUp(step, next)
  if (next.extension !== null) step.agents.add(next.extension)
  step.calls.add(next.callId)
  return next
}

/** Newstate, NewCallerid, NewConnectedLine, Rename: better knowledge of a channel. */
export function channelChanged(step: Step, event: PbxEvent & { type: 'channel.changed' }): void {
  const before = step.state.channels.get(event.channelId)
  if (!before) return
  const renamed = event.changes.device !== undefined && event.changes.device !== before.device
  const extension = renamed
    ? (step.state.extensionOfDevice.get(event.changes.device ?? '') ?? null)
    : before.extension
  // Who was erased stays so, though the PBX goes on saying who it is.
  const isErased = step.state.calls.get(before.callId)?.party.erased === true
  const changes = isErased ? withoutParties(event.changes) : event.changes
  const channel = noteChannel(step, event.channelId, event.linkedId, { ...changes, extension })
  if (!channel) return
  if (renamed && extension !== null) noteCallOfAgent(step, extension, channel.callId)
  if (channel.state === 'ringing' && before.state !== 'ringing') channelRang(step, channel)
  const call = step.state.calls.get(channel.callId)
  if (!call || call.customerChannelId !== channel.channelId || call.contacts.length > 0) return
  // Who keeps a place, and the customer once they are called, say nothing new of who that is.
  if (call.place !== undefined) return
  if (call.direction === 'inbound' && call.party.erased !== true)
    identify(step, call, { party: callerOf(channel) })
}

/**
 * One side asks to hang up. From a phone that was still ringing it is a refusal, and its cause is the only sign of what
 * kind: app_queue calls every refusal NOANSWER afterwards.
 */
export function hangupAsked(step: Step, event: PbxEvent & { type: 'channel.hangupAsked' }): void {
  const channel = noteChannel(step, event.channelId, event.linkedId, { hangupAskedAt: event.at })
  if (!channel) return
  if (event.by === 'farEnd') noteWhoHangsUp(step, channel)
  if (channel.extension === null || channel.state === 'up') return
  const outcome = outcomeOfCause(event.cause)
  if (outcome !== null) channelStoppedRinging(step, channel, outcome)
}

/** A channel hung up: its ringing, talking and waiting end, and with the last one the call. */
export function channelGone(step: Step, event: PbxEvent & { type: 'channel.gone' }): void {
  const channel = noteChannel(step, event.channelId, event.linkedId, {})
  if (!channel) return
  step.unseen = event.unseen ?? null
  if (channel.bridgeId !== null) channelLeftBridge(step, channel.bridgeId, channel.channelId)
  channelStoppedRinging(step, channel, outcomeOfCause(event.cause))
  noteGoneUnheard(step, channel)
  endContactsOf(step, channel)
  visitsCutShort(step, channel)
  step.state.channels.delete(channel.channelId)
  if (channel.extension !== null) step.agents.add(channel.extension)
  leaveCall(step, channel.callId, channel.channelId, event.cause)
  step.unseen = null
}

/** What the Q.850 cause of a leg that was never answered says of it; null for nothing. */
export function outcomeOfCause(
  cause: number | null,
): 'answeredElsewhere' | 'declined' | 'busy' | 'unreachable' | null {
  if (cause === 26) return 'answeredElsewhere'
  if (cause === 21) return 'declined'
  if (cause === 17) return 'busy'
  if (cause === 3 || cause === 20 || cause === 27 || cause === 38) return 'unreachable'
  return null
}

function noteWhoHangsUp(step: Step, channel: Channel): void {
  const call = step.state.calls.get(channel.callId)
  if (!call) return
  // The agent who hung up may have left the customer behind, as in a parking space.
  const leftBehind = call.hungUpBy === 'agent' && channel.channelId === call.customerChannelId
  if (call.hungUpBy !== null && !(leftBehind && call.contacts.every((c) => c.endedAt !== null))) return
  if (channel.channelId === call.customerChannelId) putCall(step, { ...call, hungUpBy: 'customer' })
  else if (channel.extension === null) return
  else {
    const talks = call.contacts.some((c) => c.channelId === channel.channelId && c.endedAt === null)
    const gaveUpDialling = call.contacts.length === 0 && channel.channelId === call.originId
    const gaveUpPlace = call.place?.extension === channel.extension && call.place.state !== 'over'
    if (talks || gaveUpDialling || gaveUpPlace) putCall(step, { ...call, hungUpBy: 'agent' })
  }
}

/** The customer has gone, and whether it was they who hung up is not known: whoever hangs up after them did not end it. */
function noteGoneUnheard(step: Step, channel: Channel): void {
  const call = step.state.calls.get(channel.callId)
  if (!call || call.hungUpBy !== null || channel.channelId !== call.customerChannelId) return
  if (step.unseen !== null || mayFollowFromGap(step, call.callId, call.startedAt))
    putCall(step, { ...call, hungUpBy: 'unknown' })
}

function leaveVoicemail(step: Step, channel: Channel): void {
  const call = step.state.calls.get(channel.callId)
  if (!call || call.voicemail || channel.channelId !== call.customerChannelId) return
  putCall(step, { ...call, voicemail: true })
  step.facts.push({ type: 'call.voicemail', pbx: step.pbx, at: step.at, callId: call.callId })
}

/** Asterisk links what it bridges: a channel whose linked id changed belongs to the older call from now on. */
export function moveToCall(step: Step, channel: Channel, callId: string): Channel {
  const to = step.state.calls.get(callId)
  const from = step.state.calls.get(channel.callId)
  if (!to || !from || to.callId === from.callId || to.endedAt !== null) return channel
  endContactsOf(step, channel, 'moved')
  joinCall(step, to, channel.channelId)
  const left = step.state.calls.get(from.callId)
  if (left) putCall(step, { ...left, mergedInto: to.callId })
  if (left?.customerChannelId === channel.channelId) bringCustomer(step, to.callId, left)
  leaveCall(step, from.callId, channel.channelId, null)
  return { ...channel, callId: to.callId }
}

function joinCall(step: Step, call: Call, channelId: string): void {
  putCall(step, { ...call, channelIds: new Set(call.channelIds).add(channelId) })
}

function leaveCall(step: Step, callId: string, channelId: string, cause: number | null): void {
  const call = step.state.calls.get(callId)
  if (!call) return
  const channelIds = new Set(call.channelIds)
  channelIds.delete(channelId)
  putCall(step, { ...call, channelIds })
  if (channelIds.size === 0 && !goesOnWithout(step, call, channelId)) endCall(step, callId, cause)
}
