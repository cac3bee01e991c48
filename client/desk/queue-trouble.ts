import type { FloorCall, QueueView } from '../../shared/calls.ts'

/** From here on a wait is shown as too long. */
export const tooLongMs = 120_000

/** @param since when the first in line began to wait, or null when nobody waits */
export function waitsTooLong(since: number | null, now: number): boolean {
  return since !== null && now - since >= tooLongMs
}

/** How many of a queue's waiting callers ring at an agent just now. */
export function ringingIn(queue: QueueView, calls: readonly FloorCall[]): number {
  const ringing = calls.filter((call) => call.stage === 'ringing' && call.queue === queue.name).length
  return Math.min(queue.waiting, ringing)
}

/** Somebody waits whose call rings nowhere, and nobody is free to take it. */
export function isStuck(queue: QueueView, calls: readonly FloorCall[]): boolean {
  return queue.agentsFree === 0 && queue.waiting > ringingIn(queue, calls)
}

/** Queues with trouble on top: waiting with nobody free, then the longest wait, then how many, then by name. */
export function byTrouble(queues: readonly QueueView[], calls: readonly FloorCall[]): QueueView[] {
  const stuck = (queue: QueueView) => (isStuck(queue, calls) ? 0 : 1)
  return [...queues].sort(
    (a, b) =>
      stuck(a) - stuck(b) ||
      (a.longestWaitSince ?? Infinity) - (b.longestWaitSince ?? Infinity) ||
      b.waiting - a.waiting ||
      a.name.localeCompare(b.name),
  )
}
