import { z } from 'zod'

/** Milliseconds since 1970-01-01 UTC. */
export const instantSchema = z.number().int().nonnegative()

export const directionSchema = z.enum(['inbound', 'outbound', 'internal'])
export type Direction = z.infer<typeof directionSchema>

/** Who is at the other end, as far as the telephone network says. `name` is caller-supplied text: show it, never trust it. */
export const partySchema = z.object({
  /** E.164 where it could be normalised, else the digits as received; null when withheld or absent. */
  number: z.string().nullable(),
  /** `number` as a person reads it: national form for the home country, international else. */
  display: z.string(),
  name: z.string().nullable(),
  withheld: z.boolean(),
})
export type Party = z.infer<typeof partySchema>

/** How a queue visit ended. `waiting` while it has not. */
export const visitOutcomeSchema = z.enum([
  'waiting',
  'answered',
  'abandoned',
  'shortAbandon',
  'timedOut',
  'leftByKey',
  'emptied',
  'withdrawn',
  'moved',
  'cutOff',
  'unknown',
])
export type VisitOutcome = z.infer<typeof visitOutcomeSchema>

/** How an offer to one agent ended. `ringing` while it has not. */
export const offerOutcomeSchema = z.enum([
  'ringing',
  'answered',
  'answeredElsewhere',
  'notAnswered',
  'declined',
  'busy',
  'unreachable',
  'callerGone',
  'withdrawn',
  'cutOff',
  'unknown',
])
export type OfferOutcome = z.infer<typeof offerOutcomeSchema>

/** Why a call ended, in the words of the trade. */
export const callEndSchema = z.enum([
  'customerHungUp',
  'agentHungUp',
  'abandoned',
  'busy',
  'notAnswered',
  'refused',
  'voicemail',
  'systemHungUp',
  'cutOff',
  'unknown',
])
export type CallEnd = z.infer<typeof callEndSchema>

/** One call on an agent's own desk: my part in it, from the first ring to the end. */
export const deskCallSchema = z.object({
  callId: z.string(),
  state: z.enum(['ringing', 'dialling', 'talking', 'held', 'ended']),
  direction: directionSchema,
  party: partySchema,
  queue: z.string().nullable(),
  /** The number the customer dialled (which brand or campaign), as a person reads it. */
  dialled: z.string().nullable(),
  /** When the customer's call began. */
  startedAt: instantSchema,
  /** When the customer began to wait in the present queue; null outside a queue. */
  waitingSince: instantSchema.nullable(),
  offeredAt: instantSchema,
  answeredAt: instantSchema.nullable(),
  heldSince: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
})
export type DeskCall = z.infer<typeof deskCallSchema>

/** One finished (or running) call in "my calls of today". */
export const todayCallSchema = z.object({
  callId: z.string(),
  at: instantSchema,
  direction: directionSchema,
  party: partySchema,
  customerId: z.string().nullable(),
  customerName: z.string().nullable(),
  queue: z.string().nullable(),
  outcome: offerOutcomeSchema,
  talkMs: z.number().nonnegative(),
})
export type TodayCall = z.infer<typeof todayCallSchema>

/** A queue as its strip shows it. */
export const queueViewSchema = z.object({
  name: z.string(),
  waiting: z.number().int().nonnegative(),
  /** Since when the first in line has been waiting; null when nobody waits. */
  longestWaitSince: instantSchema.nullable(),
  agentsFree: z.number().int().nonnegative(),
  agentsSignedIn: z.number().int().nonnegative(),
})
export type QueueView = z.infer<typeof queueViewSchema>

export const agentStateSchema = z.enum(['offline', 'free', 'ringing', 'talking', 'paused', 'unreachable'])
export type AgentState = z.infer<typeof agentStateSchema>

/** An agent as a supervisor sees them now. */
export const agentViewSchema = z.object({
  extension: z.string(),
  personId: z.string().nullable(),
  displayName: z.string().nullable(),
  state: agentStateSchema,
  since: instantSchema,
  queues: z.array(z.string()),
  callId: z.string().nullable(),
})
export type AgentView = z.infer<typeof agentViewSchema>

/** A call as a supervisor sees it now. */
export const floorCallSchema = z.object({
  callId: z.string(),
  direction: directionSchema,
  party: partySchema,
  customerName: z.string().nullable(),
  stage: z.enum(['arriving', 'waiting', 'ringing', 'talking', 'held', 'parked', 'elsewhere']),
  since: instantSchema,
  startedAt: instantSchema,
  queue: z.string().nullable(),
  /** Extensions of the agents ringing or talking. */
  agents: z.array(z.string()),
})
export type FloorCall = z.infer<typeof floorCallSchema>

/** The state of the link to one PBX. Everybody sees `state`; the rest is for `health.read`. */
export const pbxLinkSchema = z.object({
  pbx: z.string(),
  state: z.enum(['connecting', 'live', 'lost', 'refused', 'tooOld']),
  since: instantSchema,
  /** When the newest event was made by the PBX; null before the first. */
  newestEventAt: instantSchema.nullable(),
  message: z.string().nullable(),
})
export type PbxLink = z.infer<typeof pbxLinkSchema>
