import type { Logger } from 'pino'
import type { StatusView } from '../../shared/status.ts'
import type { Fact } from '../floor/facts.ts'
import type { Floor, Member } from '../floor/state.ts'
import { membersOf } from '../floor/views.ts'
import {
  createBrowserMembers,
  isInUse,
  type BrowserMembersOptions,
  type PhoneInUse,
} from './browser-members.ts'
import { createPauses, type MemberName } from './pauses.ts'
import { isSamePause, ownReasons, type Pause } from './status.ts'

export interface MembersOptions extends Pick<BrowserMembersOptions, 'addMember' | 'removeMember'> {
  floor: () => Floor
  /** Says it to the PBX; throws with a `code` where that fails. */
  pauseMember: (member: Member, pause: Pause) => Promise<void>
  /** How an agent is to stand in the queues, by which phone, and since when; null for a desk that is none of ours. */
  wantedOf: (extension: string) => Wanted | null
  /** Somebody at the PBX paused an agent everywhere, or unpaused them (null) somewhere. */
  onPaused: (extension: string, paused: Pause | null, at: number) => void
  /** Somebody at the PBX let an agent have calls of a queue again that the agent had signed out of. */
  onQueueBack: (extension: string, queue: string) => void
  /** How the PBX stands to an agent's status is not what it was. */
  onChange: (extension: string) => void
  log: Pick<Logger, 'info' | 'warn'>
  now: () => number
}

export interface Wanted {
  /** How the phone in use is to stand. */
  pause: Pause
  since: number
  phone: PhoneInUse
  /** The queues that the agent signed out of, and whose files name the phone: it stays paused there. */
  left: ReadonlySet<string>
}

/** How a phone stands in a queue that its agent signed out of. */
const leftPause: Pause = { paused: true, reason: ownReasons.leftQueue }

/** How a phone is to stand that is not in use. */
export const otherPhone: Pause = { paused: true, reason: ownReasons.otherDevice }

/** Why the PBX does not do as it is told, and when it is told again. */
interface Trouble {
  kind: 'refused' | 'unreachable'
  tries: number
  retryAt: number
}

const firstRetryMs = 500
const longestRetryMs = 10_000

