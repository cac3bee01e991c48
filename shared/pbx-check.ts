import { z } from 'zod'
import { instantSchema } from './calls.ts'

/** What Ringcard does that hangs on how a PBX is set up. */
export const pbxFeatures = [
  'connection', // Ringcard hears the PBX at all
  'pop', // the card while the phone rings
  'withheld', // a number that its owner withholds is nobody's to see
  'ivr', // what callers typed: digits, an account number
  'attestation', // what the network says of a number
  'queues', // queues, their members, who is offered a call
  'status', // the queues follow the status of each agent
  'figures', // waits, abandons and time-outs, exact
  'desks', // whose phone is whose
  'dialplan', // the dialplan asks who is calling
  'dialling', // from the console, by a desk phone
  'transfers', // blind and attended, by the phone's keys
  'parking',
  'recording',
  'browserPhone', // a phone in the browser
  'reconstruction', // calls that nobody heard are read afterwards
  'load', // events of no use are kept off the line
  'neighbours', // a second Ringcard on the same PBX is noticed
] as const
export const pbxFeatureSchema = z.enum(pbxFeatures)
export type PbxFeature = z.infer<typeof pbxFeatureSchema>

/**
 * What can be found, by its code, which is stable; what is said of it in English is the server's, and consoles have words of
 * their own. `missing`: the feature does not work, or not rightly. `advice`: it works, and could be better. `unknown`: it could
 * not be seen by this AMI user.
 */
export const pbxFindings = {
  unreachable: 'missing',
  refused: 'missing',
  notAsterisk: 'missing',
  tooOld: 'missing',
  untried: 'advice',
  readClasses: 'missing',
  writeClasses: 'missing',
  systemRefused: 'missing',
  systemClass: 'missing',
  runsPrograms: 'advice',
  filesUnread: 'unknown',
  timestamps: 'missing',
  presentation: 'missing',
  queueStatus: 'missing',
  account: 'advice',
  attestation: 'advice',
  eventFilter: 'advice',
  noQueues: 'missing',
  emptyQueues: 'advice',
  memberUnknown: 'missing',
  memberState: 'advice',
  deviceUnknown: 'advice',
  deskDevice: 'missing',
  transferCodes: 'missing',
  transferContexts: 'missing',
  dialContext: 'missing',
  noParking: 'missing',
  parkCode: 'advice',
  mixMonitor: 'missing',
  noWebrtc: 'missing',
  webServer: 'missing',
  sorceryAuth: 'missing',
  sipUrl: 'missing',
  celOff: 'missing',
  celFields: 'unknown',
  cdrLinked: 'advice',
  queueLog: 'missing',
  queueLogInTable: 'missing',
  queueLogInFile: 'missing',
} as const satisfies Record<string, 'missing' | 'advice' | 'unknown'>
export type PbxFindingCode = keyof typeof pbxFindings

const codes = Object.keys(pbxFindings) as [PbxFindingCode, ...PbxFindingCode[]]

/** Lines to add, or to put in place of those of the same name. */
export const pbxFixSchema = z.object({
  /** A file of Asterisk's, or `settings` for those of Ringcard. */
  file: z.string(),
  /** Its section, without brackets; null where the lines bring their own, or need none. */
  section: z.string().nullable(),
  lines: z.array(z.string()),
  /** What makes the PBX read it, as typed on its machine; null where nothing is needed. */
  then: z.string().nullable(),
})
export type PbxFix = z.infer<typeof pbxFixSchema>

export const pbxFindingSchema = z.object({
  code: z.enum(codes),
  level: z.enum(['missing', 'advice', 'unknown']),
  features: z.array(pbxFeatureSchema),
  words: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
  fix: pbxFixSchema.nullable(),
})
export type PbxFinding = z.infer<typeof pbxFindingSchema>

/** How a queue's member is written: its phone itself, a Local channel (kept, or optimised away), or as FreePBX does. */
export const memberFormSchema = z.enum(['device', 'localKept', 'localOptimised', 'freepbx', 'other'])
export type MemberForm = z.infer<typeof memberFormSchema>

export const pbxCheckSchema = z.object({
  pbx: z.string(),
  at: instantSchema,
  address: z.string(),
  user: z.string(),
  /** Null where it was not reached, or may not be asked. */
  version: z.string().nullable(),
  reached: z.boolean(),
  /** What the AMI user hears and may do; null where that cannot be seen. */
  reads: z.array(z.string()).nullable(),
  writes: z.array(z.string()).nullable(),
  features: z.array(
    z.object({ feature: pbxFeatureSchema, state: z.enum(['ready', 'partly', 'missing', 'unknown']) }),
  ),
  findings: z.array(pbxFindingSchema),
  queues: z.array(
    z.object({
      /** As Ringcard names it. */
      name: z.string(),
      strategy: z.string(),
      members: z.array(
        z.object({
          interface: z.string(),
          name: z.string(),
          stateInterface: z.string(),
          form: memberFormSchema,
          /** `static` from queues.conf, `dynamic` by the dialplan or AMI, `realtime` from a database. */
          membership: z.string(),
          /** The desk of Ringcard whose phone it is. */
          desk: z.string().nullable(),
        }),
      ),
    }),
  ),
  devices: z.array(
    z.object({
      device: z.string(),
      /** As Asterisk says it: `NOT_INUSE`, `UNAVAILABLE` … */
      state: z.string(),
      kind: z.enum(['phone', 'browser', 'trunk']),
      /** How many addresses are registered; null where that cannot be asked. */
      contacts: z.number().int().nullable(),
      desk: z.string().nullable(),
    }),
  ),
})
export type PbxCheck = z.infer<typeof pbxCheckSchema>
