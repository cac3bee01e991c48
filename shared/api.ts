import { z } from 'zod'
import { administrationRoutes } from './administration-routes.ts'
import {
  attestationSchema,
  callEndSchema,
  contactEndSchema,
  directionSchema,
  gapSchema,
  instantSchema,
  offerOutcomeSchema,
  partySchema,
  pbxLinkSchema,
  reconstructedSchema,
  placeOutcomeSchema,
  visitOutcomeSchema,
} from './calls.ts'
import { measuredSchema, talkQualitySchema } from './call-quality.ts'
import { cardEditSchema, editCardRequestSchema } from './card-edits.ts'
import {
  addNoteRequestSchema,
  cardSchema,
  chooseCustomerRequestSchema,
  erasureSchema,
  newCustomerRequestSchema,
  noteSchema,
  popSchema,
  searchAnswerSchema,
  searchRequestSchema,
} from './customers.ts'
import { dispositionSchema } from './dispositions.ts'
import { dispositionRoutes } from './disposition-routes.ts'
import { callTraceSchema } from './call-trace.ts'
import { callExplanationSchema } from './explanation.ts'
import { noticeSchema } from './notices.ts'
import { pbxCheckSchema } from './pbx-check.ts'
import { controlRoutes } from './control.ts'
import { dialRoutes } from './dial.ts'
import { articleRoutes } from './article-routes.ts'
import { phoneBookRoutes } from './phone-book.ts'
import { guideRoutes } from './guide-routes.ts'
import { phoneRoutes } from './phone.ts'
import { pbxNamePattern } from './pbx-names.ts'
import {
  ownPasswordRequestSchema,
  deskSchema,
  localeSchema,
  meSchema,
  signInRequestSchema,
  takeDeskRequestSchema,
} from './people.ts'
import { idSchema, type Route } from './route.ts'
import { settingsRoutes } from './settings-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { taskRoutes } from './task-routes.ts'
import {
  currentVerificationSchema,
  pinRequestSchema,
  verificationStepSchema,
  verificationWaysSchema,
  verifyRequestSchema,
} from './verification.ts'

export { idSchema, type Route } from './route.ts'

const customerParams = z.strictObject({ customerId: idSchema })
const callParams = z.strictObject({ callId: idSchema })
const nothing = z.null()

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
  /** The call in which this one lives on, or null. Such calls are in no list and in no figure. */
  mergedInto: z.string().nullable(),
  voicemail: z.boolean(),
  /** Whether whoever reached a mailbox left a message there; null where the PBX did not say. */
  message: z.object({ left: z.boolean() }).nullable(),
  /** The place in a queue that was kept while the customer had hung up, and what came of it; null where none was. */
  place: z
    .object({
      queue: z.string(),
      keptAt: instantSchema,
      extension: z.string().nullable(),
      outcome: placeOutcomeSchema.nullable(),
      endedAt: instantSchema.nullable(),
    })
    .nullable(),
  /** Nobody heard it, or parts of it: told afterwards from the PBX's own record. */
  reconstructed: reconstructedSchema,
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
      /** The queue that rang for them; null for a direct call. */
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
      extension: z.string(),
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
  /** What the network said of the caller's number; null where the trunk does not tell. */
  attestation: attestationSchema.nullable(),
  /** What was done to verify the caller, in order. `customerId` is null without `card.read`. */
  verification: z.array(verificationStepSchema.extend({ customerId: z.string().nullable() })),
  /** How each talk sounded that was had on a browser phone. */
  quality: z.array(talkQualitySchema),
  /** What came of it, in the order in which it was said. `said` is null without `card.read`, and when it was erased. */
  dispositions: z.array(dispositionSchema),
})
export type CallRecord = z.infer<typeof callRecordSchema>

/** Calls that began from one moment to another (ms since 1970), the newest first, a page at a time. */
export const listCallsRequestSchema = z.strictObject({
  from: z.coerce.number().pipe(instantSchema),
  /** Not included. */
  to: z.coerce.number().pipe(instantSchema),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** `next` of the page before. */
  after: z
    .string()
    .regex(/^\d{1,16}~[\w.:-]{1,120}$/, 'Not a place in this list.')
    .optional(),
})
export type ListCalls = z.infer<typeof listCallsRequestSchema>

export const callListSchema = z.object({
  calls: z.array(callRecordSchema),
  /** Where the next page begins; null when this is the last. */
  next: z.string().nullable(),
  /** Of the time that was asked for: when something may be missing, the newest first. What is counted may be too few. */
  gaps: z.array(gapSchema),
})
export type CallList = z.infer<typeof callListSchema>
/** Whether the PBX's own record can be read; what is lacking is among the notices. */
export const recordHealthSchema = z.object({
  state: z.enum(['off', 'ready', 'incomplete', 'unreadable']),
  /** Calls told from it since the start. */
  callsReconstructed: z.number(),
  /** Lines that were no whole rows, since the start. */
  damagedLines: z.number(),
})
export type RecordHealth = z.infer<typeof recordHealthSchema>

