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
 * What can be found. The code is stable; `words` are English, with values in braces, and consoles have their own.
 * `missing`: the feature does not work, or not rightly. `advice`: it works, and could be better. `unknown`: it could not be
 * seen by this AMI user.
 */
export const pbxFindings = {
  unreachable: { level: 'missing', words: 'Nothing answers at {address}. AMI may be switched off.' },
  refused: {
    level: 'missing',
    words:
      'The PBX refuses the AMI user {user}: there is none, the secret is another, or its permit leaves us out.',
  },
  notAsterisk: { level: 'missing', words: 'What answers at {address} is not AMI.' },
  tooOld: { level: 'missing', words: 'Asterisk {version} is too old: {oldest} or later is needed.' },
  untried: { level: 'advice', words: 'Asterisk {version} is untried; {tested} is what was tested.' },
  readClasses: { level: 'missing', words: 'The AMI user does not hear events of {classes}.' },
  writeClasses: { level: 'missing', words: 'The AMI user may not use {actions}: it lacks {classes}.' },
  systemRefused: {
    level: 'missing',
    words:
      'The PBX refuses the AMI user {user}, which is to have the class system alone: there is none, the secret is another, or its permit leaves us out.',
  },
  systemClass: {
    level: 'missing',
    words:
      'The AMI user {user} may not use {actions}: that takes the class system. Give it to a user of its own, named by AMI_SYSTEM_USERNAME and AMI_SYSTEM_SECRET.',
  },
  runsPrograms: {
    level: 'advice',
    words:
      'The AMI user {user} has both system and originate: by them it can have a call run a program on the PBX. Give system to a user of its own, named by AMI_SYSTEM_USERNAME and AMI_SYSTEM_SECRET, and take it from this one.',
  },
  filesUnread: {
    level: 'unknown',
    words: 'The PBX’s files cannot be asked by Getvar AST_CONFIG, so what stands in them is not known here.',
  },
  timestamps: {
    level: 'missing',
    words: 'Events do not say when they happened, so that each delay bends a figure.',
  },
  presentation: {
    level: 'missing',
    words: 'Events do not say whether a number may be shown: each caller is asked for, and comes later.',
  },
  queueStatus: { level: 'missing', words: 'Events do not say why a caller left a queue.' },
  account: { level: 'advice', words: 'An account number that callers type is only told by UserEvent.' },
  attestation: {
    level: 'advice',
    words: 'Events do not say what the network says of a number (STIR/SHAKEN).',
  },
  eventFilter: {
    level: 'advice',
    words:
      'No event filter was found: two thirds of what is sent is of no use here, and keeps both sides busy.',
  },
  noQueues: { level: 'missing', words: 'There are no queues, or app_queue is not loaded.' },
  emptyQueues: { level: 'advice', words: 'Nobody is a member of {queues} now.' },
  memberUnknown: {
    level: 'missing',
    words: '{member}, a member of {queues}, stands at no desk of Ringcard.',
  },
  memberState: {
    level: 'advice',
    words: '{member}, a member of {queues}, names no device: the PBX rings it while its phone is busy.',
  },
  deviceUnknown: {
    level: 'advice',
    words: '{device} stands at no desk of Ringcard: its calls are nobody’s.',
  },
  deskDevice: { level: 'missing', words: 'Desk {desk} has {device}, which the PBX does not know.' },
  transferCodes: { level: 'missing', words: 'No keys are set for {what} in features.conf.' },
  transferContexts: {
    level: 'missing',
    words: 'The dialplan has no {contexts}: agents cannot send calls on from the console.',
  },
  dialContext: {
    level: 'missing',
    words: 'The dialplan has no {context}: agents cannot call anybody from the console by their desk phones.',
  },
  noParking: { level: 'missing', words: 'There is no parking lot.' },
  parkCode: { level: 'advice', words: 'No keys are set to park a call.' },
  mixMonitor: { level: 'missing', words: 'MixMonitor is not loaded: nothing can be recorded.' },
  noWebrtc: { level: 'missing', words: 'No phone is set up for browsers (webrtc = yes).' },
  webServer: { level: 'missing', words: 'The web server for browser phones is switched off.' },
  sorceryAuth: {
    level: 'missing',
    words:
      'PJSIP does not look for secrets in Asterisk’s own database first: browser phones would get none that ends with the shift.',
  },
  sipUrl: {
    level: 'missing',
    words: 'The settings of Ringcard do not say where this PBX takes SIP over WebSocket.',
  },
  celOff: {
    level: 'missing',
    words: 'CEL is not written in whole: calls that nobody heard cannot be told afterwards.',
  },
  celFields: {
    level: 'unknown',
    words: 'Which fields CEL has in {file} could not be seen: it needs {fields}.',
  },
  cdrLinked: {
    level: 'advice',
    words: 'The CDR file has no linkedid: its rows cannot be told to belong to one call.',
  },
  queueLog: { level: 'missing', words: 'queue_log is switched off.' },
  queueLogInTable: {
    level: 'missing',
    words:
      'queue_log goes to a table by realtime ({table}) and to no file, so nothing is ever written to QUEUE_LOG_FILE. Have the file written too, or read the table by QUEUE_LOG_TABLE instead.',
  },
  queueLogInFile: {
    level: 'missing',
    words:
      'queue_log goes to its file and to no table, so nothing is ever written to QUEUE_LOG_TABLE ({table}). Have the table written, or read the file by QUEUE_LOG_FILE instead.',
  },
} as const satisfies Record<string, { level: 'missing' | 'advice' | 'unknown'; words: string }>
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

/** The words of a finding in English, with its values in place. */
export function findingWords(
  code: PbxFindingCode,
  values: Readonly<Record<string, string | number>>,
): string {
  return pbxFindings[code].words.replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? '?'))
}
