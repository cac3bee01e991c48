import type { Pause } from '../../../server/agents/status.ts'
import { defaultBreaks, type StatusRules } from '../../../shared/status.ts'

/** Rules with short times, to be read at a glance. */
export const rules: StatusRules = {
  wrapUpSeconds: 20,
  queues: [{ queue: 'sales', wrapUpSeconds: 0, autoAnswer: false, signIn: true }],
  extendSeconds: 30,
  extendMostSeconds: 60,
  missedCalls: true,
  missedBreak: null,
  graceSeconds: 30,
  deviceSeconds: 10,
  breaks: [...defaultBreaks],
}

/** How the PBX answers what it is told: does it, refuses, or says nothing of it. */
export type Obedience = 'does' | 'refuses' | 'hangs'

/** What was said to a PBX, in the order in which it came. */
export interface Said extends Pause {
  queue: string
  interface: string
}

/** An error as the link to the PBX gives it. */
export class PbxRefusal extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}
