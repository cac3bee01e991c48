import type {
  AgentState,
  Attestation,
  CallEnd,
  ContactEnd,
  Direction,
  OfferOutcome,
  PlaceOutcome,
  PlaceState,
  Reconstructed,
  VisitOutcome,
} from '../../shared/calls.ts'
import type { ChannelInfo, DeskInfo, DialOutcome, MemberInfo } from './events.ts'
import type { RawParty } from './facts.ts'

/**
 * The live contact center. Entries are immutable: a change puts a new object in its map, so a reader may keep what it
 * read. The maps themselves belong to the reducer and are changed in place, so that an event costs the same on a floor of
 * 10 or 10,000 (docs/decisions/0002-floor-in-place.md); so do the members of a queue. Readers get `Floor`, whose maps they cannot write.
 */
export interface Floor {
  readonly channels: ReadonlyMap<string, Channel>
  readonly bridges: ReadonlyMap<string, Bridge>
  readonly calls: ReadonlyMap<string, Call>
  /** By extension. */
  readonly agents: ReadonlyMap<string, Agent>
  readonly queues: ReadonlyMap<string, Queue>
  /** What is known of each PBX's link, by its name. */
  readonly links: ReadonlyMap<string, Link>
}

export interface Link {
  readonly pbx: string
  readonly bootedAt: number | null
  /** Since when nothing is heard; null while connected. */
  readonly lostAt: number | null
  /** When it was last heard again, by the PBX's clock; null where there never was a gap. */
  readonly heardAgainAt: number | null
  /** The calls in which something happened in that gap of which its record told nothing; null for all, where none told whole. */
  readonly unsureOf: readonly string[] | null
}

export interface Channel extends ChannelInfo {
  readonly pbx: string
  readonly callId: string
  readonly appearedAt: number
  /** The agent whose phone this is, or null for a customer's or a helper channel. */
  readonly extension: string | null
  readonly bridgeId: string | null
  /** The channel that dialled this one. */
  readonly dialledBy: string | null
  /** The other half of a Local channel. */
  readonly localPeer: string | null
  readonly heldSince: number | null
  readonly hangupAskedAt: number | null
}

export interface Bridge {
  readonly bridgeId: string
  readonly channelIds: readonly string[]
  /** Nobody in it hears anybody. */
  readonly holding: boolean
}

/** One stay in one queue. */
export interface Visit {
  readonly visitId: string
  readonly queue: string
  readonly channelId: string
  readonly enteredAt: number
  /** When whoever waits now came there, where they took a place that was kept; absent where nobody did. */
  readonly joinedAt?: number
  /** Set when the PBX said that the caller left, though perhaps not yet why. */
  readonly leftAt: number | null
  /** The PBX said that the caller gave up, which it also says of time-outs. */
  readonly gaveUp: boolean
  /** Nobody saw how the caller left. */
  readonly unseen: boolean
  readonly outcome: VisitOutcome
}

/** One agent being asked to take the call, on however many of their devices. */
export interface Offer {
  readonly offerId: string
  readonly visitId: string | null
  readonly queue: string | null
  readonly extension: string
  readonly personId: string | null
  readonly madeAt: number
  readonly endedAt: number | null
  readonly outcome: OfferOutcome
  /** The channels still ringing for it. */
  readonly channelIds: readonly string[]
  /** How one of several devices already refused: what the offer ends as when the last one has. */
  readonly refusal: OfferOutcome | null
  /** How often the PBX tried this agent within the visit without the phone ringing again. */
  readonly attempts: number
}

/** Whom an agent consults about the customer who is theirs. */
export interface Consult {
  /**
   * `withCustomer`: the agent is back with the customer, and the colleague waits. `conference`: all hear each other.
   */
  readonly state: 'dialling' | 'ringing' | 'talking' | 'withCustomer' | 'conference'
  /** The desk of a colleague; null while nobody's phone rings, and for a number outside. */
  readonly extension: string | null
  /** What was dialled. */
  readonly number: string | null
}

