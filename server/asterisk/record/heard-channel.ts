import type { PlaceState } from '../../../shared/calls.ts'
import type { Floor } from '../../floor/state.ts'

/** What was known of a channel when its PBX was last heard. */
export interface HeardChannel {
  isUp: boolean
  /** Whether it was heard that another channel dialled it. */
  isDialled: boolean
  bridgeId: string | null
  /** The last of the dialplan's applications that it reached, of those that are told. */
  application: string | null
  /** An agent's, who talks on it. */
  isTalking: boolean
  isParked: boolean
  /** How far the place of its call is; null where it was never asked for. */
  place: PlaceState | null
  /** Its stays in queues: when it came there, ms, and whether it was not known yet how that ended. */
  visits: readonly { enteredAt: number; isOpen: boolean }[]
}

/**
 * What is known of the channels that are on a floor.
 * @param floor a copy: what is read afterwards must not be taken for what was heard
 * @returns gives a channel by its id; null for one that is not there
 */
export function heardChannels(
  floor: Pick<Floor, 'channels' | 'calls'>,
): (channelId: string) => HeardChannel | null {
  return (channelId) => {
    const channel = floor.channels.get(channelId)
    if (!channel) return null
    const { visits = [], contacts = [], parkedIn = null, place } = floor.calls.get(channel.callId) ?? {}
    return {
      isUp: channel.state === 'up',
      isDialled: channel.dialledBy !== null,
      bridgeId: channel.bridgeId,
      application: channel.application,
      isTalking: contacts.some((contact) => contact.channelId === channelId && contact.endedAt === null),
      isParked: parkedIn !== null,
      place: place?.state ?? null,
      visits: visits
        .filter((visit) => visit.channelId === channelId)
        .map(({ enteredAt, joinedAt = enteredAt, outcome }) => ({
          enteredAt: joinedAt,
          isOpen: outcome === 'waiting',
        })),
    }
  }
}
