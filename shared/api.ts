import { z } from 'zod'
import {
  callEndSchema,
  directionSchema,
  instantSchema,
  offerOutcomeSchema,
  partySchema,
  pbxLinkSchema,
  visitOutcomeSchema,
} from './calls.ts'
import {
  addNoteRequestSchema,
  cardSchema,
  chooseCustomerRequestSchema,
  newCustomerRequestSchema,
  noteSchema,
  popSchema,
  searchHitSchema,
  searchRequestSchema,
} from './customers.ts'
import {
  deskSchema,
  extensionSchema,
  localeSchema,
  meSchema,
  passwordSchema,
  rightSchema,
  roleSchema,
  signInNameSchema,
  signInRequestSchema,
  takeDeskRequestSchema,
  type Right,
} from './people.ts'

/**
 * One HTTP route. The server mounts its handlers from this table, the console calls through it, and the OpenAPI document
 * is made from it: one source for all three.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Express style, `:name` for path parameters. */
  path: string
  summary: string
  /** The right needed; `session` for anybody signed in, `public` for anybody. */
  right: Right | 'session' | 'public'
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  answer: z.ZodType
}

/** Our ids: letters, digits and a few marks, so that they are safe in addresses and logs. */
export const idSchema = z.string().regex(/^[\w.:-]{1,120}$/, 'Not an id.')
const customerParams = z.strictObject({ customerId: idSchema })
const callParams = z.strictObject({ callId: idSchema })
const personParams = z.strictObject({ personId: idSchema })
const nothing = z.null()

export const personSchema = z.object({
  personId: z.string(),
  signInName: z.string(),
  displayName: z.string(),
  roles: z.array(roleSchema),
  /** The usual desk, or null. */
  extension: z.string().nullable(),
  active: z.boolean(),
})
export type Person = z.infer<typeof personSchema>

export const newPersonRequestSchema = z.strictObject({
  signInName: signInNameSchema,
  displayName: z.string().trim().min(1).max(100),
  password: passwordSchema,
  roles: z.array(roleSchema).min(1),
  /** The usual desk. */
  extension: extensionSchema.optional(),
})

export type NewPerson = z.infer<typeof newPersonRequestSchema>

/** What is left out stays as it is. A new password, and access taken away, end the person's sessions. */
export const changePersonRequestSchema = z.strictObject({
  displayName: z.string().trim().min(1).max(100).optional(),
  roles: z.array(roleSchema).min(1).optional(),
  active: z.boolean().optional(),
  /** The usual desk; null for none. */
  extension: extensionSchema.nullable().optional(),
  password: passwordSchema.optional(),
})

export type ChangePerson = z.infer<typeof changePersonRequestSchema>

/** One role and what it may do. */
export const roleRightsSchema = z.object({ role: roleSchema, rights: z.array(rightSchema) })
export type RoleRights = z.infer<typeof roleRightsSchema>

/** One call as history keeps it. */
export const callRecordSchema = z.object({
  callId: z.string(),
  direction: directionSchema,
  party: partySchema,
  dialled: z.string().nullable(),
  customerId: z.string().nullable(),
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  end: callEndSchema.nullable(),
  visits: z.array(
    z.object({
      queue: z.string(),
      enteredAt: instantSchema,
      leftAt: instantSchema.nullable(),
      outcome: visitOutcomeSchema,
    }),
  ),
  offers: z.array(
    z.object({
      extension: z.string(),
      personId: z.string().nullable(),
      madeAt: instantSchema,
      endedAt: instantSchema.nullable(),
      outcome: offerOutcomeSchema,
    }),
  ),
  contacts: z.array(
    z.object({
      extension: z.string(),
      personId: z.string().nullable(),
      beganAt: instantSchema,
      endedAt: instantSchema.nullable(),
      heldMs: z.number(),
    }),
  ),
})
export type CallRecord = z.infer<typeof callRecordSchema>

export const healthSchema = z.object({
  version: z.string(),
  startedAt: instantSchema,
  database: z.object({
    state: z.enum(['ready', 'away']),
    since: instantSchema,
    message: z.string().nullable(),
  }),
  spool: z.object({
    entries: z.number(),
    bytes: z.number(),
    diskUsedPercent: z.number(),
    state: z.enum(['ok', 'alarm', 'full']),
  }),
  links: z.array(
    pbxLinkSchema.extend({
      eventsSeen: z.number(),
      eventsRefused: z.number(),
      newestEventAgeMs: z.number().nullable(),
    }),
  ),
  consoles: z.number(),
})
export type Health = z.infer<typeof healthSchema>

