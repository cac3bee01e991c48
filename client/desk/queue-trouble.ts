import type { QueueView } from '../../shared/calls.ts'

/** From here on a wait is shown as too long. */
export const tooLongMs = 120_000

/** @param since when the first in line began to wait, or null when nobody waits */
export function waitsTooLong(since: number | null, now: number): boolean {
  return since !== null && now - since >= tooLongMs
}

/** Queues with trouble on top: waiting with nobody free, then the longest wait, then how many, then by name. */
export function byTrouble(queues: readonly QueueView[]): QueueView[] {
  const stuck = (queue: QueueView) => (queue.waiting > 0 && queue.agentsFree === 0 ? 0 : 1)
  return [...queues].sort(
    (a, b) =>
      stuck(a) - stuck(b) ||
      (a.longestWaitSince ?? Infinity) - (b.longestWaitSince ?? Infinity) ||
      b.waiting - a.waiting ||
      a.name.localeCompare(b.name),
  )
}
