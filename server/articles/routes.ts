import type { Handlers } from '../http/mount.ts'
import type { ArticleKeeper } from './articles.ts'

export interface ArticleSurroundings {
  /** The queues that the PBXs have now. */
  queues: () => Iterable<string>
  /** What the center's numbers stand for. */
  numbers: () => readonly { number: string; label: string }[]
  /** Which number was dialled in a call that is on; null where it is not known. */
  dialledIn: (callId: string) => string | null
}

/** How articles are looked up and written over HTTP. */
export function articleRoutes(
  articles: ArticleKeeper,
  { queues, numbers, dialledIn }: ArticleSurroundings,
): Pick<Handlers, `articles.${string}` & keyof Handlers> {
  return {
    'articles.find': ({ query: { q, callId, queue, result } }) =>
      q === ''
        ? articles.pinned({
            queue: queue ?? null,
            dialled: callId === undefined ? null : dialledIn(callId),
            result: result ?? null,
          })
        : articles.find(q),
    'articles.read': ({ params }) => articles.read(params.articleId),
    'articles.editor': () => ({
      articles: articles.list(),
      queues: [...queues()].sort(),
      numbers: numbers().map(({ number, label }) => ({ number, label })),
    }),
    'articles.versions': async ({ params }) => ({ versions: await articles.versions(params.articleId) }),
    'articles.set': ({ params, body, caller }) =>
      articles.set(params.articleId, body.article, body.version, caller.personId),
    'articles.remove': async ({ params, query, caller }) => {
      await articles.remove(params.articleId, Number(query.version), caller.personId)
      return null
    },
  }
}
