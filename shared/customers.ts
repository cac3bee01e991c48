import { z } from 'zod'
import { instantSchema } from './calls.ts'
import { shownResultSchema } from './dispositions.ts'
import { taskKindSchema } from './tasks.ts'
import {
  callVerificationSchema,
  levelSchema,
  sensitivePartSchema,
  verificationStateSchema,
} from './verification.ts'

export const phoneLabelSchema = z.enum(['mobile', 'work', 'home', 'other'])
/** E.164: a plus, a country code, at most 15 digits in all. */
export const e164Schema = z
  .string()
  .regex(/^\+[1-9]\d{5,14}$/, 'A phone number in E.164: +, country code, digits.')

export const cardPhoneSchema = z.object({ number: e164Schema, label: phoneLabelSchema })
export const cardEmailSchema = z.object({ address: z.email(), label: z.enum(['work', 'private', 'other']) })

export const tierSchema = z.enum(['standard', 'silver', 'gold', 'platinum'])
export type Tier = z.infer<typeof tierSchema>

/** An amount of money in minor units (cents) with its ISO 4217 currency. */
export const moneySchema = z.object({ minor: z.number().int(), currency: z.string().length(3) })

export const purchaseSchema = z.object({
  at: instantSchema,
  what: z.string(),
  amount: moneySchema,
})

/** What we promised and have not yet done. */
export const promiseSchema = z.object({
  promiseId: z.string(),
  what: z.string(),
  dueAt: instantSchema.nullable(),
  madeAt: instantSchema,
  madeBy: z.string().nullable(),
  open: z.boolean(),
  /** Set for a callback or a task: its id is `promiseId`. */
  kind: taskKindSchema.optional(),
})

/** Business that is not finished: a dispute, an order under way, a debt. */
export const openBusinessSchema = z.object({
  kind: z.enum(['dispute', 'order', 'invoice', 'request']),
  title: z.string(),
  at: instantSchema,
})

/** Money that is owed. */
export const debtSchema = z.object({
  what: z.string(),
  amount: moneySchema,
  dueAt: instantSchema,
})

/** How they pay. The account is cut to what tells it from others. */
export const paymentDataSchema = z.object({ method: z.string(), account: z.string() })

/** Something to know about them. What is marked as sensitive is spoken of with nobody but them. */
export const preferenceSchema = z.object({
  label: z.string(),
  value: z.string(),
  sensitive: z.boolean().optional(),
})

/** Who wrote or did something, as they are called now. */
const authorFields = {
  /** Their name; null for nobody, and for somebody who was erased. */
  by: z.string().nullable(),
  /** Null for an author who is none of our people, as in history that was imported. */
  byPersonId: z.string().nullable(),
}

export const noteSchema = z.object({
  noteId: z.string(),
  at: instantSchema,
  ...authorFields,
  text: z.string(),
  /** In which call it was written; absent where it was in none. */
  callId: z.string().optional(),
})
export type Note = z.infer<typeof noteSchema>

/** One line of what happened with this customer. */
export const timelineEntrySchema = z.object({
  at: instantSchema,
  kind: z.enum(['call', 'note', 'purchase', 'payment', 'dispute', 'event', 'invitation', 'message']),
  /** One plain sentence; empty for a talk that nobody wrote anything about. */
  text: z.string(),
  callId: z.string().nullable(),
  durationMs: z.number().nullable(),
  /** What a purchase cost. */
  amount: moneySchema.optional(),
  /** How the caller of a talk was verified; absent where nobody tried. */
  verification: verificationStateSchema.exclude(['unverified']).optional(),
  /** What came of a talk, as whoever talked said; absent while they have not. */
  result: shownResultSchema.optional(),
  ...authorFields,
})
export type TimelineEntry = z.infer<typeof timelineEntrySchema>

/** One line of the "why" box: the most pressing reason first, at most three. */
export const whySchema = z.object({
  kind: z.enum(['promise', 'dispute', 'order', 'invoice', 'request', 'lastTalk', 'event']),
  text: z.string(),
  /** When it happened or falls due. */
  at: instantSchema.nullable(),
  overdue: z.boolean(),
  /** There is something, and what it is opens when the caller is verified: the text is empty. */
  closed: z.boolean().optional(),
})
export type Why = z.infer<typeof whySchema>

/** What there is and is not told until the caller is verified: how much of a part, and which level opens it. */
export const closedPartSchema = z.object({
  part: sensitivePartSchema,
  count: z.number().int().positive(),
  opensAt: levelSchema,
})
export type ClosedPart = z.infer<typeof closedPartSchema>

/**
 * The card, as one role may see it: a section the role has no right to is absent, not empty.
 */
export const cardSchema = z.object({
  customerId: z.string(),
  version: z.number().int(),
  /** Grows by one with each correction by a person; absent where nobody has made one. */
  edition: z.number().int().optional(),
  name: z.string(),
  company: z.string().nullable(),
  position: z.string().nullable(),
  customerSince: instantSchema.nullable(),
  /** BCP 47 tags, the preferred first. */
  languages: z.array(z.string()),
  tier: tierSchema,
  city: z.string().nullable(),
  country: z.string().length(2).nullable(),
  /** IANA zone of the customer, for the local time beside their name. */
  timeZone: z.string().nullable(),
  tags: z.array(z.string()),
  phones: z.array(cardPhoneSchema),
  emails: z.array(cardEmailSchema),
  accountNumber: z.string().nullable(),
  preferences: z.array(preferenceSchema),
  debts: z.array(debtSchema).optional(),
  payment: paymentDataSchema.nullable().optional(),
  why: z.array(whySchema).max(3),
  promises: z.array(promiseSchema).optional(),
  purchases: z.array(purchaseSchema).optional(),
  notes: z.array(noteSchema).optional(),
  timeline: z.array(timelineEntrySchema),
  closed: z.array(closedPartSchema).optional(),
})
export type Card = z.infer<typeof cardSchema>

