import type { Parameters } from 'fast-check'

/**
 * How often a property is tried. `RINGCARD_RUNS` looks longer; `RINGCARD_SEED` and `RINGCARD_PATH`, as a failure prints
 * them, try the one that failed again.
 * @param usual as often as CI tries
 */
export function runs<T>(usual: number): Parameters<T> {
  const { RINGCARD_RUNS, RINGCARD_SEED, RINGCARD_PATH } = process.env
  return {
    numRuns: RINGCARD_RUNS === undefined ? usual : Number(RINGCARD_RUNS),
    ...(RINGCARD_SEED === undefined ? {} : { seed: Number(RINGCARD_SEED) }),
    ...(RINGCARD_PATH === undefined ? {} : { path: RINGCARD_PATH }),
  }
}
