import type { PbxLink } from '../../shared/calls.ts'
import type { Change } from '../../shared/realtime.ts'
import type { Streams } from './stream.ts'
import { linkRoom, withoutDetail, type Room } from './topics.ts'

export interface Links {
  changed: (link: PbxLink) => void
  content: (room: Room) => Change[]
}

/** The links to the PBXs, told in two forms: with the detail for those who may see it, and without for everybody else. */
export function createLinks(streams: Pick<Streams, 'publishSoon'>): Links {
  const links = new Map<string, PbxLink>()
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
    content: (room) =>
      [...links.values()].map((link) => ({
        type: 'link.set',
        link: room === linkRoom.detailed ? link : withoutDetail(link),
      })),
  }
}
