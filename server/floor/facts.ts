import type {
  AgentState,
  Attestation,
  CallEnd,
  ContactEnd,
  Direction,
  OfferOutcome,
  PlaceOutcome,
  PlaceState,
  VisitOutcome,
} from '../../shared/calls.ts'
import type { PbxEventType, RecordTold } from './events.ts'
import type { Consult } from './state.ts'

/** Who is at the other end, raw as the network said it: normalising is for those who know the home country. */
export interface RawParty {
  number: string | null
  name: string | null
  restricted: boolean
  /** Set when what was known of them has been erased. */
  erased?: boolean | undefined
}

/**
 * What changed on the floor, in words a person would use. A fact is self-contained: whoever stores or shows it need not
 * ask the floor. `at` is the PBX's time (ms), durations are ms.
 */
export type Fact = {
  pbx: string
  at: number
  /** Read afterwards from the PBX's own record. */
  recorded?: true
} & (
  | {
      type: 'call.started'
      callId: string
      direction: Direction
      party: RawParty
      dialled: string | null
      /** Whose phone began it; null for a call from outside. */
      dialledBy: { extension: string; personId: string | null } | null
    }
  /** More became known of the other party or of what kind of call it is. */
  | {
      type: 'call.identified'
      callId: string
      direction: Direction
      party: RawParty
      dialled: string | null
      /** The call from which a customer joined this one: what was decided in it holds here. */
      cameFrom?: string
    }
  /** The agent picked up their own phone, which the PBX had called first: now it calls whom they want. */
  | { type: 'call.pickedUp'; callId: string; extension: string; personId: string | null }
  | { type: 'call.learnt'; callId: string; account: string | null; digits: string | null }
  | { type: 'call.attested'; callId: string; attestation: Attestation }
  /** A PIN was typed: what it can be asked for by, once, while this process lives. */
  | { type: 'call.pinTyped'; callId: string; keptAs: string }
  | { type: 'call.queued'; callId: string; visitId: string; queue: string }
  | {
      type: 'call.dequeued'
      callId: string
      visitId: string
      queue: string
      outcome: VisitOutcome
      waitMs: number
    }
  | {
      type: 'offer.made'
      callId: string
      offerId: string
      visitId: string | null
      queue: string | null
      extension: string
      personId: string | null
    }
  | {
      type: 'offer.ended'
      callId: string
      offerId: string
      visitId: string | null
      queue: string | null
      extension: string
      personId: string | null
      outcome: OfferOutcome
      ringMs: number
    }
  | {
      type: 'contact.began'
      callId: string
      contactId: string
      offerId: string | null
      queue: string | null
      extension: string
      personId: string | null
      waitMs: number
    }
  | { type: 'contact.held'; callId: string; contactId: string; extension: string; by: 'agent' | 'customer' }
  | { type: 'contact.resumed'; callId: string; contactId: string; extension: string; heldMs: number }
  /** Whom an agent consults about the customer, and how far that is; null when it is over. */
  | {
      type: 'consult.changed'
      callId: string
      contactId: string
      extension: string
      consult: Pick<Consult, 'state' | 'extension'> | null
    }
  | {
      type: 'contact.ended'
      callId: string
      contactId: string
      queue: string | null
      extension: string
      personId: string | null
      /** From answer to end, hold included. */
      talkMs: number
      heldMs: number
      why: ContactEnd
    }
  | {
      type: 'call.transferred'
      callId: string
      kind: 'blind' | 'attended'
      byExtension: string | null
      to: string | null
    }
  | { type: 'call.parked'; callId: string; space: string }
  | { type: 'call.unparked'; callId: string; how: 'retrieved' | 'timedOut' | 'gaveUp' }
  | { type: 'call.voicemail'; callId: string }
  /** Whoever reached a mailbox has hung up, with or without having left a message. */
  | { type: 'voicemail.over'; callId: string; mailbox: string; left: boolean; channelName: string }
  /** How far the place is that is kept for a customer who hung up. */
  | {
      type: 'place.changed'
      callId: string
      queue: string
      state: PlaceState
      /** What came of it; null while it is not over. */
      outcome: PlaceOutcome | null
      /** The agent who has come to it; null for nobody. */
      extension: string | null
    }
  /** An agent has come to a kept place: the channel that waits to hear whether the customer may be called. */
  | { type: 'place.due'; callId: string; channelId: string }
  /** The call is recorded from now on, or not for a while, or not any more. */
  | { type: 'call.recording'; callId: string; recording: 'on' | 'paused' | 'off' }
  /** Two calls turned out to be one (a consultation that was completed): `mergedId` lives on in `callId`. */
  | { type: 'call.merged'; callId: string; mergedId: string }
  | { type: 'call.ended'; callId: string; end: CallEnd; cause: number | null; durationMs: number }
  | {
      type: 'agent.state'
      extension: string
      personId: string | null
      state: AgentState
      pauseReason: string | null
      callId: string | null
    }
  /** A member of a queue is paused or is not any more, or for another reason. */
  | {
      type: 'member.paused'
      queue: string
      interface: string
      /** Whose member it is; null for nobody's. */
      extension: string | null
      paused: boolean
      pauseReason: string | null
    }
  | { type: 'queue.changed'; queue: string }
  /** Nothing was heard from this PBX from `since` to `at`; how much of it its own record told, and up to when. */
  | { type: 'link.gap'; since: number; told: RecordTold['told']; toldUntil: number | null }
  /** The floor was held against the PBX's lists: what differed, by kind of event that was missing. */
  | {
      type: 'link.reconciled'
      /** `first`: nothing was known of this PBX before. `check`: it was heard all the time, so a difference is a defect. */
      why: 'first' | 'gap' | 'check'
      differences: Readonly<Partial<Record<PbxEventType, number>>>
    }
)

export type FactType = Fact['type']
