import type { ContactEnd } from '../../shared/calls.ts'
import type { PbxEvent } from './events.ts'
import { noteChannel } from './channels.ts'
import { keepsPlace, talksFromPlace, turnCame } from './kept-place.ts'
import { takeOffer, withdrawOtherOffers } from './offers.ts'
import { reachedFrom } from './reach.ts'
import type { Call, Channel, Contact, Offer } from './state.ts'
import { mayFollowFromGap, noteCallOfAgent, putCall, replaced, type Step } from './step.ts'
import { unparked } from './transfers.ts'
import { visitAnswered, waitingVisit } from './visits.ts'

/** A channel entered a bridge: whoever it reaches from there is talking. */
export function bridgeEntered(step: Step, event: PbxEvent & { type: 'bridge.entered' }): void {
  const before = step.state.channels.get(event.channelId)?.bridgeId ?? null
  const channel = noteChannel(step, event.channelId, event.linkedId, {
    bridgeId: event.bridgeId,
    state: 'up',
  })
  if (!channel) return
  // Nobody is in two bridges, though the word that they left one may be missing.
  if (before !== null && before !== event.bridgeId) channelLeftBridge(step, before, event.channelId)
  if (event.swappedFor !== null) channelLeftBridge(step, event.bridgeId, event.swappedFor)
  const bridge = step.state.bridges.get(event.bridgeId)
  const channelIds = bridge?.channelIds ?? []
  if (!channelIds.includes(channel.channelId)) {
    step.state.bridges.set(event.bridgeId, {
      bridgeId: event.bridgeId,
      channelIds: [...channelIds, channel.channelId],
      holding: event.holding,
    })
  }
  if (event.holding) return
  unpark(step, channel)
  const reached = reachedFrom(step.state, channel)
  if (reached.length < 2) {
    cameToPlace(step, event.bridgeId)
    return
  }
  for (const other of reached) talk(step, other, reached)
}

/** An agent is in one bridge with who keeps a place: their turn has come, whatever else of it went unheard. */
function cameToPlace(step: Step, bridgeId: string): void {
  const there = (step.state.bridges.get(bridgeId)?.channelIds ?? []).flatMap(
    (id) => step.state.channels.get(id) ?? [],
  )
  const keeper = there.find(({ channelId }) => keepsPlace(channelId))
  const extension = there.find((channel) => channel.extension !== null)?.extension ?? null
  const call = keeper && step.state.calls.get(keeper.callId)
  if (!call || extension === null || call.place?.state === 'over') return
  takeOffer(step, call, extension)
  const visit = waitingVisit(call)
  if (visit?.channelId === keeper.channelId) visitAnswered(step, call.callId, visit.visitId)
  turnCame(step, step.state.calls.get(call.callId) ?? call, extension)
}

/**
 * An agent's channel hears others. With the customer among them that is a contact; without, it is a consultation about
 * them: whoever was asked has taken the offer, and the customer is not theirs yet.
 */
function talk(step: Step, channel: Channel, reached: readonly Channel[]): void {
  const call = step.state.calls.get(channel.callId)
  if (!call || channel.extension === null) return
  const { customerChannelId } = call
  const withCustomer =
    customerChannelId === null ||
    (!step.state.channels.has(customerChannelId) && call.hungUpBy !== 'unknown') ||
    reached.some((other) => other.channelId === customerChannelId)
  if (withCustomer) beginContact(step, call, channel.extension, channel.channelId)
  else takeOffer(step, call, channel.extension)
  step.agents.add(channel.extension)
}

/**
 * A channel that is in a bridge belongs to another call now: whoever talks on it goes on talking there. Asterisk tells of
 * the new call only with the channel's next event, which may come after everybody has changed places.
 */
export function talksOnInNewCall(step: Step, channel: Channel): void {
  const reached = reachedFrom(step.state, channel)
  if (reached.length >= 2) talk(step, channel, reached)
}

/** A channel left a bridge; what it reached before stays as it is until its legs say more. */
export function bridgeLeft(step: Step, bridgeId: string, channelId: string): void {
  channelLeftBridge(step, bridgeId, channelId)
}

