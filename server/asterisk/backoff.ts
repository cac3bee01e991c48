/** How long to wait before another attempt, ms. */
export interface Backoff {
  firstMs: number
  longestMs: number
}

/** After a lost or unreachable PBX: back at once if it was a blink, and no storm if it was not. */
export const reconnectBackoff: Backoff = { firstMs: 250, longestMs: 15_000 }

/** After a refused login or a PBX that is too old: only a person can change that, and Asterisk counts the attempts. */
export const refusedBackoff: Backoff = { firstMs: 5_000, longestMs: 60_000 }

/**
 * The wait before the next attempt: doubled each time, and half of it left to chance, so that many servers do not come
 * back in step.
 * @param failures how many attempts have failed in a row, from 1
 * @param random from 0 to 1
 * @returns ms
 */
export function backoffMs({ firstMs, longestMs }: Backoff, failures: number, random: number): number {
  const most = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return Math.round(most * (0.5 + random / 2))
}
