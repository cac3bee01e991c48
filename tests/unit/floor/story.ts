import type { ChannelInfo, DialOutcome, PbxEvent, Snapshot } from '../../../server/floor/events.ts'
import type { Fact, FactType } from '../../../server/floor/facts.ts'
import { createFloor, reduce } from '../../../server/floor/floor.ts'
import type { Call, Floor } from '../../../server/floor/state.ts'

const start = 1_764_000_000_000
type Untimed = PbxEvent extends infer E
  ? E extends PbxEvent
    ? Omit<E, 'pbx' | 'at' | 'arrivedAt'>
    : never
  : never

/**
 * A floor to tell stories on: two agents (201, 202) with a desk phone and a browser phone each, a queue `support` of both,
 * `PJSIP/trunk` to the world. Each step takes 100 ms unless `wait` says otherwise.
 */
export class Story {
  readonly floor: Floor = createFloor({ shortAbandonMs: 5_000, trunks: ['PJSIP/trunk'] })
  readonly facts: Fact[] = []
  now = start
  #serial = 0

  constructor() {
    this.happens({
      type: 'desks.set',
      desks: ['201', '202'].map((extension) => ({
        extension,
        interfaces: [`PJSIP/${extension}`, `PJSIP/${extension}-web`],
        personId: `person-${extension}`,
      })),
    })
    for (const extension of ['201', '202']) this.member('support', `PJSIP/${extension}`)
    this.facts.length = 0
  }

  happens(event: Untimed): readonly Fact[] {
    this.now += 100
    const { facts } = reduce(this.floor, { ...event, pbx: 'lab', at: this.now, arrivedAt: this.now })
    this.facts.push(...facts)
    return facts
  }

  wait(ms: number): void {
    this.now += ms
  }

  member(queue: string, memberInterface: string, stateInterface = memberInterface): void {
    this.happens({
      type: 'member.set',
      member: {
        queue,
        interface: memberInterface,
        stateInterface,
        memberName: memberInterface,
        paused: false,
        pauseReason: null,
        deviceState: 'free',
      },
    })
  }

  /** A new channel; without a link it begins a call of its own. Returns its id. */
  channel(device: string, more: Partial<ChannelInfo> = {}): string {
    this.#serial += 1
    const channelId = `lab:${this.#serial}`
    const half = /;([12])$/.exec(device)?.[1]
    const channel: ChannelInfo = {
      channelId,
      linkedId: channelId,
      name: device.startsWith('Local/') ? device : `${device}-0000000${this.#serial}`,
      device: device.replace(/;[12]$/, ''),
      localHalf: half === '1' ? 1 : half === '2' ? 2 : null,
      state: 'down',
      callerNumber: null,
      callerName: null,
      callerRestricted: false,
      exten: null,
      context: null,
      application: null,
      ...more,
    }
    this.happens({ type: 'channel.appeared', channel })
    return channelId
  }

  /** A customer's call from outside arrives. */
  customer(number = '+4930231251', more: Partial<ChannelInfo> = {}): string {
    return this.channel('PJSIP/trunk', {
      callerNumber: number,
      callerName: 'Olena',
      exten: '101',
      state: 'up',
      ...more,
    })
  }

  enters(queue: string, channelId: string): void {
    this.happens({ type: 'queue.entered', queue, channelId, linkedId: channelId, position: 1 })
  }

  /** app_queue rings a member for a waiting customer; returns the phone's channel. */
  rings(customer: string, extension: string, queue = 'support'): string {
    const phone = this.channel(`PJSIP/${extension}`, { linkedId: customer })
    this.happens({
      type: 'queue.offered',
      queue,
      channelId: customer,
      linkedId: customer,
      calledId: phone,
      called: null,
      interface: `PJSIP/${extension}`,
      memberName: extension,
    })
    this.happens({
      type: 'dial.began',
      callerId: customer,
      calledId: phone,
      called: null,
      dialString: extension,
    })
    this.state(phone, 'ringing', customer)
    return phone
  }

  state(channelId: string, state: ChannelInfo['state'], linkedId: string): void {
    this.happens({ type: 'channel.changed', channelId, linkedId, changes: { state } })
  }

  dialEnds(callerId: string, calledId: string, outcome: DialOutcome): void {
    this.happens({ type: 'dial.ended', callerId, calledId, outcome, forwardedTo: null })
  }

  /** What app_queue and the bridge say when a member answers, in Asterisk's order: Leave comes before Connect. */
  answers(customer: string, phone: string, extension: string, queue = 'support'): void {
    this.state(phone, 'up', customer)
    this.dialEnds(customer, phone, 'answered')
    this.happens({ type: 'queue.left', queue, channelId: customer, linkedId: customer })
    this.happens({
      type: 'queue.connected',
      queue,
      channelId: customer,
      linkedId: customer,
      calledId: phone,
      interface: `PJSIP/${extension}`,
      waitMs: 0,
      ringMs: 0,
    })
    this.bridge('b1', customer, phone, customer)
  }

  bridge(bridgeId: string, one: string, other: string, linkedId: string): void {
    for (const channelId of [other, one]) {
      this.happens({
        type: 'bridge.entered',
        bridgeId,
        channelId,
        linkedId,
        swappedFor: null,
        holding: false,
      })
    }
  }

  asksToHangUp(channelId: string, linkedId = channelId): void {
    this.happens({ type: 'channel.hangupAsked', channelId, linkedId, by: 'farEnd', cause: 16 })
  }

  gone(channelId: string, linkedId = channelId, cause = 16): void {
    this.happens({ type: 'channel.gone', channelId, linkedId, cause, causeText: null })
  }

  snapshot(snapshot: Partial<Snapshot>): readonly Fact[] {
    const members = [...this.floor.queues.values()].flatMap((queue) => [...queue.members.values()])
    const base: Snapshot = {
      channels: [],
      bridges: [],
      queues: [],
      members,
      waiting: [],
      parked: [],
      bootedAt: 1,
    }
    return this.happens({ type: 'snapshot', snapshot: { ...base, ...snapshot } })
  }

  call(callId: string): Call {
    const call = this.floor.calls.get(callId)
    if (!call) throw new Error(`no call ${callId}`)
    return call
  }

  /** The facts about calls so far, by type, without those about agents' states and queue figures. */
  told(): FactType[] {
    return this.facts
      .map((fact) => fact.type)
      .filter((type) => type !== 'agent.state' && type !== 'queue.changed')
  }

  fact<T extends FactType>(type: T): Fact & { type: T } {
    const found = this.facts.findLast((fact): fact is Fact & { type: T } => fact.type === type)
    if (!found) throw new Error(`no fact ${type} among ${this.told().join(', ')}`)
    return found
  }

  agent(extension: string): string {
    return this.floor.agents.get(extension)?.state ?? 'unknown'
  }
}
