import { useTexts } from '../locales/i18n.ts'
import type { PaletteEntry } from '../palette/entry.ts'
import { useSession } from '../session/session.ts'
import { useArticles } from './articles.ts'

/** What is pinned to the call before me, and the way to all other articles. */
export function useArticleEntries(): () => PaletteEntry[] {
  const session = useSession()
  const articles = useArticles()
  const { t } = useTexts()

  return () =>
    !session.rights.has('desk.use')
      ? []
      : [
          {
            id: 'articles',
            icon: 'book-open',
            title: t('articles.open'),
            detail: t('articles.label'),
            key: 'Ctrl .',
            leads: true,
            run: () => articles.open(),
          },
          ...articles.pinned.map(({ articleId, title }): PaletteEntry => ({
            id: `article ${articleId}`,
            icon: 'book-open',
            title,
            detail: t('articles.pinned'),
            leads: true,
            run: () => articles.open(articleId),
          })),
        ]
}
