import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium } from '../../lab/chromium.ts'
import type { NewTask } from '../../shared/tasks.ts'
import { ProblemError } from '../../shared/problems.ts'
import { buildConsole } from './support/build.ts'
import { openScene, type Look, type OpenScene } from './support/console-page.ts'
import { callback, form, openForm, taskScenes } from './support/task-scenes.ts'

let browser: Browser
let opened: OpenScene | null = null
beforeAll(async () => {
  await buildConsole()
  browser = await launchChromium()
})
afterEach(async () => {
  await opened?.close()
  opened = null
})
afterAll(async () => {
  await browser.close()
})

async function open(name: string, look?: Look): Promise<OpenScene> {
  const scene = taskScenes.find((one) => one.name === name)
  if (scene === undefined) throw new Error(`There is no scene ${name}.`)
  opened = await openScene(browser, scene, look)
  return opened
}
const made = ({ server }: OpenScene) =>
  server.asked.flatMap(({ what, body }) => (what === 'POST /api/tasks' ? [body as NewTask] : []))
const steps = ({ server }: OpenScene) =>
  server.asked.flatMap(({ what, body }) => (what.endsWith('/steps') ? [body] : []))
const row = (page: Page, name: string) => page.getByTestId('promised-row').filter({ hasText: name })

describe('what is promised', () => {
  test('is typed by the keyboard alone, by the customer’s clock, and survives a refresh before it is sent', async () => {
    const scene = await open('promise-form')
    const { page } = scene
    await page.locator(`${form} [type=datetime-local]`).fill('2027-03-01T09:30')
    await page
      .locator(form)
      .getByText(/09:30 there · .*08:30 here/)
      .waitFor()
    await page.getByLabel('What about').fill('Corrected invoice')
    await page.reload()
    await openForm(page)
    expect(await page.getByLabel('What about').inputValue()).toBe('Corrected invoice')
    await page.getByLabel('Who does it').selectOption('queue support')
    await page.getByLabel('Note for whoever does it').fill('Ask for Olena herself')
    await page.keyboard.press('Control+Enter')
    await vi.waitFor(() => expect(made(scene)).toHaveLength(1))
    expect(made(scene)).toMatchObject([
      {
        kind: 'callback',
        customerId: 'olena',
        number: '+380445551234',
        for: { kind: 'queue', queue: 'support' },
        reason: 'Corrected invoice',
        note: 'Ask for Olena herself',
        dueAt: Date.UTC(2027, 2, 1, 7, 30),
        timeZone: 'Europe/Kyiv',
        zoneFrom: 'card',
      },
    ])
    await page
      .getByTestId('promise-bar')
      .getByText(/Promised for/)
      .waitFor()
  })

  test('is not sent for a time at which nobody is called there; one click takes the next', async () => {
    const scene = await open('promise-form-wrong')
    const { page } = scene
    expect(made(scene)).toEqual([])
    await page.getByRole('button', { name: /^Take .*08:00/ }).click()
    await page.getByLabel('What about').fill('Invoice')
    await page.keyboard.press('Control+Enter')
    await vi.waitFor(() => expect(made(scene)).toMatchObject([{ dueAt: Date.UTC(2027, 2, 2, 6) }]))
  })

  test('waits on this computer while the database is away, and goes there once', async () => {
    const scene = await open('promise-form')
    const { page, server } = scene
    const reply = server.replies.get('POST /api/tasks')
    server.replies.set('POST /api/tasks', () => {
      throw new ProblemError('database.unreachable')
    })
    await page.getByLabel('What about').fill('Invoice')
    await page.keyboard.press('Control+Enter')
    await page.getByTestId('promised').getByText('will be saved').waitFor()
    await vi.waitFor(() => expect(made(scene)).toHaveLength(1))
    if (reply !== undefined) server.replies.set('POST /api/tasks', reply)
    await page.reload()
    await vi.waitFor(() => expect(made(scene).length).toBeGreaterThan(1))
    await page.getByTestId('promised').getByText('will be saved').waitFor({ state: 'detached' })
    expect(new Set(made(scene).map(({ taskId }) => taskId)).size).toBe(1)
  })

  test('that the server will not have says why, and is changed where it was left', async () => {
    const { page } = await open('promise-refused')
    await page.getByTestId('promised').getByText('There is no such person or queue any more').waitFor()
    await page.getByRole('button', { name: 'Change it' }).click()
    await page.locator(form).waitFor()
    expect(await page.getByLabel('What about').inputValue()).toBe('Corrected invoice')
  })

  test('to a number that is not to be called is not sent, and says who noted that and why', async () => {
    const scene = await open('promise-form-do-not-call')
    const { page } = scene
    await page.locator(form).getByText('“Write to us, do not call” · Lev Okafor').waitFor()
    await page.locator(`${form} fieldset [role=group] button`).first().click()
    await page.getByLabel('What about').fill('Offer')
    await page.keyboard.press('Control+Enter')
    // What is no call may be promised.
    await page.getByRole('button', { name: 'Task', exact: true }).click()
    await page.keyboard.press('Control+Enter')
    await vi.waitFor(() => expect(made(scene).map(({ kind }) => kind)).toEqual(['task']))
  })

  test('in several time zones is to be chosen for one', async () => {
    const scene = await open('promise-form-zones')
    const { page } = scene
    await page.getByText('Their number can be in several time zones').waitFor()
    await page.locator(`${form} fieldset select`).selectOption('America/Denver')
    await page.locator(`${form} [type=datetime-local]`).fill('2027-03-01T10:00')
    await page.getByLabel('What about').fill('Offer')
    await page.keyboard.press('Control+Enter')
    await vi.waitFor(() =>
      expect(made(scene)).toMatchObject([
        { timeZone: 'America/Denver', zoneFrom: 'chosen', dueAt: Date.UTC(2027, 2, 1, 17) },
      ]),
    )
  })
})

