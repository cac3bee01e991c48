import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { family, olena, popOf } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'

const open = useConsole()

describe('who is calling', () => {
  test('one key chooses among several, and the choice is remembered for the number', async () => {
    const { page, server } = await open('desk-several')
    server.replies.set('PUT /api/calls/', () => popOf({ ...olena(Date.now()), name: 'Тимур Омаров' }))
    await page.keyboard.press('2')
    await page.getByRole('heading', { name: 'Тимур Омаров' }).waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('PUT'))?.body).toEqual({
      customerId: family[1]?.customerId,
      remember: true,
    })
  })

  test('“somebody else’s phone” takes the card off, keeps the note, and the number is theirs who is chosen then', async () => {
    const { page, server } = await open('desk-call')
    const note = await page.getByRole('textbox', { name: /^Note/ }).inputValue()
    server.replies.set('DELETE /api/calls/', () => ({
      match: { outcome: 'several', by: null, candidates: family },
      card: null,
    }))
    server.replies.set('PUT /api/calls/', () => popOf(olena(Date.now())))
    await page.getByRole('button', { name: 'Somebody else’s phone' }).click()
    await page.locator('[data-screen=several]').waitFor()
    expect(await page.getByRole('textbox', { name: /^Note/ }).inputValue()).toBe(note)
    await page
      .locator('[data-screen=several]')
      .getByRole('button', { name: /Aidana Omarova/ })
      .click()
    await page.getByTestId('call-card').waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('PUT'))?.body).toMatchObject({ remember: true })
  })

  test('of a phone that was borrowed once, the choice is not remembered', async () => {
    const { page, server } = await open('desk-several')
    server.replies.set('PUT /api/calls/', () => popOf(olena(Date.now())))
    await page.getByRole('checkbox', { name: 'Remember for this number' }).uncheck()
    await page.keyboard.press('1')
    await page.getByTestId('call-card').waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('PUT'))?.body).toMatchObject({ remember: false })
  })

  test('an unknown caller gets a card in two fields', async () => {
    const { page, server } = await open('desk-none')
    server.replies.set('POST /api/calls/', () => popOf({ ...olena(Date.now()), name: 'Harriet Vane' }))
    await page.getByRole('textbox', { name: 'Company' }).fill('Gaudy Books')
    await page.keyboard.press('Enter')
    await page.getByTestId('call-card').waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('POST'))?.body).toEqual({
      name: 'Harriet Vane',
      company: 'Gaudy Books',
    })
  })

  test('a refusal is said where the choice is made, and the choice can be made again', async () => {
    const { page, server } = await open('desk-several')
    server.replies.set('PUT /api/calls/', () => {
      throw new ProblemError('database.unreachable')
    })
    await page.keyboard.press('1')
    await page.getByRole('alert').getByText('The database cannot be reached').waitFor()
    server.replies.set('PUT /api/calls/', () => popOf(olena(Date.now())))
    await page.keyboard.press('1')
    await page.getByTestId('call-card').waitFor()
  })

  test('the search is opened, used and closed by keyboard', async () => {
    const { page, server } = await open('search')
    server.replies.set('GET /api/customers/', () => olena(Date.now()))
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByText('Looked up by you').waitFor()
    await page.getByText('Talked about delivery before 6:00; agreed · you').waitFor()
    expect(page.url()).toMatch(/\/customers\/petro$/)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('combobox').waitFor({ state: 'detached' })
  })
})
