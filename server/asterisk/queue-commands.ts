import { AmiError } from './errors.ts'
import type { PbxLinks } from './links.ts'

/** A member of a queue, as the floor names them. */
export interface QueueMember {
  pbx: string
  queue: string
  interface: string
}

export interface NewQueueMember extends QueueMember {
  penalty: number
  /** What the PBX calls it, also in queue_log; null for its interface. */
  memberName: string | null
}

interface MemberPause {
  paused: boolean
  reason: string | null
}

/** What Ringcard does to the queues of a PBX. */
export interface QueueCommands {
  /**
   * Pauses a member of one queue, or lets it have calls again.
   * @param reason what the PBX keeps as the reason of a pause, also in queue_log
   * @throws AmiError `ami.not_connected`, `ami.refused_action` (no right, or no such member), `ami.timeout`, `ami.invalid_field`
   */
  pauseMember: (member: QueueMember, pause: MemberPause) => Promise<void>
  /**
   * Makes a device a member of a queue, paused or not.
   * @throws AmiError as above; `ami.refused_action` too where it is a member already
   */
  addMember: (member: NewQueueMember, pause: MemberPause) => Promise<void>
  /** Ends a membership. @throws AmiError as above; `ami.refused_action` too for a member that a file of the PBX names */
  removeMember: (member: QueueMember) => Promise<void>
}

/** A PBX that takes longer has not done it as far as anybody here knows, ms. */
const answerWithinMs = 2_000

/** @param prefixOf what stands before the names of a PBX's queues and devices */
export function createQueueCommands(
  links: Pick<PbxLinks, 'of'>,
  prefixOf: (pbx: string) => string,
): QueueCommands {
  const say = async (
    action: string,
    { pbx, queue, interface: device }: QueueMember,
    more: Record<string, string>,
  ): Promise<void> => {
    const link = links.of(pbx)
    if (!link) throw new AmiError('ami.not_connected')
    const own = (name: string) => name.slice(prefixOf(pbx).length)
    await link.action(action, { Queue: own(queue), Interface: own(device), ...more }, answerWithinMs)
  }
  const pauseFields = ({ paused, reason }: MemberPause) => ({
    Paused: String(paused),
    ...(paused && reason !== null ? { Reason: reason } : {}),
  })
  return {
    pauseMember: (member, pause) => say('QueuePause', member, pauseFields(pause)),
    addMember: (member, pause) =>
      say('QueueAdd', member, {
        Penalty: String(member.penalty),
        ...pauseFields(pause),
        ...(member.memberName === null ? {} : { MemberName: member.memberName }),
      }),
    removeMember: (member) => say('QueueRemove', member, {}),
  }
}
