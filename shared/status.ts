import { z } from 'zod'
import { versionSchema } from './administration.ts'
import { instantSchema } from './calls.ts'
import { phoneKindSchema } from './phone.ts'

/**
 * What an agent is for the queues, one at a time. `onCall` follows from the telephone and is never set by hand; `wrapUp`: after
 * a queue's call; `missed`: did not answer an offered call; `away`: the console, or the phone in use, was lost, so that
 * offers stopped.
 */
export const agentStatusSchema = z.enum(['offline', 'ready', 'onCall', 'wrapUp', 'break', 'missed', 'away'])
export type AgentStatusName = z.infer<typeof agentStatusSchema>

/** Who made a change: the agent, somebody who may set others' status, one of the rules, or somebody at the PBX itself. */
export const statusAuthorSchema = z.enum(['agent', 'supervisor', 'rule', 'pbx'])
export type StatusAuthor = z.infer<typeof statusAuthorSchema>

/** Also what Asterisk is told as the reason of the pause, and writes into queue_log. */
export const breakIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'A reason is small letters, digits and dashes.')

const nameSchema = z.string().trim().min(1).max(40)

/** A kind of break that people may take. */
export const breakReasonSchema = z.strictObject({
  reasonId: breakIdSchema,
  name: z.strictObject({ en: nameSchema, ru: nameSchema }),
  paid: z.boolean(),
  /** After so long the console warns; null for as long as it takes. */
  limitMinutes: z.number().int().min(1).max(480).nullable(),
})
export type BreakReason = z.infer<typeof breakReasonSchema>

const secondsSchema = (most: number) => z.number().int().min(0).max(most)

/** From and to, of the rules that are numbers. */
export const statusBounds = {
  wrapUpSeconds: [0, 3_600],
  extendSeconds: [0, 600],
  extendMostSeconds: [0, 3_600],
  graceSeconds: [0, 3_600],
  deviceSeconds: [0, 3_600],
  limitMinutes: [1, 480],
  missedBreakAfter: [1, 20],
} as const
/** How many kinds of break a centre may have. */
export const mostBreaks = 30

/** How agents' status works here. */
export const statusRulesSchema = z
  .strictObject({
    /** After a call of a queue that has no time of its own; 0 for none. */
    wrapUpSeconds: secondsSchema(statusBounds.wrapUpSeconds[1]),
    queues: z
      .array(
        z.strictObject({
          queue: z.string().min(1).max(200),
          /** Null for that of all queues. */
          wrapUpSeconds: secondsSchema(statusBounds.wrapUpSeconds[1]).nullable(),
          /** Browser phones answer its calls by themselves, after a tone. */
          autoAnswer: z.boolean().default(false),
          /** Agents may sign in to it and out of it themselves. */
          signIn: z.boolean().default(false),
        }),
      )
      .max(1_000),
    /** By how much one click extends the wrap-up, and how far all of them may. */
    extendSeconds: secondsSchema(statusBounds.extendSeconds[1]),
    extendMostSeconds: secondsSchema(statusBounds.extendMostSeconds[1]),
    /** Whether offers stop for whoever did not answer one. */
    missedCalls: z.boolean(),
    /** After so many missed calls in a row, with no talk between them, this break begins; null for never. */
    missedBreak: z
      .strictObject({
        after: z.number().int().min(statusBounds.missedBreakAfter[0]).max(statusBounds.missedBreakAfter[1]),
        reasonId: breakIdSchema,
      })
      .nullable()
      .default(null),
    /** Offers stop when the console has been lost for so long; 0 for never. */
    graceSeconds: secondsSchema(statusBounds.graceSeconds[1]),
    /** Offers stop when the phone in use could not ring for so long; 0 for never. */
    deviceSeconds: secondsSchema(statusBounds.deviceSeconds[1]).default(10),
    breaks: z.array(breakReasonSchema).max(mostBreaks),
  })
  .refine(({ breaks }) => new Set(breaks.map(({ reasonId }) => reasonId)).size === breaks.length, {
    message: 'Two reasons have the same id.',
    path: ['breaks'],
  })
  .refine(
    ({ breaks, missedBreak }) =>
      missedBreak === null || breaks.some(({ reasonId }) => reasonId === missedBreak.reasonId),
    { message: 'There is no such break.', path: ['missedBreak', 'reasonId'] },
  )
export type StatusRules = z.infer<typeof statusRulesSchema>

