import { expect, test } from 'vitest'
import { useConsole } from './support/console-test.ts'
import { violations } from './support/axe.ts'
import { supervisorScenes } from './support/supervisor-scenes.ts'

const open = useConsole(supervisorScenes)

test('a number that is not to be called is found by its digits, added with a reason, and taken off with another', async () => {
  const { page, server } = await open('do-not-call')
  expect(await violations(page)).toEqual([])
  const asked = (what: string) => server.asked.flatMap((one) => (one.what === what ? [one.body] : []))
  await page.getByRole('searchbox', { name: 'Find by digits' }).fill('07700 900')
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  await page.getByRole('link', { name: '+44 7700 900158' }).click()
  await page.getByText('Lev Okafor noted it').waitFor()

  // Without a reason nothing is taken off.
  server.replies.set('POST /api/do-not-call/remove', () => null)
  await page.getByRole('button', { name: 'Take it off the list' }).click()
  await page.getByText('A reason is needed.').waitFor()
  await page.getByLabel('Why it may be called again').fill('Asked for a call')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/do-not-call')
  expect(asked('POST /api/do-not-call/remove')).toEqual([
    { number: '+447700900158', reason: 'Asked for a call' },
  ])

  server.replies.set('POST /api/do-not-call', () => ({
    ...{ number: '+4915112345678', display: '01511 2345678', at: 0, by: 'Lev Okafor', reason: 'Said so' },
  }))
  await page.getByRole('link', { name: 'Add a number' }).click()
  await page.getByLabel('Number', { exact: true }).fill('01511 2345678')
  await page.getByLabel('Why', { exact: true }).fill('Said so')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/do-not-call/+4915112345678')
  expect(asked('POST /api/do-not-call')).toEqual([{ number: '01511 2345678', reason: 'Said so' }])
})

test('late promises stand on the floor, and what happened with one is read there', async () => {
  const { page } = await open('floor-late')
  const late = page.getByTestId('floor-late')
  await late.getByText('Late promises · 1').waitFor()
  expect(await late.getByTestId('task-trail').textContent()).toMatch(
    /Nina Sorokina promised it.*Lev Okafor handed it on.*not reached.*postponed it · .*told to the supervisors/s,
  )
  expect(await violations(page)).toEqual([])
})
