import type { AuditAction, AuditDetail } from '../../shared/administration.ts'
import type { StoredArticle } from '../../shared/article-routes.ts'
import type { Article, ArticleHit, ArticleLink } from '../../shared/articles.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Versioned } from '../database/versioned.ts'
import { detailsOf } from '../people/audit.ts'
import { indexOfWords, type WordIndex } from './index-of-words.ts'
import type { ArticleStore } from './model.ts'
import { plainOf } from './words.ts'

export interface ArticlesOptions {
  store: Pick<ArticleStore, 'loadAll' | 'add' | 'change' | 'remove' | 'keep'>
  /** Keeps who changed what. */
  audit: (
    action: AuditAction,
    actorId: string,
    subjectId: string,
    changed: string[],
    details: AuditDetail[],
  ) => Promise<void>
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
/** Other servers on the same database are followed so often, at a search, ms. */
const readAgainMs = 30_000

export type ArticleKeeper = ReturnType<typeof createArticles>

/** What agents look up while they talk: found by its words, or pinned to what the call is about. */
export function createArticles({ store, audit, now }: ArticlesOptions) {
  let articles = new Map<string, Versioned<Article>>()
  let index: WordIndex | null = null
  /** Which are pinned where, by title; null until somebody asks. */
  let pins: Map<string, string[]> | null = null
  let readAt = 0

  const outward = ({ id, version, value }: Versioned<Article>): StoredArticle => ({
    articleId: id,
    version,
    article: value,
  })
  const hitOf = (id: string): ArticleHit[] => {
    const value = articles.get(id)?.value
    if (value === undefined) return []
    const begins = plainOf(value.text).slice(0, beginsWith)
    return [{ articleId: id, title: value.title, tags: value.tags, begins }]
  }

  async function load(): Promise<void> {
    const loaded = await store.loadAll()
    articles = new Map(loaded.map((one) => [one.id, one]))
    changed()
    readAt = now()
  }

  function changed(): void {
    index = null
    pins = null
  }

  /** Those pinned to a call, the nearest place first: each call asks, so nothing is gone through for it. */
  function pinnedIds({ queue, dialled, result }: About): string[] {
    follow()
    pins ??= byPin(articles)
    const digits = dialled?.replace(/\D/g, '') ?? ''
    const places = [
      ...(result === null ? [] : [`result:${result}`]),
      ...(digits === '' ? [] : [`number:${digits}`]),
      ...(queue === null ? [] : [`queue:${queue}`]),
      'everybody',
    ]
    return [...new Set(places.flatMap((place) => pins?.get(place) ?? []))]
  }

  /** Nobody waits for it, and a database that is away leaves what is known. */
  function follow(): void {
    if (now() - readAt < readAgainMs) return
    readAt = now()
    load().catch(() => undefined)
  }

  /** Writes; when somebody was faster, perhaps on another server, what they wrote is read before it is told. */
  async function write<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'edit.outdated') await load()
      throw error
    }
  }

  async function note(action: AuditAction, id: string, details: AuditDetail[], by: string): Promise<void> {
    const changed = details.map(({ field }) => field)
    await audit(action, by, id, changed, details)
  }

  return {
    /** Loads everything. Needs the database. */
    load,

    list: (): StoredArticle[] => [...articles.values()].map(outward),

    /** @throws ProblemError `article.unknown` */
    read: (id: string): StoredArticle => {
      const found = articles.get(id)
      if (found === undefined) throw new ProblemError('article.unknown')
      return outward(found)
    },

    /** Articles that hold all the words, the best first; twenty at most. */
    find: (typed: string): ArticleHit[] => {
      follow()
      index ??= indexOfWords([...articles].map(([id, { value }]) => [id, value] as const))
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

    /**
     * @param version null where there is none yet
     * @throws ProblemError `edit.outdated`, also when somebody was faster in writing the first; `article.too_many`
     */
    set: async (id: string, article: Article, version: number | null, by: string): Promise<StoredArticle> => {
      if (version === null && articles.size >= mostArticles) throw new ProblemError('article.too_many')
      const before = articles.get(id)
      const stored = await write(async () => {
        const done =
          version === null ? await store.add(id, article) : await store.change(id, version, article)
        if (done === null) throw new ProblemError('edit.outdated')
        return done
      })
      articles.set(id, stored)
      changed()
      await store.keep(stored, by, now())
      await note('article.set', id, detailsOf(told(before?.value), told(article)), by)
      return outward(stored)
    },

    /** @throws ProblemError `edit.outdated` */
    remove: async (id: string, version: number, by: string): Promise<void> => {
      const before = articles.get(id)
      await write(() => store.remove(id, version))
      articles.delete(id)
      changed()
      await note('article.removed', id, detailsOf(told(before?.value), {}), by)
    },
  }
}

function byPin(articles: ReadonlyMap<string, Versioned<Article>>): Map<string, string[]> {
  const pins = new Map<string, string[]>()
  const byTitle = [...articles.values()].sort((a, b) => a.value.title.localeCompare(b.value.title))
  for (const { id, value } of byTitle)
    for (const pin of value.pins) pins.set(pin, [...(pins.get(pin) ?? []), id])
  return pins
}

/** An article as the audit keeps it: how long the text is, and not the text, whose versions are kept apart. */
function told(article: Article | undefined): Record<string, string | number | string[]> {
  if (article === undefined) return {}
  const { title, tags, pins, text } = article
  return {
    title,
    characters: text.length,
    ...(tags.length > 0 ? { tags } : {}),
    ...(pins.length > 0 ? { pins } : {}),
  }
}
