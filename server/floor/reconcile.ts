import type { PbxEvent, Snapshot, Stamp } from './events.ts'
import type { Channel, Floor } from './state.ts'

/** Two boot times further apart than this are two boots, ms: the PBX tells its own in whole seconds. */
const sameBootMs = 2_000

/**
 * Compares the floor with what the PBX says is there, and returns the difference as the events that would explain it.
 * Calls that are on both sides keep their identity; what is only on the floor ended unseen; what is only on the PBX began
 * unseen. Applied to a floor that already agrees it gives nothing.
 */
export function reconcile(floor: Floor, event: PbxEvent & { type: 'snapshot' }): PbxEvent[] {
  const { pbx, at, arrivedAt, snapshot } = event
  const stamp: Stamp = { pbx, at, arrivedAt }
  const bootedBefore = floor.links.get(pbx)?.bootedAt ?? null
  const restarted =
    bootedBefore !== null &&
    snapshot.bootedAt !== null &&
    Math.abs(snapshot.bootedAt - bootedBefore) > sameBootMs
  const ours = [...floor.channels.values()].filter((channel) => channel.pbx === pbx)
  return [
    ...memberDifferences(floor, snapshot, stamp),
    ...goneChannels(ours, snapshot, stamp, restarted),
    ...newChannels(floor, snapshot, stamp, restarted),
    ...changedChannels(floor, snapshot, stamp, restarted),
    ...waitingDifferences(floor, snapshot, stamp),
    ...parkingDifferences(floor, snapshot, stamp),
    ...bridgeDifferences(floor, snapshot, stamp),
    ...ringingPhones(floor, snapshot, stamp),
  ]
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
    const same =
      known?.pbx === stamp.pbx &&
      known.paused === member.paused &&
      known.pauseReason === member.pauseReason &&
      known.deviceState === member.deviceState &&
      known.stateInterface === member.stateInterface
    if (!same) events.push({ ...stamp, type: 'member.set', member })
  }
  return events
}

function goneChannels(ours: Channel[], snapshot: Snapshot, stamp: Stamp, restarted: boolean): PbxEvent[] {
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
  const halves = new Map<string, string>()
  const fresh = snapshot.channels.filter((channel) => restarted || !floor.channels.has(channel.channelId))
  for (const { startedAt, ...channel } of fresh.toSorted((a, b) => a.startedAt - b.startedAt)) {
    events.push({ ...stamp, at: startedAt, type: 'channel.appeared', channel })
    if (channel.application === 'VoiceMail') {
      const { channelId, linkedId, exten } = channel
      events.push({
        ...stamp,
        type: 'channel.application',
        channelId,
        linkedId,
        application: 'VoiceMail',
        exten,
      })
    }
    if (channel.localHalf === null) continue
    const pair = channel.name.slice(0, -2)
    const other = halves.get(pair)
    halves.set(pair, channel.channelId)
    if (other === undefined) continue
    events.push({
      ...stamp,
      type: 'local.bridged',
      oneId: other,
      twoId: channel.channelId,
      linkedId: channel.linkedId,
    })
  }
  return events
}

function changedChannels(floor: Floor, snapshot: Snapshot, stamp: Stamp, restarted: boolean): PbxEvent[] {
  if (restarted) return []
  return snapshot.channels.flatMap((channel) => {
    const known = floor.channels.get(channel.channelId)
    if (!known) return []
    const same =
      known.state === channel.state &&
      known.linkedId === channel.linkedId &&
      known.name === channel.name &&
      known.callerNumber === channel.callerNumber &&
      known.callerRestricted === channel.callerRestricted
    if (same) return []
    const { channelId, linkedId, state, name, device, callerNumber, callerName, callerRestricted } = channel
    const changes = { state, name, device, callerNumber, callerName, callerRestricted }
    return [{ ...stamp, type: 'channel.changed' as const, channelId, linkedId, changes }]
  })
}

function waitingDifferences(floor: Floor, snapshot: Snapshot, stamp: Stamp): PbxEvent[] {
  const events: PbxEvent[] = []
  const now = new Set(snapshot.waiting.map((caller) => `${caller.queue}\n${caller.channelId}`))
  for (const queue of floor.queues.values()) {
    for (const { channelId } of queue.waiting) {
      const linkedId = floor.channels.get(channelId)?.linkedId
      if (linkedId === undefined || now.has(`${queue.name}\n${channelId}`)) continue
      if (floor.channels.get(channelId)?.pbx !== stamp.pbx) continue
      events.push({ ...stamp, type: 'queue.left', queue: queue.name, channelId, linkedId, unseen: true })
    }
  }
  for (const { queue, channelId, position, since } of snapshot.waiting) {
    if (floor.queues.get(queue)?.waiting.some((caller) => caller.channelId === channelId)) continue
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

/** Phones that ring and belong to no offer yet: nobody saw them being dialled. */
function ringingPhones(floor: Floor, snapshot: Snapshot, stamp: Stamp): PbxEvent[] {
  return snapshot.channels.flatMap((channel) => {
    if (channel.state !== 'ringing' || channel.linkedId === channel.channelId) return []
    const known = floor.channels.get(channel.channelId)
    const call = known && floor.calls.get(known.callId)
    if (call?.offers.some((offer) => offer.channelIds.includes(channel.channelId))) return []
    const { channelId } = channel
    const said = { callerId: null, calledId: channelId, called: null, dialString: null }
    return [{ ...stamp, type: 'dial.began' as const, ...said }]
  })
}
