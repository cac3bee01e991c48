import type { ChannelInfo, PbxEvent, Snapshot, Stamp } from './events.ts'
import { isAsked } from './kept-place.ts'
import { isSameMember } from './members.ts'
import type { Channel, Floor, Visit } from './state.ts'

/** Two boot times further apart than this are two boots, ms: the PBX tells its own in whole seconds. */
const sameBootMs = 2_000

/** A visit that is known and one that is listed began at the same time if they differ by less, ms: lists have whole seconds. */
const sameVisitMs = 2_000

/** Who came to a queue by a record this shortly before a list comes there, for a list, by an event right after it, ms. */
const sameMomentMs = 50

/**
 * Compares the floor with what the PBX says is there, and returns the difference as the events that would explain it.
 * Calls that are on both sides keep their identity; what is only on the floor ended unseen; what is only on the PBX began
 * unseen. Applied to a floor that already agrees it gives nothing.
 */
export function reconcile(floor: Floor, event: PbxEvent & { type: 'snapshot' }): PbxEvent[] {
  const { pbx, at, arrivedAt } = event
  const stamp: Stamp = { pbx, at, arrivedAt }
  const bootedBefore = floor.links.get(pbx)?.bootedAt ?? null
  const restarted =
    bootedBefore !== null &&
    event.snapshot.bootedAt !== null &&
    Math.abs(event.snapshot.bootedAt - bootedBefore) > sameBootMs
  const snapshot = restarted ? event.snapshot : withoutEnded(floor, event.snapshot)
  const ours = [...floor.channels.values()].filter((channel) => channel.pbx === pbx)
  const gone = goneChannels(ours, snapshot, stamp, restarted)
  return [
    ...memberDifferences(floor, snapshot, stamp),
    // After a restart a new channel may have the id of an old one. Else who came goes before who went, so that a call
    // whose legs were all exchanged lives on.
    ...(restarted ? gone : []),
    ...newChannels(floor, snapshot, stamp, restarted),
    ...changedChannels(floor, snapshot, stamp, restarted),
    ...(restarted ? [] : gone),
    ...waitingDifferences(floor, snapshot, stamp),
    ...bridgeDifferences(floor, snapshot, stamp),
    // After the bridges, in which somebody who is parked may still hear who parked them.
    ...parkingDifferences(floor, snapshot, stamp),
    ...dialledChannels(floor, snapshot, stamp),
  ]
}

/** The PBX was started anew: what that ended, as events. */
export function channelsLost(floor: Floor, { pbx, at, arrivedAt }: Stamp): PbxEvent[] {
  const ours = [...floor.channels.values()].filter((channel) => channel.pbx === pbx)
  return goneChannels(ours, noChannels, { pbx, at, arrivedAt }, true)
}

const noChannels = { channels: [] }

/**
 * What was told to have ended does not begin again, though a damaged stream may have told it too soon. Whoever began that
 * call may be in another by now, as after a pick-up, though the list does not say so yet.
 */
function withoutEnded(floor: Floor, snapshot: Snapshot): Snapshot {
  const hasEnded = (callId: string): boolean => (floor.calls.get(callId)?.endedAt ?? null) !== null
  const ended = new Set(
    snapshot.channels.flatMap(({ channelId, linkedId }) =>
      channelId === linkedId && hasEnded(channelId) && !floor.channels.has(channelId) ? [channelId] : [],
    ),
  )
  if (ended.size === 0) return snapshot
  const on = ({ channelId }: { channelId: string }) => !ended.has(channelId)
  return {
    ...snapshot,
    channels: snapshot.channels.filter(on),
    waiting: snapshot.waiting.filter(on),
    parked: snapshot.parked.filter(on),
  }
}

function memberDifferences(floor: Floor, snapshot: Snapshot, stamp: Stamp): PbxEvent[] {
  const events: PbxEvent[] = []
  const named = new Set(snapshot.members.map((member) => `${member.queue}\n${member.interface}`))
  for (const queue of floor.queues.values()) {
    for (const member of queue.members.values()) {
      if (member.pbx !== stamp.pbx || named.has(`${queue.name}\n${member.interface}`)) continue
      events.push({ ...stamp, type: 'member.removed', queue: queue.name, interface: member.interface })
    }
  }
  for (const member of snapshot.members) {
    const known = floor.queues.get(member.queue)?.members.get(member.interface)
    if (!isSameMember(known, member, stamp.pbx)) events.push({ ...stamp, type: 'member.set', member })
  }
  return events
}

