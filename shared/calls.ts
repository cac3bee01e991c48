import { z } from 'zod'
import { articleLinkSchema } from './articles.ts'
import { guideSchema } from './guides.ts'
import { instantSchema } from './instant.ts'
import { shownResultSchema } from './dispositions.ts'

export { instantSchema } from './instant.ts'

export const directionSchema = z.enum(['inbound', 'outbound', 'internal'])
export type Direction = z.infer<typeof directionSchema>

/** Who is at the other end, as far as the telephone network says. `name` is caller-supplied text: show it, never trust it. */
export const partySchema = z.object({
  /** E.164 where it could be normalised, else the digits as received; null when withheld or absent. */
  number: z.string().nullable(),
  /** `number` as a person reads it: national form for the home country, international else. */
  display: z.string(),
  name: z.string().nullable(),
  withheld: z.boolean(),
  /** True when what was known of them has been erased; left out else. */
  erased: z.boolean().optional(),
})
export type Party = z.infer<typeof partySchema>

/**
 * A party for those who may not read cards: neither number nor name, for both tell who it is. The one filter for every
 * answer and message about other people's calls.
 */
export function unidentified({ withheld }: Party): Party {
  return { number: null, display: '', name: null, withheld }
}

/** A party of whom what was known has been erased. */
export function erasedParty({ withheld }: Pick<Party, 'withheld'>): Party {
  return { number: null, display: '', name: null, withheld, erased: true }
}

/**
 * What the network says of the caller's number (STIR/SHAKEN): it vouches for the caller's right to it (`full`), for the
 * caller alone (`partial`), or only for where the call came in (`gateway`); it said nothing (`none`); or its signature is
 * wrong (`failed`).
 */
export const attestationSchema = z.enum(['full', 'partial', 'gateway', 'none', 'failed'])
export type Attestation = z.infer<typeof attestationSchema>

/** How a queue visit ended. `waiting` while it has not. */
export const visitOutcomeSchema = z.enum([
  'waiting',
  'answered',
  'abandoned',
  'shortAbandon',
  'timedOut',
  'leftByKey',
  'emptied',
  'withdrawn',
  'moved',
  'cutOff',
  'unknown',
])
export type VisitOutcome = z.infer<typeof visitOutcomeSchema>

/**
 * What came of a place in a queue that was kept for a customer who hung up, to be called when their turn comes. `declined`: they
 * were asked and went on waiting, or hung up without a word. `reached`: they were called and talked. `notCalled`: their turn
 * came and nobody said that they may be called. `outsideHours`, `inCall`, `doNotCall`: why they were not. `agentGone`: the agent hung
 * up first. `cameBack`: they called again and have their place themselves. `timedOut`: nobody came to it for too long.
 * `lost`: nobody could wait in their stead any more.
 */
export const placeOutcomeSchema = z.enum([
  'declined',
  'reached',
  'busy',
  'notAnswered',
  'refused',
  'agentGone',
  'notCalled',
  'outsideHours',
  'inCall',
  'doNotCall',
  'cameBack',
  'timedOut',
  'lost',
  'unknown',
])
export type PlaceOutcome = z.infer<typeof placeOutcomeSchema>

/** How far a kept place is: the caller is asked, wants it, somebody waits in their stead, an agent came, they are called. */
export const placeStateSchema = z.enum(['asked', 'wanted', 'kept', 'turn', 'calling', 'over'])
export type PlaceState = z.infer<typeof placeStateSchema>

/** How an offer to one agent ended. `ringing` while it has not. */
export const offerOutcomeSchema = z.enum([
  'ringing',
  'answered',
  'answeredElsewhere',
  'notAnswered',
  'declined',
  'busy',
  'unreachable',
  'callerGone',
  'withdrawn',
  'cutOff',
  'unknown',
])
export type OfferOutcome = z.infer<typeof offerOutcomeSchema>

/** Why an agent's talk ended. */
export const contactEndSchema = z.enum([
  'customerHungUp',
  'agentHungUp',
  'transferred',
  'moved',
  'cutOff',
  'unknown',
])
export type ContactEnd = z.infer<typeof contactEndSchema>

