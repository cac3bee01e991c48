/** How long a command is known, so that the same press again is the same command, ms. */
const knownForMs = 60_000

/**
 * Commands by their ids: each is done once, and whoever asks again gets what came of it.
 * @returns a function that is given a key and what to do, and gives what that came to
 */
export function createOnce<T>(now: () => number): (key: string, run: () => Promise<T>) => Promise<T> {
  const known = new Map<string, { outcome: Promise<T>; at: number }>()
  return (key, run) => {
    const before = now() - knownForMs
    for (const [old, { at }] of known) if (at < before) known.delete(old)
    const kept = known.get(key)
    if (kept) return kept.outcome
    const outcome = run()
    known.set(key, { outcome, at: now() })
    return outcome
  }
}
