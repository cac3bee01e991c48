import type { AgentView, DeskCall, FloorCall, Party, QueueView, TodayCall } from '../../shared/calls.ts'
import type { RawParty } from './facts.ts'
import { extensionOfMember, leftQueue } from './members.ts'
import { isOnTheLine } from './reach.ts'
import type { Agent, Call, Contact, Floor, Member, Offer } from './state.ts'
import type { FloorState } from './step.ts'

/**
 * Normalises a raw party: numbers to E.164 and to what a person reads. Given by those who know the home country, which
 * hangs on the PBX that the call came by.
 */
export type DescribeParty = (party: RawParty, pbx: string) => Party

/** Every call an agent has to do with now, and the one they had last (for after-call work). */
export function deskCallsOf(floor: Floor, extension: string, describe: DescribeParty): DeskCall[] {
  const callIds = new Set((floor as FloorState).callsOfExtension.get(extension))
  const last = floor.agents.get(extension)?.lastCallId
  if (last != null) callIds.add(last)
  return [...callIds].flatMap((callId) => {
    const call = floor.calls.get(callId)
    const view = call && deskCall(floor, call, extension, describe)
    return view ? [view] : []
  })
}

/** One call as it stands on an agent's desk, or null when it is not theirs (any more, and was never answered by them). */
export function deskCall(
  floor: Floor,
  call: Call,
  extension: string,
  describe: DescribeParty,
): DeskCall | null {
  const contact = call.contacts.findLast((c) => c.extension === extension)
  const offer = call.offers.findLast((o) => o.extension === extension && o.outcome === 'ringing')
  const origin = floor.channels.get(call.originId)
  const dials = origin?.extension === extension && !contact
  const isOn = !contact && !offer && !dials && isOnTheLine(floor, call, extension)
  // The turn of a kept place came here, and its customer is called.
  const awaited = !contact && !offer && call.place?.extension === extension ? call.place : null
  const calls = awaited !== null
  const consulted = isOn && !calls
  if (!contact && !offer && !dials && !consulted && !calls) return null
  if (contact && hasMovedOn(contact) && !offer) return null
  const live = contact?.endedAt === null || offer || dials || isOn
  return {
    callId: call.callId,
    state: consulted ? 'talking' : deskState(contact, offer, dials || (calls && isOn)),
    direction: call.direction,
    party: describe(partyFor(floor, call, extension), call.pbx),
    queue: offer?.queue ?? contact?.queue ?? awaited?.queue ?? null,
    dialled: call.dialled,
    attestation: call.attestation ?? null,
    startedAt: call.startedAt,
    waitingSince: waitingSince(call),
    offeredAt: offer?.madeAt ?? offeredAt(call, contact) ?? call.startedAt,
    answeredAt: offer ? null : (contact?.beganAt ?? (consulted ? offerAnsweredAt(call, extension) : null)),
    heldSince: contact?.heldSince ?? null,
    endedAt: live ? null : (contact?.endedAt ?? call.endedAt),
    ...consultView(
      contact,
      (number) => describe({ number, name: null, restricted: false }, call.pbx).display,
    ),
    isAsked: consulted,
    pickUp: dials && call.ownPhone === 'ringing',
    place: placeView(call, contact),
    recording: !call.recording || !live ? null : call.recording.isPaused ? 'paused' : 'on',
    guide: null,
    articles: [],
    words: [],
  }
}

function placeView({ place }: Call, contact: Contact | undefined): DeskCall['place'] {
  if (!place || contact || place.outcome === 'declined' || place.outcome === 'cameBack') return null
  return { state: place.state, outcome: place.outcome }
}

function consultView(
  contact: Contact | undefined,
  show: (number: string) => string,
): Pick<DeskCall, 'consult' | 'consultFailed'> {
  if (contact?.endedAt !== null) return { consult: null, consultFailed: null }
  const { consult = null, consultFailed = null } = contact
  if (consult === null) return { consult, consultFailed }
  const { state, extension, number } = consult
  const display = extension ?? (number === null ? '' : show(number))
  return { consult: { state, extension, name: null, display }, consultFailed }
}

/**
 * What somebody has to do with a call. `before`: it rings at the desk where they sit, is dialled there, or they are asked
 * about it. `talking`: the customer is with them, on hold or not. `after`: it is over; they talked in it and did not hand it on.
 */
export type PartInCall = 'before' | 'talking' | 'after'

/**
 * A person's part in a call. A talk that has ended makes nobody part of a call that goes on with somebody else; and once all
 * is over it was theirs who talked, whoever sits at that desk by now.
 * @param extension the desk where they sit now
 * @returns null for whoever has nothing to do with it
 */
