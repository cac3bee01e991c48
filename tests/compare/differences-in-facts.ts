import type { Fact } from '../../server/floor/facts.ts'

/**
 * Where the facts of a replay are not those that history holds.
 * @returns a line for each; none when they are the same
 */
export function differencesInFacts(held: readonly Fact[], replayed: readonly Fact[]): string[] {
  const differences: string[] = []
  for (let index = 0; index < Math.max(held.length, replayed.length); index += 1) {
    const [before, now] = [held[index], replayed[index]].map((fact) =>
      fact ? JSON.stringify(fact) : 'nothing',
    )
    if (before !== now)
      differences.push(`${index + 1}: history holds ${before ?? ''}, the replay gives ${now ?? ''}`)
  }
  return differences
}
