import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { focused, useConsole } from '../support/console-test.ts'
import { olenasResults } from '../support/result-cast.ts'

const open = useConsole()
const note = (page: Page) => page.getByRole('textbox', { name: /^Note/ })
const chooserFile = /ResultChooser-[^/]*\.js$/

describe('a part that is fetched when it is wanted', () => {
  test('is given the keys that were pressed before it came, and the note is not', async () => {
    const { page, server } = await open('desk-call')
    server.replies.set('PUT /api/calls/', () => olenasResults(Date.now()))
    await page.route(chooserFile, async (route) => {
      await delay(400)
      await route.continue()
    })
    await note(page).focus()
    const before = await note(page).inputValue()
    await page.keyboard.press('F1')
    await page.keyboard.type('wrong number')
    expect(await page.getByTestId('result-chooser').count()).toBe(0)
    await page.keyboard.press('Enter')
    await expect
      .poll(() => server.asked.filter(({ what }) => what.endsWith('/disposition')))
      .toMatchObject([{ body: { code: 'wrong-number' } }])
    expect(await note(page).inputValue()).toBe(before)
  })

  test('has Enter send what it asks, as if it were pressed there', async () => {
    const { page } = await open('desk-call')
    await page.route(chooserFile, async (route) => {
      await delay(400)
      await route.continue()
    })
    await note(page).focus()
    await page.keyboard.press('F1')
    await page.keyboard.press('2')
    await page.keyboard.press('Enter')
    await page.getByTestId('result-chooser').getByText('This is needed.').waitFor()
  })

  test('that cannot be fetched gives them back to the note, and comes at the next try', async () => {
    const { page } = await open('desk-call')
    await page.route(chooserFile, (route) => route.abort())
    await note(page).fill('')
    await page.keyboard.press('F1')
    await page.keyboard.type('Asks')
    await expect.poll(() => note(page).inputValue()).toBe('Asks')
    expect(await focused(page)).toBe('Note: Olena Kovalchuk')
    await page.unroute(chooserFile)
    await page.keyboard.press('F1')
    await page.getByTestId('result-chooser').waitFor()
  })

  test('keeps no key for longer than a moment', async () => {
    const { page } = await open('desk-call')
    await page.route(chooserFile, () => undefined)
    await note(page).fill('')
    await page.keyboard.press('F1')
    await page.keyboard.type('Asks')
    await expect.poll(() => note(page).inputValue(), { timeout: 6_000 }).toBe('Asks')
    await page.keyboard.type(' again')
    expect(await note(page).inputValue()).toBe('Asks again')
  })
})