describe('the list of what is promised', () => {
  test('has what is due first, says what is overdue, and changes at once with whoever changes it', async () => {
    const { page, server } = await open('promised-list')
    await page.getByRole('heading', { name: 'Promised · 4 2 overdue' }).waitFor()
    const names = await page
      .getByTestId('promised-row')
      .locator('.font-semibold:first-child')
      .allTextContents()
    expect(names[0]).toContain('Александра')
    server.say('person:nina', { type: 'task.gone', taskId: 'm1' })
    await page.getByRole('heading', { name: 'Promised · 3 1 overdue' }).waitFor()
    const taken = callback(Date.now(), { version: 2, takenBy: { personId: 'lev', name: 'Lev Okafor' } })
    server.say('person:nina', { type: 'task.set', task: taken })
    await row(page, 'Corrected invoice 1482').getByText('Lev Okafor has it').waitFor()
  })

  test('one is taken, then done, which can be undone; what could not be done says why', async () => {
    const scene = await open('promised-list')
    const { page, server } = scene
    const mine = row(page, 'Olena Kovalchuk')
    await mine.locator('button[aria-expanded]').first().click()
    await mine.getByRole('button', { name: 'Take' }).click()
    await mine.getByText('I have it').waitFor()
    await mine.getByRole('button', { name: 'Done' }).click()
    await mine.getByText('Done by Nina Sorokina').waitFor()
    expect(steps(scene)).toEqual([
      { version: 1, step: { do: 'take' } },
      { version: 2, step: { do: 'done', text: '' } },
    ])
    server.replies.set('POST /api/tasks/', () => {
      throw new ProblemError('edit.outdated')
    })
    await mine.getByRole('button', { name: 'Open again' }).click()
    await mine.getByRole('alert').getByText('Somebody else changed this').waitFor()
  })
})

describe('what came of calls to a queue', () => {
  test('a message says how long it is and who has heard it, and plays; why it does not is said', async () => {
    const { page, server } = await open('promised-message')
    const message = page.getByTestId('message')
    await message.getByText('1:23').waitFor()
    await message.getByText('heard by Lev Okafor').waitFor()
    await page.getByText('the line was busy when the turn came').waitFor()
    server.replies.set('GET /api/tasks/v1/recording', () => {
      throw new ProblemError('voicemail.gone')
    })
    await message.locator('audio').evaluate((audio: { play: () => Promise<void> }) => {
      audio.play().catch(() => undefined)
    })
    await message.getByRole('alert').getByText('not in the mailbox any more').waitFor()
  })
})

test('a promise that becomes due while the console is hidden is told by the browser, and a click leads to it', async () => {
  const { page, server } = await open('promised-list')
  await page.context().addInitScript(`{
    window.__notified = []
    Object.defineProperty(Document.prototype, 'hidden', { get: () => true })
    window.Notification = class extends EventTarget {
      static permission = 'granted'
      constructor(title) { super(); this.title = title; window.__notified.push(this) }
      close() {}
    }
  }`)
  await page.reload()
  await row(page, 'Olena').waitFor()
  const told = () => page.evaluate<string[]>('window.__notified.map(({ title }) => title)')
  expect(await told()).toEqual([])
  server.say('person:nina', {
    type: 'task.set',
    task: callback(Date.now(), { dueAt: Date.now(), version: 2 }),
  })
  await expect.poll(told).toEqual(['Due now: Olena Kovalchuk'])
  await page.evaluate("window.__notified[0].dispatchEvent(new Event('click'))")
  await page.waitForURL('**/customers/olena')
  await row(page, 'Olena').getByText('She is in the shop until four.').waitFor()
})
