import { expect, test } from 'vitest'
import { defaultBreaks, type EditedRules, type StoredRules } from '../../shared/status.ts'
import { focused, useConsole } from './support/console-test.ts'
import { statusRules } from './support/setup-cast.ts'

const open = useConsole()

test('rules of status are changed by keyboard, what is wrong is marked, and the whole is one new version', async () => {
  const { page, server } = await open('admin-status')
  const sent: StoredRules[] = []
  server.replies.set('PUT /api/settings/status', ({ body }) => {
    const { version, rules } = body as StoredRules
    sent.push({ version, rules })
    const stored = { version: version + 1, rules }
    server.replies.set('GET /api/settings/status', (): EditedRules => ({ ...statusRules, ...stored }))
    return stored
  })
  const wrapUp = page.getByLabel('Wrap-up after a queue’s call')
  await wrapUp.fill('9999')
  await wrapUp.press('Enter')
  await page.getByText('A whole number from 0 to 3600.').waitFor()
  expect(sent).toEqual([])
  // What is wrong has the focus.
  await page.keyboard.press('Control+a')
  await page.keyboard.type('45')
  await page.getByLabel('sales: Wrap-up, seconds').fill('0')
  await page.getByLabel('support: Answers by itself').press('Space')
  await page.getByRole('button', { name: 'Move Lunch up' }).press('Enter')
  await expect.poll(() => focused(page)).toBe('Move Lunch up')
  await page.getByRole('button', { name: 'Add a break' }).press('Enter')
  // The new one is to be named.
  await page.keyboard.type('Fresh air')
  await page.keyboard.press('Enter')

  await page.getByText('Saved; in effect now.').waitFor()
  const [short, lunch, ...others] = defaultBreaks
  expect(sent).toEqual([
    {
      version: 5,
      rules: {
        ...statusRules.rules,
        wrapUpSeconds: 45,
        queues: [
          ...statusRules.rules.queues.slice(0, 2),
          { queue: 'sales', wrapUpSeconds: 0, autoAnswer: false, signIn: false },
        ],
        breaks: [
          lunch,
          short,
          ...others,
          {
            reasonId: 'fresh-air',
            name: { en: 'Fresh air', ru: 'Новый перерыв' },
            paid: false,
            limitMinutes: null,
          },
        ],
      },
    },
  ])
  await page.getByText('In Asterisk: fresh-air').waitFor()
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
})
