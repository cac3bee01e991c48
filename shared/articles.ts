import { z } from 'zod'

export const longestArticle = 20_000

/** Where an article is pinned: everybody's calls, those of a queue or a dialled number, or those with a result. */
export const pinSchema = z
  .string()
  .regex(
    /^(everybody|queue:\P{Cc}{1,200}|number:\d{2,20}|result:[\w.-]{1,60})$/u,
    'Not where an article is pinned.',
  )

export const articleIdSchema = z.string().regex(/^[\w-]{1,64}$/, 'Not an article.')

/** What agents can look up while they talk. The text is Markdown; markup of the web in it is text. */
export const articleSchema = z.strictObject({
  title: z.string().trim().min(1).max(160),
  text: z.string().trim().min(1).max(longestArticle),
  tags: z.array(z.string().trim().min(1).max(40)).max(12),
  pins: z.array(pinSchema).max(50),
})
export type Article = z.infer<typeof articleSchema>

/** One that is a click away beside a call. */
export const articleLinkSchema = z.object({ articleId: articleIdSchema, title: z.string() })
export type ArticleLink = z.infer<typeof articleLinkSchema>

/** One that was found: enough to choose it. */
export const articleHitSchema = articleLinkSchema.extend({
  tags: z.array(z.string()),
  /** How the text begins, without its markup. */
  begins: z.string(),
})
export type ArticleHit = z.infer<typeof articleHitSchema>
