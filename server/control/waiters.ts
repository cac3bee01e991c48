import type { Fact } from '../floor/facts.ts'
import { ProblemError } from '../../shared/problems.ts'

/** Those who wait until the floor shows something. */
export interface Waiters {
  /** Resolves when `isSo`, now or after something happened. @throws ProblemError `control.not_done` when that takes too long */
  until: (isSo: (facts: readonly Fact[]) => boolean) => Promise<void>
  /** Something has happened. */
  look: (facts: readonly Fact[]) => void
  /** Whoever waits is told that it was not done. */
  stop: () => void
}

/** @param withinMs how long anybody waits */
export function createWaiters(withinMs: number): Waiters {
  const waiting = new Set<{
    isSo: (facts: readonly Fact[]) => boolean
    done: () => void
    giveUp: () => void
  }>()

  return {
    until: (isSo) => {
      if (isSo([])) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(timer)
          waiting.delete(waiter)
        }
        const waiter = {
          isSo,
          done: () => {
            end()
            resolve()
          },
          giveUp: () => {
            end()
            reject(new ProblemError('control.not_done'))
          },
        }
        const timer = setTimeout(waiter.giveUp, withinMs)
        waiting.add(waiter)
      })
    },
    look: (facts) => {
      for (const waiter of [...waiting]) if (waiter.isSo(facts)) waiter.done()
    },
    stop: () => {
      for (const waiter of [...waiting]) waiter.giveUp()
    },
  }
}