/** Takes a channel out of a bridge in both books. */
export function channelLeftBridge(step: Step, bridgeId: string, channelId: string): void {
  const bridge = step.state.bridges.get(bridgeId)
  const channelIds = bridge?.channelIds.filter((id) => id !== channelId) ?? []
  if (!bridge || channelIds.length === 0) step.state.bridges.delete(bridgeId)
  else step.state.bridges.set(bridgeId, { ...bridge, channelIds })
  if (step.state.channels.get(channelId)?.bridgeId === bridgeId) {
    noteChannel(step, channelId, null, { bridgeId: null })
  }
}

/** A bridge was taken down. */
export function bridgeGone(step: Step, bridgeId: string): void {
  for (const channelId of step.state.bridges.get(bridgeId)?.channelIds ?? []) {
    channelLeftBridge(step, bridgeId, channelId)
  }
}

/** An agent talks: their offer was answered, everybody else's is withdrawn, the queue visit is over. */
export function beginContact(step: Step, call: Call, extension: string, channelId: string): void {
  const open = call.contacts.find((contact) => contact.extension === extension && contact.endedAt === null)
  if (open) {
    if (open.channelId !== channelId) putContact(step, call, { ...open, channelId })
    return
  }
  const offer = offerTaken(call, extension)
  if (offer || call.customerChannelId !== null) withdrawOtherOffers(step, call.callId, extension)
  // Who took the call from somebody else's phone was offered nothing, and ends the wait all the same.
  const visitId = offer ? offer.visitId : (waitingVisit(call)?.visitId ?? null)
  const visit = call.visits.find((v) => v.visitId === visitId)
  const queue = offer?.queue ?? visit?.queue ?? null
  if (visit) visitAnswered(step, call.callId, visit.visitId)

  const current = step.state.calls.get(call.callId) ?? call
  const contact: Contact = {
    contactId: `${call.callId}.c${current.contacts.length + 1}`,
    offerId: offer?.offerId ?? null,
    queue,
    extension,
    personId: step.state.agents.get(extension)?.personId ?? null,
    channelId,
    beganAt: step.at,
    endedAt: null,
    heldSince: null,
    heldMs: 0,
    why: null,
  }
  // A customer may have hung up in the very moment of the answer.
  const gone = step.state.channels.get(call.customerChannelId ?? '')?.hangupAskedAt != null
  const hungUpBy = gone ? 'customer' : call.hungUpBy === 'unknown' ? 'unknown' : null
  putCall(step, { ...current, contacts: [...current.contacts, contact], hungUpBy })
  noteCallOfAgent(step, extension, call.callId)
  const { contactId, offerId, personId } = contact
  const waitMs = Math.max(0, step.at - (visit?.enteredAt ?? call.startedAt))
  const said = { callId: call.callId, contactId, offerId, queue, extension, personId, waitMs }
  step.facts.push({ type: 'contact.began', pbx: step.pbx, at: step.at, ...said })
  talksFromPlace(step, call.callId)
}

/** The offer that an agent's talk comes of: the one that rings, or the one they took for a consultation. */
function offerTaken(call: Call, extension: string): Offer | undefined {
  return call.offers.findLast(
    (offer) =>
      offer.extension === extension &&
      (offer.outcome === 'ringing' ||
        (offer.outcome === 'answered' && !call.contacts.some((c) => c.offerId === offer.offerId))),
  )
}

/** Hold, from either side. */
export function contactHeld(step: Step, channelId: string): void {
  const channel = noteChannel(step, channelId, null, { heldSince: step.at })
  const call = channel && step.state.calls.get(channel.callId)
  if (!call) return
  for (const contact of heardBy(call, channel)) {
    if (contact.heldSince !== null) continue
    putContact(step, call, { ...contact, heldSince: step.at })
    const by = channel.channelId === call.customerChannelId ? 'customer' : 'agent'
    const { contactId, extension } = contact
    step.facts.push({
      type: 'contact.held',
      pbx: step.pbx,
      at: step.at,
      callId: call.callId,
      contactId,
      extension,
      by,
    })
    step.agents.add(extension)
  }
}

