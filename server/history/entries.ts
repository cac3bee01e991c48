import { z } from 'zod'
import type { CandidateReason, Match } from '../../shared/customers.ts'
import type { GoneReason } from '../../shared/realtime.ts'
import type { DeskInfo, MemberInfo, PbxEvent } from '../floor/events.ts'
import type { Disposition } from '../../shared/dispositions.ts'
import type { VerificationStep } from '../../shared/verification.ts'
import type { TalkQuality } from '../../shared/call-quality.ts'
import type { Interval, Status } from '../agents/status.ts'
import type { Fact } from '../floor/facts.ts'
import type { CallDocument } from './model.ts'
import type { SealedPart } from './sealing.ts'
import type { KeptWord } from './words.ts'

/** Something that history itself has to say: entries that could not be kept, and when. Times are ms. */
export interface Mark {
  reason: 'spoolFull' | 'tornTail'
  from: number
  to: number
  /** How many entries were not kept; null when nobody could count them. */
  entriesLost: number | null
}

/** What a look-up of who is calling came to. It names customers by id alone. */
export interface LookupResult {
  callId: string
  /** The caller's number as the network sent it, and as it was understood; null when withheld or absent. */
  read: { raw: string; e164: string | null; complete: boolean } | null
  outcome: Match['outcome']
  by: Match['by']
  /** Who was weighed, the likeliest first. */
  candidates: readonly { customerId: string; reason: CandidateReason }[]
}

/**
 * What a person's screen was told of a call: that it is there, what its look-up came to, that it is taken back. Or, of a
 * call that rang at a desk, why nobody was told (`untold`), or not of the card.
 */
export type ScreenNews =
  | { what: 'call' }
  | { what: 'card'; outcome: Match['outcome']; customerId: string | null }
  | { what: 'gone'; reason: GoneReason }
  | { what: 'untold'; why: 'nobodyThere' | 'noDeskRight' | 'noConsole' | 'noCardRight' }

/** One such news. Times are of our clock, ms. */
export interface Told {
  callId: string
  extension: string
  /** Null when nobody sat there. */
  personId: string | null
  sentAt: number
  /** To how many open consoles of that person. */
  consoles: number
  news: ScreenNews
}

/**
 * A console said that what it was told is on the screen. All but `earliestMs` is by our own clock, and that by the browser's
 * steady clock: it happened `earliestMs` after `sentAt` if the news took no time on the way, and no later than `latestMs`.
 */
export interface Painted {
  callId: string
  extension: string
  personId: string
  sentAt: number
  earliestMs: number
  latestMs: number
}

/**
 * What an entry says. The facts that came of an input stand directly after it, best in the same batch.
 * `binding` says who a call's customer is (null: nobody), whether an agent said so, and which (`by`: a person's id), else what
 * they were recognised by (`reason`). `lookup`: why that one, and who else was weighed. `verification`: what was done to
 * verify the caller. `disposition`: what came of it, as somebody who talked in it said. `word`: what an agent left for whoever
 * gets the call next. `told` and `painted`: what people's screens were told, and when it stood there. `desks`: who sat where with which phones, and as which members of
 * queues, when they came to have a part in the call. `record` replaces a call's document, after a gap in which its facts could
 * not be kept. `quality`: how a talk sounded on a browser phone. `status`: an agent's status as it is from then on, and the interval that ended by it.
 */
export type EntryBody =
  | { kind: 'input'; event: PbxEvent }
  | { kind: 'facts'; facts: readonly Fact[] }
  | {
      kind: 'binding'
      callId: string
      customerId: string | null
      decided: boolean
      by?: string
      reason?: CandidateReason
    }
  | ({ kind: 'lookup' } & LookupResult)
  | { kind: 'verification'; callId: string; step: VerificationStep }
  | { kind: 'word'; callId: string; word: KeptWord }
  | { kind: 'quality'; callId: string; talk: TalkQuality }
  | { kind: 'disposition'; callId: string; disposition: Disposition }
  | ({ kind: 'told' } & Told)
  | ({ kind: 'painted' } & Painted)
  | { kind: 'desks'; callId: string; desks: readonly DeskInfo[]; members: readonly MemberInfo[] }
  | { kind: 'status'; status: Status; interval: Interval | null }
  | { kind: 'record'; call: CallDocument }
  | { kind: 'mark'; mark: Mark }

/**
 * An entry as it stands in the journal. `seq` grows by one for each entry of a node, across restarts; `at` is our clock, ms.
 * Where it is kept, what is personal in it is `sealed`; opened again without a key it is `erased`, and null stands for that.
 */
export type Entry = {
  seq: number
  node: string
  at: number
  sealed?: readonly SealedPart[]
  erased?: boolean
} & EntryBody

/** What is kept of who a call's customer is, and how that came to be known. */
export interface KeptCustomer {
  /** Null: nobody's. */
  customerId: string | null
  /** Whether an agent said so. */
  decided: boolean
  /** Which agent; null where none did, or where that was not kept. */
  decidedBy: string | null
  /** What a look-up recognised them by; null where that was not kept. */
  reason: CandidateReason | null
}

/** What every entry must have to be read at all. What stands inside is guarded by the entry's checksum. */
const envelopeSchema = z.looseObject({
  seq: z.number().int().positive(),
  node: z.string(),
  at: z.number(),
  kind: z.enum([
    'input',
    'facts',
    'binding',
    'lookup',
    'verification',
    'word',
    'quality',
    'disposition',
    'told',
    'painted',
    'desks',
    'status',
    'record',
    'mark',
  ]),
})

/**
 * Reads one entry.
 * @param json what `frame.ts` found intact
 * @returns null when it is no entry of ours
 */
export function readEntry(json: string): Entry | null {
  try {
    const value: unknown = JSON.parse(json)
    return isEntry(value) ? value : null
  } catch {
    return null
  }
}

function isEntry(value: unknown): value is Entry {
  return envelopeSchema.safeParse(value).success
}
