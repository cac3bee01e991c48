import type { OfferOutcome } from '../../shared/calls.ts'
import { identify } from './calls.ts'
import { beganItself, ownPhoneCalled } from './own-phone.ts'
import { channelAppeared, moveToCall, noteChannel } from './channels.ts'
import type { DialOutcome, PbxEvent } from './events.ts'
import { talksOnInNewCall } from './contacts.ts'
import { calledToPlace, isCalledToPlace } from './kept-place.ts'
import { extensionOfMember } from './members.ts'
import { reachedFrom } from './reach.ts'
import type { Call, Channel, Offer } from './state.ts'
import { callOfChannel, mayFollowFromGap, noteCallOfAgent, putCall, replaced, type Step } from './step.ts'
import { openVisit, settleVisits } from './visits.ts'

/** One channel dials another: an agent's phone is an offer, a trunk is the far end of an outbound call. */
export function dialBegan(step: Step, event: PbxEvent & { type: 'dial.began' }): void {
  if (event.called) channelAppeared(step, event.called, event.at)
  const called = noteChannel(step, event.calledId, null, { dialledBy: event.callerId })
  if (!called) return
  if (event.callerId !== null) settleVisits(step, event.callerId)
  const call = step.state.calls.get(called.callId)
  if (!call) return
  if (event.callerId === null && beganItself(call, called)) {
    ownPhoneCalled(step, call, called)
  } else if (called.extension !== null) {
    const queue = openVisit(call)?.queue ?? null
    ringAgent(step, call, called.extension, called, queue)
  } else if (isCalledToPlace(step, call, called)) {
    calledToPlace(step, call, called)
    // Found talking already, by a list.
    for (const other of reachedFrom(step.state, called)) talksOnInNewCall(step, other)
  } else if (isFarEnd(step, call, called)) {
    const number = call.dialled ?? call.party.number ?? called.callerNumber
    const party = { ...call.party, number }
    const next = identify(step, call, { direction: 'outbound', party })
    putCall(step, { ...next, customerChannelId: called.channelId, dialOutcome: null })
  }
}

/** app_queue rings a member: on their own phone, or through a Local channel whose phone comes later. */
export function queueOffered(step: Step, event: PbxEvent & { type: 'queue.offered' }): void {
  if (event.called) channelAppeared(step, event.called, event.at)
  const called = step.state.channels.get(event.calledId)
  const call = callOfChannel(step.state, event.channelId) ?? (called && step.state.calls.get(called.callId))
  const extension = extensionInQueue(step, event.queue, event.interface)
  if (!call || extension === null) return
  ringAgent(step, call, extension, called ?? null, event.queue)
}

/** Whose phone a queue member is, whether the queue is known to have it or not. */
export function extensionInQueue(step: Step, queue: string, memberInterface: string): string | null {
  const member = step.state.queues.get(queue)?.members.get(memberInterface)
  return extensionOfMember(
    step.state,
    member ?? { interface: memberInterface, stateInterface: memberInterface },
  )
}

function isFarEnd(step: Step, call: Call, called: Channel): boolean {
  if (call.direction === 'inbound' || call.customerChannelId !== null || called.localHalf !== null)
    return false
  return step.state.options.trunks.length === 0 || step.state.options.trunks.includes(called.device)
}

/**
 * Makes an offer, or joins a further device to the one that is ringing. A member who refused within this visit is tried
 * again by app_queue each second: that is the same offer until a phone really rings.
 */
function ringAgent(
  step: Step,
  call: Call,
  extension: string,
  called: Channel | null,
  queue: string | null,
): void {
  const channelIds = called ? [called.channelId] : []
  const visit = openVisit(call)
  const last = call.offers.findLast((offer) => offer.extension === extension)
  if (last?.outcome === 'ringing') {
    putOffer(step, call, { ...last, channelIds: [...new Set([...last.channelIds, ...channelIds])] })
    return
  }
  if (call.contacts.some((contact) => contact.extension === extension && contact.endedAt === null)) return
  if (last && last.visitId === (visit?.visitId ?? null) && refused.has(last.outcome)) {
    // AgentCalled and DialBegin both tell of one attempt.
    const same = called !== null && last.channelIds.includes(called.channelId)
    if (!same) putOffer(step, call, { ...last, channelIds, attempts: last.attempts + 1 })
    return
  }
  makeOffer(step, call, extension, channelIds, queue)
}

const refused: ReadonlySet<OfferOutcome> = new Set(['busy', 'declined', 'unreachable'])

