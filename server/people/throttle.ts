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