/** Why a call ended, in the words of the trade. */
export const callEndSchema = z.enum([
  'customerHungUp',
  'agentHungUp',
  'abandoned',
  'busy',
  'notAnswered',
  'refused',
  'voicemail',
  'systemHungUp',
  'cutOff',
  'unknown',
])
export type CallEnd = z.infer<typeof callEndSchema>

/** Whether a call that nobody heard, wholly or in part, was told afterwards from the PBX's own record. */
export const reconstructedSchema = z.enum(['wholly', 'partly']).nullable()
export type Reconstructed = z.infer<typeof reconstructedSchema>

/**
 * A time of which something is missing. `link`: the PBX was not heard. `spoolFull`: the disk had no room for what was
 * heard. `tornTail`: the machine stopped while an entry was being written.
 */
export const gapSchema = z.object({
  pbx: z.string().nullable(),
  kind: z.enum(['link', 'spoolFull', 'tornTail']),
  from: instantSchema,
  to: instantSchema,
  /** How much of it the PBX's own record told afterwards. */
  told: z.enum(['whole', 'partly', 'nothing']),
  /** Up to when it did. */
  toldUntil: instantSchema.nullable(),
})
export type Gap = z.infer<typeof gapSchema>

/** Whom an agent consults about the customer who is theirs. */
export const consultSchema = z.object({
  /** `withCustomer`: the agent is back with the customer, and the colleague waits. `conference`: all hear each other. */
  state: z.enum(['dialling', 'ringing', 'talking', 'withCustomer', 'conference']),
  /** The desk of a colleague; null for a number outside, and while nothing rings. */
  extension: z.string().nullable(),
  name: z.string().nullable(),
  /** What was dialled, as a person reads it. */
  display: z.string(),
})
export type Consult = z.infer<typeof consultSchema>

/** What one agent leaves for whoever gets the call next. */
export const wordSchema = z.object({
  wordId: z.string(),
  at: instantSchema,
  /** Who said it; null for somebody who is gone. */
  by: z.string().nullable(),
  text: z.string(),
})
export type Word = z.infer<typeof wordSchema>

/** One call on an agent's own desk: my part in it, from the first ring to the end. */
export const deskCallSchema = z.object({
  callId: z.string(),
  state: z.enum(['ringing', 'dialling', 'talking', 'held', 'ended']),
  direction: directionSchema,
  party: partySchema,
  queue: z.string().nullable(),
  /** The number the customer dialled (which brand or campaign), as a person reads it. */
  dialled: z.string().nullable(),
  /** What the network says of the number; null where the trunk does not tell. */
  attestation: attestationSchema.nullable(),
  /** When the customer's call began. */
  startedAt: instantSchema,
  /** When the customer began to wait in the present queue, or to ring where no queue is; null once somebody has talked. */
  waitingSince: instantSchema.nullable(),
  offeredAt: instantSchema,
  answeredAt: instantSchema.nullable(),
  heldSince: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
  /** A colleague asks me about the customer, who is theirs. */
  isAsked: z.boolean(),
  /** My own phone rings first for a call that I make from the console: it is to be picked up. */
  pickUp: z.boolean(),
  /** Whether what is said is recorded; null where it is not. */
  recording: z.enum(['on', 'paused']).nullable(),
  /**
   * The customer hung up and is called now that it is their turn; null for every other call, and once they have talked.
   */
  place: z.object({ state: placeStateSchema, outcome: placeOutcomeSchema.nullable() }).nullable(),
  consult: consultSchema.nullable(),
  /** How the last consultation came to nothing, until the next; null where it did not. */
  consultFailed: offerOutcomeSchema.nullable(),
  /** What to say to whoever calls so; null where nothing is written. */
  guide: guideSchema.nullable(),
  /** What is pinned to such calls, the nearest first; a few. */
  articles: z.array(articleLinkSchema),
  /** What agents before me left with the call, the newest last. */
  words: z.array(wordSchema),
})
export type DeskCall = z.infer<typeof deskCallSchema>

/** One finished (or running) call in "my calls of today". */
export const todayCallSchema = z.object({
  callId: z.string(),
  at: instantSchema,
  direction: directionSchema,
  party: partySchema,
  customerId: z.string().nullable(),
  customerName: z.string().nullable(),
  queue: z.string().nullable(),
  outcome: offerOutcomeSchema,
  talkMs: z.number().nonnegative(),
  reconstructed: reconstructedSchema,
  /** What I said came of it; null while I have not. */
  result: shownResultSchema.nullable(),
  /** Whether I am still to say it. */
  owed: z.boolean(),
})
export type TodayCall = z.infer<typeof todayCallSchema>

