import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { anna } from '../support/admin-cast.ts'
import { nina, olena, olenaToErase } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'
import type { ScriptedServer } from '../support/scripted-server.ts'

const open = useConsole()
const part = (page: Page) => page.getByTestId('erase')
const erasures = (server: ScriptedServer) => server.asked.filter(({ what }) => what.startsWith('DELETE'))

describe('erasing a person', () => {
  test('says what goes and what stays, by keyboard alone, and does nothing before their name is typed', async () => {
    const { page, server, complaints } = await open('customer-erase')
    server.replies.set('DELETE /api/customers/olena', () => ({ calls: 23 }))
    const erase = part(page)
    await erase.getByText('Nobody can undo this').waitFor()
    await erase.getByText('2 notes, 1 promise, 3 purchases').waitFor()
    await erase.getByText('Who it was in 23 calls').waitFor()
    await erase.getByText('23 calls as “Caller erased”').waitFor()
    await expect
      .poll(() => page.evaluate('document.activeElement?.textContent.trim()'))
      .toBe('Erase Olena Kovalchuk')

    await page.keyboard.press('Tab')
    await page.keyboard.type('Olena')
    await page.keyboard.press('Enter')
    await erase.getByText('This is not the name that stands above.').waitFor()
    expect(erasures(server)).toEqual([])
    await expect.poll(() => page.evaluate('document.activeElement?.tagName')).toBe('INPUT')

    await page.keyboard.type(' kovalchuk')
    await page.keyboard.press('Enter')
    await erase.getByText('In 23 calls nobody can read any more who it was.').waitFor()
    expect(erasures(server)).toHaveLength(1)
    expect(await page.getByText('Kovalchuk').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('is left as it was by Keep, and the focus is where it began', async () => {
    const { page, server } = await open('customer-erase')
    await part(page).getByRole('button', { name: 'Keep' }).press('Enter')
    await expect
      .poll(() => page.evaluate('document.activeElement?.textContent.trim()'))
      .toBe('Erase this person')
    expect(erasures(server)).toEqual([])
    await page.getByRole('heading', { name: 'Olena Kovalchuk' }).waitFor()
  })

  test('is refused while they are in a call, which is said before, and what was typed stays', async () => {
    const { page, server } = await open('customer')
    server.me = { ...nina, rights: [...nina.rights, 'card.erase'] }
    server.replies.set('GET /api/customers/olena/erasure', () => ({ ...olenaToErase, isInCall: true }))
    server.replies.set('DELETE /api/customers/olena', () => {
      throw new ProblemError('customer.in_call')
    })
    await page.reload()
    await part(page).getByRole('button', { name: 'Erase this person' }).click()
    await part(page).getByText('They are in a call now.').waitFor()
    const field = part(page).getByRole('textbox')
    await field.fill('Olena Kovalchuk')
    await field.press('Enter')
    await expect.poll(() => part(page).getByRole('alert').count()).toBe(2)
    expect(await field.inputValue()).toBe('Olena Kovalchuk')
    await page.getByRole('heading', { name: 'Olena Kovalchuk', exact: true }).waitFor()
  })

  test('is not there for whoever has no right to it', async () => {
    const { page } = await open('customer')
    await page.getByRole('heading', { name: 'Olena Kovalchuk' }).waitFor()
    expect(await part(page).count()).toBe(0)
  })

  test('is there for an administrator who may not read cards, and no card is asked for', async () => {
    const { page, server } = await open('customer')
    server.me = anna
    server.replies.set('GET /api/customers/olena/erasure', () => olenaToErase)
    server.asked.length = 0
    await page.reload()
    await part(page).getByRole('button', { name: 'Erase this person' }).click()
    await part(page)
      .getByRole('heading', { name: `Erase ${olena(0).name}` })
      .waitFor()
    expect(server.asked.map(({ what }) => what)).not.toContain('GET /api/customers/olena')
  })
})
