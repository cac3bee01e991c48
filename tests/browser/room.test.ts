import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { link } from './support/cast.ts'
import { useConsole } from './support/console-test.ts'

const open = useConsole()
const phone = { width: 390, height: 844 }

/** On how many lines a word stands. */
const linesOf = (page: Page, word: string) =>
  page.evaluate<number>(
    `(() => {
      const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
      for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
        const at = node.data.indexOf(${JSON.stringify(word)})
        if (at < 0) continue
        const range = document.createRange()
        range.setStart(node, at)
        range.setEnd(node, at + ${word.length})
        return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size
      }
      return 0
    })()`,
  )

describe('on a phone', () => {
  test.each([
    ['admin-numbers', 'Vertragsverlängerung'],
    ['desk-longest', 'Vertragsverlängerung'],
  ])('%s: the word %s stands whole on one line', async (scene, word) => {
    const { page } = await open(scene, { viewport: phone })
    expect(await linesOf(page, word)).toBe(1)
  })

  test('what is said of a lost PBX covers nothing, and the call at the foot keeps its place', async () => {
    const { page, server } = await open('desk-call', { viewport: phone })
    const slot = page.getByTestId('call-slot')
    const before = await slot.boundingBox()
    const lost = { ...link(Date.now()), state: 'lost' as const, since: Date.now() - 130_000 }
    server.show('link', [{ type: 'link.set', link: lost }])
    const notice = page.getByRole('status').filter({ hasText: 'main' }).first()
    await notice.waitFor()
    const [bar, main] = [await notice.boundingBox(), await page.locator('#main').boundingBox()]
    if (!bar || !main) throw new Error('The notice or the page is not to be seen.')
    expect(bar.y + bar.height).toBeLessThanOrEqual(main.y)
    expect(main.y + main.height).toBe(phone.height)
    expect(await slot.boundingBox()).toEqual(before)
  })

  test('what comes of opening hours is one step away', async () => {
    const { page } = await open('admin-hours', { viewport: phone })
    await page.getByRole('button', { name: 'See what comes of it' }).press('Enter')
    await expect
      .poll(async () => (await page.getByTestId('two-weeks').boundingBox())?.y ?? Infinity)
      .toBeLessThan(phone.height / 2)
  })
})

test('at a desk all that comes of opening hours stands beside them, without scrolling', async () => {
  const { page } = await open('admin-hours')
  const box = await page.getByTestId('two-weeks').boundingBox()
  expect(box && box.y + box.height).toBeLessThanOrEqual(900)
  await page.getByRole('textbox', { name: 'Monday' }).fill('08:00-12:00')
  await page.getByTestId('two-weeks').getByText('08:00–12:00').first().waitFor()
})
