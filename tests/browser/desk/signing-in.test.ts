import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { nina } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'

const mine = 'person:nina'
const open = useConsole()

describe('what I may do and where I sit', () => {
  test('follows the server while the console is open: a right opens its room, taken away it closes it', async () => {
    const { page, server } = await open('desk-idle')
    const toFloor = page.getByRole('link', { name: 'Floor' })
    expect(await toFloor.count()).toBe(0)
    server.show('floor', [])
    server.changeMe({ rights: [...nina.rights, 'floor.watch'] })
    await toFloor.first().click()
    await page.getByText('No calls at this moment').waitFor()
    server.changeMe({ rights: nina.rights })
    await page.locator('[data-state=idle]').waitFor()
    expect(await toFloor.count()).toBe(0)
  })

  test('a desk taken in another tab is mine here, too', async () => {
    const { page, server } = await open('desk-not-taken')
    server.changeMe({ extension: '201' })
    await page.locator('[data-state=idle]').waitFor()
  })

  test('is asked again after a break, during which nobody could tell', async () => {
    const { page, server } = await open('desk-not-taken')
    server.cutOff()
    await page.getByTestId('connection').getByText('offline').waitFor()
    server.me = nina
    server.letIn()
    await page.locator('[data-state=idle]').waitFor()
  })
})

describe('sign-in', () => {
  test('leads to the desk; a wrong password, an unknown desk and an empty name say what to do', async () => {
    const { page, server } = await open('sign-in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Enter your sign-in name.').waitFor()
    expect(server.asked.some(({ what }) => what === 'POST /api/session')).toBe(false)

    await page.fill('[name=username]', 'nina')
    await page.fill('[name=password]', 'a long enough password')
    for (const [code, text] of [
      ['sign_in.refused', 'Name or password is wrong'],
      ['desk.unknown', 'There is no desk 999'],
    ] as const) {
      await page.fill('[name=extension]', '999')
      server.replies.set('POST /api/session', () => {
        throw new ProblemError(code)
      })
      await page.keyboard.press('Enter')
      await page.getByText(text).waitFor()
    }
    server.replies.set('POST /api/session', () => {
      server.me = nina
      return nina
    })
    server.show(mine, [])
    await page.keyboard.press('Enter')
    await page.locator('[data-state=idle]').waitFor()
  })

  test('at a usual desk that is another’s says whose, and another can be taken', async () => {
    const { page, server } = await open('desk-taken-by-another')
    await page.getByText('Desk 201 is taken by Lev Okafor').waitFor()
    server.replies.set('PUT /api/session/desk', () => ({ ...nina, extension: '202' }))
    await page.getByRole('textbox', { name: 'Desk' }).fill('202')
    await page.keyboard.press('Enter')
    await page.getByText('Desk 201 is taken').waitFor({ state: 'detached' })
    const changes = server.asked.filter(({ what }) => !what.startsWith('GET '))
    expect(changes.at(-1)).toMatchObject({ what: 'PUT /api/session/desk', body: { extension: '202' } })
  })
})