/** The day that "my calls of today" is about. */
export const daySchema = z.object({
  /** When it began, for the people of this center. */
  since: instantSchema,
  /** Whether history has told what there was of it before this console began to listen. */
  earlier: z.enum(['loading', 'complete', 'unavailable']),
})
export type Day = z.infer<typeof daySchema>

/** A queue as its strip shows it. */
export const queueViewSchema = z.object({
  /** As the PBX has it; where there are several, with the PBX before it: `berlin/support`. */
  name: z.string(),
  waiting: z.number().int().nonnegative(),
  /** Since when the first in line has been waiting; null when nobody waits. */
  longestWaitSince: instantSchema.nullable(),
  agentsFree: z.number().int().nonnegative(),
  agentsSignedIn: z.number().int().nonnegative(),
  /** The calls that ring at a member's phone, each told once: whoever is in the queue may pick them up. */
  ringing: z.array(
    z.object({
      callId: z.string(),
      /** Where it rings, or rings first. */
      extension: z.string(),
      since: instantSchema,
    }),
  ),
})
export type QueueView = z.infer<typeof queueViewSchema>

export const agentStateSchema = z.enum(['offline', 'free', 'ringing', 'talking', 'paused', 'unreachable'])
export type AgentState = z.infer<typeof agentStateSchema>

/** An agent as a supervisor sees them now. */
export const agentViewSchema = z.object({
  extension: z.string(),
  personId: z.string().nullable(),
  displayName: z.string().nullable(),
  state: agentStateSchema,
  since: instantSchema,
  queues: z.array(z.string()),
  /** The PBXs on which the desk has a phone, where there are several; none where there is one. */
  pbxs: z.array(z.string()),
  callId: z.string().nullable(),
})
export type AgentView = z.infer<typeof agentViewSchema>

/** A call as a supervisor sees it now. */
export const floorCallSchema = z.object({
  callId: z.string(),
  direction: directionSchema,
  party: partySchema,
  customerName: z.string().nullable(),
  /** `kept`: waits without their phone, to be called. `calling`: is called now. */
  stage: z.enum([
    'arriving',
    'waiting',
    'kept',
    'ringing',
    'calling',
    'talking',
    'held',
    'parked',
    'elsewhere',
  ]),
  since: instantSchema,
  startedAt: instantSchema,
  queue: z.string().nullable(),
  /** Extensions of the agents ringing or talking. */
  agents: z.array(z.string()),
})
export type FloorCall = z.infer<typeof floorCallSchema>

/** A call that waits in a parking space, for whoever takes it. */
export const parkedCallSchema = z.object({
  callId: z.string(),
  /** What is dialled to take it. */
  space: z.string(),
  since: instantSchema,
  party: partySchema,
  customerName: z.string().nullable(),
})
export type ParkedCall = z.infer<typeof parkedCallSchema>

/** Every way in which the link to a PBX can fail. What clients translate, and what a person looks up. */
export const linkTroubleSchema = z.enum([
  'ami.unreachable',
  'ami.not_asterisk',
  'ami.silent',
  'ami.refused_login',
  'ami.too_old',
  'ami.closed',
  'ami.garbled',
  'ami.timeout',
  'ami.refused_action',
  'ami.invalid_field',
  'ami.not_connected',
])
export type LinkTrouble = z.infer<typeof linkTroubleSchema>

/** The state of the link to one PBX. Everybody sees `state`; the rest is for `health.read`. */
export const pbxLinkSchema = z.object({
  pbx: z.string(),
  state: z.enum(['connecting', 'live', 'lost', 'refused', 'tooOld']),
  since: instantSchema,
  /** When the newest event came, by the server's clock; null before the first. */
  newestEventAt: instantSchema.nullable(),
  /** Why it is not live; null while it is, and before the first attempt has failed. */
  trouble: linkTroubleSchema.nullable(),
  /** The same in English with its detail, for whoever runs the server. */
  message: z.string().nullable(),
})
export type PbxLink = z.infer<typeof pbxLinkSchema>
