import type { PbxEvent } from './events.ts'
import type { ContactEnd } from './facts.ts'
import { noteChannel } from './channels.ts'
import { withdrawOtherOffers } from './offers.ts'
import type { Call, Channel, Contact } from './state.ts'
import { callOfChannel, noteCallOfAgent, putCall, replaced, type Step } from './step.ts'
import { visitAnswered } from './visits.ts'

/** A channel entered a bridge: whoever it reaches from there is talking. */
export function bridgeEntered(step: Step, event: PbxEvent & { type: 'bridge.entered' }): void {
  const channel = noteChannel(step, event.channelId, event.linkedId, {
    bridgeId: event.bridgeId,
    state: 'up',
  })
  if (!channel) return
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
  const reached = reachedFrom(step, channel)
  if (reached.length < 2) return
  for (const other of reached) {
    const call = step.state.calls.get(other.callId)
    if (call && other.extension !== null) beginContact(step, call, other.extension, other.channelId)
  }
}

/**
 * A channel that is in a bridge belongs to another call now: whoever talks on it goes on talking there. Asterisk tells of
 * the new call only with the channel's next event, which may come after everybody has changed places.
 */
export function talksOnInNewCall(step: Step, channel: Channel): void {
  const call = step.state.calls.get(channel.callId)
  if (!call || channel.extension === null || reachedFrom(step, channel).length < 2) return
  beginContact(step, call, channel.extension, channel.channelId)
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

/** Every real channel that hears this one: through bridges, and through Local channels from one half to the other. */
function reachedFrom(step: Step, start: Channel): Channel[] {
  const seen = new Set<string>([start.channelId])
  const found: Channel[] = []
  for (const channelId of seen) {
    const channel = step.state.channels.get(channelId)
    if (!channel) continue
    if (channel.localHalf === null) found.push(channel)
    else if (channel.localPeer !== null) seen.add(channel.localPeer)
    const bridge = channel.bridgeId !== null && step.state.bridges.get(channel.bridgeId)
    if (bridge && !bridge.holding) for (const other of bridge.channelIds) seen.add(other)
  }
  return found
}

/** An agent talks: their offer was answered, everybody else's is withdrawn, the queue visit is over. */
export function beginContact(step: Step, call: Call, extension: string, channelId: string): void {
  const open = call.contacts.find((contact) => contact.extension === extension && contact.endedAt === null)
  if (open) {
    if (open.channelId !== channelId) putContact(step, call, { ...open, channelId })
    return
  }
  const offer = call.offers.findLast((o) => o.extension === extension && o.outcome === 'ringing')
  if (offer || call.customerChannelId !== null) withdrawOtherOffers(step, call.callId, extension)
  const queue = offer?.queue ?? null
  if (offer?.visitId != null) visitAnswered(step, call.callId, offer.visitId)

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
  putCall(step, { ...current, contacts: [...current.contacts, contact], hungUpBy: null })
  noteCallOfAgent(step, extension, call.callId)
  const visit = current.visits.find((v) => v.visitId === offer?.visitId)
  const { contactId, offerId, personId } = contact
  const waitMs = Math.max(0, step.at - (visit?.enteredAt ?? call.startedAt))
  const said = { callId: call.callId, contactId, offerId, queue, extension, personId, waitMs }
  step.facts.push({ type: 'contact.began', pbx: step.pbx, at: step.at, ...said })
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
  const asked: ContactEnd =
    step.unseen ??
    (call.hungUpBy === 'customer' ? 'customerHungUp' : call.hungUpBy === 'agent' ? 'agentHungUp' : 'unknown')
  for (const contact of heardBy(call, channel)) endContact(step, call.callId, contact.contactId, why ?? asked)
}

function endContact(step: Step, callId: string, contactId: string, why: ContactEnd): void {
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

/** The agent sent the customer elsewhere and is out of the call. */
export function blindTransfer(step: Step, event: PbxEvent & { type: 'transfer.blind' }): void {
  const channel = step.state.channels.get(event.transfererId)
  if (!event.ok || !channel) return
  transferred(step, channel, 'blind', event.toExten)
}

/** The agent connected the customer with the one they consulted. The two calls merge by their linked ids. */
export function attendedTransfer(step: Step, event: PbxEvent & { type: 'transfer.attended' }): void {
  const channel = step.state.channels.get(event.firstId)
  if (!event.ok || !channel) return
  const target = callOfChannel(step.state, event.secondId)
  transferred(step, channel, 'attended', target?.dialled ?? null)
  const second = event.secondId === null ? undefined : step.state.channels.get(event.secondId)
  if (second) endContactsOf(step, second, 'transferred')
}

function transferred(step: Step, channel: Channel, kind: 'blind' | 'attended', to: string | null): void {
  endContactsOf(step, channel, 'transferred')
  const said = { callId: channel.callId, kind, byExtension: channel.extension, to }
  step.facts.push({ type: 'call.transferred', pbx: step.pbx, at: step.at, ...said })
}

/** The customer waits in a parking space. */
export function parked(step: Step, channelId: string, space: string): void {
  const call = callOfChannel(step.state, channelId)
  if (!call) return
  putCall(step, { ...call, parkedIn: space })
  step.facts.push({ type: 'call.parked', pbx: step.pbx, at: step.at, callId: call.callId, space })
}

/** The customer left the parking space. */
export function unparked(step: Step, channelId: string, how: 'retrieved' | 'timedOut' | 'gaveUp'): void {
  const call = callOfChannel(step.state, channelId)
  if (!call || call.parkedIn === null) return
  putCall(step, { ...call, parkedIn: null })
  step.facts.push({ type: 'call.unparked', pbx: step.pbx, at: step.at, callId: call.callId, how })
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
