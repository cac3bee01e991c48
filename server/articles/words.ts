/** Endings that change with case, number and tense; the longest that fits goes. A light stem, and no dictionary. */
const russian =
  /(иями|ями|ами|ией|иям|ием|иях|ого|ему|ому|ыми|ими|его|ать|ять|ить|еть|ется|ются|ая|яя|ое|ее|ые|ие|ый|ий|ой|ей|ом|ем|ам|ям|ах|ях|ов|ев|ию|ью|ия|ья|ы|и|а|я|о|е|у|ю|ь|й)$/u
const english = /(ments|ment|ings|ing|ied|ies|ed|es|s|ly)$/u
const shortestStem = 3

/** A text's words, folded: small letters, without accents, `ё` as `е`. */
export function wordsOf(text: string): string[] {
  const folded = text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replaceAll('й', '\u0000')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('\u0000', 'й')
  return folded.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** What the forms of a word have in common; a short word is its own. */
export function stemOf(word: string): string {
  const stem = word.replace(/[а-я]/u.test(word) ? russian : english, '')
  return stem.length >= shortestStem ? stem : word
}

/** Markdown as plain text, near enough to be read in a line. */
export function plainOf(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^[ \t]*(#{1,6}|>|[-*+]|\d+\.)[ \t]+/gm, '')
    .replace(/[*_`|~]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
