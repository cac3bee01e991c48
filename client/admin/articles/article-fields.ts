import type { Article } from '../../../shared/articles.ts'

/** An article as it is typed: tags and results with commas, and other pins as they are ticked. */
export interface ArticleFields extends Record<string, string | string[]> {
  title: string
  text: string
  tags: string
  pins: string[]
  results: string
}

export const noArticle: Article = { title: '', text: '', tags: [], pins: [] }
const result = 'result:'

export function articleFields({ title, text, tags, pins }: Article): ArticleFields {
  return {
    title,
    text,
    tags: tags.join(', '),
    pins: pins.filter((pin) => !pin.startsWith(result)).sort(),
    results: pins
      .filter((pin) => pin.startsWith(result))
      .map((pin) => pin.slice(result.length))
      .join(', '),
  }
}

/** What was typed as an article, to be checked. */
export function articleFrom({ title, text, tags, pins, results }: ArticleFields): Article {
  const parts = (typed: string) =>
    [...new Set(typed.split(',').map((one) => one.trim()))].filter((one) => one !== '')
  return {
    title: title.trim(),
    text: text.trim(),
    tags: parts(tags),
    pins: [...pins, ...parts(results).map((code) => `${result}${code}`)],
  }
}
