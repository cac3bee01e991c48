import type { Connection, Model } from 'mongoose'
import { z } from 'zod'
import { instantSchema } from '../../shared/calls.ts'
import { cardFieldsSchema } from '../../shared/card-edits.ts'
import {
  cardEmailSchema,
  cardPhoneSchema,
  debtSchema,
  noteSchema,
  openBusinessSchema,
  paymentDataSchema,
  preferenceSchema,
  promiseSchema,
  purchaseSchema,
  tierSchema,
  timelineEntrySchema,
} from '../../shared/customers.ts'
import { defineModel, type Index } from '../database/schema.ts'
import { lookupKeysOf, searchWordsOf } from './keys.ts'

export const customersCollection = 'customers'

/** How many entries of the timeline stay in the customer's own document; older ones are in the call history. */
export const recentLength = 30

/** An agent's word that a number is this customer's, whatever the card's phones say. */
export const choiceSchema = z.object({ number: z.string(), by: z.string(), at: instantSchema })

/** A PIN for the phone menu: see pins.ts. */
export const storedPinSchema = z.object({
  hash: z.string(),
  /** Wrong ones since the last right one. */
  wrong: z.number().int(),
  lockedUntil: instantSchema.nullable(),
})

/** What somebody corrected on a card at one time; the values are as the card has them. */
const storedEditSchema = z.object({
  at: instantSchema,
  byPersonId: z.string(),
  changes: z.array(z.object({ field: cardFieldsSchema.keyof(), before: z.unknown(), after: z.unknown() })),
})

/** Who wrote or did something, as stored: one of our people by id, whoever else (imported history) by name in `by`. */
const byPersonId = z.string().optional()

/**
 * A customer as stored. One document holds all that the card shows, so that a pop is one indexed query.
 */
export const storedCustomerSchema = z.object({
  _id: z.string(),
  /** Grows by one with each change. */
  version: z.number().int(),
  name: z.string(),
  company: z.string().nullable(),
  position: z.string().nullable(),
  customerSince: instantSchema.nullable(),
  languages: z.array(z.string()),
  tier: tierSchema,
  city: z.string().nullable(),
  country: z.string().nullable(),
  timeZone: z.string().nullable(),
  tags: z.array(z.string()),
  phones: z.array(cardPhoneSchema),
  emails: z.array(cardEmailSchema),
  accountNumber: z.string().nullable(),
  preferences: z.array(preferenceSchema),
  // What is optional came later: older documents lack it.
  debts: z.array(debtSchema).optional(),
  payment: paymentDataSchema.nullable().optional(),
  /** ISO 8601. This and the postcode verify a caller, and stand on no card. */
  birthDate: z.string().nullable().optional(),
  postcode: z.string().nullable().optional(),
  pin: storedPinSchema.nullable().optional(),
  /** Grows by one with each correction by a person; absent where nobody has made one. */
  edition: z.number().int().optional(),
  /** Every correction, the newest last: who, when, and what was there before and after. */
  edits: z.array(storedEditSchema).optional(),
  /** Numbers that were put on the card while nobody had shown to be this customer: to reach them there proves nothing. */
  unprovenNumbers: z.array(z.string()).optional(),
  /** The call in which an agent made this card: its number proves nothing in that call. */
  madeInCall: z.string().optional(),
  promises: z.array(promiseSchema),
  openBusiness: z.array(openBusinessSchema),
  purchases: z.array(purchaseSchema),
  /** A note taken in a call bears its id, so that it follows when the call proves to be somebody else's. */
  notes: z.array(noteSchema.extend({ byPersonId, callId: z.string().optional() })),
  /** The newest first, at most `recentLength`; a talk bears its contact's id, by which it is put in once. Notes are not repeated here: the card weaves them in. */
  recent: z.array(timelineEntrySchema.extend({ byPersonId, contactId: z.string().optional() })),
  lastContactAt: instantSchema.nullable(),
  /** Numbers of ours (a brand's, a campaign's) that belong to this customer's business with us. */
  ourNumbers: z.array(z.string()),
  choices: z.array(choiceSchema),
  /** Everything a call may be matched by, in one indexed array: see keys.ts. */
  lookupKeys: z.array(z.string()),
  /** What an agent may search by, lower case: see keys.ts. */
  searchWords: z.array(z.string()),
})
export type StoredCustomer = z.infer<typeof storedCustomerSchema>

/** What must be known of a customer; the rest is empty until learnt, and the keys are made from it. */
export type NewCustomer = Pick<StoredCustomer, '_id' | 'name'> &
  Partial<Omit<StoredCustomer, 'lookupKeys' | 'searchWords'>>

export const customerIndexes: readonly Index[] = [
  { keys: { lookupKeys: 1 }, options: { name: 'lookup' } },
  { keys: { searchWords: 1 }, options: { name: 'search' } },
  { keys: { 'notes.callId': 1 }, options: { name: 'notes_of_call', sparse: true } },
]

/** Declares the customers' collection on a connection, with its indexes. */
export function customerModel(connection: Connection): Model<StoredCustomer> {
  return defineModel(connection, customersCollection, storedCustomerSchema, customerIndexes)
}

/** A whole document from what is known: empty where nothing is, and with the keys it is found by. */
export function newCustomer(known: NewCustomer): StoredCustomer {
  const customer = {
    version: 1,
    company: null,
    position: null,
    customerSince: null,
    languages: [],
    tier: 'standard' as const,
    city: null,
    country: null,
    timeZone: null,
    tags: [],
    phones: [],
    emails: [],
    accountNumber: null,
    preferences: [],
    promises: [],
    openBusiness: [],
    purchases: [],
    notes: [],
    recent: [],
    lastContactAt: null,
    ourNumbers: [],
    choices: [],
    ...known,
  }
  return { ...customer, lookupKeys: lookupKeysOf(customer), searchWords: searchWordsOf(customer) }
}
