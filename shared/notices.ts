import { z } from 'zod'
import { instantSchema } from './calls.ts'

/**
 * What an administrator should know of a connection that works, and not as it should. `trouble`: calls or figures are
 * wrong until somebody acts. The code is stable; the words are English, with values in braces, and consoles have their own.
 */
export const notices = {
  'pbx.no_call_events': {
    level: 'trouble',
    words:
      'The AMI user {user} does not hear of calls: its line `read` in manager.conf lacks the class call. No call will be seen.',
  },
  'pbx.classes_missing': {
    level: 'hint',
    words:
      'The AMI user {user} lacks {classes} in its line `read` in manager.conf; npm run pbx:check tells what for.',
  },
  'pbx.no_getvar': {
    level: 'trouble',
    words:
      'The AMI user may not use Getvar (class call in `write`): callers’ numbers come late or not at all.',
  },
  'pbx.system_user_refused': {
    level: 'trouble',
    words:
      'The PBX refuses the AMI user {user}, by whom browser phones get their secrets and desk phones are told to answer and hold. Check its section in manager.conf, and AMI_SYSTEM_SECRET.',
  },
  'pbx.list_refused': {
    level: 'trouble',
    words: 'The PBX does not give {list}, and what it tells is not shown.',
  },
  'pbx.no_queues': {
    level: 'hint',
    words: 'The PBX has no queues: app_queue is not loaded, or the AMI user may not read them.',
  },
  'pbx.not_booted': {
    level: 'hint',
    words: 'The PBX did not say that it has booted: the AMI user lacks the class system in `read`.',
  },
  'pbx.no_timestamps': {
    level: 'trouble',
    words:
      'The PBX does not say when events happened, so that every delay bends the figures: set timestampevents = yes in manager.conf.',
  },
  'pbx.clock_off': {
    level: 'trouble',
    words:
      'The clock of the PBX differs from ours by {difference}. Times are corrected here; its own records are not. Keep both clocks by NTP.',
  },
  'pbx.clock_jumped': {
    level: 'hint',
    words:
      'The clock of the PBX jumped while calls were watched. Their lengths are as they were by our clock.',
  },
  'pbx.untried': {
    level: 'hint',
    words: 'Asterisk {version} is untried; {tested} is what was tested.',
  },
  'pbx.second_ringcard': {
    level: 'trouble',
    words:
      'Another Ringcard is connected to this PBX: {nodes}. Each call is kept and shown by both. Let one of them go, or give it a PBX of its own.',
  },
  'pbx.unannounced': {
    level: 'trouble',
    words:
      'The PBX tells of channels that it never announced; they are taken in as they are heard of. Is an event filter too wide, or Newchannel kept back?',
  },
  'pbx.name_cut': {
    level: 'hint',
    words: 'A caller’s name was longer than {longest} characters, and was cut.',
  },
  'pbx.record_absent': {
    level: 'trouble',
    words:
      'The record {file} is not there, so that calls which nobody hears stay unknown. Is it written, and seen from here?',
  },
  'pbx.record_unreadable': {
    level: 'trouble',
    words:
      'The record {file} cannot be read ({reason}), so that calls which nobody hears stay unknown. Let the user of this server read it.',
  },
  'pbx.record_columns': {
    level: 'trouble',
    words:
      'The rows of {file} are not what CEL_COLUMNS says, so that calls which nobody hears stay unknown. Put fields = {fields} under its section in cel_custom.conf.',
  },
  'pbx.record_table_columns': {
    level: 'trouble',
    words:
      'The table {file} lacks {columns}, or has them of a type that cannot be read, so that of calls which nobody hears less is known, or nothing. Add them: Asterisk fills each column that is there.',
  },
  'pbx.record_database_away': {
    level: 'trouble',
    words:
      'The database of the record does not answer ({reason}), so that calls which nobody hears stay unknown. Is it up, and RECORD_DATABASE_URI right?',
  },
  'pbx.record_database_refused': {
    level: 'trouble',
    words:
      'The database of the record does not let this server in ({reason}), so that calls which nobody hears stay unknown. Look at user, password and name in RECORD_DATABASE_URI, and at pg_hba.conf.',
  },
  'pbx.no_queue_log': {
    level: 'hint',
    words:
      'Neither QUEUE_LOG_FILE nor QUEUE_LOG_TABLE is set: calls that nobody hears are told without their queues.',
  },
  'pbx.missed': {
    level: 'trouble',
    words:
      'Something was missed while the PBX was heard, and put right: {kinds}. What was heard before is in TRACE_FOLDER.',
  },
} as const satisfies Record<string, { level: 'trouble' | 'hint'; words: string }>

export type NoticeCode = keyof typeof notices
export type NoticeValues = Readonly<Record<string, string | number>>

export const noticeSchema = z.object({
  code: z.enum(Object.keys(notices) as [NoticeCode, ...NoticeCode[]]),
  /** The PBX that it is about. */
  pbx: z.string(),
  level: z.enum(['trouble', 'hint']),
  /** In English, with its values. */
  words: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
  since: instantSchema,
  /** How often it was noticed since then. */
  times: z.number().int().positive(),
})
export type Notice = z.infer<typeof noticeSchema>

/** The words of a notice in English, with its values in place. */
export function noticeWords(code: NoticeCode, values: NoticeValues): string {
  return notices[code].words.replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? '?'))
}

/** How far two clocks are apart, for a person: `+2:00:03`, `-0:00:07`. */
export function clockDifference(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  const sign = ms < 0 ? '-' : '+'
  return `${sign}${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
