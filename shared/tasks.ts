import { z } from 'zod'
import { placeOutcomeSchema } from './calls.ts'
import { callHoursSchema } from './call-times.ts'
import { instantSchema } from './instant.ts'
import { timeZoneSchema } from './opening-hours.ts'

/** Our ids; of a person, a customer, a call. */
const id = z.string().min(1).max(120)

/**
 * `callback`: we promised to call. `task`: we promised something else. `missed`: they called and reached nobody. `voicemail`:
 * they left a message.
 */
export const taskKindSchema = z.enum(['callback', 'task', 'missed', 'voicemail'])
export type TaskKind = z.infer<typeof taskKindSchema>

/** Whose it is to do: one person’s, that of the agents of a queue, or of whoever is free. */
export const taskForSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), personId: id }),
  z.strictObject({ kind: z.literal('queue'), queue: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal('anybody') }),
])
export type TaskFor = z.infer<typeof taskForSchema>

/** How the time zone of a customer is known: their card says it, their address or number tells it, somebody chose it, or it is ours. */
export const zoneFromSchema = z.enum(['card', 'address', 'number', 'chosen', 'ours'])
export type ZoneFrom = z.infer<typeof zoneFromSchema>

/** What came of one try to reach them. */
export const attemptOutcomeSchema = z.enum(['answered', 'busy', 'notAnswered', 'refused', 'unknown'])
export const attemptSchema = z.object({
  callId: z.string(),
  at: instantSchema,
  /** Who called; null where that is not known. */
  personId: z.string().nullable(),
  outcome: attemptOutcomeSchema,
})
export type Attempt = z.infer<typeof attemptSchema>

/** One call of theirs that reached nobody. */
export const missedCallSchema = z.object({
  callId: z.string(),
  at: instantSchema,
  /** Null where they were in none: refused at the door, or outside opening hours. */
  queue: z.string().nullable(),
})
export type MissedCall = z.infer<typeof missedCallSchema>

/** How it was closed: done, cancelled with a reason, or because somebody talked with them. */
export const closedHowSchema = z.enum(['done', 'cancelled', 'talked'])

/** What happened with it. */
export const trailWhatSchema = z.enum([
  'made',
  'taken',
  'letGo',
  'postponed',
  'handedOn',
  'called',
  'tried',
  'missedAgain',
  'reminded',
  'escalated',
  'done',
  'cancelled',
  'talked',
  'reopened',
  'listened',
])
export const trailEntrySchema = z.object({
  at: instantSchema,
  /** Who; null for what happened by itself. */
  personId: z.string().nullable(),
  what: trailWhatSchema,
  /** What was said with it, such as why it was cancelled. */
  text: z.string().nullable(),
  callId: z.string().nullable(),
})
export type TrailEntry = z.infer<typeof trailEntrySchema>

/** A person by name as well; null for one who was erased. */
const named = z.object({ personId: z.string(), name: z.string().nullable() })

/** A promise to a customer, or a call that is to be returned, as those who may see it are told. */
export const taskSchema = z.object({
  taskId: z.string(),
  /** Grows with each change; whoever changes it names the one that they looked at. */
  version: z.number().int(),
  kind: taskKindSchema,
  isOpen: z.boolean(),
  customerId: z.string().nullable(),
  /** Whom it is about: the card’s name when it was made; empty where nobody knows. */
  about: z.string(),
  /** E.164; null for none. */
  number: z.string().nullable(),
  /** The same as a person here reads it. */
  display: z.string(),
  for: taskForSchema,
  /** The name of the person whose it is; null where it is nobody’s in particular. */
  forName: z.string().nullable(),
  takenBy: named.nullable(),
  reason: z.string(),
  note: z.string(),
  dueAt: instantSchema,
  /** IANA zone of the customer. */
  timeZone: z.string(),
  zoneFrom: zoneFromSchema,
  /** Whether they may be called at `dueAt` and when next, is told by these. */
  hours: callHoursSchema,
  fromCallId: z.string().nullable(),
  attempts: z.array(attemptSchema.extend({ name: z.string().nullable() })),
  missed: z.array(missedCallSchema),
  /** It comes of a place in a queue that was kept for them, and what that came to; null for every other. */
  place: z.object({ outcome: placeOutcomeSchema }).nullable(),
  /** The message that they left; null where there is none. */
  message: z
    .object({
      at: instantSchema,
      /** As the PBX names it: `190@hearth`. */
      mailbox: z.string(),
      /** Null where it is not known. */
      seconds: z.number().nullable(),
      /** Whether the server can reach the recordings of that PBX. */
      isHere: z.boolean(),
      /** Who has heard it, the first before the others. */
      heardBy: z.array(named),
    })
    .nullable(),
  remindedAt: instantSchema.nullable(),
  escalatedAt: instantSchema.nullable(),
  closed: z
    .object({
      at: instantSchema,
      how: closedHowSchema,
      by: named.nullable(),
      text: z.string().nullable(),
      callId: z.string().nullable(),
    })
    .nullable(),
  madeAt: instantSchema,
  madeBy: named.nullable(),
})
export type Task = z.infer<typeof taskSchema>

