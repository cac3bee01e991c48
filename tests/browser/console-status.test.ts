import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium } from '../../lab/chromium.ts'
import { ProblemError } from '../../shared/problems.ts'
import { buildConsole } from './support/build.ts'
import { openScene, type Look, type OpenScene } from './support/console-page.ts'
import { lunch, ninasStatus, wrapUp } from './support/status-cast.ts'
import { statusScenes } from './support/status-scenes.ts'

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
  const scene = statusScenes.find((one) => one.name === name)
  if (scene === undefined) throw new Error(`There is no scene ${name}.`)
  opened = await openScene(browser, scene, look)
  opened.server.replies.set('PUT /api/status', () => ninasStatus(Date.now()))
  opened.server.replies.set('POST /api/status/wrap-up', () => ninasStatus(Date.now()))
  return opened
}

const asked = ({ server }: OpenScene) => server.asked.filter(({ what }) => what.includes('/api/status'))

describe('the status in the header', () => {
  test('is changed by the keyboard alone: opened, chosen by arrows, told once', async () => {
    const scene = await open('status-ready')
    const { page } = scene
    await page.getByTestId('own-state').focus()
    await page.keyboard.press('Enter')
    await page.locator('#menu-status:popover-open').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('#menu-status:popover-open').waitFor({ state: 'detached' })
    expect(asked(scene)).toEqual([{ what: 'PUT /api/status', body: { state: 'break', reasonId: 'lunch' } }])
  })

  test('counts a wrap-up down, which one key ends, and one click extends', async () => {
    const scene = await open('status-wrap-up')
    const { page } = scene
    const text = () => page.getByTestId('own-state').textContent()
    const first = await text()
    expect(first).toMatch(/Wrap-up.*0:2\d/)
    await vi.waitFor(async () => expect(await text()).not.toBe(first), { timeout: 5_000, interval: 100 })
    await page.getByRole('button', { name: /Extend the wrap-up by 30 seconds/ }).click()
    await vi.waitFor(() => expect(asked(scene)).toHaveLength(1))
    await page.keyboard.press('F10')
    await vi.waitFor(() => expect(asked(scene)).toHaveLength(2))
    expect(asked(scene).map(({ what, body }) => [what, body])).toEqual([
      ['POST /api/status/wrap-up', null],
      ['PUT /api/status', { state: 'ready' }],
    ])
  })

  test('moves nothing beside it, whatever it becomes', async () => {
    const { page, server } = await open('status-ready')
    const place = () => page.getByRole('list', { name: 'Queues' }).boundingBox()
    const before = await place()
    const now = Date.now()
    for (const more of [
      wrapUp(now),
      { state: 'break', reason: lunch } as const,
      { state: 'missed', by: 'rule', byName: null } as const,
    ]) {
      server.say('person:nina', { type: 'status.set', status: ninasStatus(now, more) })
      await page.locator(`[data-testid=own-state][data-state=${more.state ?? ''}]`).waitFor()
      expect(await place()).toEqual(before)
    }
  })

  test('says what was not done, and why; F10 does nothing while there is nothing to come back from', async () => {
    const scene = await open('status-ready')
    const { page, server } = scene
    await page.keyboard.press('F10')
    server.replies.set('PUT /api/status', () => {
      throw new ProblemError('history.spool_full')
    })
    await page.getByTestId('own-state').click()
    await page.getByRole('button', { name: /Lunch/ }).click()
    await page.locator('#menu-status [role=alert]').getByText('The disk for call history is full').waitFor()
    expect(asked(scene)).toHaveLength(1)
  })

  test('tells on a phone why calls stopped, and comes back by one touch', async () => {
    const scene = await open('status-away', { viewport: { width: 390, height: 844 } })
    const { page } = scene
    await page.getByText('Your console was closed or lost').waitFor()
    await page.keyboard.press('Escape')
    await page
      .getByTestId('status')
      .getByRole('button', { name: /^Ready/ })
      .click()
    await vi.waitFor(() => expect(asked(scene).map(({ body }) => body)).toEqual([{ state: 'ready' }]))
  })
})

test('the floor says who is on which break, and who sent them there', async () => {
  const { page } = await open('status-floor')
  const row = (name: string) => page.getByRole('row').filter({ hasText: name }).last()
  await row('Chidi Eze').getByText('Lunch').first().waitFor()
  expect(await row('Chidi Eze').textContent()).toContain('by Lev Okafor')
  expect(await row('Sofía Navarro').textContent()).toMatch(/fire drill.*at the telephone system/)
  expect(await row('Dmytro Savchuk').textContent()).toContain('then Lunch')
  expect(await row('Aigerim Bekova').textContent()).toContain('Missed a call')
})

test('a supervisor sees who is on a break for missed calls, and says so once', async () => {
  const { page, server } = await open('status-floor')
  await page.getByText('Zhanna Omarova missed 3 calls in a row').waitFor()
  await page.getByRole('link', { name: 'Floor, 1 agent on a break for missed calls' }).waitFor()
  server.replies.set('POST /api/agents/211/missed-notice/seen', () => {
    const status = { ...ninasStatus(Date.now()), extension: '211', personId: null }
    server.say('floor', { type: 'status.set', status })
    return status
  })
  await page.getByRole('button', { name: 'Seen: Zhanna Omarova' }).press('Enter')
  await page.getByTestId('missed-notices').waitFor({ state: 'detached' })
  expect(server.asked.map(({ what }) => what)).toContain('POST /api/agents/211/missed-notice/seen')
})

test('I sign in to a queue that is open to me; of one that only pauses my phone it says so', async () => {
  const { page, server } = await open('status-menu')
  const sales = page.getByRole('button', { name: /^sales/ })
  expect(await sales.getAttribute('aria-pressed')).toBe('false')
  await page.getByText('Also in support.').waitFor()
  server.replies.set('PUT /api/status/queues', () => {
    const status = ninasStatus(Date.now(), {
      queues: [{ queue: 'sales', standing: 'pausedOnly', mayChoose: true }],
    })
    server.say('person:nina', { type: 'status.set', status })
    return status
  })
  await sales.press('Enter')
  await page.getByText('paused only: the telephone system names your phone there itself').waitFor()
  expect(server.asked.at(-1)).toEqual({
    what: 'PUT /api/status/queues',
    body: { queue: 'sales', signedIn: true },
  })
})
