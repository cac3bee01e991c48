import { expect, test } from 'vitest'
import { found } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'
import { handScenes } from '../support/hand-scenes.ts'

const open = useConsole(handScenes)

test('by keyboard alone: somebody to hand the call to, a room, the theme, and customers first where they fit', async () => {
  const { page, server } = await open('palette')
  const field = page.getByRole('combobox')
  const first = page.getByRole('option').first()

  await field.fill('lev')
  await first.getByText('Lev Okafor').waitFor()
  await page.keyboard.press('Enter')
  const picker = page.getByTestId('transfer').getByRole('combobox')
  await expect.poll(() => picker.inputValue(), { timeout: 5_000 }).toBe('207')
  const hasFocus = (selector: string) => page.evaluate(`document.activeElement?.matches('${selector}')`)
  await expect.poll(() => hasFocus('[data-testid=transfer] input')).toBe(true)
  await page.keyboard.press('Escape')

  const note = page.getByRole('textbox', { name: /^Note/ })
  await note.focus()
  await page.keyboard.press('Control+k')
  await field.fill('dark')
  await first.getByText('Theme: Dark').waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate('document.documentElement.className')).toContain('dark')
  // It goes on where it was.
  await expect.poll(() => hasFocus('textarea')).toBe(true)

  server.replies.set('GET /api/customers', () => ({ hits: found, more: false }))
  await page.keyboard.press('Control+k')
  await field.fill('lo')
  await first.getByText(found[0]?.name ?? '').waitFor()
  await field.fill('floor')
  await page.getByRole('option', { name: 'Floor' }).click()
  await expect.poll(() => page.url()).toMatch(/\/floor$/)
})

test('the key that answers is chosen in the map of keys, and is kept in this browser', async () => {
  const { page } = await open('palette')
  await page.getByRole('combobox').fill('keys')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByTestId('answer-key').selectOption('Pause')
  await page.reload()
  await page.getByTestId('call-card').waitFor()
  await page.keyboard.press('?')
  expect(await page.getByTestId('answer-key').inputValue()).toBe('Pause')
})
