import { z } from 'zod'
import { commandIdSchema } from './control.ts'
import { idSchema, type Route } from './route.ts'

/** What is to be called, as somebody typed it or as it stands on a card. */
export const dialRequestSchema = z.strictObject({
  commandId: commandIdSchema,
  number: z.string().trim().min(2).max(40),
})
export type DialRequest = z.infer<typeof dialRequestSchema>

/** How long one's own phone rings to be picked up, seconds. */
export const ownPhoneRingsSeconds = 25

/** The routes by which somebody is called. Part of the table in api.ts. */
export const dialRoutes = {
  'calls.dial': {
    method: 'POST',
    path: '/api/calls',
    summary: `Call a number: my own phone rings first, and is to be picked up; answered when it was, or ${ownPhoneRingsSeconds} s later when not`,
    right: 'desk.use',
    errors: [
      'dial.not_dialable',
      'dial.no_phone',
      'dial.phone_away',
      'dial.in_call',
      'dial.declined',
      'dial.not_picked_up',
      'dial.not_permitted',
      'dial.refused',
      'control.under_way',
      'control.not_done',
      'pbx.unreachable',
    ],
    body: dialRequestSchema,
    answer: z.object({ callId: idSchema }),
  },
  'calls.pickUp': {
    method: 'POST',
    path: '/api/calls/:callId/pick-up',
    summary:
      'Take a call that rings at a colleague of a queue of mine, by my own phone; answered when I have it, or not',
    right: 'desk.use',
    errors: [
      'call.unknown',
      'pick_up.not_allowed',
      'pick_up.taken',
      'pick_up.caller_gone',
      'dial.no_phone',
      'dial.phone_away',
      'dial.in_call',
      'dial.declined',
      'dial.not_picked_up',
      'dial.not_permitted',
      'dial.refused',
      'control.under_way',
      'control.not_done',
      'pbx.unreachable',
    ],
    params: z.strictObject({ callId: idSchema }),
    body: z.strictObject({ commandId: commandIdSchema }),
    answer: z.null(),
  },
} as const satisfies Record<string, Route>

/** Emergency numbers, which nothing that Ringcard decides keeps anybody from calling. */
const emergencyNumbers: ReadonlySet<string> = new Set(['110', '112', '911', '999'])

/** Whether what was typed is an emergency number. */
export const isEmergency = (typed: string): boolean => emergencyNumbers.has(typed.replace(/\s/g, ''))
