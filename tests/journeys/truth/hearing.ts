import { waitUntil } from '../../../lab/asterisk/process.ts'
import type { Health } from '../../../shared/api.ts'
import type { Span } from '../../lab/comparer/compare.ts'

/** When a server did not hear its PBX. */
export interface Hearing {
  /** The end of one that is not over yet is infinite. */
  unheard: readonly Span[]
  /** From now on nothing is heard, until the health page says that it is. */
  lost: () => void
  /** Waits until the PBX is heard. @throws when it is not in time */
  regained: () => Promise<void>
}

const everyMs = 100
const soon = { timeoutMs: 30_000, everyMs }

/**
 * Notes when a PBX goes unheard, and since when it is heard again: as soon as the server says that its link is live.
 * @param health asks the server for its health; may fail while there is no server
 * @param lostSince of a server that has not been there before, seconds since 1970
 */
export function createHearing(health: () => Promise<Health>, lostSince: number | null = null): Hearing {
  const unheard: Span[] = lostSince === null ? [] : [{ from: lostSince, to: Infinity }]
  const isHeard = (): boolean => unheard.every(({ to }) => to !== Infinity)
  let looking = false

  const look = async (): Promise<void> => {
    if (looking) return
    looking = true
    while (!isHeard()) {
      const links = (await health().catch(() => null))?.links ?? []
      // A server that has not noticed yet has been live for longer.
      const liveSince = Math.min(...links.map((link) => (link.state === 'live' ? link.since / 1000 : NaN)))
      for (const span of unheard) if (span.to === Infinity && span.from < liveSince) span.to = liveSince
      await new Promise((resolve) => setTimeout(resolve, everyMs).unref())
    }
    looking = false
  }
  void look()
  return {
    unheard,
    lost: () => {
      unheard.push({ from: Date.now() / 1000, to: Infinity })
      void look()
    },
    regained: async () => {
      await waitUntil('the PBX to be heard again', isHeard, soon)
    },
  }
}
