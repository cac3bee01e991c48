import type { OfferOutcome } from '../../shared/calls.ts'
import { reachedFrom } from './reach.ts'
import type { Call, Channel, Consult, Contact, Floor } from './state.ts'
import { putCall, replaced, type Step } from './step.ts'

/**
 * After an event: tells what changed of the consultations in the calls that it touched. An agent consults while the customer
 * is still theirs, over a second leg that Asterisk made for it (`Atxfer`, or the keys for it); a call of their own that they
 * make beside it by a second line of the phone is a call by itself until the two are joined.
 */
export function settleConsults(step: Step): void {
  for (const callId of step.calls) {
    const call = step.state.calls.get(callId)
    // Two channels are one talk, and nobody is asked in it.
    if (!call || call.customerChannelId === null) continue
    for (const contact of call.contacts) {
      if (contact.endedAt !== null || (call.channelIds.size < 3 && contact.consult == null)) continue
      settle(step, callId, contact)
    }
  }
}

function settle(step: Step, callId: string, contact: Contact): void {
  const call = step.state.calls.get(callId)
  if (!call) return
  const before = contact.consult ?? null
  const consult = consultOf(step.state, call, contact)
  if (isSame(before, consult)) return
  const consultFailed = consult || !before ? null : failureOf(call, before)
  const next = { ...contact, consult, consultFailed }
  putCall(step, { ...call, contacts: replaced(call.contacts, 'contactId', next) })
  const { contactId, extension } = contact
  // What was dialled tells of persons: whoever may see it asks the floor.
  const told = consult && { state: consult.state, extension: consult.extension }
  step.facts.push({
    type: 'consult.changed',
    pbx: step.pbx,
    at: step.at,
    callId,
    contactId,
    extension,
    consult: told,
  })
}

function isSame(one: Consult | null, other: Consult | null): boolean {
  return one?.state === other?.state && one?.extension === other?.extension && one?.number === other?.number
}

/** How a consultation that is over came to nothing; null for one in which they talked. */
function failureOf(call: Call, { state, extension }: Consult): OfferOutcome | null {
  if (state !== 'dialling' && state !== 'ringing') return null
  const offer = call.offers.findLast((one) => one.extension === extension)
  return offer === undefined || offer.outcome === 'ringing' ? 'unknown' : offer.outcome
}

/**
 * Whom an agent consults about the customer with whom they are in contact, as the channels and bridges have it now.
 * @param contact one that has not ended, with what was known before
 * @returns null for nobody
 */
export function consultOf(floor: Floor, call: Call, contact: Contact): Consult | null {
  const before = contact.consult ?? null
  const own = floor.channels.get(contact.channelId)
  if (!own) return null
  // Between two bridges: where it comes to is yet to be told.
  if (own.bridgeId === null) return before
  const heard = reachedFrom(floor, own).filter(({ extension }) => extension !== contact.extension)
  const isCustomer = ({ channelId }: Channel) => channelId === call.customerChannelId
  const withCustomer = heard.some(isCustomer)
  const leg = secondLeg(floor, call, before !== null)
  const far = leg ? farEndsOf(floor, leg) : []
  const colleague = heard.find((channel) => !isCustomer(channel))
  const said = (state: Consult['state'], channel: Channel | undefined): Consult => ({
    state,
    extension: channel?.extension ?? null,
    number: leg?.exten ?? before?.number ?? channel?.exten ?? null,
  })
  if (colleague) return said(withCustomer ? 'conference' : 'talking', colleague)
  // Whoever was asked and has taken the customer over is reached by what was the second leg.
  if (!leg || far.some(({ channelId }) => channelId === own.channelId)) return null
  const talker = far.find(({ bridgeId }) => bridgeId !== null)
  if (talker) return said(withCustomer ? 'withCustomer' : 'talking', talker)
  const ringing = far.find(({ state }) => state === 'ringing')
  if (ringing) return said('ringing', ringing)
  // A phone that rings no more leaves the leg for a moment: it was that phone all the same.
  return before !== null && (before.extension !== null || far.length === 0)
    ? before
    : said('dialling', far[0])
}

/**
 * The leg of a consultation: the half of a Local channel that Asterisk put into a bridge without anybody having dialled it,
 * which is how it differs from that of a queue's member.
 * @param wasThere whether it was found before: then it may be between two bridges
 */
function secondLeg(floor: Floor, call: Call, wasThere: boolean): Channel | undefined {
  for (const channelId of call.channelIds) {
    const channel = floor.channels.get(channelId)
    if (channel?.localHalf !== 1 || channel.dialledBy !== null) continue
    if (channel.bridgeId === null && !wasThere) continue
    if (channelId !== call.originId && channelId !== call.customerChannelId) return channel
  }
  return undefined
}

/** Who is behind a leg: whom its other half hears, or what it rings. */
function farEndsOf(floor: Floor, { localPeer }: Channel): Channel[] {
  const peer = localPeer === null ? undefined : floor.channels.get(localPeer)
  if (!peer) return []
  const bridge = peer.bridgeId === null ? undefined : floor.bridges.get(peer.bridgeId)
  const heard = bridge?.channelIds.filter((id) => id !== peer.channelId) ?? []
  const call = floor.calls.get(peer.callId)
  const dialled = [...(call?.channelIds ?? [])].filter(
    (id) => floor.channels.get(id)?.dialledBy === peer.channelId,
  )
  return [...new Set([...heard, ...dialled])].flatMap((id) => floor.channels.get(id) ?? [])
}
