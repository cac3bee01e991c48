import { z } from 'zod'
import { versionSchema } from './administration.ts'
import { articleHitSchema, articleIdSchema, articleSchema } from './articles.ts'
import { instantSchema } from './instant.ts'
import type { Route } from './route.ts'

export const storedArticleSchema = z.object({
  articleId: articleIdSchema,
  version: versionSchema,
  article: articleSchema,
})
export type StoredArticle = z.infer<typeof storedArticleSchema>

/** An article as it was, from when on and by whom. */
export const articleVersionSchema = z.object({
  version: versionSchema,
  at: instantSchema,
  /** Null for somebody who was erased. */
  by: z.string().nullable(),
  article: articleSchema,
})
export type ArticleVersion = z.infer<typeof articleVersionSchema>

export const articleEditorSchema = z.object({
  articles: z.array(storedArticleSchema),
  queues: z.array(z.string()),
  numbers: z.array(z.object({ number: z.string(), label: z.string() })),
})
export type ArticleEditor = z.infer<typeof articleEditorSchema>

const params = z.strictObject({ articleId: articleIdSchema })
const reads = ['desk.use', 'guides.write'] as const

/** The routes of articles. Part of the table in api.ts. */
export const articleRoutes = {
  'articles.find': {
    method: 'GET',
    path: '/api/articles',
    summary: 'Articles by words that begin their words; without any, those pinned to a call',
    right: [...reads],
    query: z.strictObject({
      q: z.string().trim().max(100),
      /** The call before me, and its queue: what is pinned to them. */
      callId: z.string().max(200).optional(),
      queue: z.string().max(200).optional(),
      result: z.string().max(60).optional(),
    }),
    answer: z.array(articleHitSchema),
  },
  'articles.read': {
    method: 'GET',
    path: '/api/articles/:articleId',
    summary: 'One article',
    right: [...reads],
    errors: ['article.unknown'],
    params,
    answer: storedArticleSchema,
  },
  'articles.editor': {
    method: 'GET',
    path: '/api/article-editor',
    summary: 'All articles as they are edited, and what they can be pinned to',
    right: 'guides.write',
    answer: articleEditorSchema,
  },
  'articles.versions': {
    method: 'GET',
    path: '/api/articles/:articleId/versions',
    summary: 'What an article was, the newest version first',
    right: 'guides.write',
    errors: ['database.unreachable'],
    params,
    answer: z.object({ versions: z.array(articleVersionSchema) }),
  },
  'articles.set': {
    method: 'PUT',
    path: '/api/articles/:articleId',
    summary: 'Write an article; what stood there before is kept',
    right: 'guides.write',
    errors: ['edit.outdated', 'article.too_many'],
    params,
    // Without a version it is new.
    body: z.strictObject({ version: versionSchema.nullable(), article: articleSchema }),
    answer: storedArticleSchema,
  },
  'articles.remove': {
    method: 'DELETE',
    path: '/api/articles/:articleId',
    summary: 'Take an article away',
    right: 'guides.write',
    errors: ['edit.outdated'],
    params,
    query: z.strictObject({ version: z.string().regex(/^\d{1,9}$/) }),
    answer: z.null(),
  },
} as const satisfies Record<string, Route>
