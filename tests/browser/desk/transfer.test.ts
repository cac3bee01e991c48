import { describe, expect, test, vi } from 'vitest'
import { controlRequestSchema } from '../../../shared/control.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { useConsole } from '../support/console-test.ts'
import { consulting, ninaTalks, talking } from '../support/control-scenes.ts'

const mine = 'person:nina'
const open = useConsole()

/** Nina talks with Olena; what she asks of the call is kept. */
async function talk() {
  const opened = await open('desk-idle')
  ninaTalks(opened.server, Date.now())
  await opened.page.locator('[data-state=talking]').waitFor()
  const commands = () =>
    opened.server.asked
      .filter(({ what }) => what.startsWith('POST /api/calls/'))
      .map(({ body }) => controlRequestSchema.parse(body))
  return { ...opened, commands }
}

describe('a call is handed on by keys alone', () => {
  test('F6, a name, Enter: the colleague is asked; then the two are joined', async () => {
    const { page, server, commands } = await talk()
    server.replies.set('POST /api/calls/', () => null)
    await page.keyboard.press('F6')
    await page.locator('[role=option]').first().waitFor()
    await page.keyboard.type('marta')
    await page.getByRole('option', { name: /Marta Lindqvist/, selected: true }).waitFor()
    expect(await page.getByRole('option').count()).toBe(1)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('About the invoice')
    await page.keyboard.press('Enter')
    await vi.waitFor(() => expect(commands()).toHaveLength(1))
    expect(commands()[0]).toMatchObject({
      do: 'consult',
      to: { kind: 'agent', extension: '205' },
      word: 'About the invoice',
    })

    server.say(mine, {
      type: 'deskCall.set',
      call: talking(Date.now(), { state: 'held', consult: consulting() }),
    })
    await page.getByTestId('consult').getByText('You talk with Marta Lindqvist').waitFor()
    await page.getByRole('button', { name: 'Hand over' }).focus()
    await page.keyboard.press('Enter')
    await vi.waitFor(() => expect(commands()).toHaveLength(2))
    expect(commands()[1]).toMatchObject({ do: 'complete' })
  })

  test('arrows and Shift Enter send the call to a queue at once; Escape closes and gives the focus back', async () => {
    const { page, server, commands } = await talk()
    server.replies.set('POST /api/calls/', () => null)
    await page.keyboard.press('F6')
    await page.locator('[role=option]').first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('transfer').waitFor({ state: 'detached' })
    await vi.waitFor(async () =>
      expect(await page.evaluate('document.activeElement?.dataset.testid')).toBe('transfer-button'),
    )
    await page.keyboard.press('Enter')
    await page.locator('[role=option]').first().waitFor()
    // From the first over the last, which is the parking lot, and the phone book to the last queue.
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await page.getByRole('option', { name: /support/, selected: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Ask first' }).isDisabled()).toBe(true)
    await page.keyboard.press('Shift+Enter')
    await vi.waitFor(() => expect(commands()).toHaveLength(1))
    expect(commands()[0]).toMatchObject({ do: 'transfer', to: { kind: 'queue', queue: 'support' } })
  })

  test('what the server refuses is said at its place, and the choice stays open', async () => {
    const { page, server, commands } = await talk()
    server.replies.set('POST /api/calls/', () => {
      throw new ProblemError('control.target_away')
    })
    await page.keyboard.press('F6')
    await page.locator('[role=option]').first().waitFor()
    await page.keyboard.type('0049 30 23125901')
    await page.getByRole('option', { name: /Dial/, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByTestId('transfer').getByRole('alert').waitFor()
    expect(commands()[0]).toMatchObject({ do: 'consult', to: { kind: 'number', number: '00493023125901' } })
  })
})
