import { z } from 'zod'
import { agentStateSchema, instantSchema } from './calls.ts'
import { extensionSchema } from './people.ts'
import { idSchema, type Route } from './route.ts'

/** Where a call can be sent, or who can be asked about it. */
export const callTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('agent'),
    extension: extensionSchema,
    /** How they stood when they were chosen: whoever was free then and is not any more is not sent to unasked. */
    seen: agentStateSchema.optional(),
  }),
  z.strictObject({ kind: z.literal('queue'), queue: z.string().min(1).max(200) }),
  /** As somebody types it. */
  z.strictObject({ kind: z.literal('number'), number: z.string().trim().min(2).max(40) }),
])
export type CallTarget = z.infer<typeof callTargetSchema>

/** What the next one is to know before the first word. */
const wordSchema = z.string().trim().max(1_000).default('')
/** Made anew for each press: the same id again is the same command, and is done once. */
export const commandIdSchema = z.string().regex(/^[\w-]{16,64}$/, 'Not the id of a command.')
const commandId = commandIdSchema

/**
 * What an agent does with the call that they are in. `transfer` sends it on at once. `consult` has the customer wait while
 * somebody is asked; then `complete` joins the two and leaves, `cancel` goes back to the customer, `swap` changes between
 * them, `conference` has all three hear each other. `park` has the
 * customer wait for whoever takes them. `record` has the recording pause while card data are said, and go on. `answer`, `hold`
 * and `resume` have the desk phone do so, where it obeys.
 */
export const controlRequestSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('transfer'), commandId, to: callTargetSchema, word: wordSchema }),
  z.strictObject({
    do: z.literal('consult'),
    commandId,
    to: z.discriminatedUnion('kind', [callTargetSchema.options[0], callTargetSchema.options[2]]),
    word: wordSchema,
  }),
  z.strictObject({ do: z.literal('complete'), commandId }),
  z.strictObject({ do: z.literal('cancel'), commandId }),
  z.strictObject({ do: z.literal('swap'), commandId }),
  z.strictObject({ do: z.literal('conference'), commandId }),
  z.strictObject({ do: z.literal('record'), commandId, paused: z.boolean() }),
  z.strictObject({ do: z.literal('park'), commandId, word: wordSchema }),
  z.strictObject({ do: z.literal('hangUp'), commandId }),
  z.strictObject({ do: z.literal('answer'), commandId }),
  z.strictObject({ do: z.literal('hold'), commandId }),
  z.strictObject({ do: z.literal('resume'), commandId }),
])
export type ControlRequest = z.infer<typeof controlRequestSchema>
export type ControlKind = ControlRequest['do']

/** Who and what a call can be sent to, as it is now. */
export const callTargetsSchema = z.object({
  at: instantSchema,
  /** Everybody who sits at a desk of this PBX, but for oneself; the free ones first. */
  agents: z.array(
    z.object({
      extension: extensionSchema,
      displayName: z.string(),
      state: agentStateSchema,
      since: instantSchema,
    }),
  ),
  /** The phone book. */
  contacts: z.array(
    z.object({ entryId: z.string(), name: z.string(), number: z.string(), group: z.string() }),
  ),
  queues: z.array(
    z.object({
      queue: z.string(),
      waiting: z.number().int().nonnegative(),
      longestWaitSince: instantSchema.nullable(),
      agentsFree: z.number().int().nonnegative(),
    }),
  ),
})
export type CallTargets = z.infer<typeof callTargetsSchema>

const callParams = z.strictObject({ callId: idSchema })

/** The routes by which a call is controlled. Part of the table in api.ts. */
export const controlRoutes = {
  'calls.targets': {
    method: 'GET',
    path: '/api/calls/:callId/targets',
    summary: 'Who and what a call of mine can be sent to, as it is now',
    right: 'desk.use',
    errors: ['call.unknown', 'call.not_yours'],
    params: callParams,
    answer: callTargetsSchema,
  },
  'calls.control': {
    method: 'POST',
    path: '/api/calls/:callId/control',
    summary: 'Transfer, or ask somebody first; answered when the PBX has done it',
    right: 'desk.use',
    errors: [
      'call.unknown',
      'call.not_yours',
      'control.under_way',
      'control.target_unknown',
      'control.target_away',
      'control.target_not_free',
      'control.not_dialable',
      'control.consulting',
      'control.not_consulting',
      'control.not_recorded',
      'control.not_ringing',
      'control.phone_deaf',
      'control.refused',
      'control.not_done',
      'pbx.unreachable',
      'history.spool_full',
    ],
    params: callParams,
    body: controlRequestSchema,
    answer: z.null(),
  },
} as const satisfies Record<string, Route>