function makeOffer(
  step: Step,
  call: Call,
  extension: string,
  channelIds: string[],
  queue: string | null,
): void {
  const visit = openVisit(call)
  const offer: Offer = {
    offerId: `${call.callId}.o${call.offers.length + 1}`,
    visitId: visit?.visitId ?? null,
    queue,
    extension,
    personId: step.state.agents.get(extension)?.personId ?? null,
    madeAt: step.at,
    endedAt: null,
    outcome: 'ringing',
    channelIds,
    refusal: null,
    attempts: 1,
  }
  putCall(step, { ...call, offers: [...call.offers, offer] })
  noteCallOfAgent(step, extension, call.callId)
  const { offerId, visitId, personId } = offer
  step.facts.push({
    type: 'offer.made',
    pbx: step.pbx,
    at: step.at,
    callId: call.callId,
    offerId,
    visitId,
    queue,
    extension,
    personId,
  })
}

/**
 * A phone that refused before and was tried again does ring now: that is an offer of its own. So is one that nobody saw
 * being dialled.
 */
export function channelRang(step: Step, channel: Channel): void {
  const call = step.state.calls.get(channel.callId)
  if (!call || channel.extension === null) return
  const offer = call.offers.find((o) => o.channelIds.includes(channel.channelId))
  if (!offer && channel.dialledBy === null) {
    if (beganItself(call, channel)) ownPhoneCalled(step, call, channel)
    else if (call.originId !== channel.channelId)
      ringAgent(step, call, channel.extension, channel, openVisit(call)?.queue ?? null)
  }
  if (!offer || offer.endedAt === null) return
  putOffer(step, call, { ...offer, channelIds: [] })
  const current = step.state.calls.get(call.callId)
  if (current) makeOffer(step, current, channel.extension, [channel.channelId], offer.queue)
}

/** A dial attempt ended. Answered ones become contacts by their bridges; the others stop ringing here. */
export function dialEnded(step: Step, event: PbxEvent & { type: 'dial.ended' }): void {
  const channel = step.state.channels.get(event.calledId)
  if (!channel) return
  const call = step.state.calls.get(channel.callId)
  const isCalled = call?.direction === 'outbound' || call?.place?.state === 'calling'
  if (call?.customerChannelId === channel.channelId && isCalled) {
    putCall(step, { ...call, dialOutcome: event.outcome })
  }
  if (event.outcome === 'answered') {
    noteChannel(step, channel.channelId, null, { state: 'up' })
    return
  }
  // Asterisk calls a refusal NOANSWER too: without the word before it, it says nothing.
  const unclear =
    event.outcome === 'notAnswered' &&
    call !== undefined &&
    mayFollowFromGap(step, call.callId, call.startedAt)
  channelStoppedRinging(step, channel, unclear ? null : outcomeOfDial(event.outcome))
}

function outcomeOfDial(outcome: DialOutcome): OfferOutcome | null {
  if (outcome === 'busy') return 'busy'
  if (outcome === 'notAnswered') return 'notAnswered'
  if (outcome === 'unreachable' || outcome === 'congested') return 'unreachable'
  return null
}

/** app_queue's word that a member did not answer: the time-out of this offer, whatever its legs say later. */
export function queueNotAnswered(step: Step, event: PbxEvent & { type: 'queue.notAnswered' }): void {
  const call = callOfChannel(step.state, event.channelId)
  const extension = extensionInQueue(step, event.queue, event.interface)
  const offer = call?.offers.findLast((o) => o.extension === extension && o.outcome === 'ringing')
  if (!call || !offer) return
  const outcome = mayFollowFromGap(step, call.callId, offer.madeAt) ? 'unknown' : 'notAnswered'
  endOffer(step, call.callId, offer.offerId, offer.refusal ?? outcome)
}

/**
 * One channel of an offer rings no more; the offer ends with its last one.
 * @param outcome how, where it is known; null to tell from the rest of the call
 */
export function channelStoppedRinging(step: Step, channel: Channel, outcome: OfferOutcome | null): void {
  const call = step.state.calls.get(channel.callId)
  const offer = call?.offers.find((o) => o.outcome === 'ringing' && o.channelIds.includes(channel.channelId))
  if (!call || !offer) return
  const channelIds = offer.channelIds.filter((id) => id !== channel.channelId)
  const refusal = strongest(offer.refusal, outcome)
  putOffer(step, call, { ...offer, channelIds, refusal })
  if (channelIds.some((id) => step.state.channels.has(id))) return
  // What this leg says is not all of it, where the word of another that answered may have gone unheard.
  const said = mayFollowFromGap(step, call.callId, offer.madeAt) ? null : refusal
  endOffer(step, call.callId, offer.offerId, said ?? whyWithdrawn(step, call, offer, channel))
}