function goneChannels(
  ours: Channel[],
  snapshot: Pick<Snapshot, 'channels'>,
  stamp: Stamp,
  restarted: boolean,
): PbxEvent[] {
  const alive = new Set(snapshot.channels.map((channel) => channel.channelId))
  return ours
    .filter((channel) => restarted || !alive.has(channel.channelId))
    .map((channel) => ({
      ...stamp,
      type: 'channel.gone' as const,
      channelId: channel.channelId,
      linkedId: channel.linkedId,
      cause: null,
      causeText: null,
      unseen: restarted ? ('cutOff' as const) : ('unknown' as const),
    }))
}

/** The oldest first, so that a call begins with the channel that began it. */
function newChannels(floor: Floor, snapshot: Snapshot, stamp: Stamp, restarted: boolean): PbxEvent[] {
  const events: PbxEvent[] = []
  const fresh = snapshot.channels.filter((channel) => restarted || !floor.channels.has(channel.channelId))
  for (const { startedAt, ...channel } of fresh.toSorted((a, b) => a.startedAt - b.startedAt)) {
    events.push({ ...stamp, at: startedAt, type: 'channel.appeared', channel })
    if (channel.application === 'VoiceMail') events.push(intoVoicemail(channel, stamp))
  }
  return [...events, ...localPairs(floor, snapshot, stamp, restarted)]
}

/** Halves of a Local channel that are not known to belong together: one of them may have been known alone. */
function localPairs(floor: Floor, snapshot: Snapshot, stamp: Stamp, restarted: boolean): PbxEvent[] {
  const events: PbxEvent[] = []
  const halves = new Map<string, string>()
  for (const { channelId, linkedId, localHalf, name } of snapshot.channels) {
    if (localHalf === null || (!restarted && floor.channels.get(channelId)?.localPeer != null)) continue
    const pair = name.slice(0, -2)
    const other = halves.get(pair)
    halves.set(pair, channelId)
    if (other !== undefined)
      events.push({ ...stamp, type: 'local.bridged', oneId: other, twoId: channelId, linkedId })
  }
  return events
}

function intoVoicemail({ channelId, linkedId, exten }: ChannelInfo, stamp: Stamp): PbxEvent {
  return { ...stamp, type: 'channel.application', channelId, linkedId, application: 'VoiceMail', exten }
}

function changedChannels(floor: Floor, snapshot: Snapshot, stamp: Stamp, restarted: boolean): PbxEvent[] {
  if (restarted) return []
  const bridged = new Set(snapshot.bridges.flatMap(({ channelIds }) => channelIds))
  return snapshot.channels.flatMap((channel) => {
    const known = floor.channels.get(channel.channelId)
    if (!known) return []
    // Who is in a bridge is up for us, be it that their phone still rings.
    const sameState = known.state === (bridged.has(channel.channelId) ? 'up' : channel.state)
    // Whom the floor is to know no more the PBX goes on telling.
    const isErased = floor.calls.get(known.callId)?.party.erased === true
    const same =
      (sameState || known.state === channel.state) &&
      known.linkedId === channel.linkedId &&
      known.name === channel.name &&
      (isErased || known.callerNumber === channel.callerNumber) &&
      known.callerRestricted === channel.callerRestricted
    const voicemail = channel.application === 'VoiceMail' && known.application !== 'VoiceMail'
    const reached = voicemail ? [intoVoicemail(channel, stamp)] : []
    if (same) return reached
    const { channelId, linkedId, state, name, device, callerNumber, callerName, callerRestricted } = channel
    const changes = { state, name, device, callerNumber, callerName, callerRestricted }
    return [{ ...stamp, type: 'channel.changed' as const, channelId, linkedId, changes }, ...reached]
  })
}

function waitingDifferences(floor: Floor, snapshot: Snapshot, stamp: Stamp): PbxEvent[] {
  const events: PbxEvent[] = []
  const now = new Set(snapshot.waiting.map((caller) => `${caller.queue}\n${caller.channelId}`))
  for (const queue of floor.queues.values()) {
    for (const { callId, channelId, since } of queue.waiting) {
      if (floor.calls.get(callId)?.reconstructed != null && Math.abs(stamp.at - since) < sameMomentMs)
        continue
      // A caller may be known to wait before their channel was told, as far as the stream was damaged.
      const known = floor.channels.get(channelId)
      const pbx = known?.pbx ?? floor.calls.get(callId)?.pbx
      if (pbx !== stamp.pbx || now.has(`${queue.name}\n${channelId}`)) continue
      const linkedId = known?.linkedId ?? callId
      events.push({ ...stamp, type: 'queue.left', queue: queue.name, channelId, linkedId, unseen: true })
    }
  }
  for (const { queue, channelId, position, since } of snapshot.waiting) {
    if (floor.queues.get(queue)?.waiting.some((caller) => caller.channelId === channelId)) continue
    // The PBX says that they left before it takes them off its list.
    const call = floor.calls.get(floor.channels.get(channelId)?.callId ?? '')
    const isOf = (visit: Visit): boolean => {
      // Whoever was asked to keep their place is back in it.
      if (call && isAsked(call, visit)) return false
      return visit.queue === queue && Math.abs((visit.joinedAt ?? visit.enteredAt) - since) < sameVisitMs
    }
    if (call?.visits.some(isOf) === true) continue
    const linkedId = snapshot.channels.find((channel) => channel.channelId === channelId)?.linkedId
    if (linkedId === undefined) continue
    events.push({ ...stamp, at: since, type: 'queue.entered', queue, channelId, linkedId, position })
  }
  return events
}

