import type { Attestation, PlaceOutcome } from '../../shared/calls.ts'

/**
 * The floor's input: what a PBX did, in a small vocabulary of our own. `asterisk/` makes these; nobody else needs to know AMI.
 *
 * Ids are opaque and carry the PBX's identity (`lab:1764000000.12`), so that two PBXs never collide. Times are ms since
 * 1970 UTC: `at` is the PBX's own clock, `arrivedAt` ours. Everything here is plain data and goes into the journal as it is.
 */
export interface Stamp {
  pbx: string
  at: number
  arrivedAt: number
  /** Nobody heard it happen: it was read afterwards from the PBX's own record. `arrivedAt` is when it was read. */
  recorded?: true
}

export type ChannelState = 'down' | 'dialling' | 'ringing' | 'up' | 'busy' | 'other'

/** A channel as the PBX describes it. */
export interface ChannelInfo {
  channelId: string
  /** The oldest channel of everything this channel is linked with. */
  linkedId: string
  /** Full name, `PJSIP/201-0000001a` or `Local/201@agents-00000003;2`. */
  name: string
  /** The name without its serial: `PJSIP/201`, `Local/201@agents`. */
  device: string
  /** Which half of a Local channel, else null. */
  localHalf: 1 | 2 | null
  state: ChannelState
  callerNumber: string | null
  callerName: string | null
  /** True when the network asked not to show the number: then it is kept for nobody's eyes. */
  callerRestricted: boolean
  /** What was dialled to get here, and where in the dialplan. */
  exten: string | null
  context: string | null
  /** The application running, where the PBX told us. */
  application: string | null
}

/** How a dial attempt ended. */
export type DialOutcome =
  'answered' | 'busy' | 'notAnswered' | 'cancelled' | 'unreachable' | 'congested' | 'other'

export type DeviceState = 'unknown' | 'free' | 'inUse' | 'busy' | 'ringing' | 'unavailable' | 'onHold'

export interface MemberInfo {
  queue: string
  interface: string
  /** The device whose state counts for this member; Asterisk names it beside the interface. */
  stateInterface: string
  memberName: string
  paused: boolean
  pauseReason: string | null
  deviceState: DeviceState
  /** Left out for 0, which most have. */
  penalty?: number
}

export interface WaitingCaller {
  queue: string
  channelId: string
  position: number
  /** When they entered the queue. */
  since: number
}

/** What `asterisk/` reads after each (re)connect. Lists are of about `at`, not of one instant. */
export interface Snapshot {
  channels: readonly (ChannelInfo & { startedAt: number })[]
  bridges: readonly { bridgeId: string; channelIds: readonly string[] }[]
  queues: readonly string[]
  members: readonly MemberInfo[]
  waiting: readonly WaitingCaller[]
  parked: readonly { channelId: string; space: string }[]
  /** When the PBX was started: another value than before means that it was restarted and no old channel lives. */
  bootedAt: number | null
  /** What the PBX's own record told of the time before, in which nobody listened; absent where no record was read. */
  record?: RecordTold
  /** Taken while the PBX was heard all the time, to see whether the stream was whole: any difference is a defect. */
  isCheck?: true
}

/** How much of a gap the PBX's own record told: all, up to a time, or nothing. */
export interface RecordTold {
  told: 'whole' | 'partly' | 'nothing'
  /** Up to when, on the PBX's clock; null for nothing, and where it is not known. */
  until: number | null
  /** Calls that somebody leaves in the very moment of the list: why, nobody may have heard. */
  leaving?: readonly string[]
}

/** One extension of the directory with its phones, and who sits there now. */
export interface DeskInfo {
  extension: string
  interfaces: readonly string[]
  personId: string | null
}