export function partIn(
  floor: Floor,
  call: Call,
  { personId, extension }: { personId: string; extension: string | null },
): PartInCall | null {
  if (call.endedAt !== null) {
    const last = call.contacts.findLast((contact) => contact.personId === personId)
    return last === undefined || hasMovedOn(last) ? null : 'after'
  }
  if (extension === null) return null
  if (talksAt(call, extension)) return 'talking'
  const view = deskCall(floor, call, extension, undescribed)
  return view === null || view.state === 'ended' ? null : 'before'
}

/**
 * Whether a call on a desk concerns whoever sits there: it is there now, or they talked in it there. A talk that somebody
 * else has ended at this desk, before they sat down, does not.
 */
export function isTheirs(
  floor: Floor,
  call: Call,
  { personId, extension }: { personId: string; extension: string },
): boolean {
  const view = deskCall(floor, call, extension, undescribed)
  if (view !== null && view.state !== 'ended') return true
  const last = call.contacts.findLast((contact) => contact.extension === extension)
  return last?.personId === personId
}

const undescribed: DescribeParty = ({ number, name }) => ({ number, display: '', name, withheld: false })

/** Whether the customer is with a desk now, on hold or not. */
export function talksAt(call: Call, extension: string): boolean {
  return call.contacts.some((contact) => contact.extension === extension && contact.endedAt === null)
}

function hasMovedOn({ why }: Contact): boolean {
  return why === 'transferred' || why === 'moved'
}

/** Since when the customer waits: in the queue where they are, or from the start for whoever has only rung so far. */
function waitingSince(call: Call): number | null {
  const visit = call.visits.findLast(({ outcome }) => outcome === 'waiting')
  if (visit) return visit.enteredAt
  const rangOnly = call.direction === 'inbound' && call.visits.length + call.contacts.length === 0
  return rangOnly ? call.startedAt : null
}

function deskState(
  contact: Contact | undefined,
  offer: Offer | undefined,
  dials: boolean,
): DeskCall['state'] {
  if (contact?.endedAt === null) return contact.heldSince === null ? 'talking' : 'held'
  if (offer) return 'ringing'
  return dials ? 'dialling' : 'ended'
}

function offerAnsweredAt(call: Call, extension: string): number | null {
  return call.offers.findLast((offer) => offer.extension === extension)?.endedAt ?? null
}

function offeredAt(call: Call, contact: Contact | undefined): number | undefined {
  return call.offers.find((offer) => offer.offerId === contact?.offerId)?.madeAt ?? contact?.beganAt
}

/** Between agents, the one who was called sees the caller, and the caller whom they called. */
function partyFor(floor: Floor, call: Call, extension: string): RawParty {
  const origin = floor.channels.get(call.originId)
  if (call.direction !== 'internal' || origin?.extension === extension || !origin) return call.party
  return { number: origin.extension, name: origin.callerName, restricted: false }
}

/** A call as a supervisor sees it. */
export function floorCall(call: Call, describe: DescribeParty, customerName: string | null): FloorCall {
  const talking = call.contacts.filter((contact) => contact.endedAt === null)
  const ringing = call.offers.filter((offer) => offer.outcome === 'ringing')
  const visit = call.visits.findLast((v) => v.outcome === 'waiting')
  const { stage, since } = stageOf(call, talking, ringing)
  return {
    callId: call.callId,
    direction: call.direction,
    party: describe(call.party, call.pbx),
    customerName,
    stage,
    since,
    startedAt: call.startedAt,
    queue: visit?.queue ?? talking[0]?.queue ?? null,
    agents: [...new Set([...talking, ...ringing].map((part) => part.extension))],
  }
}

function stageOf(call: Call, talking: Contact[], ringing: Offer[]): Pick<FloorCall, 'stage' | 'since'> {
  if (call.parkedIn !== null) return { stage: 'parked', since: call.parkedAt ?? call.startedAt }
  const [contact] = talking
  if (contact) {
    return contact.heldSince === null
      ? { stage: 'talking', since: contact.beganAt }
      : { stage: 'held', since: contact.heldSince }
  }
  const visit = call.visits.findLast((v) => v.outcome === 'waiting')
  const [offer] = ringing
  if (offer) return { stage: 'ringing', since: visit?.enteredAt ?? offer.madeAt }
  if (visit) return { stage: call.place?.state === 'kept' ? 'kept' : 'waiting', since: visit.enteredAt }
  const since = call.visits.at(-1)?.leftAt
  const isCalled = call.place?.state === 'turn' || call.place?.state === 'calling'
  if (isCalled && since != null) return { stage: 'calling', since }
  return {
    stage: call.visits.length + call.contacts.length > 0 ? 'elsewhere' : 'arriving',
    since: call.startedAt,
  }
}

