import { vi } from 'vitest'
import { createAgents, type Agents } from '../../../server/agents/agents.ts'
import type { Interval, Status } from '../../../server/agents/status.ts'
import type { DeskInfo } from '../../../server/floor/events.ts'
import { Story } from '../floor/story.ts'
import { PbxRefusal, rules, type Obedience, type Said } from './support.ts'

/** The browser phone of desk 201. */
export const browser = 'PJSIP/201-web'

/** The story's floor with agents on it, and a PBX that does what it is told a moment later, if it does. */
export class Shift {
  readonly story = new Story()
  readonly said: Said[] = []
  /** Members that were added and removed, in order. */
  readonly membership: string[] = []
  /** Members that a file of the PBX names. */
  readonly inFiles = new Set<string>()
  readonly kept: Status[] = []
  readonly intervals: Interval[] = []
  readonly changed: string[] = []
  readonly consoles = new Set(['person-201', 'person-202'])
  obedience: Obedience = 'does'
  readonly agents: Agents

  constructor(restored: ReadonlyMap<string, unknown> = new Map()) {
    this.story.member('sales', 'PJSIP/201')
    this.agents = createAgents({
      floor: () => this.story.floor,
      rules: () => rules,
      pauseMember: async (member, pause) => {
        this.said.push({ queue: member.queue, interface: member.interface, ...pause })
        if (this.obedience === 'refuses') throw new PbxRefusal('ami.refused_action')
        if (this.obedience === 'hangs') throw new PbxRefusal('ami.timeout')
        await Promise.resolve()
        this.pbxSets(member.queue, pause.paused, pause.reason, member.interface)
      },
      addMember: async (member, pause) => {
        this.membership.push(`+${member.queue} ${member.interface}`)
        if (this.obedience === 'refuses') throw new PbxRefusal('ami.refused_action')
        await Promise.resolve()
        this.pbxSets(member.queue, pause.paused, pause.reason, member.interface)
      },
      removeMember: async (member) => {
        this.membership.push(`-${member.queue} ${member.interface}`)
        if (this.inFiles.has(member.interface)) throw new PbxRefusal('ami.refused_action')
        await Promise.resolve()
        this.floor((story) =>
          story.happens({ type: 'member.removed', queue: member.queue, interface: member.interface }),
        )
      },
      browserOf: (extension) => (extension === '201' ? browser : null),
      keep: (status, interval) => {
        this.kept.push(status)
        if (interval) this.intervals.push(interval)
      },
      requireRoom: () => undefined,
      restored: () => restored,
      hasConsole: (personId) => this.consoles.has(personId),
      nameOf: (personId) => `Name of ${personId}`,
      onChange: (extension) => this.changed.push(extension),
      log: { info: () => undefined, warn: () => undefined },
      now: () => this.story.now,
    })
    this.agents.start()
    this.agents.seats(this.desks())
  }

  desks(): DeskInfo[] {
    return [...this.story.floor.agents.values()]
  }

  /** Something happens on the floor, and the agents hear of it. */
  floor(play: (story: Story) => unknown): void {
    const before = this.story.facts.length
    play(this.story)
    this.agents.take(this.story.facts.slice(before))
  }

  /** The PBX has a member paused, or not. */
  pbxSets(queue: string, paused: boolean, pauseReason: string | null = null, device = 'PJSIP/201'): void {
    this.floor((story) =>
      story.happens({
        type: 'member.set',
        member: {
          queue,
          interface: device,
          stateInterface: device,
          memberName: device,
          paused,
          pauseReason,
          deviceState: 'free',
        },
      }),
    )
  }

  /** Time passes for the agents' timers, and what was promised is done. */
  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 200) {
      this.story.wait(Math.min(200, left))
      await vi.advanceTimersByTimeAsync(200)
    }
    await this.settled()
  }

  async settled(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  }

  get status() {
    return this.agents.viewOf('201')
  }

  /** How Asterisk has the member in each queue. */
  paused(device = 'PJSIP/201'): Record<string, string | boolean> {
    const members = [...this.story.floor.queues.values()].flatMap(({ members: all }) => [...all.values()])
    const own = members.filter((one) => one.interface === device)
    return Object.fromEntries(own.map((one) => [one.queue, one.paused ? (one.pauseReason ?? true) : false]))
  }
}