export type PbxEvent = Stamp &
  (
    | { type: 'channel.appeared'; channel: ChannelInfo }
    | {
        type: 'channel.changed'
        channelId: string
        linkedId: string
        changes: Partial<Omit<ChannelInfo, 'channelId' | 'linkedId'>>
      }
    /** Whoever is behind the channel hung up (`farEnd`), or the PBX takes it down; `channel.gone` follows. */
    | {
        type: 'channel.hangupAsked'
        channelId: string
        linkedId: string
        by: 'farEnd' | 'pbx'
        cause: number | null
      }
    | {
        type: 'channel.gone'
        channelId: string
        linkedId: string
        cause: number | null
        causeText: string | null
        /** Nobody saw it go: found missing after a gap, or lost with the PBX that was restarted. */
        unseen?: 'unknown' | 'cutOff'
      }
    /** The dialplan reached an application worth knowing: VoiceMail, ConfBridge … */
    | {
        type: 'channel.application'
        channelId: string
        linkedId: string
        application: string
        exten: string | null
      }
    | { type: 'channel.held'; channelId: string; linkedId: string }
    | { type: 'channel.resumed'; channelId: string; linkedId: string }
    /** What is said on a channel is recorded from now on (MixMonitor), or not for a while, or not any more. */
    | { type: 'channel.recorded'; channelId: string; linkedId: string; recording: 'on' | 'paused' | 'off' }
    | {
        type: 'dial.began'
        callerId: string | null
        calledId: string
        called: ChannelInfo | null
        dialString: string | null
      }
    | {
        type: 'dial.ended'
        callerId: string | null
        calledId: string
        outcome: DialOutcome
        forwardedTo: string | null
      }
    | {
        type: 'bridge.entered'
        bridgeId: string
        channelId: string
        linkedId: string
        swappedFor: string | null
        /** Nobody there hears anybody: a parking lot, a waiting room. */
        holding: boolean
      }
    | { type: 'bridge.left'; bridgeId: string; channelId: string; linkedId: string }
    | { type: 'bridge.gone'; bridgeId: string }
    | { type: 'local.bridged'; oneId: string; twoId: string; linkedId: string }
    | { type: 'local.optimised'; oneId: string; twoId: string }
    | { type: 'queue.entered'; queue: string; channelId: string; linkedId: string; position: number }
    | {
        type: 'queue.left'
        queue: string
        channelId: string
        linkedId: string
        /** Nobody saw them leave: found to be waiting no more after a gap. */
        unseen?: true
      }
    /** Asterisk's QueueCallerAbandon: also sent for time-outs and emptied queues; the floor tells them apart. */
    | { type: 'queue.gaveUp'; queue: string; channelId: string; linkedId: string }
    /** Why the queue application ended, where the PBX tells (`QUEUESTATUS`). */
    | {
        type: 'queue.result'
        channelId: string
        result: 'timedOut' | 'emptied' | 'refused' | 'withdrawn' | 'other'
      }
    | {
        type: 'queue.offered'
        queue: string
        channelId: string
        linkedId: string
        calledId: string
        called: ChannelInfo | null
        interface: string
        memberName: string
      }
    | {
        type: 'queue.connected'
        queue: string
        channelId: string
        linkedId: string
        calledId: string
        interface: string
        waitMs: number
        ringMs: number
      }
    | {
        type: 'queue.notAnswered'
        queue: string
        channelId: string
        linkedId: string
        interface: string
        ringMs: number
      }
    | {
        type: 'queue.completed'
        queue: string
        channelId: string
        linkedId: string
        interface: string
        talkMs: number
        reason: 'customer' | 'agent' | 'transfer'
      }
    | { type: 'member.set'; member: MemberInfo }
    | { type: 'member.removed'; queue: string; interface: string }
    | {
        type: 'transfer.blind'
        ok: boolean
        /** The channel of who transfers, and of who is sent. */
        transfererId: string
        transfereeId: string | null
        toExten: string
        toContext: string
      }
    | {
        type: 'transfer.attended'
        ok: boolean
        /** The transferer's first leg (with the customer) and second leg (the consultation). */
        firstId: string
        secondId: string | null
        transfereeId: string | null
        targetId: string | null
        /** Not the common case of two joined in a bridge: the target still rings, or all three go on together. */
        into?: 'application' | 'conference'
      }
    | {
        type: 'parking.parked'
        channelId: string
        linkedId: string
        space: string
        parkedById: string | null
      }
    | {
        type: 'parking.ended'
        channelId: string
        linkedId: string
        how: 'retrieved' | 'timedOut' | 'gaveUp'
        byId: string | null
      }
    | { type: 'pickup'; channelId: string; targetId: string }
    /** What the dialplan told us by UserEvent or channel variable: digits, an account number. */
    | {
        type: 'call.learnt'
        channelId: string
        linkedId: string
        account: string | null
        digits: string | null
      }
    /** What the network said of the caller's number, by a channel variable that the dialplan sets. */
    | { type: 'call.attested'; channelId: string; linkedId: string; attestation: Attestation }
    /** The caller typed a PIN. It stands in nobody's journal: `keptAs` is what it can be asked for by, once. */
    | { type: 'call.pinTyped'; channelId: string; linkedId: string; keptAs: string }
    /**
     * A caller in a queue is asked whether their place is to be kept, wants it so, or the turn of a kept place has come.
     */
    | {
        type: 'place.said'
        channelId: string
        linkedId: string
        said: 'asked' | 'wanted' | 'turn'
        /** Null with `turn`. */
        queue: string | null
        /** Their priority in the queue, as the dialplan gave it. */
        prio: number
      }
    /** Ringcard does not have a customer called whose place was kept, or nobody can wait in their stead any more. */
    | {
        type: 'place.refused'
        linkedId: string
        why: PlaceOutcome
        /** The call in which the customer waits there themselves now; null for none. */
        takenBy: string | null
      }
    /** Whoever reached a mailbox has hung up: whether they left a message in it. */
    | {
        type: 'voicemail.over'
        channelId: string
        linkedId: string
        /** `190@hearth`. */
        mailbox: string
        left: boolean
      }
    | { type: 'phone.reachable'; device: string; reachable: boolean }
    | { type: 'snapshot'; snapshot: Snapshot }
    /** By its record the PBX was started anew while nobody listened: every channel of before is gone. */
    | { type: 'pbx.restarted'; bootedAt: number }
    | { type: 'link.lost' }
    /** The directory: replaces what was known of all desks. */
    | { type: 'desks.set'; desks: readonly DeskInfo[] }
    /** Who called, what they dialled and keyed in is to be known no more: their data were erased. */
    | { type: 'call.erased'; callId: string }
    /** Time passing; sent about once a second by the owner of the floor. */
    | { type: 'tick' }
  )

export type PbxEventType = PbxEvent['type']
