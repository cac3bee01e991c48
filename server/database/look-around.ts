import type { Logger } from 'pino'
import { ProblemError } from '../../shared/problems.ts'

/** How often what other processes changed is looked for, ms: half of the second within which it must be in force. */
export const lookEveryMs = 500

/**
 * Looks again and again for what other processes have changed, one look after the other: there are no change streams on
 * every database. A database that is away says so itself, and the next look tries again.
 * @param what is looked for, for the log
 * @param everyMs how long after a look the next one begins
 * @returns a function that stops looking; a look under way is not waited for
 */
export function lookAround(
  look: () => Promise<void>,
  what: string,
  log: Pick<Logger, 'warn'>,
  everyMs: number = lookEveryMs,
): () => void {
  let timer: NodeJS.Timeout | null = null
  let isStopped = false
  /** What fails each time is logged the first time. */
  let hasFailed = false
  const lookLater = (): void => {
    if (isStopped) return
    timer = setTimeout(() => {
      void look()
        .then(() => {
          hasFailed = false
        })
        .catch((error: unknown) => {
          if (error instanceof ProblemError) return
          if (!hasFailed) log.warn({ err: error, what }, 'Changes could not be looked for.')
          hasFailed = true
        })
        .finally(lookLater)
    }, everyMs)
  }
  lookLater()
  return () => {
    isStopped = true
    if (timer !== null) clearTimeout(timer)
  }
}
