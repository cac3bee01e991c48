import type { ArticleVersion, StoredArticle } from '../../shared/article-routes.ts'
import type { Article, ArticleHit, ArticleLink } from '../../shared/articles.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Versioned } from '../database/versioned.ts'
import type { Audit } from '../people/audit.ts'
import { createEdited } from '../people/edited.ts'
import { indexOfWords, type WordIndex } from './index-of-words.ts'
import type { ArticleStore } from './model.ts'
import { plainOf } from './words.ts'

export interface ArticlesOptions {
  store: Pick<ArticleStore, 'loadAll' | 'versions' | 'add' | 'change' | 'remove' | 'keep' | 'versionsOf'>
  audit: Audit
  /** The name that a person goes by now; null for one who was erased. */
  nameOf: (personId: string) => string | null
  now: () => number
}

/** What a call is about, as far as articles are pinned to it. */
export interface About {
  queue: string | null
  dialled: string | null
  result: string | null
}

const mostFound = 20
/** So many stand beside a call. */
const mostLinks = 4
const beginsWith = 160
/** What the index in memory is meant for. */
export const mostArticles = 5_000

export type ArticleKeeper = ReturnType<typeof createArticles>

/** What agents look up while they talk: found by its words, or pinned to what the call is about. */
export function createArticles({ store, audit, nameOf, now }: ArticlesOptions) {
  const articles = createEdited({
    ...{ store, audit, told },
    actions: { set: 'article.set', removed: 'article.removed' },
    onChange: () => {
      index = null
      pins = null
    },
    onWritten: (written, by) => store.keep(written, by, now()),
  })
  let index: WordIndex | null = null
  /** Which are pinned where, by title; null until somebody asks. */
  let pins: Map<string, string[]> | null = null

  const hitOf = (id: string): ArticleHit[] => {
    const value = articles.get(id)?.value
    if (value === undefined) return []
    const begins = plainOf(value.text).slice(0, beginsWith)
    return [{ articleId: id, title: value.title, tags: value.tags, begins }]
  }

  /** Those pinned to a call, the nearest place first: each call asks, so nothing is gone through for it. */
  function pinnedIds({ queue, dialled, result }: About): string[] {
    pins ??= byPin(articles.all())
    const digits = dialled?.replace(/\D/g, '') ?? ''
    const places = [
      ...(result === null ? [] : [`result:${result}`]),
      ...(digits === '' ? [] : [`number:${digits}`]),
      ...(queue === null ? [] : [`queue:${queue}`]),
      'everybody',
    ]
    return [...new Set(places.flatMap((place) => pins?.get(place) ?? []))]
  }

  return {
    /** Loads everything. Needs the database. */
    load: articles.load,
    follow: articles.follow,

    list: (): StoredArticle[] => articles.all().map(outward),

    /** @throws ProblemError `article.unknown` */
    read: (id: string): StoredArticle => {
      const found = articles.get(id)
      if (found === undefined) throw new ProblemError('article.unknown')
      return outward(found)
    },

    /** Articles that hold all the words, the best first; twenty at most. */
    find: (typed: string): ArticleHit[] => {
      index ??= indexOfWords(articles.all().map(({ id, value }) => [id, value] as const))
      return index.find(typed, mostFound).flatMap(hitOf)
    },

    /** Those pinned to a call: to its result first, then to the number, the queue and everybody; twenty at most. */
    pinned: (about: About): ArticleHit[] => pinnedIds(about).slice(0, mostFound).flatMap(hitOf),

    /** As `pinned`, before there is a result: what stands beside the call. */
    linksFor: ({ queue, dialled }: Omit<About, 'result'>): ArticleLink[] =>
      pinnedIds({ queue, dialled, result: null })
        .slice(0, mostLinks)
        .flatMap((articleId) => {
          const title = articles.get(articleId)?.value.title
          return title === undefined ? [] : [{ articleId, title }]
        }),

    /** What an article was, the newest version first. @throws ProblemError `database.unreachable` */
    versions: async (id: string): Promise<ArticleVersion[]> =>
      (await store.versionsOf(id)).reverse().map(({ by, ...kept }) => ({ ...kept, by: nameOf(by) })),

    /** As `Edited.set`. @throws ProblemError `article.too_many` */
    set: async (id: string, article: Article, version: number | null, by: string): Promise<StoredArticle> => {
      if (version === null && articles.count() >= mostArticles) throw new ProblemError('article.too_many')
      return outward(await articles.set(id, article, version, by))
    },

    remove: articles.remove,
  }
}

const outward = ({ id, version, value }: Versioned<Article>): StoredArticle => ({
  articleId: id,
  version,
  article: value,
})

function byPin(articles: readonly Versioned<Article>[]): Map<string, string[]> {
  const pins = new Map<string, string[]>()
  const byTitle = [...articles].sort((a, b) => a.value.title.localeCompare(b.value.title))
  for (const { id, value } of byTitle)
    for (const pin of value.pins) pins.set(pin, [...(pins.get(pin) ?? []), id])
  return pins
}

/** An article as the audit keeps it: how long the text is, and not the text, whose versions are kept apart. */
function told({ title, tags, pins, text }: Article): Record<string, string | number | string[]> {
  return {
    title,
    characters: text.length,
    ...(tags.length > 0 ? { tags } : {}),
    ...(pins.length > 0 ? { pins } : {}),
  }
}
