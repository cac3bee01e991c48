import type { Attestation, CallEnd, Direction, PlaceOutcome } from '../../shared/calls.ts'
import { endContact } from './contacts.ts'
import type { ChannelInfo } from './events.ts'
import type { RawParty } from './facts.ts'
import { placeOfEndedCall, placeRefused } from './kept-place.ts'
import { endOffer } from './offers.ts'
import type { PbxEvent } from './events.ts'
import type { Call, Channel } from './state.ts'
import { callOfChannel, mayFollowFromGap, putCall, unheardUntil, type FloorState, type Step } from './step.ts'
import { handPlaceOver, visitsOfEndedCall } from './visits.ts'

/** How long an ended call that is no agent's last one stays on the floor, ms: long enough for late events. */
const endedCallStaysMs = 10_000
/** How long an agent's last call stays for their after-call work, ms. */
const lastCallStaysMs = 30 * 60_000

/** Begins a call with the channel that nobody linked to anything older. */
export function startCall(step: Step, channel: Channel): Call {
  const { direction, party, dialled } = whatKind(step.state, channel)
  const call: Call = {
    callId: channel.callId,
    pbx: step.pbx,
    direction,
    party,
    dialled,
    startedAt: channel.appearedAt,
    endedAt: null,
    end: null,
    originId: channel.channelId,
    customerChannelId: direction === 'inbound' ? channel.channelId : null,
    // Whoever began it has gone already, and nobody heard how.
    hungUpBy:
      channel.channelId === channel.linkedId || channel.callId === channel.channelId ? null : 'unknown',
    dialOutcome: null,
    mergedInto: null,
    account: null,
    digits: null,
    attestation: null,
    channelIds: new Set([channel.channelId]),
    visits: [],
    offers: [],
    contacts: [],
    parkedIn: null,
    parkedAt: null,
    voicemail: false,
    reconstructed: step.recorded ? 'wholly' : null,
  }
  putCall(step, call)
  step.facts.push({
    type: 'call.started',
    pbx: step.pbx,
    at: step.at,
    callId: call.callId,
    direction,
    party,
    dialled,
    dialledBy: diallerOf(step.state, channel),
  })
  return call
}

/** An agent's phone began it: inside or outside is told by what was dialled. Anybody else's channel comes from outside. */
function whatKind(
  state: FloorState,
  channel: Channel,
): { direction: Direction; party: RawParty; dialled: string | null } {
  if (channel.extension === null) {
    return { direction: 'inbound', party: callerOf(channel), dialled: channel.exten }
  }
  // A phone that the PBX calls has dialled nothing: it is where its own calls would begin.
  const dialled = channel.exten === 's' ? null : channel.exten
  return {
    direction: directionTo(state, dialled),
    party: { number: dialled, name: null, restricted: false },
    dialled,
  }
}

/** Whether a number that an agent calls is inside or outside. */
export function directionTo(state: FloorState, dialled: string | null): Direction {
  const inside = dialled === null || state.agents.has(dialled) || !/^\+?\d{7,}$/.test(dialled)
  return inside ? 'internal' : 'outbound'
}

function diallerOf(
  state: FloorState,
  { extension }: Channel,
): { extension: string; personId: string | null } | null {
  return extension === null ? null : { extension, personId: state.agents.get(extension)?.personId ?? null }
}

/** Who calls on a channel, as the network said it. */
export function callerOf(channel: Channel): RawParty {
  return { number: channel.callerNumber, name: channel.callerName, restricted: channel.callerRestricted }
}

/** More is known of the far end: tells it if it differs. */
export function identify(
  step: Step,
  call: Call,
  changes: { direction?: Direction; party?: RawParty; dialled?: string | null; cameFrom?: string },
): Call {
  const party = changes.party ?? call.party
  const direction = changes.direction ?? call.direction
  const dialled = changes.dialled ?? call.dialled
  const same =
    direction === call.direction &&
    dialled === call.dialled &&
    party.number === call.party.number &&
    party.name === call.party.name &&
    party.restricted === call.party.restricted
  if (same) return call
  const next: Call = { ...call, party, direction, dialled }
  putCall(step, next)
  const { callId } = next
  const cameFrom = changes.cameFrom === undefined ? {} : { cameFrom: changes.cameFrom }
  const said = { callId, direction, party, dialled, ...cameFrom }
  step.facts.push({ type: 'call.identified', pbx: step.pbx, at: step.at, ...said })
  return next
}

