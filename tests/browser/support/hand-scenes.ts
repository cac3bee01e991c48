import { ninaSits } from './at-the-desk.ts'
import * as cast from './cast.ts'
import { labArticles } from '../../../lab/seed/articles.ts'
import type { Change } from '../../../shared/realtime.ts'
import type { ScriptedServer } from './scripted-server.ts'
import type { Scene } from './scenes.ts'

const inCall = (now: number) =>
  [
    { type: 'deskCall.set', call: cast.ringing(now, { state: 'talking', answeredAt: now - 167_000 }) },
    { type: 'pop.set', callId: cast.ringing(now).callId, pop: cast.popOf(cast.olena(now)) },
  ] as const

/** Articles as a server gives them, by the lab's own. */
function withArticles(server: ScriptedServer): void {
  const stored = Object.entries(labArticles).map(([articleId, article]) => ({
    articleId,
    version: 1,
    article,
  }))
  const hits = (words: string) =>
    stored
      .filter(({ article }) => article.title.toLowerCase().includes(words))
      .map(({ articleId, article: { title, tags, text } }) => ({
        articleId,
        title,
        tags,
        begins: text.slice(0, 100),
      }))
  server.replies.set('GET /api/articles', ({ query }) => {
    const words = query.get('q') ?? ''
    return words === '' ? hits('d').slice(0, 2) : hits(words.toLowerCase())
  })
  server.replies.set('GET /api/articles/', ({ path }) => {
    const one = stored.find(({ articleId }) => path.includes(articleId))
    if (!path.endsWith('/versions')) return one
    const article = { ...one?.article, text: 'Take it back, **whatever** they say.' }
    return { versions: [{ version: 0, at: Date.now() - cast.day, by: cast.lev.displayName, article }] }
  })
  server.replies.set('GET /api/article-editor', () => ({
    articles: stored,
    queues: ['collections', 'sales', 'support'],
    numbers: [{ number: '+493023125101', label: 'Support' }],
  }))
}

/** The same call with two articles pinned to it. */
function withPinned(changes: readonly Change[]): Change[] {
  const articles = Object.entries(labArticles)
    .slice(0, 2)
    .map(([articleId, { title }]) => ({ articleId, title }))
  return changes.map((change) =>
    change.type === 'deskCall.set' ? { ...change, call: { ...change.call, articles } } : change,
  )
}

/** What is known and done beside the calls: the session that ends, the palette, articles, other windows. */
export const handScenes: Scene[] = [
  {
    name: 'session-over',
    ready: '[data-testid=sign-in-again]',
    set: (server, now, locale) => ninaSits(server, now, locale, [...inCall(now)]),
    act: async (page, server) => {
      await page.getByTestId('call-card').waitFor()
      server.endSession()
    },
  },
  {
    name: 'palette',
    ready: '[role=option]',
    set: (server, now, locale) =>
      ninaSits(server, now, locale, [...inCall(now)], { ...cast.nina, rights: [...cast.lev.rights] }),
    act: async (page, server) => {
      server.replies.set('GET /api/desks', () => [
        { extension: '207', interfaces: [], takenBy: { personId: 'lev', displayName: 'Lev Okafor' } },
      ])
      await page.getByTestId('call-card').waitFor()
      await page.keyboard.press('Control+k')
    },
  },
  {
    name: 'articles',
    ready: '[data-testid=articles] .article-text',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, withPinned(inCall(now)))
      withArticles(server)
    },
    act: async (page) => {
      await page.getByTestId('call-card').waitFor()
      await page.keyboard.press('Control+.')
      await page.getByTestId('articles').getByRole('textbox').fill('damaged')
      await page
        .getByTestId('articles')
        .getByRole('button', { name: /^Damaged/ })
        .click()
    },
  },
  {
    name: 'admin-articles',
    path: '/admin/articles/damaged-goods',
    ready: '.article-text',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, [], cast.lev)
      withArticles(server)
    },
  },
  {
    name: 'session-revoked',
    ready: '[data-testid=sign-in-again]',
    set: (server, now, locale) => ninaSits(server, now, locale, [...inCall(now)]),
    act: async (page, server) => {
      await page.getByTestId('call-card').waitFor()
      server.endSession('revoked')
    },
  },
]
