import type { PlaceOutcome } from '../../shared/calls.ts'
import { isKeeper, keeperNumber } from '../../shared/keepers.ts'
import type { DialOutcome, PbxEvent } from './events.ts'
import type { Call, Channel, Place, Visit } from './state.ts'
import { callOfChannel, mayFollowFromGap, putCall, type Step } from './step.ts'

/**
 * Whether a call goes on though its last channel goes: its place may still be kept, or was by a channel that the PBX lost.
 * @param channelId which goes
 */
export function goesOnWithout(step: Step, { place }: Call, channelId: string): boolean {
  if (place?.state === 'kept') return step.unseen === 'cutOff'
  return place?.state === 'wanted' && step.unseen !== 'unknown' && place.ownId === channelId
}

/** Whether the wait of whoever goes is not over with that: somebody waits in their stead, or will. */
export function waitsOn(step: Step, call: Call, channelId: string): boolean {
  const { place, channelIds } = call
  const isAskedOrWanted = place?.state === 'asked' || place?.state === 'wanted'
  if (isAskedOrWanted && !isKeeper(channelId) && [...channelIds].some(isKeeper)) return true
  return goesOnWithout(step, call, channelId)
}

/** A caller has left the queue only to say whether their place is to be kept: how their wait ends is yet to be seen. */
export function isAsked({ place }: Call, { queue }: Visit): boolean {
  return (place?.state === 'asked' || place?.state === 'wanted') && place.queue === queue
}

/** The dialplan tells how far a caller is who would rather hang up and be called, or that their turn has come. */
export function placeSaid(step: Step, event: PbxEvent & { type: 'place.said' }): void {
  const call = callOfChannel(step.state, event.channelId)
  if (!call || call.endedAt !== null) return
  if (event.said === 'turn') {
    if (call.place?.state !== 'kept' && call.place?.state !== 'turn') return
    const { callId } = call
    step.facts.push({ type: 'place.due', pbx: step.pbx, at: step.at, callId, channelId: event.channelId })
    return
  }
  const visit = call.visits.findLast(({ outcome }) => outcome === 'waiting')
  if (visit?.channelId !== event.channelId || visit.queue !== event.queue) return
  // Told twice, as by the record and by the event itself.
  if (event.said === 'asked' && call.place?.state === 'asked') return
  if (event.said === 'asked')
    putPlace(step, call, {
      queue: visit.queue,
      state: 'asked',
      ownId: event.channelId,
      keeperId: null,
      keepers: 0,
      prio: 0,
      extension: null,
      outcome: null,
    })
  else if (call.place?.state === 'asked')
    putPlace(step, call, { ...call.place, state: 'wanted', prio: event.prio })
}

/** A caller who was asked went elsewhere than back to the queue. */
export function declined(step: Step, channelId: string): void {
  const call = callOfChannel(step.state, channelId)
  if (call?.place?.state === 'asked') placeOver(step, call, 'declined')
}

/** Somebody waits in the customer's stead from now on; what the customer does with their phone ends nothing any more. */
export function placeKept(step: Step, call: Call, queue: string, keeperId: string): void {
  const { prio = 0, ownId = null } = call.place ?? {}
  const place: Place = {
    ...{ queue, ownId, keeperId, prio, extension: null, outcome: null },
    state: 'kept',
    keepers: keeperNumber(keeperId),
  }
  putPlace(step, { ...call, customerChannelId: keeperId, hungUpBy: null }, place)
}

/** Somebody came to wait for a customer who needs nobody any more: said again, so that they are sent away. */
export function keptTooLate(step: Step, call: Call, keeperId: string): void {
  if (call.place) putPlace(step, call, { ...call.place, keeperId })
}

/** An agent has come to the place of a customer who is to be called. */
export function turnCame(step: Step, call: Call, extension: string | null): void {
  const { place } = call
  if (place?.state === 'kept' || (place?.state === 'turn' && place.extension !== extension))
    putPlace(step, call, { ...place, state: 'turn', extension })
}