/** One task with everything that happened. */
export const taskWithTrailSchema = taskSchema.extend({
  trail: z.array(trailEntrySchema.extend({ name: z.string().nullable() })),
})
export type TaskWithTrail = z.infer<typeof taskWithTrailSchema>

export const longestReason = 200
export const longestTaskNote = 2_000

/** Characters of one line. */
const reasonSchema = z.string().trim().min(1, 'A reason is needed.').max(longestReason)

/** A new callback or task. The id is made by the client: a repeated request is one task. */
export const newTaskSchema = z
  .strictObject({
    taskId: z.uuid(),
    kind: taskKindSchema.extract(['callback', 'task']),
    customerId: id.nullable(),
    /** As typed or known; read by the number plan. */
    number: z.string().trim().max(64).nullable(),
    for: taskForSchema,
    reason: reasonSchema,
    note: z.string().trim().max(longestTaskNote),
    dueAt: instantSchema,
    timeZone: timeZoneSchema,
    zoneFrom: zoneFromSchema,
    /** The call in which it was promised; null for none. */
    fromCallId: id.nullable(),
    /** When it was promised, by the server’s time: it may have waited on a computer since. */
    madeAt: instantSchema,
  })
  .refine(({ customerId, number }) => customerId !== null || number !== null, {
    path: ['number'],
    message: 'A customer or a number is needed.',
  })
export type NewTask = z.input<typeof newTaskSchema>

/** What may be done with a task. */
export const taskStepSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('take') }),
  z.strictObject({ do: z.literal('letGo') }),
  z.strictObject({ do: z.literal('done'), text: z.string().trim().max(longestTaskNote) }),
  z.strictObject({ do: z.literal('postpone'), dueAt: instantSchema }),
  z.strictObject({ do: z.literal('handOn'), for: taskForSchema }),
  z.strictObject({ do: z.literal('cancel'), reason: reasonSchema }),
  z.strictObject({ do: z.literal('reopen') }),
])
export type TaskStep = z.infer<typeof taskStepSchema>
export const stepRequestSchema = z.strictObject({ version: z.number().int(), step: taskStepSchema })

/** A number whose owner does not want to be called, with who noted it, when and why. */
export const doNotCallSchema = z.object({
  /** E.164. */
  number: z.string(),
  display: z.string(),
  at: instantSchema,
  /** Null for somebody who was erased. */
  by: z.string().nullable(),
  reason: z.string(),
})
export type DoNotCall = z.infer<typeof doNotCallSchema>
/** The same with all that was ever noted of it. */
export const doNotCallEntrySchema = doNotCallSchema.extend({
  /** When it was taken off the list, and may be called again; null while it may not. */
  removedAt: instantSchema.nullable(),
  trail: z.array(
    z.object({
      at: instantSchema,
      what: z.enum(['noted', 'removed']),
      by: z.string().nullable(),
      reason: z.string(),
    }),
  ),
})
export type DoNotCallEntry = z.infer<typeof doNotCallEntrySchema>
export const doNotCallListRequestSchema = z.strictObject({
  /** Those on the list, or those that were taken off it. */
  which: z.enum(['listed', 'removed']),
  /** Digits that stand in the number; left out for all. */
  digits: z
    .string()
    .regex(/^\d{1,15}$/, 'Digits.')
    .optional(),
})
/** So many numbers of the list are told at once, the newest. */
export const mostDoNotCall = 1_000
export const numberRequestSchema = z.strictObject({ number: z.string().trim().min(1).max(64) })
export const doNotCallRequestSchema = numberRequestSchema.extend({ reason: reasonSchema })

/** Whom a callback is to be agreed with. */
export const timesRequestSchema = z.strictObject({
  customerId: id.nullable(),
  number: z.string().trim().max(64).nullable(),
})

/** What must be known to agree on a time. */
export const timesSchema = z.object({
  /** The number that would be called, in E.164, and as a person here reads it; null for none. */
  number: z.object({ e164: z.string(), display: z.string() }).nullable(),
  /** Their numbers to choose from, the first the one that would be called. */
  numbers: z.array(z.object({ e164: z.string(), display: z.string() })),
  /** Zones that their clocks may be in, the likeliest first; never empty. Of zones that show the same time, one. */
  zones: z.array(z.object({ timeZone: z.string(), from: zoneFromSchema })).min(1),
  hours: callHoursSchema,
  /** That number is not to be called; null for no such thing. */
  doNotCall: doNotCallSchema.nullable(),
})
export type Times = z.infer<typeof timesSchema>

/** Whose a task can be. */
export const taskChoicesSchema = z.object({
  people: z.array(z.object({ personId: z.string(), name: z.string() })),
  queues: z.array(z.string()),
})
export type TaskChoices = z.infer<typeof taskChoicesSchema>

/** The topics of tasks: of all, for whoever sees them all; of those that are anybody’s; of a queue’s. My own come with my desk. */
export const taskTopics = { all: 'tasks:all', anybody: 'tasks:anybody' } as const
/** The topic of the tasks of a queue’s agents. */
export const taskTopicOf = (queue: string): `tasks:queue:${string}` => `tasks:queue:${queue}`