/** Differences between the floor and the PBX's lists, by kind: what followed from gaps, and what is a defect. */
export const streamHealthSchema = z.object({
  afterGaps: z.record(z.string(), z.number()),
  defects: z.record(z.string(), z.number()),
  /** How often the stream was held against the lists while it was heard, and when last. */
  checks: z.number(),
  checkedAt: instantSchema.nullable(),
})
export type StreamHealth = z.infer<typeof streamHealthSchema>

/** What became of an erasure. */
export const erasedSchema = z.object({
  /** In how many calls nobody can read any more who it was. */
  calls: z.number().int(),
})

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
    /** Lines that could not be read, since the start. */
    damagedLines: z.number(),
    /** Entries that the database would not take at any price, since the start. They lie in `refused.spool`. */
    refusedEntries: z.number(),
    /** True when the start had to do without the last checkpoint: calls of then are known only in part. */
    checkpointLost: z.boolean(),
    /** Why the database did not take the last batch; null when it did. */
    trouble: z.string().nullable(),
  }),
  links: z.array(
    pbxLinkSchema.extend({
      eventsSeen: z.number(),
      eventsRefused: z.number(),
      newestEventAgeMs: z.number().nullable(),
      /** The PBX's own record, from which calls that nobody heard are told. */
      record: recordHealthSchema,
      /** How the stream of events has stood up to the PBX's lists since the start. */
      stream: streamHealthSchema,
    }),
  ),
  /** Times of the last seven days of which something is missing, the newest first; 50 at most. */
  gaps: z.array(gapSchema),
  /** What an administrator should know of a connection that works, and not as it should. */
  notices: z.array(noticeSchema),
  consoles: z.number(),
})
export type Health = z.infer<typeof healthSchema>

