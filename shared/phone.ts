import { z } from 'zod'
import { extensionSchema } from './people.ts'
import type { Route } from './route.ts'

/** By what an agent takes calls during a shift. */
export const phoneKinds = ['browser', 'desk'] as const
export const phoneKindSchema = z.enum(phoneKinds)
export type PhoneKind = z.infer<typeof phoneKindSchema>

/** One page of the console, as it names itself: another in each tab, and after a reload. */
export const phoneWindowSchema = z.string().regex(/^[\w-]{16,64}$/, 'Not the name of a window.')

/** Which phones stand at the caller's desk. */
export const deskPhonesSchema = z.object({
  kinds: z.array(phoneKindSchema),
  /** Why there is no browser phone although there may be one: the PBX cannot be asked, or lacks something. */
  why: z.enum(['pbxAway', 'notSetUp']).nullable(),
  /** By which of them calls are taken now, in whatever window that is. */
  inUse: phoneKindSchema,
  /** The desk phone was asked to answer or hold, and did not: not to be offered any more. */
  deaf: z.boolean(),
  /** What the browser phone calls to be tried: a greeting, then one's own voice; null for nothing. */
  testNumber: z.string().nullable(),
})
export type DeskPhones = z.infer<typeof deskPhonesSchema>

/** How a browser finds a way for sound to the PBX (W3C WebRTC, RTCConfiguration). */
export const iceServersSchema = z.object({
  servers: z.array(
    z.object({ urls: z.string(), username: z.string().optional(), credential: z.string().optional() }),
  ),
  /** Through these servers, and in no other way. */
  relayOnly: z.boolean(),
  /** After so long the credentials are to be asked for anew, before they end. */
  renewAfterSeconds: z.number().int().positive(),
})
export type IceServers = z.infer<typeof iceServersSchema>

/** What a browser needs to be the phone of its desk, until the next time it asks or the session ends. */
export const openedPhoneSchema = z.object({
  /** The name by which Asterisk knows it. */
  endpoint: z.string(),
  /** New each time; Asterisk refuses the one before. */
  secret: z.string(),
  extension: extensionSchema,
  ice: iceServersSchema,
})
export type OpenedPhone = z.infer<typeof openedPhoneSchema>

/** The domain of SIP addresses: nobody resolves it, the connection leads to Asterisk. */
export const sipDomain = 'ringcard.invalid'
/** Where the console's phone connects, by WebSocket with the subprotocol `sip`. */
export const sipPath = '/sip'

/** Why the server closed the phone's connection. */
export const phoneClosed = {
  /** The session, the right or the desk is gone, or the agent took the desk phone. */
  ended: 4000,
  /** Another window is the phone now. */
  takenOver: 4001,
  /** The PBX does not answer, or ended the connection. */
  pbxAway: 4002,
  /** What came was not what the phone of this desk may say. */
  notAllowed: 4003,
  /** The server stops; it may be back in a moment. */
  stopping: 1012,
} as const

const windowBody = z.strictObject({
  window: phoneWindowSchema,
  /** Which window of the same person gives the phone to this one, with the calls that are on. */
  from: phoneWindowSchema.optional(),
})

/** The routes of the browser phone. Part of the table in api.ts. */
export const phoneRoutes = {
  'phone.read': {
    method: 'GET',
    path: '/api/phone',
    summary: 'Which phones stand at the desk of whoever asks',
    right: 'desk.use',
    answer: deskPhonesSchema,
  },
  'phone.open': {
    method: 'POST',
    path: '/api/phone',
    summary: 'Make this window the phone of the desk: a new SIP secret, the one before is void',
    right: 'desk.use',
    errors: ['phone.none', 'phone.in_call', 'phone.not_set_up', 'pbx.unreachable', 'request.throttled'],
    body: windowBody,
    answer: openedPhoneSchema,
  },
  'phone.ice': {
    method: 'GET',
    path: '/api/phone/ice',
    summary: 'How the browser phone finds a way for sound, with credentials that end by themselves',
    right: 'desk.use',
    answer: iceServersSchema,
  },
  'phone.close': {
    method: 'POST',
    path: '/api/phone/close',
    summary:
      'Take calls by the desk phone: the browser phone of the desk is registered no more, its secret void',
    right: 'desk.use',
    answer: z.null(),
  },
} as const satisfies Record<string, Route>