/** The end of a hold. Asterisk's hold events are not paired around transfers: one that holds nothing is let pass. */
export function contactResumed(step: Step, channelId: string): void {
  const channel = noteChannel(step, channelId, null, { heldSince: null })
  const call = channel && step.state.calls.get(channel.callId)
  if (!call) return
  for (const contact of heardBy(call, channel)) {
    if (contact.heldSince === null) continue
    const heldMs = Math.max(0, step.at - contact.heldSince)
    putContact(step, call, { ...contact, heldSince: null, heldMs: contact.heldMs + heldMs })
    const { contactId, extension } = contact
    const said = { callId: call.callId, contactId, extension, heldMs }
    step.facts.push({ type: 'contact.resumed', pbx: step.pbx, at: step.at, ...said })
    step.agents.add(extension)
  }
}

/** Whose contact a channel's hold concerns: its own agent's, or with the customer's channel every agent's. */
function heardBy(call: Call, channel: Channel): Contact[] {
  const open = call.contacts.filter((contact) => contact.endedAt === null)
  if (channel.channelId === call.customerChannelId) return open
  return open.filter((contact) => contact.channelId === channel.channelId)
}

/**
 * A channel is going (or leaves this call): the contacts that were held on it end. With the customer's channel all do.
 * @param why given when it is known; else told from who asked to hang up
 */
export function endContactsOf(step: Step, channel: Channel, why?: ContactEnd): void {
  const call = step.state.calls.get(channel.callId)
  if (!call) return
  const asked: ContactEnd = step.unseen ?? whoEndedIt(step, call)
  const ended = heardBy(call, channel)
  for (const { contactId } of ended) endContact(step, call.callId, contactId, why ?? asked)
  if (ended.length === 0) return
  // Of several who talked one has gone: who ends the call is still to be seen.
  const rest = step.state.calls.get(channel.callId)
  if (rest?.hungUpBy !== 'agent' || !step.state.channels.has(rest.customerChannelId ?? '')) return
  if (rest.contacts.some((contact) => contact.endedAt === null)) putCall(step, { ...rest, hungUpBy: null })
}

function whoEndedIt(step: Step, call: Call): ContactEnd {
  if (call.hungUpBy === 'customer') return 'customerHungUp'
  // An agent who has transferred the customer hangs up as well.
  return call.hungUpBy === 'agent' && !mayFollowFromGap(step, call.callId, call.startedAt)
    ? 'agentHungUp'
    : 'unknown'
}

/** Ends a talk once, and tells it. */
export function endContact(step: Step, callId: string, contactId: string, why: ContactEnd): void {
  const call = step.state.calls.get(callId)
  const contact = call?.contacts.find((c) => c.contactId === contactId)
  if (!call || contact?.endedAt !== null) return
  const heldMs = contact.heldMs + (contact.heldSince === null ? 0 : Math.max(0, step.at - contact.heldSince))
  putContact(step, call, { ...contact, endedAt: step.at, heldSince: null, heldMs, why })
  const { queue, extension, personId } = contact
  const talkMs = Math.max(0, step.at - contact.beganAt)
  const said = { callId, contactId, queue, extension, personId, talkMs, heldMs, why }
  step.facts.push({ type: 'contact.ended', pbx: step.pbx, at: step.at, ...said })
  step.agents.add(extension)
}

/** Talking to an agent again is the plainest sign of having been retrieved. */
function unpark(step: Step, channel: Channel): void {
  const call = step.state.calls.get(channel.callId)
  if (call?.parkedIn != null && channel.extension !== null) unparked(step, channel.channelId, 'retrieved')
}

function putContact(step: Step, call: Call, contact: Contact): void {
  const current = step.state.calls.get(call.callId) ?? call
  putCall(step, { ...current, contacts: replaced(current.contacts, 'contactId', contact) })
}
