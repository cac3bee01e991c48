/**
 * The written rules by which Ringcard's account of a call may differ from Asterisk's: each stands under its name in
 * docs/metrics.md, with the trace that shows it. Whoever compares counts how often each was used.
 */
export const rules = [
  'refused-again',
  'member-name',
  'picked-up',
  'pick-up-has-no-row',
  'fetched-row',
  'consultation-row',
  'consultation-is-no-contact',
  'answered-alone',
  'ringing-billed',
  'transfer-under-either',
  'transfer-as-completed',
  'held-by-keys',
  'place-kept',
  'place-withdrawn',
  'on-the-threshold',
  'cut-off',
  'nobody-hung-up',
  'hold-unheard',
  'found-talking',
  'clock-set',
  'clock-off',
] as const
export type Rule = (typeof rules)[number]

/** Told each time that a rule was needed. */
export type Use = (rule: Rule) => void

/** A place in which two accounts of a call differ, and no rule says why. */
export interface Difference {
  /** The call in Asterisk's words (its linked id), without the PBX's name. */
  callId: string
  /** When, seconds since 1970; null where it is about the call as a whole. */
  at: number | null
  what: string
  /** What a rule may excuse in it; left out where none may. */
  about?: About
}

/**
 * - `noRow`: Ringcard has a call, of which CDR has no row
 * - `end`: when something ended, or how long it was
 * - `cutOff`: Ringcard says that Asterisk died in it
 */
export type About = 'noRow' | 'end' | 'cutOff'
