import type { BreakReason, StatusRules } from '../../../shared/status.ts'
import { codeFor } from '../dispositions/draft.ts'

/** Leaves room in an id for the number of a second one of the same name. */
const longestName = 26

/** What the rules say of one queue. */
export type QueueRule = StatusRules['queues'][number]

/** A queue of which nothing is said: all is as for the others. */
const plain = (queue: string): QueueRule => ({
  queue,
  wrapUpSeconds: null,
  autoAnswer: false,
  signIn: false,
})

/** What the rules say of a queue, said or not. */
export const ruleOf = (rules: readonly QueueRule[], queue: string): QueueRule =>
  rules.find((one) => one.queue === queue) ?? plain(queue)

/** The rules with another for its queue; a queue of which nothing is said any more is left out. Sorted, so that the same is equal. */
export function withRule(rules: readonly QueueRule[], rule: QueueRule): QueueRule[] {
  const others = rules.filter(({ queue }) => queue !== rule.queue)
  const isPlain = JSON.stringify(rule) === JSON.stringify(plain(rule.queue))
  return [...others, ...(isPlain ? [] : [rule])].sort((one, other) => one.queue.localeCompare(other.queue))
}

/** A further break, under an id for as long as it has not been saved. */
export function withBreak(breaks: readonly BreakReason[], name: BreakReason['name']): BreakReason[] {
  const taken = breaks.map(({ reasonId }) => reasonId)
  return [...breaks, { reasonId: codeFor('new', taken), name, paid: false, limitMinutes: null }]
}

/** Gives breaks that were never saved an id by their English name: Asterisk, and its queue_log, know a break by it for ever. */
export function withIds(breaks: readonly BreakReason[], saved: readonly BreakReason[]): BreakReason[] {
  const isSaved = ({ reasonId }: BreakReason) => saved.some((one) => one.reasonId === reasonId)
  const taken = saved.map(({ reasonId }) => reasonId)
  return breaks.map((one) => {
    if (isSaved(one)) return one
    const code = codeFor(one.name.en.slice(0, longestName), taken, 'break')
    taken.push(code)
    return { ...one, reasonId: code }
  })
}

/** The rules of a form as they are saved: what named a new break by its passing id names it by its own. */
export function withOwnIds(rules: StatusRules, saved: readonly BreakReason[]): StatusRules {
  const breaks = withIds(rules.breaks, saved)
  const { missedBreak } = rules
  const at = rules.breaks.findIndex(({ reasonId }) => reasonId === missedBreak?.reasonId)
  const reasonId = breaks[at]?.reasonId
  return {
    ...rules,
    breaks,
    missedBreak: missedBreak && reasonId ? { ...missedBreak, reasonId } : missedBreak,
  }
}
