import { expect, test } from 'vitest'
import { ProblemError } from '../../shared/problems.ts'
import { violations } from './support/axe.ts'
import { useConsole } from './support/console-test.ts'
import { dayScenes } from './support/day-scenes.ts'

const open = useConsole(dayScenes)

test('each figure of my day opens the calls or times behind it, and each of those its call', async () => {
  const { page } = await open('day-mine')
  const behind = page.getByTestId('day-behind')
  await page.getByRole('button', { name: /^Missed ?1$/ }).press('Enter')
  expect(await behind.getByRole('listitem').count()).toBe(1)
  expect(await behind.getByRole('link').getAttribute('href')).toMatch(/^\/calls\/day-20\/why$/)
  await page.getByRole('button', { name: /^Breaks/ }).click()
  await behind.getByText('Lunch').waitFor()
  await behind.getByText('38:00').waitFor()
  await page.getByRole('button', { name: /^Wrap-up/ }).click()
  expect(await behind.getByRole('link').first().getAttribute('href')).toMatch(/^\/calls\/day-\d+\/why$/)
})

test('a supervisor reads a past day of anybody, and sets status and queues of whoever is there now', async () => {
  const { page, server } = await open('day-of-another')
  const asked = (start: string) => server.asked.filter(({ what }) => what.startsWith(start))
  server.replies.set('PUT /api/agents/201/queues', () => ({}))
  server.replies.set('PUT /api/agents/201/status', () => ({}))
  await page.getByText('paused only: a file of the telephone system names the phone').waitFor()
  await page.getByRole('checkbox', { name: 'sales' }).press('Space')
  await expect
    .poll(() => asked('PUT /api/agents/201/queues').at(-1)?.body)
    .toEqual({ queue: 'sales', signedIn: true })
  await page.getByLabel('Set status').selectOption('Lunch')
  await expect
    .poll(() => asked('PUT /api/agents/201/status').at(-1)?.body)
    .toEqual({ state: 'break', reasonId: 'lunch' })

  await page.getByRole('button', { name: 'The day before' }).click()
  await page.getByTestId('agent-now').waitFor({ state: 'detached' })
  await expect.poll(() => asked('GET /api/days/nina').length).toBeGreaterThan(1)
  expect(page.url()).toMatch(/\/day\/nina\?date=\d{4}-\d{2}-\d{2}$/)
})

test('I change my password in my menu: what is wrong stands at its field, and the new one is typed twice', async () => {
  const { page, server } = await open('day-mine')
  const asked = () => server.asked.filter(({ what }) => what === 'PUT /api/session/password')
  await page.getByRole('button', { name: /^Your menu/ }).click()
  await page.getByRole('button', { name: 'Change my password' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Old password').fill('not this one')
  await dialog.getByLabel('New password', { exact: true }).fill('short')
  await dialog.getByLabel('New password again').fill('shorter')
  await page.keyboard.press('Enter')
  await dialog.getByText('The two are not the same.').waitFor()
  await dialog.getByLabel('New password again').fill('short')
  await page.keyboard.press('Enter')
  await dialog.getByText('At least 10 characters.').waitFor()
  expect(asked()).toEqual([])
  const newPassword = 'a longer one, at last'
  await dialog.getByLabel('New password', { exact: true }).fill(newPassword)
  await dialog.getByLabel('New password again').fill(newPassword)
  server.replies.set('PUT /api/session/password', () => {
    throw new ProblemError('password.wrong')
  })
  await page.keyboard.press('Enter')
  await dialog.getByText('The old password is wrong. Nothing was changed.').waitFor()
  server.replies.set('PUT /api/session/password', () => null)
  await dialog.getByLabel('Old password').fill('the right one')
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await dialog.getByText('Your password is changed.').waitFor()
  expect(asked().at(-1)?.body).toEqual({ oldPassword: 'the right one', newPassword })
})