/** Who was parked unseen, and who left a parking space unseen: to somebody if they are in a bridge, else by themselves. */
function parkingDifferences(floor: Floor, snapshot: Snapshot, stamp: Stamp): PbxEvent[] {
  const spaceOf = new Map(snapshot.parked.map(({ channelId, space }) => [channelId, space]))
  const bridged = new Set(snapshot.bridges.flatMap(({ channelIds }) => channelIds))
  const parkedNow = new Set<string>()
  const events: PbxEvent[] = []
  for (const { channelId, linkedId } of snapshot.channels) {
    const space = spaceOf.get(channelId)
    if (space === undefined) continue
    const callId = floor.channels.get(channelId)?.callId ?? linkedId
    parkedNow.add(callId)
    if (floor.calls.get(callId)?.parkedIn === space) continue
    events.push({ ...stamp, type: 'parking.parked', channelId, linkedId, space, parkedById: null })
  }
  for (const { channelId, linkedId } of snapshot.channels) {
    const callId = floor.channels.get(channelId)?.callId
    const call = callId === undefined ? undefined : floor.calls.get(callId)
    if (call?.parkedIn == null || parkedNow.has(call.callId) || call.customerChannelId !== channelId) continue
    const how = bridged.has(channelId) ? ('retrieved' as const) : ('timedOut' as const)
    events.push({ ...stamp, type: 'parking.ended', channelId, linkedId, how, byId: null })
  }
  return events
}

function bridgeDifferences(floor: Floor, snapshot: Snapshot, stamp: Stamp): PbxEvent[] {
  const events: PbxEvent[] = []
  const bridgeOf = new Map<string, string>()
  const holding = new Set<string>()
  const parked = new Set(snapshot.parked.map(({ channelId }) => channelId))
  for (const { bridgeId, channelIds } of snapshot.bridges) {
    for (const channelId of channelIds) bridgeOf.set(channelId, bridgeId)
    // The list of channels does not say what kind of bridge it is: who is parked in it does.
    if (floor.bridges.get(bridgeId)?.holding === true || channelIds.some((id) => parked.has(id)))
      holding.add(bridgeId)
  }
  for (const { channelId, linkedId } of snapshot.channels) {
    const known = floor.channels.get(channelId)
    const before = known?.bridgeId ?? null
    const now = bridgeOf.get(channelId) ?? null
    if (before === now) continue
    if (before !== null) events.push({ ...stamp, type: 'bridge.left', bridgeId: before, channelId, linkedId })
    if (now !== null) {
      const said = { bridgeId: now, channelId, linkedId, swappedFor: null, holding: holding.has(now) }
      events.push({ ...stamp, type: 'bridge.entered', ...said })
    }
  }
  return events
}

/**
 * Channels that nobody saw being dialled: phones that ring, and the far ends of calls to the outside, answered or not.
 */
function dialledChannels(floor: Floor, snapshot: Snapshot, stamp: Stamp): PbxEvent[] {
  const phones = new Set([...floor.agents.values()].flatMap(({ interfaces }) => interfaces))
  return snapshot.channels.flatMap((channel) => {
    const { channelId, linkedId, state } = channel
    if (linkedId === channelId || channel.localHalf !== null) return []
    if (phones.has(channel.device) && state !== 'ringing') return []
    const known = floor.channels.get(channelId)
    if (known && known.dialledBy !== null) return []
    const call = known && floor.calls.get(known.callId)
    if (call?.customerChannelId === channelId) return []
    if (call?.offers.some((offer) => offer.channelIds.includes(channelId))) return []
    const said = { callerId: linkedId, calledId: channelId, called: null, dialString: null }
    return [{ ...stamp, type: 'dial.began' as const, ...said }]
  })
}
