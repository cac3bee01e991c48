import { z } from 'zod'
import { versionSchema } from './administration.ts'
import { instantSchema } from './calls.ts'
import { numberPlanSchema } from './number-plan.ts'
import { scheduleSchema } from './opening-hours.ts'
import { extensionSchema } from './people.ts'
import { phoneKindSchema } from './phone.ts'

/** Asterisk's name of a device, with its PBX before it where there are several: `PJSIP/201`, `kyiv/PJSIP/201`. */
export const deviceSchema = z
  .string()
  .regex(/^([a-z0-9-]{1,20}\/)?[A-Za-z0-9]+\/[\w.@/-]{1,80}$/, 'A device such as PJSIP/201.')
const devicesSchema = z.array(deviceSchema).min(1).max(8)

export const newDeskSchema = z.strictObject({ extension: extensionSchema, devices: devicesSchema })
export const changeDeskSchema = z.strictObject({ version: versionSchema, devices: devicesSchema })

/** What is known of a device: `unknown` when the PBX has never named it. */
export const foundDeviceSchema = z.object({
  device: z.string(),
  state: z.enum(['reachable', 'unreachable', 'unknown']),
})
/** One that stands at a desk: `browser` where a browser may be it, as far as its PBX was asked. */
export const foundDeskDeviceSchema = foundDeviceSchema.extend({ kind: phoneKindSchema })
export const foundDeskSchema = z.object({
  extension: z.string(),
  version: versionSchema,
  devices: z.array(foundDeskDeviceSchema),
  /** By which phone calls are taken there now: the desk phone where nobody sits. */
  inUse: phoneKindSchema,
  /** Who sits there, by name. */
  takenBy: z.string().nullable(),
  queues: z.array(z.string()),
})
export type FoundDesk = z.infer<typeof foundDeskSchema>

export const foundMemberSchema = z.object({
  interface: z.string(),
  name: z.string(),
  /** The desk that it is; null when it belongs to none. */
  extension: z.string().nullable(),
  paused: z.boolean(),
})
export const foundQueueSchema = z.object({
  queue: z.string(),
  members: z.array(foundMemberSchema),
})
export type FoundQueue = z.infer<typeof foundQueueSchema>

/** Desks as they are set up, beside queues and devices as the PBXs have them. */
export const foundSchema = z.object({
  /** By name, whether it is heard now: what is told of one that is not is as old as the gap. */
  pbxs: z.array(z.object({ pbx: z.string(), live: z.boolean() })),
  desks: z.array(foundDeskSchema),
  /** Phones of a PBX that stand at no desk. */
  strayDevices: z.array(foundDeviceSchema),
  queues: z.array(foundQueueSchema),
})
export type Found = z.infer<typeof foundSchema>

const labelSchema = z.string().trim().min(1).max(60)

/** What a number of ours stands for. */
export const dialledNumberSchema = z.strictObject({
  number: z.string().regex(/^\+?[\d ()/.-]{2,30}$/, 'A number, with or without its country code.'),
  /** The brand or line, as the agent reads it. */
  label: labelSchema,
  campaign: labelSchema.nullable(),
})
export type DialledNumber = z.infer<typeof dialledNumberSchema>

export const storedNumberSchema = dialledNumberSchema.extend({ numberId: z.string(), version: versionSchema })
export type StoredNumber = z.infer<typeof storedNumberSchema>

export const storedPlanSchema = z.object({ version: versionSchema, plan: numberPlanSchema })
export type StoredPlan = z.infer<typeof storedPlanSchema>

/** Whose hours: `centre`, or `queue:support`. */
export const scheduleIdSchema = z.string().regex(/^(centre|queue:[\w./-]{1,100})$/, 'centre, or queue:NAME.')

export const storedScheduleSchema = z.object({
  scheduleId: scheduleIdSchema,
  version: versionSchema,
  schedule: scheduleSchema,
})
export type StoredSchedule = z.infer<typeof storedScheduleSchema>

export const schedulesSchema = z.object({
  schedules: z.array(storedScheduleSchema),
  /** Queues of the PBXs, for which hours may be set. */
  queues: z.array(z.string()),
  /** The server's time, from which open and closed are reckoned. */
  at: instantSchema,
})
