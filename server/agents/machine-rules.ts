import type { BreakReason, StatusRules } from '../../shared/status.ts'
import type { Reason } from './status.ts'

/** What of the rules counts for the machine of a status, in ms. */
export interface MachineRules {
  graceMs: number
  /** How long the phone in use may be lost; 0 for as long as it takes. */
  deviceGraceMs: number
  missedCalls: boolean
  /** After how many missed calls in a row a break begins, and which; null for never. */
  missedBreak: { after: number; reason: Reason } | null
  extendMs: number
  extendMostMs: number
}

/** The rules as the machine has them. */
export function machineRules(rules: StatusRules): MachineRules {
  const { missedBreak, breaks } = rules
  const reason = breaks.find(({ reasonId }) => reasonId === missedBreak?.reasonId)
  return {
    graceMs: rules.graceSeconds * 1000,
    deviceGraceMs: rules.deviceSeconds * 1000,
    missedCalls: rules.missedCalls,
    missedBreak: missedBreak && reason ? { after: missedBreak.after, reason: reasonOf(reason) } : null,
    extendMs: rules.extendSeconds * 1000,
    extendMostMs: rules.extendMostSeconds * 1000,
  }
}

/** A break of the centre as the machine has it. */
export function reasonOf({ reasonId, paid, limitMinutes }: BreakReason): Reason {
  return { reasonId, text: null, paid, limitMs: limitMinutes === null ? null : limitMinutes * 60_000 }
}
