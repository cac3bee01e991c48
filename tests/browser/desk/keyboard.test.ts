import { expect, test } from 'vitest'
import { useConsole } from '../support/console-test.ts'

const open = useConsole()

test('everything on the desk is reached by keyboard alone, in reading order, with a focus that can be seen', async () => {
  const { page } = await open('desk-ringing')
  const reached: string[] = []
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab')
    const [where, outlined] = await page.evaluate<[string, boolean]>(
      `(() => { const one = document.activeElement; const style = getComputedStyle(one); return [
        (one.getAttribute('aria-label') ?? one.textContent ?? one.tagName).trim().slice(0, 40),
        style.outlineStyle !== 'none' || style.boxShadow !== 'none' || one.matches('textarea') ] })()`,
    )
    if (where === reached[0] || (await page.evaluate('document.activeElement === document.body'))) break
    expect(outlined, where).toBe(true)
    reached.push(where)
  }
  const order = [
    'Skip to',
    'Desk',
    'NS',
    'Find a customer',
    'Copy +380',
    'Today',
    'Customer',
    'Somebody else',
    'Note',
  ]
  const positions = order.map((start) => reached.findIndex((where) => where.startsWith(start)))
  expect(
    positions.every((position) => position >= 0),
    reached.join(' | '),
  ).toBe(true)
  expect(positions).toEqual([...positions].sort((a, b) => a - b))
})
