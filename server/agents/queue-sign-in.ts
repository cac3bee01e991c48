import type { Logger } from 'pino'
import { ProblemError } from '../../shared/problems.ts'
import type { QueueStanding } from '../../shared/status.ts'
import type { Floor, Member } from '../floor/state.ts'
import { membersOf } from '../floor/views.ts'
import type { BrowserMembersOptions, NewMember, PhoneInUse } from './browser-members.ts'
import type { Pause } from './status.ts'
import { queuesLeft, type QueueChoice } from './queue-choices.ts'

export interface QueueSignInOptions extends Pick<
  BrowserMembersOptions,
  'addMember' | 'removeMember' | 'say'
> {
  floor: () => Floor
  log: Pick<Logger, 'warn'>
  now: () => number
}

const shownWithinMs = 2_000
const lookAgainMs = 50
const retryMs = 5_000

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code
const isRefused = (error: unknown): boolean =>
  codeOf(error) === 'ami.refused_action' || codeOf(error) === 'ami.invalid_field'
/** Names of PBXs have no capitals, those of technologies have. */
const pbxOf = (name: string): string => /^[a-z0-9-]+\//.exec(name)?.[0] ?? ''

/** Where an agent stands in one queue, as its PBX has it now. */
export function standingIn(
  members: readonly Member[],
  choices: readonly QueueChoice[],
  queue: string,
): QueueStanding {
  if (!members.some((one) => one.queue === queue)) return 'out'
  return queuesLeft(choices).has(queue) ? 'pausedOnly' : 'in'
}

/** Makes agents members of single queues, and takes them out. What the floor shows is what counts. */
export function createQueueSignIn({ floor, addMember, removeMember, say, log, now }: QueueSignInOptions) {
  const notBefore = new Map<string, number>()
  const membersIn = (extension: string, queue: string): Member[] =>
    membersOf(floor(), extension).filter((one) => one.queue === queue)

  /** The phone by which an agent would be in a queue: as they are in their others, else the first of their desk. */
  function phoneFor(extension: string, queue: string, browser: string | null): Omit<NewMember, 'queue'> {
    const { pbx } = floor().queues.get(queue) ?? { pbx: '' }
    const isHere = (device: string) => pbxOf(device) === pbxOf(queue)
    const like = membersOf(floor(), extension).find(
      (one) => isHere(one.interface) && one.interface !== browser && one.stateInterface !== browser,
    )
    if (like) {
      const isNamed = like.memberName !== like.interface.slice(pbxOf(like.interface).length)
      return { pbx, interface: like.interface, penalty: 0, memberName: isNamed ? like.memberName : null }
    }
    const devices = (floor().agents.get(extension)?.interfaces ?? []).filter(isHere)
    const device = devices.find((one) => one !== browser) ?? devices[0]
    if (device === undefined) throw new ProblemError('queue.no_phone')
    return { pbx, interface: device, penalty: 0, memberName: null }
  }

  /** Waits until the floor shows what the PBX has answered. */
  async function shown(extension: string, queue: string, isIn: boolean): Promise<void> {
    const until = now() + shownWithinMs
    while (membersIn(extension, queue).length > 0 !== isIn && now() < until)
      await new Promise((done) => setTimeout(done, lookAgainMs))
  }

  const problemOf = (error: unknown): ProblemError =>
    new ProblemError(isRefused(error) ? 'queue.refused' : 'pbx.unreachable', { cause: error })

  return {
    /**
     * Makes an agent a member of a queue.
     * @param pauseOf how a phone is to stand there
     * @returns whether they were none before
     * @throws ProblemError `queue.unknown`, `queue.no_phone`, `queue.refused`, `pbx.unreachable`
     */
    signIn: async (
      extension: string,
      queue: string,
      phone: PhoneInUse,
      pauseOf: (device: string) => Pause,
    ): Promise<boolean> => {
      if (!floor().queues.has(queue)) throw new ProblemError('queue.unknown')
      if (membersIn(extension, queue).length > 0) return false
      const member: NewMember = { queue, ...phoneFor(extension, queue, phone.browser) }
      const pause = pauseOf(member.interface)
      try {
        if (pause.paused) say(member, pause)
        await addMember(member, pause)
      } catch (error) {
        throw problemOf(error)
      }
      await shown(extension, queue, true)
      return true
    },

    /**
     * Ends an agent's memberships of a queue.
     * @returns whether a file of the PBX names the phone, so that it stays a member
     * @throws ProblemError `queue.unknown`, `pbx.unreachable`
     */
    signOut: async (extension: string, queue: string): Promise<boolean> => {
      if (!floor().queues.has(queue)) throw new ProblemError('queue.unknown')
      let isFixed = false
      for (const { pbx, interface: device } of membersIn(extension, queue)) {
        try {
          await removeMember({ pbx, queue, interface: device })
        } catch (error) {
          if (!isRefused(error)) throw problemOf(error)
          isFixed = true
        }
      }
      if (!isFixed) await shown(extension, queue, false)
      return isFixed
    },

    /**
     * Takes an agent out of what they had joined, once more where that failed.
     * @returns the queues that they are in no more, or stay in for a file names them
     */
    leave: (extension: string, choices: readonly QueueChoice[], done: (queue: string) => void): void => {
      for (const { queue, state } of choices) {
        if (state !== 'leaving') continue
        const members = membersIn(extension, queue)
        if (members.length === 0) done(queue)
        for (const { pbx, interface: device } of members) {
          const key = [queue, device].join('\n')
          if ((notBefore.get(key) ?? 0) > now()) continue
          notBefore.set(key, now() + retryMs)
          removeMember({ pbx, queue, interface: device }).catch((error: unknown) => {
            if (isRefused(error)) done(queue)
            log.warn({ extension, queue, err: error }, 'An agent who left the desk is still in a queue.')
          })
        }
      }
    },
  }
}
