import type { Floor } from '../floor/state.ts'
import { reachedFrom } from '../floor/reach.ts'

/** A channel that is to wait until somebody takes it. */
export interface LeftWaiting {
  channelId: string
  pbx: string
}

/**
 * Who talks with a phone whose page is gone, and hears nothing now: of each call the one other side. A conference goes on
 * without that phone.
 * @param device as the floor names it
 */
export function leftWaiting(floor: Floor, device: string): LeftWaiting[] {
  return [...floor.channels.values()].flatMap((channel) => {
    if (channel.device !== device || channel.state !== 'up' || channel.bridgeId === null) return []
    const others = reachedFrom(floor, channel).filter((other) => other.device !== device)
    const [other] = others
    return other === undefined || others.length > 1 ? [] : [{ channelId: other.channelId, pbx: other.pbx }]
  })
}
