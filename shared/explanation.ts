import { z } from 'zod'
import {
  callEndSchema,
  directionSchema,
  gapSchema,
  instantSchema,
  offerOutcomeSchema,
  partySchema,
  reconstructedSchema,
} from './calls.ts'
import { candidateReasonSchema, matchSchema } from './customers.ts'
import { goneReasonSchema } from './realtime.ts'

/** What a leg is doing. `inDialplan`: it is answered, and hears the PBX: an announcement, a menu. */
export const legStateSchema = z.enum(['starting', 'ringing', 'inDialplan', 'waiting', 'talking', 'held'])
export type LegState = z.infer<typeof legStateSchema>

/** What came of ringing a leg. */
export const legAnswerSchema = z.enum([
  'answered',
  'declined',
  'busy',
  'notAnswered',
  'unreachable',
  'cancelled',
  'answeredElsewhere',
])
export type LegAnswer = z.infer<typeof legAnswerSchema>

/** One leg of a call, which Asterisk calls a channel, and what it did from when to when. */
export const legSchema = z.object({
  legId: z.string(),
  /** `helper`: one half of a Local channel, which no person has at the ear. */
  kind: z.enum(['agent', 'outside', 'helper']),
  /** The device as Asterisk names it; null for whom it would tell a number that is not theirs to see. */
  device: z.string().nullable(),
  extension: z.string().nullable(),
  from: instantSchema,
  until: instantSchema.nullable(),
  /** Null for a leg that rang at nobody's, and while it rings. */
  answer: legAnswerSchema.nullable(),
  /** Each ends where the next begins, the last with the leg. */
  parts: z.array(z.object({ state: legStateSchema, from: instantSchema })),
})
export type Leg = z.infer<typeof legSchema>

/** One leg's time in a bridge. */
export const bridgeStaySchema = z.object({
  legId: z.string(),
  from: instantSchema,
  until: instantSchema.nullable(),
})
export type BridgeStay = z.infer<typeof bridgeStaySchema>

/** Where legs hear each other; or nobody, as on a parking lot (`holding`). */
export const bridgeSchema = z.object({
  bridgeId: z.string(),
  holding: z.boolean(),
  stays: z.array(bridgeStaySchema),
})
export type Bridge = z.infer<typeof bridgeSchema>

/** Why somebody at whose desk a call rang was told nothing, or not of the card. */
export const untoldSchema = z.enum(['nobodyThere', 'noDeskRight', 'noConsole', 'noCardRight'])

/** What somebody's screen was told while a call was theirs. */
export const screenSchema = z.object({
  /** When it was first sent. */
  relativeMs: z.number().int(),
  /** To how many open consoles of theirs. */
  consoles: z.number().int().nonnegative(),
  /** What the look-up had come to; null when only the call was shown. */
  outcome: matchSchema.shape.outcome.nullable(),
  /** Null for nobody, and for whom cards are not to be read. */
  customerId: z.string().nullable(),
  customerName: z.string().nullable(),
  /**
   * When it stood on the screen, ms after it was sent: no sooner than `earliest`, no later than `latest`. Null when no
   * console said so.
   */
  painted: z.object({ earliestMs: z.number().int(), latestMs: z.number().int() }).nullable(),
})
export type Screen = z.infer<typeof screenSchema>

/** A call at one desk: the phones that rang there and what each answered, what the screen was told, why it was taken back. */
export const ringSchema = z.object({
  extension: z.string(),
  /** Who sat there; null for nobody, or for somebody who is not known any more. */
  person: z.string().nullable(),
  queue: z.string().nullable(),
  relativeMs: z.number().int(),
  /** How long it was offered; null while it is, and where it was not offered but dialled from there or picked up. */
  ringMs: z.number().int().nullable(),
  /** Null where it was not offered. */
  outcome: offerOutcomeSchema.nullable(),
  phones: z.array(
    z.object({ legId: z.string(), device: z.string().nullable(), answer: legAnswerSchema.nullable() }),
  ),
  screens: z.array(screenSchema),
  /** Null when everybody was told, and where that was not kept. */
  untold: untoldSchema.nullable(),
  /** When and why it was taken back from the screen. */
  gone: z.object({ relativeMs: z.number().int(), reason: goneReasonSchema }).nullable(),
})
export type Ring = z.infer<typeof ringSchema>

