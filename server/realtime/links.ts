import type { Gap, PbxLink } from '../../shared/calls.ts'
import type { Change } from '../../shared/realtime.ts'
import type { Streams } from './stream.ts'
import { linkRoom, withoutDetail, type Room } from './topics.ts'

export interface Links {
  changed: (link: PbxLink) => void
  /** There is a time more of which something is missing, or one is told of now. */
  gapsChanged: () => void
  content: (room: Room) => Change[]
}

/**
 * The links to the PBXs, told in two forms: with the detail for those who may see it, and without for everybody else; and
 * what is missing of the day, for everybody, since everybody's day may lack a call.
 * @param gapsOfToday the newest first
 */
export function createLinks(streams: Pick<Streams, 'publishSoon'>, gapsOfToday: () => Gap[]): Links {
  const links = new Map<string, PbxLink>()
  const gaps = (): Change => ({ type: 'gaps.set', gaps: gapsOfToday() })
  return {
    changed(link) {
      const before = links.get(link.pbx)
      links.set(link.pbx, link)
      const soon = (room: Room, told: PbxLink) =>
        streams.publishSoon(room, link.pbx, () => ({ type: 'link.set', link: told }))
      soon(linkRoom.detailed, link)
      // The age of the newest event changes all the time, and is no news to those who may not see it.
      if (before?.state !== link.state || before.since !== link.since)
        soon(linkRoom.plain, withoutDetail(link))
    },
    gapsChanged() {
      for (const room of Object.values(linkRoom)) streams.publishSoon(room, 'gaps', gaps)
    },
    content: (room) => [
      ...[...links.values()].map((link) => ({
        type: 'link.set' as const,
        link: room === linkRoom.detailed ? link : withoutDetail(link),
      })),
      // Whoever takes a snapshot knows of none but what it says.
      ...(gapsOfToday().length > 0 ? [gaps()] : []),
    ],
  }
}
