import { pbxOfId } from '../shared/pbx-names.ts'
import type { PbxEvent } from './floor/events.ts'
import type { Floor } from './floor/state.ts'
import { withoutForgotten } from './history/personal.ts'

/** So many calls and channels at most are known to be forgotten. */
const most = 10_000

/** Calls whose other party was erased, while a PBX may go on naming them. */
export interface ForgottenCalls {
  /** @param callId a call that may not be on the floor yet, as after a start */
  add(callId: string): void
  has(callId: string): boolean
  /** An event without what is personal in it of these calls: the same object where there is nothing. */
  without(event: PbxEvent): PbxEvent
  /** Lets go of calls of which nothing more can come, so that later events cost nothing. To be called now and then. */
  letGo(): void
  /** Whether events are looked at at all. */
  isLooking(): boolean
}

/**
 * Keeps book of the calls of which nobody is to know who was in them.
 * @param floor as it is now
 */
export function createForgottenCalls(floor: () => Floor): ForgottenCalls {
  /** Of calls, and of customers' channels in them. */
  const ids = new Set<string>()
  const isForgotten = (id: string): boolean => ids.has(id) || ids.has(floor().channels.get(id)?.callId ?? '')

  return {
    add: (callId) => {
      ids.add(callId)
      const customerChannelId = floor().calls.get(callId)?.customerChannelId
      if (customerChannelId != null) ids.add(customerChannelId)
      for (const oldest of ids) {
        if (ids.size <= most) break
        ids.delete(oldest)
      }
    },
    has: (callId) => ids.has(callId),
    without: (event) => (ids.size === 0 ? event : withoutForgotten(event, isForgotten)),
    letGo: () => {
      const { calls, channels, links } = floor()
      for (const id of ids) {
        // A PBX that is not heard may name it with its next list.
        const isHeard = links.get(pbxOfId(id))?.lostAt === null
        if (isHeard && !calls.has(id) && !channels.has(id)) ids.delete(id)
      }
    },
    isLooking: () => ids.size > 0,
  }
}