/** One agent talking with the customer. */
export interface Contact {
  readonly contactId: string
  readonly offerId: string | null
  readonly queue: string | null
  readonly extension: string
  readonly personId: string | null
  readonly channelId: string
  readonly beganAt: number
  readonly endedAt: number | null
  readonly heldSince: number | null
  readonly heldMs: number
  /** Why it ended; null while it has not. */
  readonly why: ContactEnd | null
  /** Null for nobody. Absent in checkpoints of older versions. */
  readonly consult?: Consult | null
  /** How the last consultation came to nothing, until the next one; null where it did not. */
  readonly consultFailed?: OfferOutcome | null
}

/** A place in a queue that is kept for a customer who hung up, to be called when their turn comes. */
export interface Place {
  readonly queue: string
  readonly state: PlaceState
  /** The customer's own channel, on which they were asked; null where that was not heard. */
  readonly ownId: string | null
  /** The half of a Local channel that waits in their stead; null while none has. */
  readonly keeperId: string | null
  /** How many have waited so far, one after the other. */
  readonly keepers: number
  /** The customer's priority in the queue. */
  readonly prio: number
  /** The agent who came to it; null while nobody has. */
  readonly extension: string | null
  /** Null while it is not over. */
  readonly outcome: PlaceOutcome | null
}

/** One customer's experience, from the first ring to the last hang-up. Its id is that of its oldest channel (`linkedid`). */
export interface Call {
  readonly callId: string
  readonly pbx: string
  readonly direction: Direction
  readonly party: RawParty
  readonly dialled: string | null
  readonly startedAt: number
  readonly endedAt: number | null
  readonly end: CallEnd | null
  /** The channel that began the call. */
  readonly originId: string
  /** The customer's own channel; null for a call between agents, or before an outbound call has dialled. */
  readonly customerChannelId: string | null
  /** Which side asked to hang up, once one did; `unknown` where it did unheard. */
  readonly hungUpBy: 'customer' | 'agent' | 'unknown' | null
  /** How the last dial to the far end of an outbound call ended. */
  readonly dialOutcome: DialOutcome | null
  /** The call that this one turned out to be part of. */
  readonly mergedInto: string | null
  readonly account: string | null
  readonly digits: string | null
  /** What the network says of the caller's number; null while it has not. Absent in checkpoints of older versions. */
  readonly attestation?: Attestation | null
  readonly channelIds: ReadonlySet<string>
  readonly visits: readonly Visit[]
  readonly offers: readonly Offer[]
  readonly contacts: readonly Contact[]
  readonly parkedIn: string | null
  readonly parkedAt: number | null
  readonly voicemail: boolean
  /** Whether a message was left in a mailbox; absent while that was not said. */
  readonly messageLeft?: boolean
  /** A queue did not let the caller in, before they were in any. Absent for every other call. */
  readonly refused?: true
  /** Whether it is recorded, and on which channel; null where it is not. Absent in checkpoints of older versions. */
  readonly recording?: { readonly channelId: string; readonly isPaused: boolean } | null
  /**
   * Made by the PBX from the console: the agent's own phone is called first, and once it is picked up whom they want. Absent
   * for every other call.
   */
  readonly ownPhone?: 'ringing' | 'pickedUp'
  /** Absent where the customer was never asked whether they would rather be called. */
  readonly place?: Place
  /** Whether nobody heard it, or parts of it, and the PBX's own record told. */
  readonly reconstructed: Reconstructed
}

export interface Agent extends DeskInfo {
  readonly state: AgentState
  readonly since: number
  readonly callId: string | null
  /** The call this agent had last, kept so that its card stays through after-call work. */
  readonly lastCallId: string | null
  readonly paused: boolean
  readonly pauseReason: string | null
}

/** A member, and the PBX that said so: each PBX speaks of its own members alone. */
export interface Member extends MemberInfo {
  readonly pbx: string
}

export interface Queue {
  readonly name: string
  readonly pbx: string
  readonly members: ReadonlyMap<string, Member>
  /** Calls waiting, the longest first. */
  readonly waiting: readonly { callId: string; channelId: string; since: number }[]
}

/** What a centre decides for itself. */
export interface FloorOptions {
  /** A caller who hangs up sooner than this after entering a queue is a short abandon, ms. */
  shortAbandonMs: number
  /** Device names (`PJSIP/trunk`) behind which outside numbers are. */
  trunks: readonly string[]
}
