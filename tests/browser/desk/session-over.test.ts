import { describe, expect, test } from 'vitest'
import { lev, nina } from '../support/cast.ts'
import { focused, useConsole } from '../support/console-test.ts'
import { lyingHere } from '../support/outbox.ts'

const open = useConsole()

describe('a session that ends in a call', () => {
  test('leaves call, card and what is being typed where they are; by the password alone it goes on there', async () => {
    const { page, server } = await open('desk-call')
    const field = page.getByRole('textbox', { name: /^Note/ })
    await field.fill('And then')
    server.endSession()
    const layer = page.getByRole('dialog', { name: 'Your session has ended' })
    await layer.waitFor()
    // Nobody who types is interrupted.
    await page.keyboard.type(' she said')
    expect(await field.inputValue()).toBe('And then she said')
    expect(await page.getByTestId('call-card').isVisible()).toBe(true)
    expect(await layer.getByLabel('Sign-in name').isVisible()).toBe(false)

    server.letsIn(nina)
    const before = server.asked.length
    await layer.getByLabel('Password').fill('scripted-password')
    await page.keyboard.press('Enter')
    await layer.waitFor({ state: 'detached' })
    expect(server.asked.slice(before).find(({ what }) => what === 'POST /api/session')?.body).toEqual({
      signInName: 'nina',
      password: 'scripted-password',
      extension: '201',
    })
    expect(await field.inputValue()).toBe('And then she said')
    await page.getByTestId('note-status').getByText('saved').waitFor()
    await page.getByTestId('connection').getByText('live').waitFor()
  })

  test('is found out by a request, too; with nothing being typed the password has the focus, and gives it back', async () => {
    const { page, server } = await open('desk-idle')
    server.me = null
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('olena')
    await page.getByTestId('sign-in-again').waitFor()
    await expect.poll(() => page.evaluate('document.activeElement?.name')).toBe('password')
    server.letsIn(nina)
    await page.keyboard.type('scripted-password')
    await page.keyboard.press('Enter')
    await page.getByTestId('connection').getByText('live').waitFor()
    expect(await page.locator('[data-state=idle]').isVisible()).toBe(true)
  })

  test('another person finds an empty place, and what was typed waits for its writer', async () => {
    const { page, server } = await open('desk-withheld')
    await page.getByRole('textbox', { name: /^Note/ }).fill('Rang from a hotel.')
    await page.keyboard.press('Tab')
    server.endSession()
    const layer = page.getByTestId('sign-in-again')
    await layer.getByRole('button', { name: 'Somebody else' }).click()
    expect(await focused(page)).toBe('INPUT')
    server.show('person:nina', [])
    server.letsIn(lev)
    await page.keyboard.type('lev')
    await layer.getByLabel('Password').fill('scripted-password')
    await page.keyboard.press('Enter')
    await layer.waitFor({ state: 'detached' })
    await page.locator('[data-state=idle]').waitFor()
    expect(await page.getByRole('textbox', { name: /^Note/ }).inputValue()).toBe('')
    expect(await lyingHere(page)).toMatchObject([{ personId: 'nina' }])
  })

  test('by somebody’s will: what was on the screen is seen by nobody until its owner is back', async () => {
    const { page, server } = await open('desk-call')
    await page.getByRole('textbox', { name: /^Note/ }).fill('And then she said')
    server.endSession('revoked')
    await page.getByText('An administrator, or a sign-in elsewhere, ended it.').waitFor()
    expect(await page.getByTestId('call-card').isVisible()).toBe(false)
    expect(await page.getByText('And then she said').isVisible()).toBe(false)
    server.letsIn(nina)
    await page.keyboard.type('scripted-password')
    await page.keyboard.press('Enter')
    const field = page.getByRole('textbox', { name: /^Note/ })
    await field.waitFor()
    expect(await field.inputValue()).toBe('And then she said')
  })

  test('by a sign-out in another window: this one is left, too', async () => {
    const { page, server } = await open('desk-call')
    server.endSession('signedOut')
    await page.getByText('Your session has ended. Sign in again').waitFor()
    expect(await page.getByTestId('call-card').count()).toBe(0)
  })
})
