import { expect, test } from 'vitest'
import { useConsole } from '../support/console-test.ts'
import { handScenes } from '../support/hand-scenes.ts'

const open = useConsole(handScenes)

test('pinned ones stand beside the call; by a key others are found and read, and nothing of the call is covered', async () => {
  const { page } = await open('articles')
  const panel = page.getByTestId('articles')
  await panel.getByText('Ask for the delivery number').waitFor()
  expect(await page.getByTestId('call-card').isVisible()).toBe(true)
  const note = page.getByRole('textbox', { name: /^Note/ })
  await note.fill('She holds the bag')
  // Also from where somebody types, and back to there.
  await page.keyboard.press('Control+.')
  await panel.waitFor({ state: 'detached' })
  await page.keyboard.press('Control+.')
  await panel.locator('[data-hit]').first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await panel.locator('.article-text').waitFor()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  await page.getByTestId('pinned-articles').getByRole('button').first().click()
  await panel.locator('.article-text').waitFor()
  expect(await note.inputValue()).toBe('She holds the bag')
})

test('the editor shows the text as the agent will see it, and never what it would do as a page', async () => {
  const { page, complaints } = await open('admin-articles')
  await page.getByLabel('Text', { exact: true }).fill('# Now\n\n<img src=x onerror=alert(1)> **bold**')
  await page.locator('.article-text strong').waitFor()
  expect(await page.locator('.article-text img').count()).toBe(0)
  expect(await page.locator('.article-text').textContent()).toContain('<img src=x onerror=alert(1)>')
  expect(complaints).toEqual([])
  // What it was can be read, and taken up again.
  const versions = page.getByTestId('article-versions')
  await versions.getByRole('button', { name: /Lev Okafor/ }).click()
  await versions.locator('.article-text strong').waitFor()
  await versions.getByRole('button', { name: 'Take this into the form' }).click()
  expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe(
    'Take it back, **whatever** they say.',
  )
})
