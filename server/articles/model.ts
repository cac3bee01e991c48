import { z } from 'zod'
import { articleSchema, type Article } from '../../shared/articles.ts'
import { instantSchema } from '../../shared/calls.ts'
import type { Database } from '../database/database.ts'
import { needingDatabase } from '../database/errors.ts'
import { defineModel } from '../database/schema.ts'
import { createVersioned, type Versioned } from '../database/versioned.ts'

/** What an article was, once: kept for ever, so that it can be told what agents read on a day. */
const keptSchema = z.object({
  /** The article's id and the version: `returns 3`. */
  _id: z.string(),
  at: instantSchema,
  by: z.string(),
  article: z.unknown(),
})
const keptVersions = 'articleVersions'

export type ArticleStore = ReturnType<typeof createArticleStore>

/**
 * The collection of articles, and of their versions.
 * @param onMisfit is told of a document that this version cannot read
 */
export function createArticleStore(database: Database, onMisfit: (id: string) => void) {
  const { connection } = database
  defineModel(connection, keptVersions, keptSchema, [])
  const kept = () => database.collection<z.infer<typeof keptSchema>>(keptVersions)
  return {
    ...createVersioned(connection, 'articles', articleSchema, onMisfit),

    /** Keeps a version. Said again it is kept once. */
    keep: ({ id, version, value }: Versioned<Article>, by: string, at: number) =>
      needingDatabase(async () => {
        await kept().updateOne(
          { _id: `${id} ${version}` },
          { $setOnInsert: { at, by, article: value } },
          { upsert: true },
        )
      }),

    /** The versions of an article that are kept, the oldest first; one that can be read no more is left out. */
    versionsOf: (id: string) =>
      needingDatabase(async () => {
        const found = await kept()
          .find({ _id: { $regex: `^${id} \\d+$` } })
          .toArray()
        return found
          .flatMap(({ _id, at, by, article }) => {
            const read = articleSchema.safeParse(article)
            return read.success
              ? [{ version: Number(_id.slice(id.length + 1)), at, by, article: read.data }]
              : []
          })
          .sort((a, b) => a.version - b.version)
      }),
  }
}
