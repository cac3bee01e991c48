import { ProblemError } from '../../shared/problems.ts'
import { defaultBreaks, defaultMissedBreak, type StatusRules, type StoredRules } from '../../shared/status.ts'
import { detailsOf, type Audit } from '../people/audit.ts'
import type { AgentStore } from './model.ts'

export interface RulesOptions {
  store: Pick<AgentStore['rules'], 'seed' | 'loadAll' | 'change'>
  /** What the environment says before anybody has changed anything. */
  seed: StatusRules
  /** Keeps who changed what. */
  audit: Audit
  /** Other rules hold from now on. */
  onChange: () => void
}

export type Rules = ReturnType<typeof createRules>

const rulesId = 'rules'
const extendSeconds = 30
const extendMostSeconds = 300

/** The rules that the environment names, before anybody has changed any. */
export function seededRules(config: {
  WRAP_UP_SECONDS: number
  MISSED_CALLS: boolean
  CONSOLE_GRACE_SECONDS: number
  DEVICE_GRACE_SECONDS: number
}): StatusRules {
  return {
    wrapUpSeconds: config.WRAP_UP_SECONDS,
    queues: [],
    extendSeconds,
    extendMostSeconds,
    missedCalls: config.MISSED_CALLS,
    missedBreak: config.MISSED_CALLS ? defaultMissedBreak : null,
    graceSeconds: config.CONSOLE_GRACE_SECONDS,
    deviceSeconds: config.DEVICE_GRACE_SECONDS,
    breaks: [...defaultBreaks],
  }
}

/** How agents' status works here. Held in memory; what the environment seeds counts until the database has answered. */
export function createRules({ store, seed, audit, onChange }: RulesOptions) {
  let stored: StoredRules = { version: 0, rules: seed }

  async function reload(): Promise<void> {
    const [found] = await store.loadAll()
    if (!found) return
    stored = { version: found.version, rules: found.value }
    onChange()
  }

  return {
    /** Stores the seed where there are no rules yet, and loads them. Needs the database. */
    load: async (): Promise<void> => {
      await store.seed(rulesId, seed)
      await reload()
    },

    /** The rules as they are now. */
    current: (): StatusRules => stored.rules,

    read: (): StoredRules => stored,

    /** @throws ProblemError `edit.outdated`, `database.unreachable` */
    change: async (rules: StatusRules, version: number, actorId: string): Promise<StoredRules> => {
      const before = stored.rules
      try {
        const { version: next } = await store.change(rulesId, version, rules)
        stored = { version: next, rules }
      } catch (error) {
        if (error instanceof ProblemError && error.code === 'edit.outdated') await reload()
        throw error
      }
      onChange()
      const details = detailsOf(textOf(before), textOf(rules))
      await audit(
        'statusRules.changed',
        actorId,
        rulesId,
        details.map(({ field }) => field),
        details,
      )
      return stored
    },
  }
}

/** Rules as the audit keeps them. */
function textOf({ queues, breaks, missedBreak, ...rules }: StatusRules): Record<string, string | string[]> {
  return {
    missedBreak: missedBreak === null ? '–' : `${missedBreak.after} ${missedBreak.reasonId}`,
    ...Object.fromEntries(Object.entries(rules).map(([field, value]) => [field, String(value)])),
    queues: queues.map(({ queue, wrapUpSeconds, autoAnswer, signIn }) =>
      [
        queue,
        wrapUpSeconds ?? '–',
        ...(autoAnswer ? ['auto-answer'] : []),
        ...(signIn ? ['sign-in'] : []),
      ].join(' '),
    ),
    breaks: breaks.map(({ reasonId, name, paid, limitMinutes }) =>
      [reasonId, name.en, name.ru, paid ? 'paid' : 'unpaid', limitMinutes ?? '–'].join(' '),
    ),
  }
}