/** What a line says; the console has a sentence for each. Those that begin with `leg` are of one leg, the rest of the call. */
export const lineTextSchema = z.enum([
  'legAppeared',
  'legRinging',
  'legAnswered',
  'legHungUp',
  'legLeft',
  'legDialEnded',
  'legForwarded',
  'legApplication',
  'callStarted',
  'otherStarted',
  'callIdentified',
  'callLearnt',
  'callQueued',
  'callDequeued',
  'offerMade',
  'offerEnded',
  'contactBegan',
  'contactHeld',
  'contactResumed',
  'contactEnded',
  'pickedUp',
  'consulted',
  'consultOver',
  'wordLeft',
  'transferred',
  'parked',
  'unparked',
  'voicemail',
  'messageLeft',
  'noMessage',
  'placeChanged',
  'placeOver',
  'recording',
  'merged',
  'matched',
  'matchedNobody',
  'decided',
  'decidedNobody',
  'decidedBy',
  'decidedNobodyBy',
  'attested',
  'pinTyped',
  'verifyPin',
  'verifyQuestion',
  'verifyCallBack',
  'verifyThirdPerson',
  'verifyThemselves',
  'verifyVoided',
  'resultGiven',
  'resultChanged',
  'resultNone',
  'screenCall',
  'screenCard',
  'screenNoCard',
  'screenPainted',
  'screenPaintedBetween',
  'screenGone',
  'screenUntold',
  'gap',
  'callEnded',
])
export type LineText = z.infer<typeof lineTextSchema>

/**
 * What happened at one moment of a call. `values` go into the sentence; the name of a value says what it is, and so what
 * its words are: `offerOutcome`, `visitOutcome`, `callEnd` …
 */
export const lineSchema = z.object({
  at: instantSchema,
  /** Since the call began, ms; may be below zero by what clocks differ. */
  relativeMs: z.number().int(),
  legId: z.string().nullable(),
  text: lineTextSchema,
  values: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Line = z.infer<typeof lineSchema>

/** One look-up of who is calling: how the number was read, and who was weighed for what reason. */
export const lookupSchema = z.object({
  at: instantSchema,
  relativeMs: z.number().int(),
  /** Null when the caller's number was withheld, absent, or is not the reader's to see. */
  number: z
    .object({
      /** As the network sent it. */
      raw: z.string(),
      e164: z.string().nullable(),
      /** ISO 3166. */
      country: z.string().nullable(),
      /** Whether it came with what makes it complete: a country code, or the home country's trunk prefix. */
      complete: z.boolean(),
    })
    .nullable(),
  /** True when the number has been erased; left out else. */
  erased: z.boolean().optional(),
  outcome: matchSchema.shape.outcome,
  by: matchSchema.shape.by,
  /** Customer and name are null for whom cards are not to be read. */
  candidates: z.array(
    z.object({
      customerId: z.string().nullable(),
      name: z.string().nullable(),
      reason: candidateReasonSchema,
    }),
  ),
})
export type Lookup = z.infer<typeof lookupSchema>

/** Why a call brought the card that it brought, or none. */
export const callExplanationSchema = z.object({
  callId: z.string(),
  direction: directionSchema,
  party: partySchema,
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  end: callEndSchema.nullable(),
  /** The call in which this one went on. */
  continuesIn: z.string().nullable(),
  /** Nobody heard it, or parts of it: told afterwards from the PBX's own record. */
  reconstructed: reconstructedSchema,
  /** False when the newest moments are not in the database yet. */
  current: z.boolean(),
  /** True when there is more than was read. */
  truncated: z.boolean(),
  /** For so many days what Asterisk said is kept. */
  inputDays: z.number(),
  /** When nothing was heard of the PBX, and how much of it its record told afterwards. */
  gaps: z.array(z.object({ from: instantSchema, until: instantSchema, told: gapSchema.shape.told })),
  lookups: z.array(lookupSchema),
  /** In the order in which the call came to them. */
  rings: z.array(ringSchema),
  /** Empty when what Asterisk said was so long ago that it is not kept any more. */
  legs: z.array(legSchema),
  bridges: z.array(bridgeSchema),
  lines: z.array(lineSchema),
})
export type CallExplanation = z.infer<typeof callExplanationSchema>
