import { expect, test } from 'vitest'
import { useConsole } from '../support/console-test.ts'

const open = useConsole()

test('a number that is not to be called is told before it is dialled, and called all the same if wanted; an emergency number always', async () => {
  const { page, server } = await open('desk-idle')
  const asked = (what: string) => server.asked.filter((one) => one.what === what)
  const dialled = () => asked('POST /api/calls').map(({ body }) => (body as { number: string }).number)
  server.replies.set('POST /api/do-not-call/check', () => ({
    doNotCall: {
      ...{ number: '+493023125940', display: '+49 30 23125940', at: 0 },
      ...{ by: 'Lev Okafor', reason: 'Write to us' },
    },
  }))
  server.replies.set('POST /api/calls', () => ({ callId: 'lab:ringcard-1' }))
  const number = page.getByRole('textbox', { name: 'Number to call' })
  await number.fill('+49 30 23125 940')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('does not want to be called').waitFor()
  expect(dialled()).toEqual([])
  await page.getByRole('button', { name: 'Call all the same' }).click()
  await expect.poll(dialled).toEqual(['+493023125940'])

  await number.fill('112')
  await page.keyboard.press('Enter')
  await expect.poll(dialled).toEqual(['+493023125940', '112'])
  expect(asked('POST /api/do-not-call/check')).toHaveLength(1)
})