/** Why a candidate is thought to be the caller, strongest first: this is also the ranking. */
export const candidateReasonSchema = z.enum([
  'account', // their account number was entered in the IVR
  'chosen', // an agent chose them for this number before
  'promiseDue', // a promise or callback is due
  'openBusiness', // a dispute, order or invoice is open
  'lastTalked', // the last of them we talked to
  'dialledNumber', // the number dialled belongs to their brand or campaign
  'sameNumber', // nothing but the number
  'nationalTail', // only the last digits agree
])
export type CandidateReason = z.infer<typeof candidateReasonSchema>

export const candidateSchema = z.object({
  customerId: z.string(),
  name: z.string(),
  company: z.string().nullable(),
  city: z.string().nullable(),
  tier: tierSchema,
  reason: candidateReasonSchema,
  lastContactAt: instantSchema.nullable(),
})
export type Candidate = z.infer<typeof candidateSchema>

/**
 * What the look-up found for a call. `one`: certain enough to show as the caller (recognised, not verified).
 * `several` and `candidate`: choose. `none`: new card or link. `withheld`: nothing to look up. `ignored`: an own number.
 * `pending`: still looking; `unavailable`: the database did not answer.
 */
export const matchSchema = z.object({
  outcome: z.enum(['pending', 'one', 'several', 'none', 'withheld', 'ignored', 'unavailable']),
  /** How it was matched; null when nothing was. */
  by: candidateReasonSchema.nullable(),
  candidates: z.array(candidateSchema),
  /** Whose card was taken off the call by "somebody else’s phone": the number is theirs all the same. */
  takenOff: z.object({ customerId: z.string(), name: z.string() }).optional(),
})
export type Match = z.infer<typeof matchSchema>

/** What the agent's screen needs beside the call itself: the match and, for `one`, the card. */
export const popSchema = z.object({
  match: matchSchema,
  card: cardSchema.nullable(),
  /** How the caller is verified; absent where there is no card to verify them for. */
  verification: callVerificationSchema.optional(),
  /** What is open on this card while the caller is here, and closed again when they are not; absent for nothing. */
  closesAfter: z.array(closedPartSchema.omit({ count: true })).optional(),
})
export type Pop = z.infer<typeof popSchema>

/** Who is calling, said by the agent: one of the candidates, a found customer, or nobody of these. */
export const chooseCustomerRequestSchema = z.strictObject({
  customerId: z.string(),
  /** Remember the choice for this number. False for "it is somebody else's phone". */
  remember: z.boolean(),
})

/** A new card in two fields; the number comes from the call. */
export const newCustomerRequestSchema = z.strictObject({
  name: z.string().trim().min(1, 'A name is needed.').max(200),
  company: z.string().trim().max(200).optional(),
})

/** Characters. */
export const longestNote = 10_000

export const addNoteRequestSchema = z.strictObject({
  /** Made by the client, so that a repeated request adds one note. */
  noteId: z.uuid(),
  /** Empty: the note is taken off the card again. */
  text: z.string().trim().max(longestNote),
})

/** The most that a search ever tells. */
export const mostHits = 500
export const searchRequestSchema = z.object({
  q: z.string().trim().min(2).max(100),
  limit: z.coerce.number().int().min(1).max(mostHits).default(50),
})
export const searchHitSchema = z.object({
  customerId: z.string(),
  name: z.string(),
  company: z.string().nullable(),
  city: z.string().nullable(),
  tier: tierSchema,
  phone: z.string().nullable(),
  /** Cut to what tells it from others: `o…@bakery.example`. */
  email: z.string().nullable(),
  lastContactAt: instantSchema.nullable(),
})
export type SearchHit = z.infer<typeof searchHitSchema>
export const searchAnswerSchema = z.object({
  hits: z.array(searchHitSchema),
  /** Whether there are more than were asked for. */
  more: z.boolean(),
})
export type SearchAnswer = z.infer<typeof searchAnswerSchema>

/** What erasing a customer would destroy, and what would stay: told before anybody does it. */
export const erasureSchema = z.object({
  /** To be typed by whoever means it. */
  name: z.string(),
  /** They are in a call: they can be erased when it is over. */
  isInCall: z.boolean(),
  /** In so many calls nobody could read any more who it was; those calls stay, with times, queues and outcomes. */
  calls: z.number().int(),
  /** How much the card holds, which goes. */
  card: z.object({
    phones: z.number().int(),
    emails: z.number().int(),
    notes: z.number().int(),
    promises: z.number().int(),
    purchases: z.number().int(),
    timeline: z.number().int(),
  }),
})
export type CustomerErasure = z.infer<typeof erasureSchema>

/** Whether somebody has typed a name, however they set its spaces and capitals. */
export function isSameName(typed: string, name: string): boolean {
  const plain = (text: string) => text.normalize('NFC').trim().replace(/\s+/g, ' ').toLocaleLowerCase('und')
  return plain(typed) === plain(name)
}