/**
 * A customer joins what was a call between agents, as when an agent connects them with a colleague they were already
 * talking to. The older call lives on, and from now on it is the customer's: whoever is in it must see who that is.
 * What happened to the customer before stays told of the call they came from, which merges into this one.
 * @param callId the call that lives on
 * @param from the call that the customer's channel leaves
 */
export function bringCustomer(step: Step, callId: string, from: Call): void {
  const call = step.state.calls.get(callId)
  if (call?.direction !== 'internal') return
  const { customerChannelId, dialled, dialOutcome, direction, party } = from
  const { parkedIn, parkedAt } = call.parkedIn === null ? from : call
  const moved = { customerChannelId, dialled, dialOutcome, parkedIn, parkedAt, hungUpBy: null }
  putCall(step, { ...call, ...moved })
  if (from.attestation != null) attest(step, callId, from.attestation)
  const next = learnOf(step, callId, from.account, from.digits)
  if (next) identify(step, next, { direction, party, cameFrom: from.callId })
}

/** The dialplan told something the caller typed. */
export function learn(step: Step, channelId: string, account: string | null, digits: string | null): void {
  const call = callOfChannel(step.state, channelId)
  if (call) learnOf(step, call.callId, account, digits)
}

/** The network said something of the caller's number. Only the customer's own channel tells it of the call. */
export function attested(step: Step, channelId: string, attestation: Attestation): void {
  const call = callOfChannel(step.state, channelId)
  if (call?.customerChannelId === channelId) attest(step, call.callId, attestation)
}

function attest(step: Step, callId: string, attestation: Attestation): void {
  const call = step.state.calls.get(callId)
  if (!call || call.attestation === attestation) return
  putCall(step, { ...call, attestation })
  step.facts.push({ type: 'call.attested', pbx: step.pbx, at: step.at, callId, attestation })
}

/** The customer typed a PIN: whoever compares it is told where it is. */
export function pinTyped(step: Step, channelId: string, keptAs: string): void {
  const call = callOfChannel(step.state, channelId)
  if (call?.customerChannelId !== channelId) return
  step.facts.push({ type: 'call.pinTyped', pbx: step.pbx, at: step.at, callId: call.callId, keptAs })
}

function learnOf(
  step: Step,
  callId: string,
  account: string | null,
  digits: string | null,
): Call | undefined {
  const call = step.state.calls.get(callId)
  if (!call) return undefined
  const next = { ...call, account: account ?? call.account, digits: digits ?? call.digits }
  if (next.account === call.account && next.digits === call.digits) return call
  putCall(step, next)
  step.facts.push({
    type: 'call.learnt',
    pbx: step.pbx,
    at: step.at,
    callId,
    account: next.account,
    digits: next.digits,
  })
  return next
}

/** What is said in the call is recorded from now on, or not for a while, or not any more. */
export function recorded(step: Step, event: PbxEvent & { type: 'channel.recorded' }): void {
  const call = callOfChannel(step.state, event.channelId)
  if (!call) return
  const { channelId, recording } = event
  const before = call.recording ?? null
  const now = recording === 'off' ? null : { channelId, isPaused: recording === 'paused' }
  // Muted in one direction, then in the other: one pause.
  if (before?.isPaused === now?.isPaused) return
  putCall(step, { ...call, recording: now })
  step.facts.push({ type: 'call.recording', pbx: step.pbx, at: step.at, callId: call.callId, recording })
}

