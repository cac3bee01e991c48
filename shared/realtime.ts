import { z } from 'zod'
import {
  agentViewSchema,
  daySchema,
  deskCallSchema,
  floorCallSchema,
  gapSchema,
  instantSchema,
  parkedCallSchema,
  pbxLinkSchema,
  queueViewSchema,
  todayCallSchema,
} from './calls.ts'
import { shownResultSchema } from './dispositions.ts'
import { popSchema } from './customers.ts'
import type { Problem } from './problems.ts'
import { taskSchema } from './tasks.ts'
import { breakReasonSchema, statusViewSchema } from './status.ts'

/**
 * What a console sees is cut into topics. Each topic has its own sequence, so that one broadcast serves everybody in it:
 * `person:<id>` (my desk: calls, cards, my day), `queue:<name>` (a queue's strip), `floor` (every call and agent, for
 * supervisors), `parked` (the calls in parking spaces), `tasks:…` (promises: all, anybody’s, a queue’s), `link` (the connection to each PBX). A queue has whatever name the PBX gives it, in any script.
 */
export const topicSchema = z
  .string()
  .regex(/^(person:[\w-]+|queue:\P{Cc}{1,200}|floor|parked|link|tasks:(all|anybody|queue:\P{Cc}{1,200}))$/u)
export type Topic = z.infer<typeof topicSchema>

/** Why a call left a desk. */
export const goneReasonSchema = z.enum([
  'answeredElsewhere',
  'callerGone',
  'withdrawn',
  'notAnswered',
  'declined',
  'ended',
  // The agent handed it over, or it was taken on elsewhere, after they had talked.
  'movedOn',
  'lost',
  // Who called was erased: nothing of the call is kept on the screen.
  'erased',
])
export type GoneReason = z.infer<typeof goneReasonSchema>

/**
 * One change. Each sets or removes a whole small object, so applying one twice does no harm.
 * A desk call leaves the desk by `deskCall.gone` (withdrawn, or moved on); its card goes with it.
 */
export const changeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('deskCall.set'), call: deskCallSchema }),
  z.object({ type: z.literal('deskCall.gone'), callId: z.string(), reason: goneReasonSchema }),
  z.object({ type: z.literal('pop.set'), callId: z.string(), pop: popSchema }),
  // Calls from before the day are its calls no more.
  z.object({ type: z.literal('day.set'), day: daySchema }),
  z.object({ type: z.literal('today.set'), call: todayCallSchema }),
  z.object({ type: z.literal('queue.set'), queue: queueViewSchema }),
  z.object({ type: z.literal('agent.set'), agent: agentViewSchema }),
  z.object({ type: z.literal('agent.gone'), extension: z.string() }),
  /** What I said came of a call of mine. */
  z.object({ type: z.literal('result.set'), callId: z.string(), result: shownResultSchema }),
  /** Which definition of what may come of calls is in force. */
  z.object({ type: z.literal('dispositions.set'), version: z.number().int().nonnegative() }),
  /** My own status, or on the floor anybody's. */
  z.object({ type: z.literal('status.set'), status: statusViewSchema }),
  /** The breaks that I may take, and the queues whose calls my browser phone answers by itself. */
  z.object({
    type: z.literal('breaks.set'),
    breaks: z.array(breakReasonSchema),
    autoAnswer: z.array(z.string()),
  }),
  z.object({ type: z.literal('floorCall.set'), call: floorCallSchema }),
  z.object({ type: z.literal('floorCall.gone'), callId: z.string() }),
  z.object({ type: z.literal('parked.set'), parked: parkedCallSchema }),
  z.object({ type: z.literal('parked.gone'), callId: z.string() }),
  /** A callback or a task that I may see; `gone` when it is none of this topic any more. */
  z.object({ type: z.literal('task.set'), task: taskSchema }),
  z.object({ type: z.literal('task.gone'), taskId: z.string() }),
  z.object({ type: z.literal('link.set'), link: pbxLinkSchema }),
  /** All times of today of which something is missing. */
  z.object({ type: z.literal('gaps.set'), gaps: z.array(gapSchema) }),
])
export type Change = z.infer<typeof changeSchema>

/** A step of one topic. `seq` grows by one; a hole means: ask for a snapshot of that topic. */
export const deltaSchema = z.object({
  topic: topicSchema,
  /** Changes with each start of the server: a sequence of another epoch means nothing. */
  epoch: z.string(),
  seq: z.number().int().nonnegative(),
  /** The server's time, from which the console's ticking durations are reckoned. */
  at: instantSchema,
  changes: z.array(changeSchema),
})
export type Delta = z.infer<typeof deltaSchema>

/** A topic as it is now: drop what was known of it, then apply the changes. */
export const snapshotSchema = deltaSchema
export type Snapshot = Delta

/**
 * How far a console has come in each topic, sent with the connection (`auth`) and with `resume`. A topic that the server
 * does not know is passed over: a console must never be kept out by what it was once told.
 */
export const resumeRequestSchema = z.strictObject({
  epoch: z.string().max(64).nullable(),
  have: z.record(z.string().max(300), z.number().int().nonnegative()),
})
export type ResumeRequest = z.infer<typeof resumeRequestSchema>

/**
 * A console says that what a call brought, a card or that there is none, stands on the screen. Durations are by the
 * browser's own steady clock, so that the clocks of browser and server need not agree.
 */
export const paintedReportSchema = z.strictObject({
  callId: z.string().min(1).max(120),
  /** The `at` of the step that brought it: the server's time. */
  sentAt: instantSchema,
  /** From its arrival in the browser until it was on the screen, ms. */
  paintedAfterMs: z.number().nonnegative().max(86_400_000),
  /** From then until this report was sent, ms. */
  reportedAfterMs: z.number().nonnegative().max(86_400_000),
})
export type PaintedReport = z.infer<typeof paintedReportSchema>

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem }

export interface ServerToClientEvents {
  /** All topics the person may see, after connecting, and again when their rights or desk change. */
  topics: (topics: Topic[]) => void
  /** The person has other rights, another desk or another name now: ask again who they are. */
  meChanged: () => void
  /** A card was corrected, or a note was put on it: ask for it again if it is open. */
  cardChanged: (customerId: string) => void
  snapshot: (snapshot: Snapshot) => void
  delta: (delta: Delta) => void
  /** The session has ended on the server; the socket closes after this. */
  signedOut: (reason: 'revoked' | 'expired' | 'signedOut') => void
}

export interface ClientToServerEvents {
  /** After a gap: what was missed of each topic comes as deltas, or as a snapshot where too much was missed. */
  resume: (request: ResumeRequest, answer: (answer: Answer<null>) => void) => void
  /** What was sent of a call is on the screen. Refused (`call.not_yours`) for what was not sent to this person. */
  painted: (report: PaintedReport, answer: (answer: Answer<null>) => void) => void
  /** The server's time in ms, to reckon the clock's offset. */
  clock: (answer: (answer: Answer<number>) => void) => void
}
