import { afterAll, beforeAll, expect, it } from 'vitest'
import { createArticles, type ArticleKeeper } from '../../../server/articles/articles.ts'
import { createArticleStore } from '../../../server/articles/model.ts'
import type { Article } from '../../../shared/articles.ts'
import { openOffice, type Office } from '../people/support.ts'

let office: Office
let boss: string
const clock = 1_000_000
const article = (title: string, more: Partial<Article> = {}): Article => ({
  title,
  text: `About ${title}.`,
  tags: [],
  pins: [],
  ...more,
})
const store = () => createArticleStore(office.database, () => undefined)

/** A server that starts now, on the database as it is. */
async function start(): Promise<ArticleKeeper> {
  const { audit, nameOf } = office.people
  const started = createArticles({ store: store(), audit, nameOf, now: () => clock })
  await started.load()
  return started
}

beforeAll(async () => {
  office = await openOffice('articles')
  boss = await office.add('boss', { roles: ['supervisor'] })
})
afterAll(() => office.close())

it('what is written is found by its words at once, pinned where it belongs, and there after a restart', async () => {
  const articles = await start()
  await articles.set('returns', article('Returns', { pins: ['queue:support'], tags: ['damage'] }), null, boss)
  await articles.set('all', article('House rules', { pins: ['everybody'] }), null, boss)
  await articles.set(
    'number',
    article('Campaign', { pins: ['number:493023125101', 'result:sold'] }),
    null,
    boss,
  )
  expect(articles.find('dama').map(({ title }) => title)).toEqual(['Returns'])
  const about = { queue: 'support', dialled: '+49 30 23125101', result: null }
  const titles = (
    keeper: ArticleKeeper,
    call: typeof about | { queue: null; dialled: null; result: string },
  ) => keeper.pinned(call).map(({ title }) => title)
  expect(titles(articles, about)).toEqual(['Campaign', 'Returns', 'House rules'])
  expect(titles(articles, { queue: null, dialled: null, result: 'sold' })).toEqual([
    'Campaign',
    'House rules',
  ])
  // Beside the call stand a few of them, and they follow what is written.
  expect(articles.linksFor(about)).toEqual([
    { articleId: 'number', title: 'Campaign' },
    { articleId: 'returns', title: 'Returns' },
    { articleId: 'all', title: 'House rules' },
  ])
  await articles.set('returns', article('Returned goods', { pins: ['queue:support'] }), 0, boss)
  expect(articles.linksFor(about).map(({ title }) => title)).toEqual([
    'Campaign',
    'Returned goods',
    'House rules',
  ])
  await articles.remove('number', 0, boss)
  expect(() => articles.read('number')).toThrow('There is no such article.')
  expect(titles(await start(), about)).toEqual(['Returned goods', 'House rules'])
})

it('of two who write the same, the second is told; each version, and who changed what, is kept', async () => {
  const articles = await start()
  const other = await start()
  await articles.set('prices', article('Prices'), null, boss)
  await expect(other.set('prices', article('Late'), null, boss)).rejects.toMatchObject({
    code: 'edit.outdated',
  })
  await articles.set('prices', article('Prices of May', { text: 'Other.' }), 0, boss)
  await expect(other.remove('prices', 0, boss)).rejects.toMatchObject({ code: 'edit.outdated' })
  const kept = await store().versionsOf('prices')
  expect(kept.map(({ version, by, article: { title } }) => [version, by, title])).toEqual([
    [0, boss, 'Prices'],
    [1, boss, 'Prices of May'],
  ])
  expect(
    (await articles.versions('prices')).map(({ version, article: { title } }) => [version, title]),
  ).toEqual([
    [1, 'Prices of May'],
    [0, 'Prices'],
  ])
  expect(await articles.versions('none')).toEqual([])
  const { entries } = await office.people.readAudit({ kind: 'changes' })
  const told = entries.filter(({ action, subject }) => action === 'article.set' && subject === 'prices')
  expect(told.flatMap(({ details }) => details)).toContainEqual({
    field: 'title',
    before: 'Prices',
    after: 'Prices of May',
  })
})

it('what another server wrote is found here when it is looked for', async () => {
  const articles = await start()
  const other = await start()
  await other.set('holiday', article('Holidays'), null, boss)
  expect(articles.find('holidays')).toEqual([])
  await articles.follow()
  expect(articles.find('holidays')).toHaveLength(1)
})
