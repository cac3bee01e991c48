import { z } from 'zod'
import { versionSchema } from './administration.ts'
import type { Route } from './route.ts'

/** Somebody whom calls are sent to, and who is asked, outside the center: a supplier, a partner, an office. */
export const phoneBookEntrySchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  /** As somebody writes it; digits of a number that can be dialled. */
  number: z
    .string()
    .trim()
    .max(40)
    .regex(/^\+?[\d\s().\-/]{2,}$/, 'A number: digits, with + before a country code.'),
  /** What it is found under beside its name. */
  group: z.string().trim().max(60),
  note: z.string().trim().max(200),
})
export type PhoneBookEntry = z.infer<typeof phoneBookEntrySchema>

/** Made by whoever adds it. */
export const entryIdSchema = z.string().regex(/^[\w-]{16,64}$/, 'Not the id of an entry.')

export const storedEntrySchema = z.object({
  entryId: entryIdSchema,
  version: versionSchema,
  entry: phoneBookEntrySchema,
})
export type StoredEntry = z.infer<typeof storedEntrySchema>

const params = z.strictObject({ entryId: entryIdSchema })

/** The routes of the phone book. Part of the table in api.ts. */
export const phoneBookRoutes = {
  'phoneBook.list': {
    method: 'GET',
    path: '/api/phone-book',
    summary: 'The phone book of the center',
    right: ['desk.use', 'phonebook.write'],
    answer: z.object({ entries: z.array(storedEntrySchema) }),
  },
  'phoneBook.set': {
    method: 'PUT',
    path: '/api/phone-book/:entryId',
    summary: 'Add to the phone book, or change what is in it',
    right: 'phonebook.write',
    errors: ['edit.outdated', 'dial.not_dialable'],
    params,
    // Without a version it is new.
    body: z.strictObject({ version: versionSchema.nullable(), entry: phoneBookEntrySchema }),
    answer: storedEntrySchema,
  },
  'phoneBook.remove': {
    method: 'DELETE',
    path: '/api/phone-book/:entryId',
    summary: 'Take somebody out of the phone book',
    right: 'phonebook.write',
    errors: ['edit.outdated'],
    params,
    query: z.strictObject({ version: z.string().regex(/^\d{1,9}$/) }),
    answer: z.null(),
  },
} as const satisfies Record<string, Route>
