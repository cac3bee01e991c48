import { unidentified, type FloorCall, type PbxLink, type TodayCall } from '../../shared/calls.ts'
import type { Right } from '../../shared/people.ts'
import type { Topic } from '../../shared/realtime.ts'
import { taskTopicOf, taskTopics } from '../../shared/tasks.ts'

/** Who a signed-in person is, as far as it decides what they may see. */
export interface Viewer {
  personId: string
  rights: ReadonlySet<Right>
  /** The desk where they sit, or null. */
  extension: string | null
}

/**
 * A Socket.IO room. Mostly a room is a topic; where people with different rights see a topic with different fields, each
 * form of it is a room (and a sequence) of its own, so that no field is sent to somebody who may not see it.
 */
export type Room = string

export const floorRoom = { plain: 'floor', named: 'floor+names' } as const
export const parkedRoom = { plain: 'parked', named: 'parked+names' } as const
export const linkRoom = { plain: 'link', detailed: 'link+detail' } as const

/** The room of a person's own desk. */
export function personRoom(personId: string): `person:${string}` {
  return `person:${personId}`
}

/** The room of a queue's strip. */
export function queueRoom(queue: string): `queue:${string}` {
  return `queue:${queue}`
}

/**
 * What a person may see.
 * @param viewer the person
 * @param queues the queues their extension is a member of, and all there are
 * @returns each topic, with the room that holds the form of it that their rights allow
 */
export function topicsFor(
  viewer: Viewer,
  queues: { mine: readonly string[]; all: readonly string[] },
): Map<Topic, Room> {
  const may = (right: Right) => viewer.rights.has(right)
  const topics = new Map<Topic, Room>()
  topics.set(personRoom(viewer.personId), personRoom(viewer.personId))
  const strips = may('floor.watch')
    ? queues.all
    : may('desk.use') && viewer.extension !== null
      ? queues.mine
      : []
  for (const queue of strips) topics.set(queueRoom(queue), queueRoom(queue))
  if (may('floor.watch')) topics.set('floor', may('card.read') ? floorRoom.named : floorRoom.plain)
  if ((may('desk.use') && viewer.extension !== null) || may('floor.watch'))
    topics.set('parked', may('card.read') ? parkedRoom.named : parkedRoom.plain)
  if (seesTasks(viewer.rights)) {
    const shown = may('tasks.manage')
      ? [taskTopics.all]
      : [taskTopics.anybody, ...(viewer.extension === null ? [] : queues.mine.map(taskTopicOf))]
    for (const topic of shown) topics.set(topic, topic)
  }
  topics.set('link', may('health.read') ? linkRoom.detailed : linkRoom.plain)
  return topics
}

/** Whether somebody sees callbacks and tasks: they name customers. */
export const seesTasks = (rights: ReadonlySet<Right>): boolean =>
  rights.has('card.read') && (rights.has('tasks.use') || rights.has('tasks.manage'))

/** A link as everybody may see it: whether it works, and nothing of why not. */
export function withoutDetail(link: PbxLink): PbxLink {
  return { ...link, newestEventAt: null, trouble: null, message: null }
}

/** A call on the floor for those who may not read cards. */
export function withoutIdentity(call: FloorCall): FloorCall {
  return { ...call, party: unidentified(call.party), customerName: null }
}

/** One of a person's own calls when they may not read cards: the number is what their phone showed them. */
export function withoutCustomer(call: TodayCall): TodayCall {
  return { ...call, customerId: null, customerName: null }
}
