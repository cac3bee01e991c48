/** Limits how often something is tried, per key. Kept in memory, and bounded. */
export interface Throttle {
  /**
   * Takes one attempt of a key.
   * @returns 0, or how many ms to wait when none is left (then nothing was taken)
   */
  spend: (key: string) => number
  /** Gives one attempt back, for one that did no harm. */
  refund: (key: string) => void
  /** Forgets a key. */
  reset: (key: string) => void
}

export interface ThrottleOptions {
  /** Attempts that may be made at once. */
  capacity: number
  /** How long until one more is allowed, ms. */
  refillMs: number
  /** Most keys remembered; the one unused for longest goes first. */
  mostKeys: number
  now: () => number
}

/** A token bucket for each key. */
export function createThrottle({ capacity, refillMs, mostKeys, now }: ThrottleOptions): Throttle {
  // A key's bucket is full again at this time (ms); a Map keeps the order of use.
  const fullAt = new Map<string, number>()

  const put = (key: string, at: number) => {
    fullAt.delete(key)
    if (at <= now()) return
    fullAt.set(key, at)
    if (fullAt.size <= mostKeys) return
    const oldest = fullAt.keys().next()
    if (!oldest.done) fullAt.delete(oldest.value)
  }

  return {
    spend: (key) => {
      const after = Math.max(fullAt.get(key) ?? 0, now()) + refillMs
      const wait = after - now() - capacity * refillMs
      if (wait > 0) return wait
      put(key, after)
      return 0
    },
    refund: (key) => {
      const at = fullAt.get(key)
      if (at !== undefined) put(key, at - refillMs)
    },
    reset: (key) => void fullAt.delete(key),
  }
}

/**
 * Takes one attempt from each of several throttles, or from none: whoever one of them refuses uses up nothing of what the
 * others allow to somebody else.
 * @returns 0, or how many ms to wait by the first that refuses
 */
export function spendAll(attempts: readonly { throttle: Throttle; key: string }[]): number {
  for (const [index, { throttle, key }] of attempts.entries()) {
    const waitMs = throttle.spend(key)
    if (waitMs === 0) continue
    for (const taken of attempts.slice(0, index)) taken.throttle.refund(taken.key)
    return waitMs
  }
  return 0
}
