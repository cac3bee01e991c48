import type { Connection } from 'mongoose'
import { z } from 'zod'
import { talkQualitySchema } from '../../shared/call-quality.ts'
import {
  attestationSchema,
  callEndSchema,
  contactEndSchema,
  directionSchema,
  instantSchema,
  offerOutcomeSchema,
  gapSchema,
  placeOutcomeSchema,
  reconstructedSchema,
  visitOutcomeSchema,
} from '../../shared/calls.ts'
import { candidateReasonSchema } from '../../shared/customers.ts'
import { dispositionSchema } from '../../shared/dispositions.ts'
import { verificationStepSchema } from '../../shared/verification.ts'
import { defineModel } from '../database/schema.ts'
import { keptWordSchema } from './words.ts'

/**
 * Everything in a call's document that tells of the customer by itself: numbers and names as the network said them, what
 * was keyed in. It is one field, apart from the rest, so that it alone is sealed, and the figures stay when it is erased.
 */
const personalSchema = z.object({
  number: z.string().nullable(),
  name: z.string().nullable(),
  restricted: z.boolean(),
  dialled: z.string().nullable(),
  account: z.string().nullable(),
  digits: z.string().nullable(),
  /** Where each of `transfers` led, in the same order. */
  transferredTo: z.array(z.string().nullable()),
  /** What agents left for each other with the call; absent where nobody did. */
  words: z.array(keptWordSchema).optional(),
  /** Set when it was erased: its key is no more. Never kept. */
  erased: z.boolean().optional(),
})

/** One call with all its parts, built from facts by `foldCall`. Persons are named by id only. Times are ms since 1970 UTC. */
export const callDocumentSchema = z.object({
  /** The call's id. */
  _id: z.string(),
  pbx: z.string(),
  direction: directionSchema,
  personal: personalSchema,
  /** Where it is kept, what is in `personal` stands here: sealed, with the id of the key. */
  sealed: z.array(z.object({ key: z.string(), box: z.string() })).optional(),
  customerId: z.string().nullable(),
  /** Whether an agent said whose call it is, or that it is nobody's. */
  customerDecided: z.boolean().default(false),
  /** Which agent said so, and what a look-up recognised the customer by; absent in documents of older versions. */
  customerBy: z
    .object({ personId: z.string().nullable(), reason: candidateReasonSchema.nullable() })
    .optional(),
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  end: callEndSchema.nullable(),
  /** The Q.850 cause that the PBX gave. */
  cause: z.number().nullable(),
  visits: z.array(
    z.object({
      visitId: z.string(),
      queue: z.string(),
      enteredAt: instantSchema,
      leftAt: instantSchema.nullable(),
      outcome: visitOutcomeSchema,
    }),
  ),
  offers: z.array(
    z.object({
      offerId: z.string(),
      visitId: z.string().nullable(),
      queue: z.string().nullable(),
      extension: z.string(),
      personId: z.string().nullable(),
      madeAt: instantSchema,
      endedAt: instantSchema.nullable(),
      outcome: offerOutcomeSchema,
    }),
  ),
  contacts: z.array(
    z.object({
      contactId: z.string(),
      offerId: z.string().nullable(),
      queue: z.string().nullable(),
      extension: z.string(),
      personId: z.string().nullable(),
      beganAt: instantSchema,
      endedAt: instantSchema.nullable(),
      heldMs: z.number(),
      why: contactEndSchema.nullable(),
    }),
  ),
  holds: z.array(
    z.object({
      contactId: z.string(),
      by: z.enum(['agent', 'customer']),
      beganAt: instantSchema,
      endedAt: instantSchema.nullable(),
    }),
  ),
  transfers: z.array(
    z.object({ at: instantSchema, kind: z.enum(['blind', 'attended']), byExtension: z.string().nullable() }),
  ),
  parkings: z.array(
    z.object({
      space: z.string(),
      beganAt: instantSchema,
      endedAt: instantSchema.nullable(),
      how: z.enum(['retrieved', 'timedOut', 'gaveUp']).nullable(),
    }),
  ),
  voicemail: z.boolean(),
  /** What the dialplan said of the mailbox that was reached, when it was over; absent where it said nothing. */
  message: z
    .object({
      mailbox: z.string(),
      /** Whether a message was left. */
      left: z.boolean(),
      /** The caller's channel, by which the PBX's mailbox knows the message. */
      channelName: z.string(),
      at: instantSchema,
    })
    .optional(),
  /** The place in a queue that was kept while the customer had hung up; absent where none was. */
  place: z
    .object({
      queue: z.string(),
      keptAt: instantSchema,
      /** The agent who came to it. */
      extension: z.string().nullable(),
      /** Null while it is kept. */
      outcome: placeOutcomeSchema.nullable(),
      endedAt: instantSchema.nullable(),
    })
    .optional(),
  /** The agent's own phone, which was called first, was picked up; absent for every other call. */
  pickedUp: z.literal(true).optional(),
  /** When it began to be recorded, was paused, went on, and ended; absent where it was not recorded. */
  recording: z.array(z.object({ at: instantSchema, state: z.enum(['on', 'paused', 'off']) })).optional(),
  /** What the network said of the caller's number; null where the trunk does not tell. */
  attestation: attestationSchema.nullable().default(null),
  /** What was done to verify the caller, in order. Never what was answered. */
  verification: z.array(verificationStepSchema).default([]),
  /** How each talk sounded that was had on a browser phone. */
  quality: z.array(talkQualitySchema).default([]),
  /** What came of it, as those who talked said, in order: the last of each holds. `said` stands in `sealed`. */
  dispositions: z.array(dispositionSchema).default([]),
  /** Who has talked in it and not said yet what came of it; absent for nobody. */
  owing: z.array(z.string()).optional(),
  /** Whether nobody heard it, or parts of it, and the PBX's own record told. */
  reconstructed: reconstructedSchema.default(null),
  /** The call in which this one lives on; it is then left out of lists and figures. */
  mergedInto: z.string().nullable(),
  /** Whose phone began it; null for a call from outside. */
  dialledBy: z.object({ extension: z.string(), personId: z.string().nullable() }).nullable().default(null),
  /** Everybody who dialled the call, was offered it or talked in it. */
  people: z.array(z.string()),
  /** The last journal entry of each node that stands in this document: an entry is never folded in twice. */
  applied: z.array(z.object({ node: z.string(), seq: z.number() })),
  /** Grows with each write: two writers cannot overwrite each other unseen. */
  version: z.number().int(),
})
export type CallDocument = z.infer<typeof callDocumentSchema>