/** The breaks that a centre starts with. */
export const defaultBreaks: readonly BreakReason[] = [
  { reasonId: 'break', name: { en: 'Short break', ru: 'Перерыв' }, paid: true, limitMinutes: 15 },
  { reasonId: 'lunch', name: { en: 'Lunch', ru: 'Обед' }, paid: false, limitMinutes: 45 },
  { reasonId: 'meeting', name: { en: 'Meeting', ru: 'Совещание' }, paid: true, limitMinutes: null },
  { reasonId: 'training', name: { en: 'Training', ru: 'Обучение' }, paid: true, limitMinutes: null },
]

/** What missed calls come to at the start. */
export const defaultMissedBreak: NonNullable<StatusRules['missedBreak']> = { after: 3, reasonId: 'break' }

export const storedRulesSchema = z.object({ version: versionSchema, rules: statusRulesSchema })
export type StoredRules = z.infer<typeof storedRulesSchema>
/** The rules, and the queues that the PBXs have now, to which they may be said. */
export const editedRulesSchema = storedRulesSchema.extend({ queues: z.array(z.string()) })
export type EditedRules = z.infer<typeof editedRulesSchema>

/** The reason of being away that says that the phone in use was lost, and not the console. */
export const deviceReasonId = 'device'

/** Why somebody is on a break; or that it is the phone for which they are away. */
export const shownReasonSchema = z.object({
  /** One of the breaks; null when the PBX gave a reason that is none of them, or gave none. */
  reasonId: z.string().nullable(),
  name: z.object({ en: z.string(), ru: z.string() }).nullable(),
  /** What the PBX was told by whoever paused the agent there. */
  text: z.string().nullable(),
  paid: z.boolean(),
})
export type ShownReason = z.infer<typeof shownReasonSchema>

/** Where an agent stands in a queue. `pausedOnly`: signed out, but a file of the PBX names the phone, so it is paused there. */
export const queueStandingSchema = z.enum(['in', 'out', 'pausedOnly'])
export type QueueStanding = z.infer<typeof queueStandingSchema>

/** A queue of an agent: one that they are in, or may be in. */
export const shownQueueSchema = z.object({
  queue: z.string(),
  standing: queueStandingSchema,
  /** Whether the agent may sign in and out themselves. */
  mayChoose: z.boolean(),
})
export type ShownQueue = z.infer<typeof shownQueueSchema>

export const queueSignInSchema = z.strictObject({ queue: z.string().min(1).max(200), signedIn: z.boolean() })
export type QueueSignIn = z.infer<typeof queueSignInSchema>

/** That a break began for calls that were missed: how many in a row, and when the last of them. */
export const missedNoticeSchema = z.object({ misses: z.number().int(), at: instantSchema })

/** An agent's status as it is shown to them and to supervisors. */
export const statusViewSchema = z.object({
  extension: z.string(),
  personId: z.string().nullable(),
  state: agentStatusSchema,
  since: instantSchema,
  /** When the wrap-up ends, or the break has been too long. */
  until: instantSchema.nullable(),
  reason: shownReasonSchema.nullable(),
  /** By which phone the agent takes calls, and whether that cannot ring now. */
  device: phoneKindSchema,
  deviceLost: z.boolean(),
  by: statusAuthorSchema,
  /** Whoever it was, by name. */
  byName: z.string().nullable(),
  /** What comes after the call or the wrap-up, where it is not `ready`. */
  next: z
    .object({ state: z.enum(['break', 'missed', 'away']), reason: shownReasonSchema.nullable() })
    .nullable(),
  /** By how much the wrap-up may be extended now, seconds; 0 for not at all. */
  extendSeconds: z.number().int().nonnegative(),
  /** For supervisors, until one has seen it or the agent is back. */
  missedNotice: missedNoticeSchema.nullable(),
  queues: z.array(shownQueueSchema),
  /** Whether the PBX has the agent's queues as this says: not yet, it refuses, or it cannot be reached. */
  pbx: z.enum(['agrees', 'waiting', 'refused', 'unreachable']),
})
export type StatusView = z.infer<typeof statusViewSchema>

/** What can be chosen. During a call it is what comes after it. */
export const setStatusRequestSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('ready') }),
  z.strictObject({ state: z.literal('break'), reasonId: breakIdSchema }),
])
export type SetStatus = z.infer<typeof setStatusRequestSchema>
