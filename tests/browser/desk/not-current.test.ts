import { describe, expect, test } from 'vitest'
import { link, ringing } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'

const mine = 'person:nina'
const open = useConsole()

describe('what is not current says so', () => {
  test('a lost connection shows its age, and the desk is as it was; back again, it is live', async () => {
    const { page, server } = await open('desk-offline')
    expect(await page.getByTestId('connection').textContent()).toMatch(/offline \d+:\d\d/)
    expect(await page.getByTestId('call-card').count()).toBe(1)
    server.letIn()
    await page.getByTestId('connection').getByText('live').waitFor()
    expect(await page.getByText('No connection for').count()).toBe(0)
  })

  test('nothing is called live before the telephone system was heard', async () => {
    const { page, server } = await open('desk-first-day')
    const connection = page.getByTestId('connection')
    await connection.getByText('live').waitFor()
    server.show('link', [])
    await connection.getByText('connecting', { exact: true }).waitFor()
    const starting = { ...link(Date.now()), state: 'connecting', newestEventAt: null } as const
    server.show('link', [{ type: 'link.set', link: starting }])
    await connection.getByText('PBX connecting').waitFor()
    server.say('link', { type: 'link.set', link: link(Date.now()) })
    await connection.getByText('live').waitFor()
  })

  test('a console that is refused for what it says it has comes back without it', async () => {
    const { page, server } = await open('desk-idle')
    server.refusesWhatTheyHave = true
    server.cutOff()
    await page.getByTestId('connection').getByText('offline').waitFor()
    server.letIn()
    await page.getByTestId('connection').getByText('live').waitFor()
  })

  test('a step that went missing is noticed and made good', async () => {
    const { page, server } = await open('desk-idle')
    server.lose(mine, { type: 'deskCall.set', call: ringing(Date.now()) })
    await page.locator('[data-state=ringing]').waitFor()
  })
})

test('a page opened while the server starts waits for it, and goes on where it was, with the session that was good', async () => {
  const { page, server } = await open('server-starting')
  await page.getByRole('heading', { name: 'Ringcard is starting' }).waitFor()
  expect(await page.getByLabel('Sign-in name').count()).toBe(0)
  server.replies.delete('GET /api/session')
  await page.getByRole('heading', { name: 'Olena Kovalchuk' }).waitFor()
})

test('what is wrong with telephone system and history is said on the floor, in the reader’s language', async () => {
  const { page } = await open('floor-empty', { locale: 'ru' })
  for (const text of [
    'Отказывает нам во входе: проверьте пользователя AMI, его секрет',
    'повреждены 2 строки',
    '1 запись не принята базой данных',
    'база данных не принимает',
  ]) {
    await page.getByText(text).waitFor()
  }
  expect(await page.locator('body').textContent()).not.toMatch(/refused|writable/)
})
