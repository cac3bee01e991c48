/** How much somebody may ask: `burst` at once, then `perSecond`. */
export interface Allowance {
  burst: number
  perSecond: number
}

/**
 * Counts requests against an allowance.
 * @returns a function that says whether one more is allowed at a time (ms)
 */
export function createAllowance({ burst, perSecond }: Allowance): (now: number) => boolean {
  let left = burst
  let at = 0
  return (now) => {
    left = Math.min(burst, left + ((now - at) / 1000) * perSecond)
    at = now
    if (left < 1) return false
    left -= 1
    return true
  }
}
