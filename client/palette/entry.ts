import type { IconName } from '../ui/icon-names.ts'

/** Something that can be done from the palette, as a room offers it. What my rights do not allow is not offered. */
export interface PaletteEntry {
  id: string
  icon: IconName
  title: string
  /** What kind of thing it is, or what is known of it. */
  detail: string
  /** The key that does the same. */
  key?: string
  /** More words by which it is found. */
  words?: string
  /** It leads the focus elsewhere: it does not go back to where the palette was opened. */
  leads?: true
  run: () => unknown
}

/** At most so many are shown beside customers that were found. */
const mostBeside = 6

const wordsOf = (text: string): string[] =>
  text
    .toLocaleLowerCase()
    .split(/[\s·/.,:()]+/u)
    .filter(Boolean)

/**
 * The entries that fit what was typed: each typed word begins a word of theirs. Those whose title fits come first.
 * @param typed nothing gives all
 */
export function entriesFor(entries: readonly PaletteEntry[], typed: string): PaletteEntry[] {
  const sought = wordsOf(typed)
  if (sought.length === 0) return [...entries]
  const fits = (text: string) => {
    const words = wordsOf(text)
    return sought.every((one) => words.some((word) => word.startsWith(one)))
  }
  const byTitle = entries.filter(({ title }) => fits(title))
  const byMore = entries.filter(
    (entry) => !byTitle.includes(entry) && fits(`${entry.title} ${entry.detail} ${entry.words ?? ''}`),
  )
  return [...byTitle, ...byMore].slice(0, mostBeside)
}
