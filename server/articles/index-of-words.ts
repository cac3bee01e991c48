import type { Article } from '../../shared/articles.ts'
import { stemOf, wordsOf } from './words.ts'

const weights = { title: 6, tags: 4, text: 1 } as const

/** A full-text index: which articles hold which word, and how much it weighs there. */
export interface WordIndex {
  /**
   * @param typed every word must begin a word of the article, or be a form of one
   * @returns ids, the best first
   */
  find: (typed: string, most: number) => string[]
}

/** Builds the index of some thousand articles, in memory: any database will do, and a search is a few microseconds. */
export function indexOfWords(articles: Iterable<readonly [id: string, article: Article]>): WordIndex {
  const holders = new Map<string, Map<string, number>>()
  const titles = new Map<string, string>()
  const note = (word: string, id: string, weight: number): void => {
    const of = holders.get(word) ?? new Map<string, number>()
    // A word that stands often weighs no more than three that stand once.
    of.set(id, Math.min((of.get(id) ?? 0) + weight, 3 * weights.title))
    holders.set(word, of)
  }
  for (const [id, { title, tags, text }] of articles) {
    titles.set(id, title)
    for (const [part, weight] of [
      [title, weights.title],
      [tags.join(' '), weights.tags],
      [text, weights.text],
    ] as const) {
      for (const word of wordsOf(part)) {
        note(word, id, weight)
        // Its stem is found too, and counts for little: the word itself has been counted.
        if (stemOf(word) !== word) note(stemOf(word), id, 0.1)
      }
    }
  }
  const vocabulary = [...holders.keys()].sort()

  function holdersOf(sought: string): Map<string, number> {
    const found = new Map<string, number>()
    for (let at = firstNotBefore(vocabulary, sought); at < vocabulary.length; at += 1) {
      const word = vocabulary[at] ?? ''
      if (!word.startsWith(sought)) break
      const share = word === sought ? 1 : 0.7
      for (const [id, weight] of holders.get(word) ?? []) found.set(id, (found.get(id) ?? 0) + weight * share)
    }
    return found
  }

  return {
    find: (typed, most) => {
      const sought = [...new Set(wordsOf(typed))]
      if (sought.length === 0) return []
      const each = sought.map((word) => {
        const whole = holdersOf(word)
        return whole.size > 0 ? whole : holdersOf(stemOf(word))
      })
      const [first = new Map<string, number>(), ...others] = each
      return [...first]
        .flatMap(([id, weight]) => {
          const rest = others.map((one) => one.get(id))
          if (rest.some((one) => one === undefined)) return []
          return [{ id, weight: rest.reduce<number>((sum, one) => sum + (one ?? 0), weight) }]
        })
        .sort((a, b) => b.weight - a.weight || (titles.get(a.id) ?? '').localeCompare(titles.get(b.id) ?? ''))
        .slice(0, most)
        .map(({ id }) => id)
    },
  }
}

function firstNotBefore(sorted: readonly string[], sought: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < sought) low = middle + 1
    else high = middle
  }
  return low
}
