import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ProblemError } from '../../shared/problems.ts'
import { buildConsole } from './support/build.ts'
import { family, longest, nina, olena, popOf, ringing } from './support/cast.ts'
import { launchChromium } from '../../lab/chromium.ts'
import { openScene, type Look, type OpenScene } from './support/console-page.ts'
import { scenes } from './support/scenes.ts'

const mine = 'person:nina'
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
  const scene = scenes.find((one) => one.name === name)
  if (scene === undefined) throw new Error(`There is no scene ${name}.`)
  opened = await openScene(browser, scene, look)
  return opened
}

const focused = (page: Page) =>
  page.evaluate('document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName')

describe('a call arrives', () => {
  test('nothing moves on the page from the first ring to the card, the answer and the end', async () => {
    const { page, server } = await open('desk-idle')
    await page.evaluate(
      'window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value }).observe({ type: "layout-shift", buffered: false })',
    )
    const now = Date.now()
    const call = ringing(now)
    const pop = popOf(olena(now))
    server.say(mine, { type: 'deskCall.set', call })
    await page.locator('[data-state=ringing]').waitFor()
    server.say(mine, { type: 'pop.set', callId: call.callId, pop })
    await page.locator('[data-testid=call-card]').waitFor()
    server.say(mine, { type: 'deskCall.set', call: { ...call, state: 'talking', answeredAt: now } })
    await page.locator('[data-state=talking]').waitFor()
    server.say(mine, {
      type: 'deskCall.set',
      call: { ...call, state: 'ended', answeredAt: now, endedAt: now + 900 },
    })
    await page.locator('[data-state=ended]').waitFor()
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    expect(await page.evaluate('window.shift')).toBe(0)
  })

  test('it is announced with name and queue, stands in the tab’s title, and takes no focus', async () => {
    const { page, server } = await open('desk-idle')
    await page.getByRole('button', { name: /Your menu/ }).focus()
    const before = await focused(page)
    const call = ringing(Date.now())
    server.say(
      mine,
      { type: 'deskCall.set', call },
      { type: 'pop.set', callId: call.callId, pop: popOf(olena(Date.now())) },
    )
    await page
      .getByTestId('announcement')
      .getByText('Ringing: Olena Kovalchuk, support')
      .waitFor({ state: 'attached' })
    expect(await page.title()).toContain('Olena Kovalchuk')
    expect(await focused(page)).toBe(before)
  })

  test('its card marks the moment it was painted, once, with the call’s id', async () => {
    const { page } = await open('desk-ringing')
    const details = "performance.getEntriesByName('card-painted').map((mark) => mark.detail)"
    // Asked from outside: a condition that waits in the page would need eval, which the page's policy forbids.
    await expect.poll(() => page.evaluate(details)).toEqual([{ callId: ringing(0).callId }])
  })

  test('that another agent answers takes its card away and says why', async () => {
    const { page } = await open('desk-gone')
    expect(await page.getByTestId('gone').textContent()).toBe('Answered by another agent')
    expect(await page.getByTestId('call-card').count()).toBe(0)
    expect(await page.title()).toBe('Ringcard')
  })

  test('while another card is open for reading, the caller’s card takes its place', async () => {
    const { page, server } = await open('customer')
    const call = ringing(Date.now())
    const pop = popOf({ ...olena(Date.now()), name: 'Somebody Ringing' })
    server.say(mine, { type: 'deskCall.set', call }, { type: 'pop.set', callId: call.callId, pop })
    await page.getByTestId('call-card').getByText('Somebody Ringing').waitFor()
  })

  test('text that a caller supplied stays text', async () => {
    const { page } = await open('desk-longest')
    const card = page.getByTestId('call-card')
    expect(await card.textContent()).toContain(longest(Date.now()).tags[0])
    expect(await card.locator('img, script').count()).toBe(0)
  })
})

describe('who is calling', () => {
  test('one key chooses among several, and the choice is remembered for the number', async () => {
    const { page, server } = await open('desk-several')
    server.replies.set('PUT /api/calls/', () => popOf({ ...olena(Date.now()), name: 'Тимур Омаров' }))
    await page.keyboard.press('2')
    await page.getByRole('heading', { name: 'Тимур Омаров' }).waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('PUT'))?.body).toEqual({
      customerId: family[1]?.customerId,
      remember: true,
    })
  })

  test('“somebody else’s phone” takes the card off, keeps the note, and does not remember the next choice', async () => {
    const { page, server } = await open('desk-call')
    const note = await page.getByRole('textbox').inputValue()
    server.replies.set('DELETE /api/calls/', () => ({
      match: { outcome: 'several', by: null, candidates: family },
      card: null,
    }))
    server.replies.set('PUT /api/calls/', () => popOf(olena(Date.now())))
    await page.getByRole('button', { name: 'Somebody else’s phone' }).click()
    await page.locator('[data-screen=several]').waitFor()
    expect(await page.getByRole('textbox', { name: /^Note/ }).inputValue()).toBe(note)
    await page.getByRole('button', { name: /Aidana Omarova/ }).click()
    await page.getByTestId('call-card').waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('PUT'))?.body).toMatchObject({ remember: false })
  })

  test('an unknown caller gets a card in two fields', async () => {
    const { page, server } = await open('desk-none')
    server.replies.set('POST /api/calls/', () => popOf({ ...olena(Date.now()), name: 'Harriet Vane' }))
    await page.getByRole('textbox', { name: 'Company' }).fill('Gaudy Books')
    await page.keyboard.press('Enter')
    await page.getByTestId('call-card').waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('POST'))?.body).toEqual({
      name: 'Harriet Vane',
      company: 'Gaudy Books',
    })
  })

  test('a refusal is said where the choice is made, and the choice can be made again', async () => {
    const { page, server } = await open('desk-several')
    server.replies.set('PUT /api/calls/', () => {
      throw new ProblemError('database.unreachable')
    })
    await page.keyboard.press('1')
    await page.getByRole('alert').getByText('The database cannot be reached').waitFor()
    server.replies.set('PUT /api/calls/', () => popOf(olena(Date.now())))
    await page.keyboard.press('1')
    await page.getByTestId('call-card').waitFor()
  })

  test('the search is opened, used and closed by keyboard', async () => {
    const { page, server } = await open('search')
    server.replies.set('GET /api/customers/', () => olena(Date.now()))
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByText('Looked up by you').waitFor()
    expect(page.url()).toMatch(/\/customers\/petro$/)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('combobox').waitFor({ state: 'detached' })
  })
})

