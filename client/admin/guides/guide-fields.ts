import type { Guide } from '../../../shared/guides.ts'

/** A guide as it is typed: a line for each point, and `name | https://…` for each link. */
export type GuideFields = Record<'greeting' | 'points' | 'links', string>

export const noGuide: Guide = { greeting: '', points: [], links: [] }

export function guideFields({ greeting, points, links }: Guide): GuideFields {
  return {
    greeting,
    points: points.join('\n'),
    links: links.map(({ label, url }) => `${label} | ${url}`).join('\n'),
  }
}

/** What was typed as a guide, to be checked: an address without a name is its own name. */
export function guideFrom({ greeting, points, links }: GuideFields): Guide {
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  return {
    greeting: greeting.trim(),
    points: lines(points),
    links: lines(links).map((line) => {
      const at = line.lastIndexOf('|')
      const url = line.slice(at + 1).trim()
      const label = at < 0 ? url.replace(/^https?:\/\//, '').slice(0, 60) : line.slice(0, at).trim()
      return { label, url }
    }),
  }
}