/** Has the members of queues stand as the status of their agents says, and notices who does otherwise. */
export function createMembers(options: MembersOptions) {
  const { floor, wantedOf, onChange, log, now } = options
  const pauses = createPauses()
  const troubles = new Map<string, Trouble>()
  /** What was told last of whether the PBX agrees, by extension. */
  const told = new Map<string, StatusView['pbx']>()

  const browserMembers = createBrowserMembers({
    floor,
    addMember: options.addMember,
    removeMember: options.removeMember,
    say: (member, pause) => void pauses.say(member, pause, now()),
    onChange,
    log,
    now,
  })

  /** Each member of an agent, and how it is to stand. */
  const wantedEach = (extension: string, { pause, phone, left }: Wanted): [Member, Pause][] => {
    const all = membersOf(floor(), extension)
    return all.map((member) => {
      if (left.has(member.queue)) return [member, leftPause]
      return [member, isInUse(member, all, phone) ? pause : otherPhone]
    })
  }
  const standsAs = ({ paused, pauseReason: reason }: Member): Pause => ({ paused, reason })
  const isCut = ({ pbx }: Member) => floor().links.get(pbx)?.lostAt != null

  function send(extension: string, member: Member, pause: Pause): void {
    const said = pauses.say(member, pause, now())
    options.pauseMember(member, pause).then(
      () => {
        if (troubles.delete(extension)) tellAgreement(extension)
      },
      (error: unknown) => {
        const code = (error as { code?: unknown }).code
        // What was not answered in time may yet be done.
        if (code !== 'ami.timeout') pauses.unsay(member, said)
        const before = troubles.get(extension)
        const kind = code === 'ami.refused_action' || code === 'ami.invalid_field' ? 'refused' : 'unreachable'
        const tries = (before?.tries ?? 0) + 1
        const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tries - 1, 10))
        troubles.set(extension, { kind, tries, retryAt: now() + waitMs })
        if (before?.kind === kind) return
        log.warn({ extension, queue: member.queue, err: error }, 'The PBX did not take an agent’s status.')
        tellAgreement(extension)
      },
    )
  }

  /** A member that has been told, or stands, as is wanted is not told again. */
  function bringOne(extension: string, member: Member, pause: Pause): void {
    const stands = pauses.pending(member, now()) ?? standsAs(member)
    if (!isSamePause(stands, pause)) send(extension, member, pause)
  }

  const isOff = (member: Member, pause: Pause): boolean =>
    !pauses.isLeft(member) && !isSamePause(standsAs(member), pause)

  function agreement(extension: string): StatusView['pbx'] {
    const wanted = wantedOf(extension)
    if (wanted === null) return 'agrees'
    const off = wantedEach(extension, wanted).filter(([member, pause]) => isOff(member, pause))
    if (off.length === 0) return browserMembers.lacking(extension, wanted.phone) ?? 'agrees'
    if (off.some(([member]) => isCut(member))) return 'unreachable'
    return troubles.get(extension)?.kind ?? 'waiting'
  }

  /** The last queue of many to follow is news; those before are not. */
  function tellAgreement(extension: string): void {
    if (agreement(extension) !== told.get(extension)) onChange(extension)
  }

  return {
    /** Has every queue of an agent stand as is wanted, also where somebody else set it otherwise before. */
    bring: (extension: string): void => {
      const wanted = wantedOf(extension)
      if (wanted === null) return
      for (const [member, pause] of wantedEach(extension, wanted)) {
        pauses.claim(member)
        bringOne(extension, member, pause)
      }
      browserMembers.bring(extension, wanted.phone, wanted.pause)
    },

    /** Says again what was not done. */
    sweep: (extension: string): void => {
      const wanted = wantedOf(extension)
      if (wanted === null || (troubles.get(extension)?.retryAt ?? 0) > now()) return
      for (const [member, pause] of wantedEach(extension, wanted)) {
        if (isCut(member) || !isOff(member, pause) || pauses.pending(member, now()) !== null) continue
        send(extension, member, pause)
      }
      if (!membersOf(floor(), extension).some(isCut))
        browserMembers.bring(extension, wanted.phone, wanted.pause)
    },

    /**
     * A member is paused, or is not any more: our own doing, or somebody’s at the PBX.
     * @param gapSince since when nobody listened, where it was found only afterwards: then what we wanted meanwhile counts as
     *   later
     */
    heard: (fact: Fact & { type: 'member.paused' }, gapSince: number | null): void => {
      const { extension, paused, pauseReason } = fact
      const wanted = extension === null ? null : wantedOf(extension)
      if (extension === null || wanted === null) return
      const pause: Pause = { paused, reason: pauseReason }
      const all = membersOf(floor(), extension)
      const member = all.find(
        ({ pbx, queue, interface: device }) =>
          pbx === fact.pbx && queue === fact.queue && device === fact.interface,
      )
      if (member === undefined) return
      if (wanted.left.has(fact.queue)) {
        const isOwn = pauses.hear(member, pause, now()) || pauses.pending(member, now()) !== null
        if (paused || isOwn) tellAgreement(extension)
        else options.onQueueBack(extension, fact.queue)
        return
      }
      const inUse = all.filter((one) => isInUse(one, all, wanted.phone) && !wanted.left.has(one.queue))
      const isUsed = inUse.includes(member)
      const isOurs =
        pauses.hear(member, pause, now()) ||
        isSamePause(pause, isUsed ? wanted.pause : otherPhone) ||
        (Object.values(ownReasons) as (string | null)[]).includes(pauseReason)
      // What we have said and not heard yet is done after this, and stands.
      const isOver = pauses.pending(member, now()) !== null
      if (isOurs || isOver) {
        tellAgreement(extension)
        return
      }
      // A phone that is not in use says nothing of its agent, and takes no calls.
      if (!isUsed) {
        bringOne(extension, member, otherPhone)
        return
      }
      if (gapSince !== null && wanted.since > gapSince) {
        bringOne(extension, member, wanted.pause)
        return
      }
      log.info(
        { extension, queue: member.queue, paused, pauseReason },
        'An agent was paused or unpaused at the PBX.',
      )
      pauses.leave(member)
      const isEverywhere = inUse.every((one) => one.paused)
      if (!paused) options.onPaused(extension, null, fact.at)
      else if (isEverywhere) options.onPaused(extension, pause, fact.at)
      tellAgreement(extension)
    },

    /** What is said of a member elsewhere, by which it is known to be our own doing. */
    say: (member: MemberName, pause: Pause): void => void pauses.say(member, pause, now()),

    /** The PBX was heard anew: what was said before has been done or never will be. */
    heardAgain: (pbx: string): void => {
      pauses.forget(pbx)
      troubles.clear()
      browserMembers.heardAgain()
    },

    /** Whether the PBX has an agent as is wanted. */
    agreementOf: (extension: string): StatusView['pbx'] => {
      const shown = agreement(extension)
      told.set(extension, shown)
      return shown
    },
  }
}
