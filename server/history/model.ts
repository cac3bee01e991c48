import type { Connection } from 'mongoose'
import { z } from 'zod'
import {
  callEndSchema,
  directionSchema,
  instantSchema,
  offerOutcomeSchema,
  visitOutcomeSchema,
} from '../../shared/calls.ts'
import { defineModel } from '../database/schema.ts'

/**
 * Everything in a call's document that tells of the customer by itself: numbers and names as the network said them, what
 * was keyed in. It is one field, apart from the rest, so that it alone can be made unreadable when a person is erased,
 * and the figures stay.
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
})

/** One call with all its parts, built from facts by `foldCall`. Persons are named by id only. Times are ms since 1970 UTC. */
export const callDocumentSchema = z.object({
  /** The call's id. */
  _id: z.string(),
  pbx: z.string(),
  direction: directionSchema,
  personal: personalSchema,
  customerId: z.string().nullable(),
  /** Whether an agent said whose call it is, or that it is nobody's. */
  customerDecided: z.boolean().default(false),
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
      why: z.enum(['customerHungUp', 'agentHungUp', 'transferred', 'moved', 'cutOff', 'unknown']).nullable(),
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

/** A journal entry as the database keeps it. */
export const journalDocumentSchema = z.object({
  /** `node:seq`. */
  _id: z.string(),
  node: z.string(),
  seq: z.number().int(),
  at: instantSchema,
  kind: z.enum(['input', 'facts', 'binding', 'record', 'mark']),
  /** What the PBX calls the group of channels that an input is about. */
  linkedId: z.string().nullable(),
  /** The calls that facts, a binding or a record are about. */
  callIds: z.array(z.string()),
  /** What the entry says. The one field that may hold a customer's number or name: see `personal` of a call. */
  content: z.unknown(),
  /** When the database may remove it; inputs only. */
  expiresAt: z.date().optional(),
})
export type JournalDocument = z.infer<typeof journalDocumentSchema>

export const callsCollection = 'calls'
export const journalCollection = 'journal'

/** Declares both collections on a connection, so that `ensureIndexes` makes their indexes. */
export function defineHistoryModels(connection: Connection): void {
  defineModel(connection, callsCollection, callDocumentSchema, [
    { keys: { people: 1, startedAt: -1 }, options: { name: 'calls_of_person' } },
    { keys: { customerId: 1, startedAt: -1 }, options: { name: 'calls_of_customer' } },
    { keys: { startedAt: 1 }, options: { name: 'calls_by_time' } },
  ])
  defineModel(connection, journalCollection, journalDocumentSchema, [
    { keys: { node: 1, seq: 1 }, options: { name: 'journal_in_order' } },
    { keys: { linkedId: 1 }, options: { name: 'journal_of_channels' } },
    { keys: { callIds: 1 }, options: { name: 'journal_of_call' } },
    { keys: { kind: 1, at: 1 }, options: { name: 'journal_by_time' } },
    { keys: { expiresAt: 1 }, options: { name: 'journal_expiry', expireAfterSeconds: 0 } },
  ])
}
