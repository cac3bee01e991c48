/** Raw percentiles of some measurements, ms. */
export interface Percentiles {
  n: number
  p50: number
  p90: number
  p95: number
  p99: number
  max: number
  mean: number
}

/** Percentiles by the nearest rank. @param values ms, in any order */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0)
  const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length)
  return {
    n: sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    mean: round(mean),
  }
}

/** The middle one of some values, the lower of two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

/** To the microsecond where the value is in ms. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

/** How many times as large; null where there is nothing to compare with. */
export function ratio(ours: number, floor: number): number | null {
  return floor > 0 ? round(ours / floor) : null
}