/** Of two devices of one agent the one that says more decides: a decline by hand before a busy line or silence. */
function strongest(one: OfferOutcome | null, other: OfferOutcome | null): OfferOutcome | null {
  const order: (OfferOutcome | null)[] = [
    'answeredElsewhere',
    'declined',
    'busy',
    'notAnswered',
    'unreachable',
  ]
  return order.find((outcome) => outcome === one || outcome === other) ?? one ?? other
}

function whyWithdrawn(step: Step, call: Call, offer: Offer, phone: Channel): OfferOutcome {
  if (step.unseen !== null) return step.unseen
  const caller = step.state.channels.get(call.customerChannelId ?? call.originId)
  const askedToHangUp = caller !== undefined && caller.hangupAskedAt !== null && phone.state !== 'up'
  if (mayFollowFromGap(step, call.callId, offer.madeAt)) return askedToHangUp ? 'callerGone' : 'unknown'
  if (!caller || caller.hangupAskedAt !== null) return 'callerGone'
  // Whoever talked before this phone rang has not answered in its place.
  const before = call.contacts.filter((c) => c.beganAt < offer.madeAt).map((c) => c.channelId)
  const answered = [...call.channelIds].some((id) => {
    const other = step.state.channels.get(id)
    if (other?.state !== 'up' || other.dialledBy === null || other.localHalf !== null) return false
    return id !== call.customerChannelId && !before.includes(id)
  })
  return answered ? 'answeredElsewhere' : 'withdrawn'
}

/** Ends an offer once, and tells it. */
export function endOffer(step: Step, callId: string, offerId: string, outcome: OfferOutcome): void {
  const call = step.state.calls.get(callId)
  const offer = call?.offers.find((o) => o.offerId === offerId)
  if (!call || offer?.outcome !== 'ringing') return
  putOffer(step, call, { ...offer, outcome, endedAt: step.at, channelIds: [] })
  step.agents.add(offer.extension)
  const { visitId, queue, extension, personId, madeAt } = offer
  const ringMs = Math.max(0, step.at - madeAt)
  const said = { callId, offerId, visitId, queue, extension, personId, outcome, ringMs }
  step.facts.push({ type: 'offer.ended', pbx: step.pbx, at: step.at, ...said })
}

/** Somebody answered: every other phone that still rings for this call stops now, not when its leg is torn down. */
export function withdrawOtherOffers(step: Step, callId: string, answeredBy: string): void {
  for (const offer of step.state.calls.get(callId)?.offers ?? []) {
    if (offer.outcome !== 'ringing') continue
    const elsewhere = mayFollowFromGap(step, callId, offer.madeAt) ? 'unknown' : 'answeredElsewhere'
    endOffer(step, callId, offer.offerId, offer.extension === answeredBy ? 'answered' : elsewhere)
  }
}

/** An agent answered who is asked about the customer, and does not hear them yet. */
export function takeOffer(step: Step, call: Call, extension: string): void {
  const offer = call.offers.findLast((o) => o.extension === extension && o.outcome === 'ringing')
  if (offer) endOffer(step, call.callId, offer.offerId, 'answered')
}

/**
 * What an agent's consultation rings, rings for the customer from now on, who has taken the agent's place.
 * @param second the agent's channel of the consultation
 * @param callId the customer's call
 */
export function moveOffers(step: Step, second: Channel, callId: string): void {
  const consultation = step.state.calls.get(second.callId)
  if (!consultation || consultation.callId === callId) return
  for (const offer of consultation.offers) {
    if (offer.outcome === 'ringing') endOffer(step, consultation.callId, offer.offerId, 'withdrawn')
  }
  for (const channelId of consultation.channelIds) {
    const channel = step.state.channels.get(channelId)
    if (!channel || channelId === second.channelId) continue
    const moved = moveToCall(step, channel, callId)
    step.state.channels.set(channelId, moved)
    const call = step.state.calls.get(callId)
    if (call && moved.extension !== null && moved.state !== 'up')
      ringAgent(step, call, moved.extension, moved, null)
  }
}

function putOffer(step: Step, call: Call, offer: Offer): void {
  putCall(step, { ...call, offers: replaced(call.offers, 'offerId', offer) })
}
