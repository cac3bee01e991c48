import type { PbxEvent, Snapshot } from '../floor/events.ts'

/** Fields by which an event names a channel. */
const named = [
  'channelId',
  'calledId',
  'callerId',
  'oneId',
  'twoId',
  'transfererId',
  'transfereeId',
  'firstId',
  'secondId',
  'targetId',
] as const

/**
 * What an input is about: the groups of channels that the PBX links (a call's id is that of such a group), where it names
 * one, and the channels. A snapshot names them all and gives its groups alone.
 */
export function inputChannels(event: PbxEvent): { linkedIds: string[]; channelIds: string[] } {
  if (event.type === 'snapshot') {
    return {
      linkedIds: [...new Set(event.snapshot.channels.map(({ linkedId }) => linkedId))],
      channelIds: [],
    }
  }
  if (event.type === 'channel.appeared') {
    return { linkedIds: [event.channel.linkedId], channelIds: [event.channel.channelId] }
  }
  const fields: Readonly<Record<string, unknown>> = { ...event }
  const channelIds = named.flatMap((field) => {
    const id = fields[field]
    return typeof id === 'string' ? [id] : []
  })
  if ('linkedId' in event) return { linkedIds: [event.linkedId], channelIds }
  const called = 'called' in event ? event.called : null
  return { linkedIds: called === null ? [] : [called.linkedId], channelIds }
}

/** What a snapshot says of some channels: perhaps that there is none of them. Members are of no call. */
export function ofSnapshot(
  snapshot: Snapshot,
  linkedIds: ReadonlySet<string>,
  channelIds: ReadonlySet<string>,
): Snapshot {
  const channels = snapshot.channels.filter(
    ({ linkedId, channelId }) => linkedIds.has(linkedId) || channelIds.has(channelId),
  )
  const own = new Set(channels.map(({ channelId }) => channelId))
  const isOwn = ({ channelId }: { channelId: string }) => own.has(channelId)
  const waiting = snapshot.waiting.filter(isOwn)
  return {
    channels,
    bridges: snapshot.bridges
      .map(({ bridgeId, channelIds: all }) => ({ bridgeId, channelIds: all.filter((id) => own.has(id)) }))
      .filter(({ channelIds: all }) => all.length > 0),
    queues: [...new Set(waiting.map(({ queue }) => queue))],
    members: [],
    waiting,
    parked: snapshot.parked.filter(isOwn),
    bootedAt: snapshot.bootedAt,
    ...(snapshot.record ? { record: snapshot.record } : {}),
    ...(snapshot.isCheck ? { isCheck: true as const } : {}),
  }
}