export const api = {
  'session.create': {
    method: 'POST',
    path: '/api/session',
    summary: 'Sign in',
    right: 'public',
    body: signInRequestSchema,
    answer: meSchema,
  },
  'session.read': {
    method: 'GET',
    path: '/api/session',
    summary: 'Who am I',
    right: 'session',
    answer: meSchema,
  },
  'session.end': {
    method: 'DELETE',
    path: '/api/session',
    summary: 'Sign out',
    right: 'session',
    answer: nothing,
  },
  'session.desk': {
    method: 'PUT',
    path: '/api/session/desk',
    summary: 'Take a desk, or leave it',
    right: 'desk.use',
    body: takeDeskRequestSchema,
    answer: meSchema,
  },
  'session.locale': {
    method: 'PUT',
    path: '/api/session/locale',
    summary: 'Choose the language of the console',
    right: 'session',
    body: z.strictObject({ locale: localeSchema }),
    answer: meSchema,
  },
  'desks.list': {
    method: 'GET',
    path: '/api/desks',
    summary: 'All desks and who sits there',
    right: 'desk.use',
    answer: z.array(deskSchema),
  },
  'customers.search': {
    method: 'GET',
    path: '/api/customers',
    summary: 'Search customers by name, company, phone, e-mail or account number',
    right: 'card.read',
    query: searchRequestSchema,
    answer: z.array(searchHitSchema),
  },
  'customers.read': {
    method: 'GET',
    path: '/api/customers/:customerId',
    summary: 'One card',
    right: 'card.read',
    params: customerParams,
    answer: cardSchema,
  },
  'customers.addNote': {
    method: 'POST',
    path: '/api/customers/:customerId/notes',
    summary: 'Add a note',
    right: 'card.notes',
    params: customerParams,
    body: addNoteRequestSchema,
    answer: noteSchema,
  },
  'calls.read': {
    method: 'GET',
    path: '/api/calls/:callId',
    summary: 'One call, with its visits, offers and contacts',
    right: 'session',
    params: callParams,
    answer: callRecordSchema,
  },
  'calls.choose': {
    method: 'PUT',
    path: '/api/calls/:callId/customer',
    summary: 'Say who is calling',
    right: 'card.write',
    params: callParams,
    body: chooseCustomerRequestSchema,
    answer: popSchema,
  },
  'calls.create': {
    method: 'POST',
    path: '/api/calls/:callId/customer',
    summary: 'Make a new card for the caller',
    right: 'card.write',
    params: callParams,
    body: newCustomerRequestSchema,
    answer: popSchema,
  },
  'calls.unlink': {
    method: 'DELETE',
    path: '/api/calls/:callId/customer',
    summary: 'It is somebody else’s phone: forget who the call was matched to',
    right: 'card.write',
    params: callParams,
    answer: popSchema,
  },
  'people.list': {
    method: 'GET',
    path: '/api/people',
    summary: 'All people',
    right: 'people.manage',
    answer: z.array(personSchema),
  },
  'people.create': {
    method: 'POST',
    path: '/api/people',
    summary: 'Add a person',
    right: 'people.manage',
    body: newPersonRequestSchema,
    answer: personSchema,
  },
  'people.change': {
    method: 'PATCH',
    path: '/api/people/:personId',
    summary: 'Change a person’s roles, name or access',
    right: 'people.manage',
    params: personParams,
    body: changePersonRequestSchema,
    answer: personSchema,
  },
  'people.endSessions': {
    method: 'DELETE',
    path: '/api/people/:personId/sessions',
    summary: 'End all sessions of a person',
    right: 'people.manage',
    params: personParams,
    answer: nothing,
  },
  'roles.list': {
    method: 'GET',
    path: '/api/roles',
    summary: 'What each role may do',
    right: 'people.manage',
    answer: z.array(roleRightsSchema),
  },
  'roles.change': {
    method: 'PUT',
    path: '/api/roles/:role',
    summary: 'Change what a role may do',
    right: 'people.manage',
    params: z.strictObject({ role: roleSchema }),
    body: z.strictObject({ rights: z.array(rightSchema) }),
    answer: z.array(rightSchema),
  },
  'health.read': {
    method: 'GET',
    path: '/api/health',
    summary: 'The state of every connection',
    right: 'health.read',
    answer: healthSchema,
  },
} as const satisfies Record<string, Route>

export type Api = typeof api
export type RouteName = keyof Api