/** Some entries of the journal that follow each other, as the database keeps them: see `journal.ts`. */
export const journalPageSchema = z.object({
  /** `node:part:firstSeq`. */
  _id: z.string(),
  node: z.string(),
  /** `facts` has bindings, look-ups, records and marks too: all that is no input. */
  part: z.enum(['inputs', 'facts']),
  firstSeq: z.number().int(),
  lastSeq: z.number().int(),
  /** When the first entry was made. */
  at: instantSchema,
  /** What the PBX calls the groups of channels that the inputs are about; the channels, of inputs that name no group. */
  linkedIds: z.array(z.string()),
  /** The calls that the facts and the rest are about. */
  callIds: z.array(z.string()),
  /** The entries, each as JSON; what is personal in them is sealed. */
  content: z.array(z.string()),
  /** When the database may remove it; inputs only. */
  expiresAt: z.date().optional(),
})
export type JournalPage = z.infer<typeof journalPageSchema>

/** A time of which something is missing, so that every figure that spans it can say so. */
export const gapDocumentSchema = gapSchema.extend({
  /** `pbx:from` of a link, `node:seq` of a spool. */
  _id: z.string(),
  node: z.string(),
})
export type GapDocument = z.infer<typeof gapDocumentSchema>

export const callsCollection = 'calls'
export const gapsCollection = 'gaps'
export const journalCollection = 'journal'

/** Declares the collections on a connection, so that `ensureIndexes` makes their indexes. */
export function defineHistoryModels(connection: Connection): void {
  defineModel(connection, callsCollection, callDocumentSchema, [
    { keys: { people: 1, startedAt: -1 }, options: { name: 'calls_of_person' } },
    { keys: { startedAt: 1 }, options: { name: 'calls_by_time' } },
    { keys: { owing: 1 }, options: { name: 'calls_to_finish', sparse: true } },
  ])
  defineModel(connection, gapsCollection, gapDocumentSchema, [
    { keys: { to: 1 }, options: { name: 'gaps_by_time' } },
  ])
  defineModel(connection, journalCollection, journalPageSchema, [
    { keys: { node: 1, firstSeq: 1 }, options: { name: 'journal_in_order' } },
    { keys: { linkedIds: 1 }, options: { name: 'journal_of_channels' } },
    { keys: { callIds: 1 }, options: { name: 'journal_of_call' } },
    { keys: { part: 1, at: 1 }, options: { name: 'journal_by_time' } },
    { keys: { expiresAt: 1 }, options: { name: 'journal_expiry', expireAfterSeconds: 0 } },
  ])
}