/** Whether a channel that is dialled is the customer whose place was kept. */
export function isCalledToPlace(step: Step, call: Call, called: Channel): boolean {
  // Of what went unheard the one who waits in their stead is the sign.
  if (call.place?.state === 'over' || ![...call.channelIds].some(isKeeper)) return false
  if (called.extension !== null || called.localHalf !== null) return false
  const { trunks } = step.state.options
  return trunks.length === 0 || trunks.includes(called.device)
}

/** The customer whose turn it is, is called. */
export function calledToPlace(step: Step, call: Call, { channelId }: Channel): void {
  if (call.place?.state === 'calling' && call.customerChannelId === channelId) return
  const unheard: Place = {
    ...{ queue: call.visits.at(-1)?.queue ?? '', ownId: null, keeperId: null, keepers: 0, prio: 0 },
    ...{ state: 'calling', extension: null, outcome: null },
  }
  const called: Call = { ...call, customerChannelId: channelId, hungUpBy: null, dialOutcome: null }
  putPlace(step, called, { ...(call.place ?? unheard), state: 'calling' })
}

/** Ringcard does not have the customer called, or nobody can wait in their stead any more. */
export function placeRefused(step: Step, callId: string, why: PlaceOutcome): void {
  const call = step.state.calls.get(callId)
  if (call) placeOver(step, call, why)
}

/** What came of a kept place, once. */
export function placeOver(step: Step, { callId }: Pick<Call, 'callId'>, outcome: PlaceOutcome): void {
  const call = step.state.calls.get(callId)
  if (!call?.place || call.place.state === 'over') return
  putPlace(step, call, { ...call.place, state: 'over', outcome })
}

/** A customer whose place was kept talks: called back, or on the channel on which they were asked. */
export function talksFromPlace(step: Step, callId: string): void {
  const call = step.state.calls.get(callId)
  if (!call?.place) return
  if (call.customerChannelId === call.place.ownId) backThemselves(step, call)
  else placeOver(step, call, 'reached')
}

/** A caller who was asked is in the queue themselves again. */
export function backThemselves(step: Step, call: Call): void {
  placeOver(step, call, call.place?.state === 'asked' ? 'declined' : 'cameBack')
}

/** The call is over: so is its place, whatever was told of it. */
export function placeOfEndedCall(step: Step, call: Call): void {
  const { place } = call
  if (!place || place.state === 'over') return
  placeOver(step, call, howItEnded(step, call, place))
}

function howItEnded(step: Step, call: Call, { state, queue }: Place): PlaceOutcome {
  if (state === 'asked') return 'declined'
  if (step.unseen === 'cutOff') return 'lost'
  // Said in so many words it is so, whatever else of it went unheard.
  if (state === 'calling' && call.dialOutcome === 'busy') return 'busy'
  if (step.unseen !== null || mayFollowFromGap(step, call.callId, call.startedAt)) return 'unknown'
  if (state === 'calling') {
    if (call.hungUpBy === 'agent') return 'agentGone'
    return ofDial(call.dialOutcome)
  }
  if (state === 'turn') return call.hungUpBy === 'agent' ? 'agentGone' : 'notCalled'
  const visit = call.visits.findLast((one) => one.queue === queue)
  return visit?.outcome === 'timedOut' || visit?.outcome === 'emptied' ? 'timedOut' : 'lost'
}

function ofDial(outcome: DialOutcome | null): PlaceOutcome {
  if (outcome === 'busy') return 'busy'
  if (outcome === 'congested' || outcome === 'unreachable') return 'refused'
  return outcome === null ? 'unknown' : 'notAnswered'
}

/** Whether the keeper of a place is what a channel is. */
export function keepsPlace(channelId: string): boolean {
  return isKeeper(channelId)
}

function putPlace(step: Step, call: Call, place: Place): void {
  putCall(step, { ...call, place })
  const { callId } = call
  const { queue, state, outcome, extension } = place
  const said = { callId, queue, state, outcome, extension }
  step.facts.push({ type: 'place.changed', pbx: step.pbx, at: step.at, ...said })
  step.queues.add(queue)
  if (extension !== null) step.agents.add(extension)
}
