import { AmiError } from './errors.ts'
import type { PbxLinks } from './links.ts'

/** A member of a queue, as the floor names them. */
export interface QueueMember {
  pbx: string
  queue: string
  interface: string
}

/** What Ringcard does to the queues of a PBX. */
export interface QueueCommands {
  /**
   * Pauses a member of one queue, or lets it have calls again.
   * @param reason what the PBX keeps as the reason of a pause, also in queue_log
   * @throws AmiError `ami.not_connected`, `ami.refused_action` (no right, or no such member), `ami.timeout`, `ami.invalid_field`
   */
  pauseMember: (member: QueueMember, pause: { paused: boolean; reason: string | null }) => Promise<void>
}

/** A PBX that takes longer has not done it as far as anybody here knows, ms. */
const answerWithinMs = 2_000

/** @param prefixOf what stands before the names of a PBX's queues and devices */
export function createQueueCommands(
  links: Pick<PbxLinks, 'of'>,
  prefixOf: (pbx: string) => string,
): QueueCommands {
  return {
    pauseMember: async ({ pbx, queue, interface: device }, { paused, reason }) => {
      const link = links.of(pbx)
      if (!link) throw new AmiError('ami.not_connected')
      const own = (name: string) => name.slice(prefixOf(pbx).length)
      const fields = {
        Queue: own(queue),
        Interface: own(device),
        Paused: String(paused),
        ...(paused && reason !== null ? { Reason: reason } : {}),
      }
      await link.action('QueuePause', fields, answerWithinMs)
    },
  }
}
