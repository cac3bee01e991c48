import type { Logger } from 'pino'
import { ProblemError } from '../../shared/problems.ts'
import type { QueueSignIn, SetStatus, ShownQueue, StatusRules, StatusView } from '../../shared/status.ts'
import type { DeskInfo } from '../floor/events.ts'
import type { Fact } from '../floor/facts.ts'
import type { Floor } from '../floor/state.ts'
import { canRing, membersOf } from '../floor/views.ts'
import type { PhoneInUse } from './browser-members.ts'
import { machineRules, reasonOf } from './machine-rules.ts'
import { createMembers, otherPhone, type MembersOptions } from './members.ts'
import { queuesLeft, type QueueChoice } from './queue-choices.ts'
import { createQueueSignIn, standingIn } from './queue-sign-in.ts'
import {
  dueAt,
  isDeviceLost,
  nobodyAt,
  pauseFor,
  statusSchema,
  step,
  type Author,
  type Interval,
  type Pause,
  type Status,
  type StatusEvent,
} from './status.ts'
import { reasonAtPbx, statusView } from './view.ts'

/** What agents' status needs of the other parts. */
export interface AgentsOptions extends Pick<MembersOptions, 'pauseMember' | 'addMember' | 'removeMember'> {
  floor: () => Floor
  rules: () => StatusRules
  /** Keeps a status, and the interval that ended by it, before anybody is told. */
  keep: (status: Status, interval: Interval | null) => void
  /** @throws ProblemError `history.spool_full` when a choice could not be kept now, and must be refused */
  requireRoom: () => void
  /** What was kept before this start, of whatever version. */
  restored: () => ReadonlyMap<string, unknown>
  hasConsole: (personId: string) => boolean
  /** The browser phone of a desk, as the floor names it; null where there is none, or none is known yet. */
  browserOf: (extension: string) => string | null
  nameOf: (personId: string) => string | null
  /** A status, or how the PBX stands to it, is not what it was. */
  onChange: (extension: string) => void
  log: Pick<Logger, 'info' | 'warn'>
  now?: () => number
}

export type Agents = ReturnType<typeof createAgents>

/** How late a timer may be, ms. */
const tickMs = 200
/** How often the members of each agent are held against their status, in ticks. */
const sweepEvery = 5

/**
 * The status of each agent: follows the floor, the desks and the consoles, and has the queues follow it. Timers are of times
 * that are kept: they go on after a restart, whatever the browser does.
 */