/** A queue's strip: who waits, how long, and who could take them. */
export function queueView(floor: Floor, name: string): QueueView {
  const queue = floor.queues.get(name)
  /** Who is signed in, and whether they could take a call: somebody may be a member by two phones. */
  const signedIn = new Map<string, boolean>()
  for (const member of queue?.members.values() ?? []) {
    if (member.pauseReason === leftQueue) continue
    const extension = extensionOfMember(floor as FloorState, member)
    const agent = extension === null ? undefined : floor.agents.get(extension)
    if (agent ? agent.personId === null : member.deviceState === 'unavailable') continue
    const isFree = (agent ? agent.state === 'free' : member.deviceState === 'free') && !member.paused
    const who = extension ?? member.interface
    signedIn.set(who, isFree || signedIn.get(who) === true)
  }
  const waiting = queue?.waiting ?? []
  const ringing = [...signedIn.keys()].flatMap((who) => {
    const offer = ringingAt(floor, floor.agents.get(who), name)
    return offer === null ? [] : [offer]
  })
  return {
    name,
    waiting: waiting.length,
    longestWaitSince: waiting[0]?.since ?? null,
    agentsFree: [...signedIn.values()].filter(Boolean).length,
    agentsSignedIn: signedIn.size,
    ringing: [...new Map(ringing.reverse().map((one) => [one.callId, one])).values()].reverse(),
  }
}

/** The call that rings at an agent's phone and may be picked up: of a queue, or one that came to them directly. */
function ringingAt(
  floor: Floor,
  agent: Agent | undefined,
  queue: string,
): QueueView['ringing'][number] | null {
  const call = agent?.state === 'ringing' && agent.callId !== null ? floor.calls.get(agent.callId) : undefined
  const offer = call === undefined || agent === undefined ? null : offerToPickUp(call, agent.extension)
  if (!call || !offer || (offer.queue !== null && offer.queue !== queue)) return null
  return { callId: call.callId, extension: offer.extension, since: offer.madeAt }
}

/** What rings at a desk, and may be taken from there by a colleague: not what asks about a customer who is somebody's. */
export function offerToPickUp(call: Call, extension: string): Offer | null {
  if (call.endedAt !== null || call.contacts.some((contact) => contact.endedAt === null)) return null
  return call.offers.find((offer) => offer.outcome === 'ringing' && offer.extension === extension) ?? null
}

/** An agent as a supervisor sees them. */
export function agentView(floor: Floor, agent: Agent, displayName: string | null): AgentView {
  const { extension, personId, state, since, callId } = agent
  const queues = queuesOf(floor, extension)
  // The names of technologies have capitals, those of PBXs none.
  const pbxs = agent.interfaces.flatMap((device) => /^([a-z0-9-]+)\//.exec(device)?.[1] ?? [])
  return { extension, personId, displayName, state, since, queues, pbxs: [...new Set(pbxs)], callId }
}

/** The queues an extension is signed in to now. */
export function queuesOf(floor: Floor, extension: string): string[] {
  const memberships = (floor as FloorState).membershipsOfExtension.get(extension)
  const own = [...(memberships?.values() ?? [])].filter(({ pauseReason }) => pauseReason !== leftQueue)
  return [...new Set(own.map(({ queue }) => queue))]
}

/** What an extension is in its queues: a member of each, by one interface or several. */
export function membersOf(floor: Floor, extension: string): Member[] {
  return [...((floor as FloorState).membershipsOfExtension.get(extension)?.values() ?? [])]
}

/** Whether a phone can ring, as its PBX said last; one that was never told of is taken to. */
export function canRing(floor: Floor, device: string): boolean {
  return !(floor as FloorState).unreachableDevices.has(device)
}

/** How long somebody talked in all their contacts of a call, ms. One that goes on counts up to `now`, where that is given. */
export function talkMsOf(
  contacts: readonly { beganAt: number; endedAt: number | null }[],
  now?: number,
): number {
  return contacts.reduce(
    (sum, { beganAt, endedAt }) => sum + Math.max(0, (endedAt ?? now ?? beganAt) - beganAt),
    0,
  )
}

/** An agent's part in a call, for "my calls of today". */
export function todayCall(
  call: Call,
  extension: string,
  describe: DescribeParty,
  customer: { customerId: string; name: string } | null,
): TodayCall | null {
  const contacts = call.contacts.filter((c) => c.extension === extension)
  const contact = contacts.at(-1)
  const offer = call.offers.findLast((o) => o.extension === extension)
  const dialled = call.direction === 'outbound' && !offer
  if (!contact && !offer && !dialled) return null
  return {
    callId: call.callId,
    at: offer?.madeAt ?? contact?.beganAt ?? call.startedAt,
    direction: call.direction,
    party: describe(call.party, call.pbx),
    customerId: customer?.customerId ?? null,
    customerName: customer?.name ?? null,
    queue: offer?.queue ?? contact?.queue ?? null,
    outcome: contact ? 'answered' : (offer?.outcome ?? 'notAnswered'),
    talkMs: talkMsOf(contacts),
    reconstructed: call.reconstructed,
    // What came of it is not the floor's to know.
    result: null,
    owed: false,
  }
}
