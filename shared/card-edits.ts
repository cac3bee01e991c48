import { z } from 'zod'
import { instantSchema } from './calls.ts'
import { cardEmailSchema, phoneLabelSchema, preferenceSchema } from './customers.ts'

const shortText = z.string().trim().max(200)
/** Empty: there is none. */
const shortTextOrNone = shortText.nullable()

/** What of a card people correct. */
export const cardFieldsSchema = z.strictObject({
  name: shortText.min(1, 'A name is needed.'),
  company: shortTextOrNone,
  position: shortTextOrNone,
  city: shortTextOrNone,
  /** BCP 47, the preferred first. */
  languages: z
    .array(
      z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'A language as BCP 47 writes it, such as uk.'),
    )
    .max(20),
  tags: z.array(shortText.min(1)).max(50),
  preferences: z
    .array(preferenceSchema.extend({ label: shortText.min(1), value: z.string().trim().min(1).max(1_000) }))
    .max(50),
  phones: z
    .array(
      z.strictObject({
        /** E.164, or as it is dialled in the home country: the server reads it. */
        number: z.string().trim().min(1).max(40),
        /** Null: what the number plan says of it. */
        label: phoneLabelSchema.nullable(),
      }),
    )
    .max(20),
  emails: z.array(cardEmailSchema).max(20),
})
export type CardField = keyof z.infer<typeof cardFieldsSchema>

/** A correction of a card: what is named is set, what is not stays. */
export const editCardRequestSchema = z.strictObject({
  /** The edition of the card that was looked at. */
  edition: z.number().int().nonnegative(),
  changes: cardFieldsSchema.partial(),
})
export type EditCardRequest = z.infer<typeof editCardRequestSchema>

/** A value as a line of text, with its label where it has one: a phone’s kind, a preference’s name. */
export const editedItemSchema = z.object({ text: z.string(), label: z.string().nullable() })
export type EditedItem = z.infer<typeof editedItemSchema>

/** What somebody changed on a card at one time. */
export const cardEditSchema = z.object({
  at: instantSchema,
  /** Who did, as they are called now; null for somebody who was erased. */
  by: z.string().nullable(),
  byPersonId: z.string(),
  changes: z.array(
    z.object({
      field: z.enum(Object.keys(cardFieldsSchema.shape) as [CardField, ...CardField[]]),
      before: z.array(editedItemSchema),
      after: z.array(editedItemSchema),
    }),
  ),
})
export type CardEdit = z.infer<typeof cardEditSchema>