describe('the note', () => {
  test('is not left behind in silence: signing out says what stays here, and asks once more', async () => {
    const { page } = await open('desk-withheld')
    await page.getByRole('textbox', { name: /^Note/ }).fill('Rang from a hotel, will ring again at five.')
    await page.locator('[popovertarget]:visible').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('1 note is not on a card yet. It stays on this computer').waitFor()
    await page.getByRole('button', { name: 'Sign out anyway' }).click()
    await page.getByLabel('Sign-in name').waitFor()
    expect(await page.evaluate('JSON.stringify(localStorage)')).toContain('Rang from a hotel')
  })

  test('goes on its card by itself when the writer signs out', async () => {
    const { page, server } = await open('desk-call')
    server.replies.set('POST /api/customers/olena/notes', ({ body }) => ({
      ...(body as { noteId: string; text: string }),
      at: Date.now(),
      by: nina.displayName,
    }))
    await page.locator('[popovertarget]:visible').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Sign-in name').waitFor()
    expect(server.asked.map(({ what }) => what).filter((what) => what.endsWith('/notes'))).toHaveLength(1)
  })

  test('survives a refresh in mid-call, and is one note however often it is sent', async () => {
    const { page, server } = await open('desk-call')
    const text = await page.getByRole('textbox').inputValue()
    await page.reload()
    await page.getByTestId('why').waitFor()
    await page.getByTestId('note-status').getByText('kept').waitFor()
    expect(await page.getByRole('textbox').inputValue()).toBe(text)

    server.replies.set('POST /api/customers/olena/notes', () => {
      throw new ProblemError('database.unreachable')
    })
    await page.getByRole('textbox').press('Control+Enter')
    await page.getByTestId('note-status').getByText('not saved; kept here').waitFor()
    server.replies.set('POST /api/customers/olena/notes', ({ body }) => ({
      ...(body as { noteId: string; text: string }),
      at: Date.now(),
      by: nina.displayName,
    }))
    await page.getByRole('textbox').press('Control+Enter')
    await page.getByTestId('note-status').getByText('saved 0:0').waitFor()
    const sent = server.asked.filter(({ what }) => what.startsWith('POST')).map(({ body }) => body)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(sent[0])
    expect(
      await page.getByRole('complementary', { name: 'Note' }).getByRole('listitem').first().textContent(),
    ).toContain(text)
    expect(await page.getByRole('textbox').inputValue()).toBe('')
  })

  test('that was not saved goes to the card when the next call comes', async () => {
    const { page, server } = await open('desk-call')
    server.replies.set('POST /api/customers/olena/notes', ({ body }) => ({
      ...(body as { noteId: string; text: string }),
      at: Date.now(),
      by: nina.displayName,
    }))
    const gone = ringing(0).callId
    server.say(
      mine,
      { type: 'deskCall.gone', callId: gone, reason: 'ended' },
      { type: 'deskCall.set', call: ringing(Date.now(), { callId: 'next' }) },
    )
    await expect.poll(() => server.asked.filter(({ what }) => what.startsWith('POST')).length).toBe(1)
    expect(await page.getByRole('textbox').inputValue()).toBe('')
  })
})

describe('what is not current says so', () => {
  test('a lost connection shows its age, and the desk is as it was; back again, it is live', async () => {
    const { page, server } = await open('desk-offline')
    expect(await page.getByTestId('connection').textContent()).toMatch(/offline \d+:\d\d/)
    expect(await page.getByTestId('call-card').count()).toBe(1)
    server.letIn()
    await page.getByTestId('connection').getByText('live').waitFor()
    expect(await page.getByText('No connection for').count()).toBe(0)
  })

  test('a step that went missing is noticed and made good', async () => {
    const { page, server } = await open('desk-idle')
    server.lose(mine, { type: 'deskCall.set', call: ringing(Date.now()) })
    await page.locator('[data-state=ringing]').waitFor()
  })

  test('a session that ended on the server leads to sign-in, which says so', async () => {
    const { page, server } = await open('desk-idle')
    server.endSession()
    await page.getByRole('button', { name: 'Sign in again' }).click()
    await page.getByText('Your session has ended. Sign in again').waitFor()
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
})

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
