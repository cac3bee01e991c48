import { expect, test } from 'vitest'
import type { CurrentDispositions } from '../../shared/dispositions.ts'
import { useConsole } from './support/console-test.ts'

const open = useConsole()

test('results are added, named, ordered and taken out; what calls have is retired, and the whole is a new version', async () => {
  const { page, server } = await open('admin-dispositions')
  let saved: CurrentDispositions | null = null
  server.replies.set('PUT /api/settings/dispositions', ({ body }) => {
    const { version, definition } = body as CurrentDispositions
    saved = { version: version + 1, definition }
    server.replies.set('GET /api/settings/dispositions', () => ({ ...saved, used: [] }))
    return saved
  })
  await page.getByRole('button', { name: 'Add under Solved' }).click()
  // The new one has the focus, and its name is to be typed.
  await page.keyboard.type('Sample sent')
  await page.getByRole('button', { name: 'Move Sample sent up' }).press('Enter')
  await page.getByRole('button', { name: 'Remove Wrong number' }).click()
  await page.getByRole('button', { name: /^Retire Question answered/ }).click()
  await page.getByText('retired').waitFor()
  await page.getByRole('button', { name: 'What Sample sent asks and starts' }).click()
  await page.getByRole('button', { name: 'Ask something' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  // A field without a name is not let through, and has the focus.
  await page.getByText('Something is missing').waitFor()
  await page.getByRole('region', { name: 'Asks' }).getByLabel('Name in English').fill('Which')
  await page.getByRole('region', { name: 'Asks' }).getByLabel('Name in Russian').fill('Какой')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Version 3.').waitFor()
  const support = (saved as CurrentDispositions | null)?.definition.trees.find(
    ({ treeId }) => treeId === 'support',
  )
  expect(support?.nodes.slice(0, 5).map(({ code, name, retired }) => [code, name.en, retired])).toEqual([
    ['solved', 'Solved', false],
    ['solved-answered', 'Question answered', true],
    ['solved-order', 'Order changed', false],
    ['result', 'Sample sent', false],
    ['solved-invoice', 'Invoice sent again', false],
  ])
  expect(support?.nodes.some(({ code }) => code === 'wrong-number')).toBe(false)
  expect(support?.nodes[3]?.fields).toMatchObject([{ name: { en: 'Which', ru: 'Какой' }, required: true }])
})
