import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'

const againMs = 1_000

/**
 * Does work once something is ready, and again after a second each time that it fails, until it succeeds or is stopped.
 * @param work may be cut short by a failure at any point, so it must bear being repeated
 */
export function startWhenReady(options: {
  whenReady: () => Promise<void>
  work: () => Promise<void>
  log: Pick<Logger, 'warn'>
}): { stop: () => void } {
  const stopping = new AbortController()
  const { signal } = stopping

  const run = async (): Promise<void> => {
    await options.whenReady()
    while (!signal.aborted) {
      try {
        await options.work()
        return
      } catch (error) {
        options.log.warn({ err: error }, 'The start could not be completed; it is tried again.')
        await delay(againMs, undefined, { signal })
      }
    }
  }
  // It only rejects when stopped.
  run().catch(() => undefined)
  return { stop: () => stopping.abort() }
}