/** What is known of the other party, and what they keyed in, is forgotten, in its channels too; the call stays. */
export function eraseParty(step: Step, callId: string): void {
  const call = step.state.calls.get(callId)
  if (!call || call.party.erased === true) return
  for (const channelId of call.channelIds) {
    const channel = step.state.channels.get(channelId)
    if (channel) step.state.channels.set(channelId, { ...channel, ...withoutParties(channel), exten: null })
  }
  step.calls.add(callId)
  const { direction } = call
  const party: RawParty = { number: null, name: null, restricted: call.party.restricted, erased: true }
  putCall(step, { ...call, party, dialled: null, account: null, digits: null })
  step.facts.push({
    type: 'call.identified',
    pbx: step.pbx,
    at: step.at,
    callId,
    direction,
    party,
    dialled: null,
  })
}

/** What was said of a channel, or of a change of it, without who is at its ends. */
export function withoutParties<C extends Partial<ChannelInfo>>(said: C): C {
  const clear = { ...said }
  for (const field of ['callerNumber', 'callerName'] as const) {
    if (clear[field] != null) clear[field] = null
  }
  return clear
}

/** The last channel of a call has gone: says how the call ended, or that it lives on in another. */
export function endCall(step: Step, callId: string, cause: number | null): void {
  const call = step.state.calls.get(callId)
  if (!call || call.endedAt !== null) return
  closeParts(step, call)
  // Their channel may have begun this call and be in another by now.
  const beganBy = step.state.channels.get(call.originId)?.extension
  if (beganBy != null) step.agents.add(beganBy)
  const end = step.unseen ?? howItEnded(step, call)
  putCall(step, { ...(step.state.calls.get(callId) ?? call), endedAt: step.at, end })
  step.state.ended.add(callId)
  if (call.mergedInto !== null) {
    step.facts.push({
      type: 'call.merged',
      pbx: step.pbx,
      at: step.at,
      callId: call.mergedInto,
      mergedId: callId,
    })
    return
  }
  const durationMs = Math.max(0, step.at - call.startedAt)
  step.facts.push({ type: 'call.ended', pbx: step.pbx, at: step.at, callId, end, cause, durationMs })
}

/** A customer is parked no more. */
export function leaveParking(step: Step, call: Call, how: 'retrieved' | 'timedOut' | 'gaveUp'): void {
  if (call.parkedIn === null) return
  putCall(step, { ...call, parkedIn: null, parkedAt: null })
  step.facts.push({ type: 'call.unparked', pbx: step.pbx, at: step.at, callId: call.callId, how })
}

/** Nobody rings, talks or waits in a call that has no leg, though the word of it may never have come. */
function closeParts(step: Step, call: Call): void {
  const { callId, offers, contacts } = call
  // Asterisk may say so only after the hang-up, when the call is over. How one left whom nobody watched is not known.
  if (step.unseen === null) leaveParking(step, call, 'gaveUp')
  for (const { offerId } of offers) endOffer(step, callId, offerId, step.unseen ?? 'unknown')
  for (const { contactId } of contacts) endContact(step, callId, contactId, step.unseen ?? 'unknown')
  visitsOfEndedCall(step, callId)
  placeOfEndedCall(step, step.state.calls.get(callId) ?? call)
}

function howItEnded(step: Step, call: Call): CallEnd {
  if (call.voicemail) return 'voicemail'
  if (call.contacts.length > 0) return hungUpEnd(step, call)
  // It was over just now, with the parts of the call.
  const place = step.state.calls.get(call.callId)?.place
  const ofPlace = place && endOfPlace[place.outcome ?? 'unknown']
  if (ofPlace) return ofPlace
  if (call.direction !== 'inbound') {
    if (call.dialOutcome === 'busy') return 'busy'
    if (call.dialOutcome === 'notAnswered' || call.dialOutcome === 'cancelled') return 'notAnswered'
    if (call.dialOutcome === 'congested' || call.dialOutcome === 'unreachable') return 'refused'
    // Who is called and busy hangs up as well.
    if (call.dialOutcome === null && mayFollowFromGap(step, call.callId, call.startedAt)) return 'unknown'
    return hungUpEnd(step, call)
  }
  const visit = call.visits.at(-1)
  if (visit?.outcome === 'abandoned' || visit?.outcome === 'shortAbandon') return 'abandoned'
  const offer = call.offers.at(-1)
  if ((visit ?? offer)?.outcome === 'unknown') return 'unknown'
  if (offer && !visit) {
    if (offer.outcome === 'callerGone') return 'abandoned'
    if (offer.outcome === 'busy' || offer.outcome === 'declined') return 'busy'
    if (offer.outcome === 'notAnswered') return 'notAnswered'
    if (offer.outcome === 'unreachable') return 'refused'
  }
  if (call.refused === true && !visit && !offer) return 'refused'
  return hungUpEnd(step, call)
}