export function createAgents(options: AgentsOptions) {
  const { floor, rules, log } = options
  const now = options.now ?? Date.now
  const statuses = new Map<string, Status>()
  let ticks = 0
  let timer: NodeJS.Timeout | undefined

  const members = createMembers({
    floor,
    pauseMember: options.pauseMember,
    addMember: options.addMember,
    removeMember: options.removeMember,
    wantedOf: (extension) => {
      const status = statuses.get(extension)
      if (status === undefined) return null
      const { since, queues } = status
      return { pause: pauseFor(status), since, phone: phoneOf(status), left: queuesLeft(queues) }
    },
    onPaused: (extension, paused, at) => {
      const event: StatusEvent =
        paused === null
          ? { type: 'pbxUnpaused', at }
          : { type: 'pbxPaused', at, reason: reasonAtPbx(paused.reason, rules().breaks) }
      happens(extension, event)
    },
    onQueueBack: (extension, queue) => chooseQueue(extension, queue, null),
    onChange: options.onChange,
    log,
    now,
  })
  const signIn = createQueueSignIn({
    floor,
    addMember: options.addMember,
    removeMember: options.removeMember,
    say: members.say,
    log,
    now,
  })
  /** The queues of each agent as they were told last, by extension. */
  const toldQueues = new Map<string, string>()

  const phoneOf = ({ extension, browser }: Status): PhoneInUse => ({
    inUse: browser,
    browser: options.browserOf(extension),
  })
  const chooseQueue = (extension: string, queue: string, choice: QueueChoice['state'] | null): void =>
    happens(extension, { type: 'queue', at: now(), queue, choice })

  function happens(extension: string, event: StatusEvent): void {
    const before = statuses.get(extension)
    if (before === undefined) return
    const { status, commands, facts } = step(before, event, machineRules(rules()))
    if (status !== before) {
      statuses.set(extension, status)
      options.keep(status, facts[0]?.interval ?? null)
    }
    if (commands.length > 0) members.bring(extension)
    if (status !== before || commands.length > 0) options.onChange(extension)
  }

  /** Whether the agent is on the line, as the floor has it now. */
  function line(extension: string, at: number): void {
    const agent = floor().agents.get(extension)
    const call = floor().calls.get(agent?.callId ?? '')
    const contact = call?.contacts.find((one) => one.extension === extension && one.endedAt === null)
    const talking = agent?.state === 'talking'
    happens(extension, { type: 'line', at, talking, wrapUpMs: wrapUpMs(contact?.queue ?? null) })
  }

  function wrapUpMs(queue: string | null): number {
    if (queue === null) return 0
    const { queues, wrapUpSeconds } = rules()
    return (queues.find((one) => one.queue === queue)?.wrapUpSeconds ?? wrapUpSeconds) * 1000
  }

  function tick(): void {
    const at = now()
    const inForce = machineRules(rules())
    let desk = 0
    for (const [extension, status] of statuses) {
      const due = dueAt(status, inForce)
      // On time it ends when it was to end; after a stop, when somebody was there to end it.
      if (due !== null && due <= at)
        happens(extension, { type: 'time', at: at - due <= 2 * tickMs ? due : at })
      // A part of the desks with each tick: all at once would have offers wait.
      if (desk % sweepEvery === ticks % sweepEvery) sweepOne(statuses.get(extension) ?? status)
      desk += 1
    }
    ticks += 1
  }

  function sweepOne(status: Status): void {
    const { extension, queues } = status
    lookAtDevice(status)
    lookAtQueues(extension)
    signIn.leave(extension, queues, (queue) => chooseQueue(extension, queue, null))
    members.sweep(extension)
  }

  /** Notices when an agent is in other queues than was told, whoever changed that. */
  function lookAtQueues(extension: string): void {
    const status = statuses.get(extension)
    if (status === undefined || status.state === 'offline') return
    const own = membersOf(floor(), extension)
    // What was joined and is no more was ended at the PBX.
    for (const { queue, state } of status.queues)
      if (state === 'joined' && !own.some((one) => one.queue === queue) && isSettled(queue))
        chooseQueue(extension, queue, null)
    const shownNow = JSON.stringify(queuesShown(extension))
    if (toldQueues.get(extension) !== shownNow) options.onChange(extension)
  }

  /** Whether what the PBX has of a queue is known now. */
  function isSettled(queue: string): boolean {
    const pbx = floor().queues.get(queue)?.pbx
    return pbx !== undefined && floor().links.get(pbx)?.lostAt === null
  }

  function queuesShown(extension: string): ShownQueue[] {
    const own = membersOf(floor(), extension)
    const chosen = statuses.get(extension)?.queues ?? []
    const open = rules().queues.flatMap(({ queue, signIn: isOpen }) =>
      isOpen && floor().queues.has(queue) ? [queue] : [],
    )
    const all = [...new Set([...own.map(({ queue }) => queue), ...open])].sort()
    return all.map((queue) => ({
      queue,
      standing: standingIn(own, chosen, queue),
      mayChoose: open.includes(queue),
    }))
  }

  /** Notices when the phone in use is lost or back, as its PBX says; while that is not heard nothing is known. */
  function lookAtDevice({ extension, state, browser }: Status): void {
    const devices = floor().agents.get(extension)?.interfaces ?? []
    if (state === 'offline' || devices.length === 0) return
    if (browser !== null && !devices.includes(browser)) {
      happens(extension, { type: 'device', at: now(), browser: null })
      return
    }
    const other = options.browserOf(extension)
    const inUse = browser === null ? devices.filter((device) => device !== other) : [browser]
    if (inUse.some((device) => !isHeard(device))) return
    const rings = inUse.some((device) => canRing(floor(), device))
    happens(extension, { type: rings ? 'deviceBack' : 'deviceLost', at: now() })
  }

  /** Whether the PBX of a device is heard now. */
  function isHeard(device: string): boolean {
    const { links } = floor()
    const link = links.get(/^([a-z0-9-]+)\//.exec(device)?.[1] ?? '') ?? [...links.values()][0]
    return link?.lostAt === null
  }

  function seat({ extension, personId }: Pick<DeskInfo, 'extension' | 'personId'>): void {
    const status = statuses.get(extension)
    const at = now()
    if (personId === null) {
      happens(extension, { type: 'left', at })
      return
    }
    // A desk at which nobody of ours ever sat is none of ours: nothing is said of it to the PBX.
    if (status === undefined) statuses.set(extension, nobodyAt(extension, at))
    if (status?.personId === personId && status.state !== 'offline') return
    happens(extension, { type: 'seated', at, personId, hasConsole: options.hasConsole(personId) })
    line(extension, at)
  }

  /** Somebody who may choose now. */
  function choosing(extension: string | null): Status {
    options.requireRoom()
    return seatedAt(extension)
  }

  function seatedAt(extension: string | null): Status {
    const status = extension === null ? undefined : statuses.get(extension)
    if (status === undefined || status.state === 'offline') throw new ProblemError('status.no_desk')
    return status
  }

  function viewOf(extension: string): StatusView | null {
    const status = statuses.get(extension)
    if (status === undefined) return null
    const queues = queuesShown(extension)
    toldQueues.set(extension, JSON.stringify(queues))
    return { ...statusView(status, rules(), members.agreementOf(extension), options.nameOf), queues }
  }

  function shown(extension: string): StatusView {
    const view = viewOf(extension)
    if (view === null) throw new ProblemError('status.no_desk')
    return view
  }

  return {
    /** Takes up what was kept, and begins to let time pass. To be called when the floor has been recovered. */
    start: (): void => {
      for (const [extension, kept] of options.restored()) {
        const read = statusSchema.safeParse(kept)
        if (!read.success) {
          log.warn({ extension }, 'The status of an agent was kept in another form, and is left out.')
          continue
        }
        statuses.set(extension, read.data)
        // With the server every console went.
        happens(extension, { type: 'consoleLost', at: now() })
      }
      timer ??= setInterval(tick, tickMs)
    },

    stop: (): void => clearInterval(timer),

    /** What happened on the floor, in order, after it has been told to people. */
    take: (facts: readonly Fact[]): void => {
      /** When the line of an agent last changed, by extension. */
      const lines = new Map<string, number>()
      const heardAgain = facts.find(
        (fact) => fact.type === 'link.gap' || (fact.type === 'link.reconciled' && fact.why === 'first'),
      )
      const gap = facts.find((fact) => fact.type === 'link.gap')
      for (const fact of facts) {
        switch (fact.type) {
          case 'member.paused':
            members.heard(fact, gap?.pbx === fact.pbx ? gap.since : null)
            break
          case 'offer.ended': {
            const isMissed = fact.outcome === 'notAnswered' || fact.outcome === 'declined'
            if (isMissed && fact.queue !== null && fact.recorded !== true)
              happens(fact.extension, { type: 'missed', at: fact.at })
            break
          }
          case 'agent.state':
          case 'contact.began':
          case 'contact.ended':
            lines.set(fact.extension, fact.at)
            break
          default:
        }
      }
      if (heardAgain) {
        members.heardAgain(heardAgain.pbx)
        for (const extension of statuses.keys()) lines.set(extension, lines.get(extension) ?? heardAgain.at)
      }
      for (const [extension, at] of lines) line(extension, at)
      if (heardAgain) for (const status of statuses.values()) sweepOne(status)
    },

    /** Who sits where, of all desks. */
    seats: (desks: readonly DeskInfo[]): void => {
      const left = new Set(statuses.keys())
      for (const desk of desks) {
        left.delete(desk.extension)
        seat(desk)
      }
      for (const extension of left) seat({ extension, personId: null })
    },

    /** A person has opened their first console, or lost their last. */
    presence: (personId: string, hasConsole: boolean): void => {
      for (const status of statuses.values()) {
        if (status.personId !== personId) continue
        happens(status.extension, { type: hasConsole ? 'consoleBack' : 'consoleLost', at: now() })
      }
    },

    /**
     * Has somebody ready or on a break; during a call that is what comes after it.
     * @throws ProblemError `status.no_desk`, `status.reason_unknown`, `status.device_lost`, `history.spool_full`
     */
    choose: (extension: string | null, request: SetStatus, author: Author): StatusView => {
      const status = choosing(extension)
      const at = now()
      if (request.state === 'ready') {
        lookAtDevice(status)
        if (status.state !== 'onCall' && isDeviceLost(seatedAt(extension), machineRules(rules()), at))
          throw new ProblemError('status.device_lost')
        happens(status.extension, { type: 'chosen', at, to: { state: 'ready' }, ...author })
        return shown(status.extension)
      }
      const known = rules().breaks.find(({ reasonId }) => reasonId === request.reasonId)
      if (known === undefined) throw new ProblemError('status.reason_unknown')
      const to = { state: 'break', reason: reasonOf(known) } as const
      happens(status.extension, { type: 'chosen', at, to, ...author })
      return shown(status.extension)
    },

    /** Has the queues ring the browser phone of a desk from now on, or its desk phone (null). */
    useDevice: (extension: string, browser: string | null): void =>
      happens(extension, { type: 'device', at: now(), browser }),

    /** Extends the wrap-up by a step. @throws ProblemError `status.no_desk`, `status.not_extendable`, `history.spool_full` */
    extend: (extension: string | null): StatusView => {
      const status = choosing(extension)
      happens(status.extension, { type: 'extended', at: now() })
      if (statuses.get(status.extension) === status) throw new ProblemError('status.not_extendable')
      return shown(status.extension)
    },

    /**
     * Signs somebody in to a queue, or out of it. A phone that a file of the PBX names can only be paused there.
     * @param isOwn whether it is they themselves who ask: then the rules must let them
     * @throws ProblemError `status.no_desk`, `queue.not_open`, `queue.unknown`, `queue.no_phone`, `queue.refused`,
     *   `pbx.unreachable`, `history.spool_full`
     */
    signInTo: async (
      desk: string | null,
      { queue, signedIn }: QueueSignIn,
      isOwn: boolean,
    ): Promise<StatusView> => {
      const status = choosing(desk)
      const { extension } = status
      const isOpen = rules().queues.some((one) => one.queue === queue && one.signIn)
      if (isOwn && !isOpen) throw new ProblemError('queue.not_open')
      // Whoever has the desk by the time that the PBX has done it did not ask for it.
      const isTheirs = () => statuses.get(extension)?.personId === status.personId
      if (signedIn) {
        const phone = phoneOf(status)
        const pauseOf = (device: string): Pause =>
          phone.inUse === null || phone.inUse === device ? pauseFor(status) : otherPhone
        const isNew = await signIn.signIn(extension, queue, phone, pauseOf)
        // Asked for twice, or for a queue that whoever sat here before was leaving: it is joined, and left with the desk.
        const isJoined =
          isNew ||
          statuses.get(extension)?.queues.some((one) => one.queue === queue && one.state !== 'out') === true
        chooseQueue(extension, queue, isJoined ? (isTheirs() ? 'joined' : 'leaving') : null)
      } else {
        const isFixed = await signIn.signOut(extension, queue)
        chooseQueue(extension, queue, isFixed && isTheirs() ? 'out' : null)
      }
      return shown(extension)
    },

    /** A supervisor has seen that somebody is on a break for missed calls. @throws ProblemError `status.no_desk` */
    noticeSeen: (extension: string): StatusView => {
      happens(seatedAt(extension).extension, { type: 'noticeSeen', at: now() })
      return shown(extension)
    },

    /** The status of whoever sits at a desk, and of one that was left; null for a desk at which nobody has sat. */
    viewOf,

    /** As `viewOf`. @throws ProblemError `status.no_desk` */
    read: (extension: string | null): StatusView => shown(seatedAt(extension).extension),
  }
}