export const api = {
  'session.create': {
    method: 'POST',
    path: '/api/session',
    summary: 'Sign in',
    right: 'public',
    errors: [
      'sign_in.refused',
      'sign_in.throttled',
      'right.missing',
      'desk.unknown',
      'desk.taken',
      'server.starting',
    ],
    body: signInRequestSchema,
    answer: meSchema,
  },
  'session.read': {
    method: 'GET',
    path: '/api/session',
    summary: 'Who am I; nobody, for whoever has no session',
    right: 'session',
    nobodyToo: true,
    answer: meSchema.nullable(),
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
    errors: ['desk.unknown', 'desk.taken'],
    body: takeDeskRequestSchema,
    answer: meSchema,
  },
  'session.password': {
    method: 'PUT',
    path: '/api/session/password',
    summary: 'Change my own password; my other sessions end',
    right: 'session',
    errors: ['password.wrong', 'sign_in.throttled', 'edit.outdated'],
    body: ownPasswordRequestSchema,
    answer: nothing,
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
    errors: ['database.unreachable'],
    query: searchRequestSchema,
    answer: searchAnswerSchema,
  },
  'customers.read': {
    method: 'GET',
    path: '/api/customers/:customerId',
    summary: 'One card',
    right: 'card.read',
    errors: ['customer.unknown', 'database.unreachable'],
    params: customerParams,
    answer: cardSchema,
  },
  'customers.erasure': {
    method: 'GET',
    path: '/api/customers/:customerId/erasure',
    summary: 'What erasing a customer would destroy, and what would stay',
    right: 'card.erase',
    errors: ['customer.unknown', 'database.unreachable'],
    params: customerParams,
    answer: erasureSchema,
  },
  'customers.erase': {
    method: 'DELETE',
    path: '/api/customers/:customerId',
    summary: 'Erase a customer: the card, and who they were in all their calls; times and outcomes stay',
    right: 'card.erase',
    errors: ['customer.unknown', 'customer.in_call'],
    params: customerParams,
    answer: erasedSchema,
  },
  'customers.addNote': {
    method: 'POST',
    path: '/api/customers/:customerId/notes',
    summary: 'Add a note',
    right: 'card.notes',
    errors: ['customer.unknown', 'customer.changed', 'note.not_yours'],
    params: customerParams,
    body: addNoteRequestSchema,
    answer: noteSchema,
  },
  'customers.edit': {
    method: 'PATCH',
    path: '/api/customers/:customerId',
    summary: 'Correct a card; what was there before is kept',
    right: 'card.write',
    errors: ['customer.unknown', 'customer.changed', 'edit.outdated'],
    params: customerParams,
    body: editCardRequestSchema,
    answer: cardSchema,
  },
  'customers.edits': {
    method: 'GET',
    path: '/api/customers/:customerId/edits',
    summary: 'What was corrected on a card, by whom and when, the newest first',
    right: 'card.write',
    errors: ['customer.unknown', 'database.unreachable'],
    params: customerParams,
    answer: z.array(cardEditSchema),
  },
  'customers.setPin': {
    method: 'PUT',
    path: '/api/customers/:customerId/pin',
    summary:
      'Give a customer a PIN for the phone menu, or take it away: in a talk with them that is verified as far as the PIN verifies',
    right: 'card.verify',
    errors: ['customer.unknown', 'verification.needed', 'verification.not_open', 'pin.length', 'pin.weak'],
    params: customerParams,
    body: pinRequestSchema,
    answer: nothing,
  },
  'calls.list': {
    method: 'GET',
    path: '/api/calls',
    summary: 'The calls that began from one moment to another, the newest first',
    right: 'history.all',
    errors: ['database.unreachable'],
    query: listCallsRequestSchema,
    answer: callListSchema,
  },
  'calls.read': {
    method: 'GET',
    path: '/api/calls/:callId',
    summary: 'One call, with its visits, offers and contacts',
    right: ['history.own', 'history.all'],
    errors: ['call.unknown', 'database.unreachable'],
    params: callParams,
    answer: callRecordSchema,
  },
  'calls.explain': {
    method: 'GET',
    path: '/api/calls/:callId/why',
    summary: 'Why a call brought the card that it brought, or none: what happened when, and who was weighed',
    right: ['history.own', 'history.all'],
    errors: ['call.unknown', 'database.unreachable'],
    params: callParams,
    answer: callExplanationSchema,
  },
  'calls.trace': {
    method: 'GET',
    path: '/api/calls/:callId/trace',
    summary:
      'A call as a file to replay, with numbers and names replaced; of one that went on in another, that one',
    right: 'history.trace',
    errors: ['call.unknown', 'call.not_kept', 'database.unreachable'],
    params: callParams,
    answer: callTraceSchema,
  },
  'calls.quality': {
    method: 'POST',
    path: '/api/calls/:callId/quality',
    summary: 'How my talk in a call sounded on the browser phone; said again of one talk it counts once',
    right: 'desk.use',
    errors: [
      'call.unknown',
      'call.not_yours',
      'request.throttled',
      'history.spool_full',
      'database.unreachable',
    ],
    params: callParams,
    body: measuredSchema,
    answer: z.null(),
  },
  'calls.choose': {
    method: 'PUT',
    path: '/api/calls/:callId/customer',
    summary: 'Say who is calling',
    right: 'card.write',
    errors: ['call.unknown', 'call.not_yours', 'customer.unknown', 'customer.changed', 'history.spool_full'],
    params: callParams,
    body: chooseCustomerRequestSchema,
    answer: popSchema,
  },
  'calls.create': {
    method: 'POST',
    path: '/api/calls/:callId/customer',
    summary: 'Make a new card for the caller',
    right: 'card.write',
    errors: ['call.unknown', 'call.not_yours', 'customer.changed', 'history.spool_full'],
    params: callParams,
    body: newCustomerRequestSchema,
    answer: popSchema,
  },
  'calls.unlink': {
    method: 'DELETE',
    path: '/api/calls/:callId/customer',
    summary: 'It is somebody else’s phone: forget who the call was matched to',
    right: 'card.write',
    errors: ['call.unknown', 'call.not_yours', 'customer.changed', 'history.spool_full'],
    params: callParams,
    answer: popSchema,
  },
  'calls.verification': {
    method: 'GET',
    path: '/api/calls/:callId/verification',
    summary: 'What can be done now to verify who is calling',
    right: 'card.verify',
    errors: ['call.not_yours', 'verification.call_over', 'verification.nobody'],
    params: callParams,
    answer: verificationWaysSchema,
  },
  'calls.verify': {
    method: 'POST',
    path: '/api/calls/:callId/verification',
    summary: 'Note a step that verifies who is calling, or that somebody speaks for them',
    right: 'card.verify',
    errors: [
      'call.not_yours',
      'verification.call_over',
      'verification.nobody',
      'verification.not_open',
      'right.missing',
      'history.spool_full',
    ],
    params: callParams,
    body: verifyRequestSchema,
    answer: popSchema,
  },
  'verification.read': {
    method: 'GET',
    path: '/api/verification',
    summary: 'How callers are verified, and what that opens',
    right: 'people.manage',
    answer: currentVerificationSchema,
  },
  'verification.change': {
    method: 'PUT',
    path: '/api/verification',
    summary: 'Change how callers are verified, and what that opens',
    right: 'people.manage',
    errors: ['edit.outdated'],
    body: currentVerificationSchema,
    answer: currentVerificationSchema,
  },
  ...administrationRoutes,
  ...settingsRoutes,
  ...statusRoutes,
  ...dispositionRoutes,
  ...taskRoutes,
  ...phoneRoutes,
  ...controlRoutes,
  ...dialRoutes,
  ...phoneBookRoutes,
  ...guideRoutes,
  ...articleRoutes,
  'pbx.check': {
    method: 'GET',
    path: '/api/pbx/:pbx/check',
    summary: 'What a PBX lacks for each feature, and the lines to add; the PBX is asked, and not changed',
    right: 'health.read',
    errors: ['pbx.unknown', 'pbx.unreachable'],
    params: z.strictObject({ pbx: z.string().regex(pbxNamePattern, 'Not a PBX.') }),
    answer: pbxCheckSchema,
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
