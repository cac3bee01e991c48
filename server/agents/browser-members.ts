import type { Logger } from 'pino'
import type { StatusView } from '../../shared/status.ts'
import type { Floor, Member } from '../floor/state.ts'
import { membersOf } from '../floor/views.ts'
import type { MemberName } from './pauses.ts'
import type { Pause } from './status.ts'

/** A phone that becomes a member of a queue. */
export interface NewMember extends MemberName {
  penalty: number
  /** As the agent is called in that queue; null to be called by the phone. */
  memberName: string | null
}

/** By which phone an agent takes calls, and which of them is the browser's. */
export interface PhoneInUse {
  /** The browser phone that is in use; null while that is the desk phone. */
  inUse: string | null
  /** The browser phone of the desk, as far as it is known. */
  browser: string | null
}

export interface BrowserMembersOptions {
  floor: () => Floor
  /** Says it to the PBX; each throws with a `code` where that fails. */
  addMember: (member: NewMember, pause: Pause) => Promise<void>
  removeMember: (member: MemberName) => Promise<void>
  /** What is said of a member, for whoever tells our own doing from others'. */
  say: (member: MemberName, pause: Pause) => void
  onChange: (extension: string) => void
  log: Pick<Logger, 'info' | 'warn'>
  now: () => number
}

const answeredWithinMs = 2_000
const firstRetryMs = 500
const longestRetryMs = 10_000

const isPhone = (member: Pick<Member, 'interface' | 'stateInterface'>, phone: string | null): boolean =>
  phone !== null && (member.interface === phone || member.stateInterface === phone)
/** Names of PBXs have no capitals, those of technologies have. */
const pbxOf = (name: string): string => /^[a-z0-9-]+\//.exec(name)?.[0] ?? ''

/**
 * Whether a member is the phone by which its agent takes calls. A queue of another PBX than the browser phone's goes on
 * ringing the desk phone: it cannot ring the other.
 * @param members all that the agent is in any queue
 */
export function isInUse(member: Member, members: readonly Member[], phone: PhoneInUse): boolean {
  if (phone.inUse !== null)
    return isPhone(member, phone.inUse) || pbxOf(member.interface) !== pbxOf(phone.inUse)
  if (!isPhone(member, phone.browser)) return true
  return !members.some((other) => other.queue === member.queue && !isPhone(other, phone.browser))
}

/**
 * Which queues are to have the browser phone of an agent as a member, and which are to have it no longer: while it is in use
 * those in which the agent is by another phone, and else none of them.
 * @param isOurs whether a member was added here
 */
export function wantedChanges(
  members: readonly Member[],
  { inUse, browser }: PhoneInUse,
  isOurs: (member: Member) => boolean,
): { add: Member[]; remove: Member[] } {
  const others = members.filter((member) => !isPhone(member, inUse ?? browser))
  const own = members.filter((member) => isPhone(member, inUse ?? browser))
  const isByOther = ({ queue }: Member) => others.some((other) => other.queue === queue)
  if (inUse === null) return { add: [], remove: own.filter((one) => isByOther(one) || isOurs(one)) }
  const lacking = others.filter(
    (one, index) =>
      pbxOf(one.interface) === pbxOf(inUse) &&
      !own.some(({ queue }) => queue === one.queue) &&
      others.findIndex(({ queue }) => queue === one.queue) === index,
  )
  return { add: lacking, remove: own.filter((one) => isOurs(one) && !isByOther(one)) }
}

/** Has the queues of an agent have the browser phone as a member as long as it is in use. */
export function createBrowserMembers(options: BrowserMembersOptions) {
  const { floor, onChange, log, now } = options
  const keyOf = ({ pbx, queue, interface: device }: MemberName) => [pbx, queue, device].join('\n')
  /** What went wrong, and when it is tried again. */
  const troubles = new Map<string, { kind: 'refused' | 'unreachable'; tries: number }>()
  const notBefore = new Map<string, number>()
  const ours = new Set<string>()
  /** Members that stand in a file of the PBX, which no command removes. They are paused instead. */
  const fixed = new Set<string>()

  const changes = (extension: string, phone: PhoneInUse) => {
    const { add, remove } = wantedChanges(membersOf(floor(), extension), phone, (one) => ours.has(keyOf(one)))
    return {
      add: add.map((like): [Member, MemberName] => [
        like,
        { pbx: like.pbx, queue: like.queue, interface: phone.inUse ?? '' },
      ]),
      remove: remove.filter((one) => !fixed.has(keyOf(one))),
    }
  }

  function ask(
    what: 'add' | 'remove',
    extension: string,
    member: MemberName,
    work: () => Promise<void>,
    refused: () => void,
  ): void {
    const key = `${what}\n${keyOf(member)}`
    if ((notBefore.get(key) ?? 0) > now()) return
    // What was answered is heard a moment later.
    notBefore.set(key, now() + answeredWithinMs)
    work().then(
      () => {
        if (troubles.delete(key)) onChange(extension)
      },
      (error: unknown) => {
        const code = (error as { code?: unknown }).code
        const kind = code === 'ami.refused_action' || code === 'ami.invalid_field' ? 'refused' : 'unreachable'
        const before = troubles.get(key)
        const tries = (before?.tries ?? 0) + 1
        troubles.set(key, { kind, tries })
        notBefore.set(key, now() + Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tries - 1, 10)))
        if (kind === 'refused') refused()
        if (before?.kind === kind) return
        log.warn({ extension, queue: member.queue, err: error }, 'The PBX did not change a queue’s members.')
        onChange(extension)
      },
    )
  }

  return {
    /** Says what is still to be done. */
    bring: (extension: string, phone: PhoneInUse, pause: Pause): void => {
      const { add, remove } = changes(extension, phone)
      for (const [like, member] of add) {
        const name = like.memberName === like.interface.slice(pbxOf(like.interface).length)
        const added: NewMember = {
          ...member,
          penalty: like.penalty ?? 0,
          memberName: name ? null : like.memberName,
        }
        ask(
          'add',
          extension,
          member,
          () => {
            ours.add(keyOf(member))
            // A member that is not paused is no news to anybody.
            if (pause.paused) options.say(member, pause)
            return options.addMember(added, pause)
          },
          () => ours.delete(keyOf(member)),
        )
      }
      for (const member of remove) {
        const key = keyOf(member)
        ask(
          'remove',
          extension,
          member,
          () => options.removeMember(member).then(() => void ours.delete(key)),
          () => {
            fixed.add(key)
            troubles.delete(`remove\n${key}`)
          },
        )
      }
    },

    /** Whether a queue lacks the phone that is in use, and why; null where none does. */
    lacking: (extension: string, phone: PhoneInUse): Exclude<StatusView['pbx'], 'agrees'> | null => {
      const { add } = changes(extension, phone)
      const [first] = add
      if (first === undefined) return null
      return troubles.get(`add\n${keyOf(first[1])}`)?.kind ?? 'waiting'
    },

    /** The PBX was heard anew: its files may be others. */
    heardAgain: (): void => {
      troubles.clear()
      notBefore.clear()
      fixed.clear()
    },
  }
}