/** How a call ends in which a place was kept and nobody has talked. */
const endOfPlace: Readonly<Partial<Record<PlaceOutcome, CallEnd>>> = {
  busy: 'busy',
  notAnswered: 'notAnswered',
  refused: 'refused',
  agentGone: 'agentHungUp',
  notCalled: 'systemHungUp',
  outsideHours: 'systemHungUp',
  inCall: 'systemHungUp',
  doNotCall: 'systemHungUp',
  cameBack: 'systemHungUp',
  timedOut: 'systemHungUp',
  lost: 'cutOff',
  unknown: 'unknown',
}

function hungUpEnd(step: Step, call: Call): CallEnd {
  if (call.hungUpBy === 'customer') return 'customerHungUp'
  if (call.hungUpBy === 'agent') return 'agentHungUp'
  if (call.hungUpBy === 'unknown') return 'unknown'
  return mayFollowFromGap(step, call.callId, call.startedAt) ? 'unknown' : 'systemHungUp'
}

/** After a gap: of an agent who hung up before it, it is not known whether that ended the call or left a customer behind. */
export function forgetAgentsWhoHungUp(step: Step): void {
  for (const call of step.state.calls.values()) {
    if (call.pbx !== step.pbx || call.endedAt !== null || call.hungUpBy !== 'agent') continue
    if (unheardUntil(step, call.callId) === null) continue
    putCall(step, { ...call, hungUpBy: null })
  }
}

/** Lets go of calls that ended, save those an agent may still be writing up. */
export function forgetEndedCalls(step: Step): void {
  const { state, at } = step
  if (state.ended.size === 0) return
  const kept = new Set<string>()
  for (const agent of state.agents.values()) if (agent.lastCallId !== null) kept.add(agent.lastCallId)
  for (const callId of state.ended) {
    const call = state.calls.get(callId)
    if (call && call.pbx !== step.pbx) continue
    const age = call?.endedAt == null ? Infinity : at - call.endedAt
    if (call && age < (kept.has(callId) ? lastCallStaysMs : endedCallStaysMs)) continue
    state.ended.delete(callId)
    state.calls.delete(callId)
  }
}

/** Nobody will wait in a customer's stead, or they are not called: what has no channel any more is over. */
export function givePlaceUp(step: Step, event: PbxEvent & { type: 'place.refused' }): void {
  const { linkedId: callId, why, takenBy } = event
  if (takenBy !== null) handPlaceOver(step, callId, takenBy)
  placeRefused(step, callId, why)
  const call = step.state.calls.get(callId)
  if (call?.channelIds.size === 0) endCall(step, callId, null)
}

/** Whoever reached a mailbox has hung up, with or without having left a message. */
export function voicemailOver(step: Step, event: PbxEvent & { type: 'voicemail.over' }): void {
  const call = callOfChannel(step.state, event.channelId)
  const channel = step.state.channels.get(event.channelId)
  if (!call || channel === undefined || call.endedAt !== null) return
  if (call.messageLeft !== undefined) return
  const { mailbox, left } = event
  putCall(step, { ...call, messageLeft: left })
  const said = { callId: call.callId, mailbox, left, channelName: channel.name }
  step.facts.push({ type: 'voicemail.over', pbx: step.pbx, at: step.at, ...said })
}
