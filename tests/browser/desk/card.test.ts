import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { nextCall, takenOff } from '../support/card-scenes.ts'
import { lev, nina, olena, popOf, ringing } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'

const mine = 'person:nina'
const phone = { viewport: { width: 390, height: 844 } }
const open = useConsole()

const focusedHeading = (page: Page) =>
  page.evaluate<string>('document.activeElement?.tagName + " " + document.activeElement?.textContent?.trim()')

describe('a card is corrected', () => {
  test('by keyboard: what was changed is sent, with the edition that was looked at, and stands there', async () => {
    const { page, server } = await open('customer')
    const card = { ...olena(Date.now()), edition: 4 }
    server.replies.set('GET /api/customers/olena', () => card)
    await page.reload()
    await page.getByRole('button', { name: 'Correct', exact: true }).press('Enter')
    await expect.poll(() => page.evaluate('document.activeElement?.id')).toBe('card-name')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('Olena Kovalchuk-Bondar')
    await page.getByRole('button', { name: 'Add a phone' }).press('Enter')
    await page.keyboard.type('030 5550100')
    server.replies.set('PATCH /api/customers/olena', () => ({
      ...card,
      name: 'Olena Kovalchuk-Bondar',
      edition: 5,
      phones: [...card.phones, { number: '+49305550100', label: 'work' }],
    }))
    await page.keyboard.press('Control+Enter')
    await page.getByText('The card is saved.').waitFor()
    await page.getByRole('heading', { name: 'Olena Kovalchuk-Bondar' }).waitFor()
    await page.getByText('+49 30 5550100').waitFor()
    const sent = server.asked.find(({ what }) => what.startsWith('PATCH'))?.body
    expect(sent).toMatchObject({
      edition: 4,
      changes: {
        name: 'Olena Kovalchuk-Bondar',
        phones: [{ label: 'work' }, { label: 'mobile' }, { number: '030 5550100', label: null }],
      },
    })
    expect(Object.keys((sent as { changes: object }).changes).sort()).toEqual(['name', 'phones'])
    expect(await focusedHeading(page)).toBe('H1 Olena Kovalchuk-Bondar')
  })

  test('a number that is none is told at its place, and what was typed stays, also when the card is left', async () => {
    const { page, server } = await open('card-form')
    server.replies.set('PATCH /api/customers/olena', () => {
      throw new ProblemError('request.invalid', {
        errors: [{ path: 'changes.phones.0.number', message: 'No.' }],
      })
    })
    const number = page.getByRole('textbox', { name: 'Number', exact: true }).first()
    await number.fill('123')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alert').getByText('This is no phone number.').waitFor()
    expect(await number.getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('link', { name: 'Close card' }).click()
    await page.locator('[data-state=idle]').waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Go on correcting' }).click()
    expect(await page.getByRole('textbox', { name: 'Number', exact: true }).first().inputValue()).toBe('123')
    // and it is not thrown away without being asked about
    await page.keyboard.press('Escape')
    await page.getByText('Your changes are not saved.').waitFor()
    await page.getByRole('button', { name: 'Discard them' }).click()
    await page.getByRole('button', { name: 'Correct', exact: true }).waitFor()
  })

  test('by two at once: what the other changed comes in, what both did is named, and nothing is lost', async () => {
    const { page, server } = await open('card-form')
    const theirs = { ...olena(Date.now()), edition: 1, company: 'Theirs Ltd', city: 'Lviv' }
    await page.getByLabel('Company').fill('Mine Ltd')
    await page.getByLabel('Position').fill('Director')
    server.replies.set('PATCH /api/customers/olena', () => {
      server.replies.set('GET /api/customers/olena', () => theirs)
      throw new ProblemError('edit.outdated')
    })
    await page.keyboard.press('Control+Enter')
    await page.getByText('Somebody else changed this card meanwhile.').waitFor()
    await page.getByText('Somebody else changed this as well: Company.').waitFor()
    expect(await page.getByLabel('City').inputValue()).toBe('Lviv')
    expect(await page.getByLabel('Company').inputValue()).toBe('Mine Ltd')
    server.replies.set('PATCH /api/customers/olena', () => ({ ...theirs, edition: 2, company: 'Mine Ltd' }))
    await page.keyboard.press('Control+Enter')
    await page.getByText('The card is saved.').waitFor()
    expect(server.asked.filter(({ what }) => what.startsWith('PATCH')).at(-1)?.body).toMatchObject({
      edition: 1,
      changes: { company: 'Mine Ltd', position: 'Director' },
    })
  })

  test('by somebody else is seen at once where it is open', async () => {
    const { page, server } = await open('customer')
    server.replies.set('GET /api/customers/olena', () => ({ ...olena(Date.now()), company: 'New Name GmbH' }))
    server.cardChanged('olena')
    await page.getByText('New Name GmbH').waitFor()
  })

  test('and what was changed before is told in its form', async () => {
    const { page } = await open('card-form')
    const history = page.getByTestId('card-form').locator('ol')
    await history.getByText('Lev Okafor').waitFor()
    expect(await history.textContent()).toMatch(/\+380 50 555 0000, Mobile.*\+380 50 555 1234, Mobile/)
  })

  test('while the form is open the next call waits; without the right there is no form', async () => {
    const { page, server } = await open('desk-call')
    await page.getByRole('button', { name: 'Correct', exact: true }).click()
    await page.getByTestId('card-form').waitFor()
    server.say(
      mine,
      { type: 'deskCall.gone', callId: ringing(0).callId, reason: 'ended' },
      ...nextCall(Date.now()),
    )
    await page.getByTestId('other-call').waitFor()
    await page.getByTestId('card-form').waitFor()
    server.changeMe({ rights: nina.rights.filter((right) => right !== 'card.write') })
    await page.keyboard.press('Escape')
    await page.getByTestId('card-form').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Correct', exact: true }).waitFor({ state: 'detached' })
  })
})

describe('“somebody else’s phone”', () => {
  test('says whose the number is, shows and prefills nobody’s name, keeps the focus, and is undone', async () => {
    const { page, server } = await open('desk-call')
    server.replies.set('DELETE /api/calls/', () => takenOff)
    server.replies.set('PUT /api/calls/', () => popOf(olena(Date.now())))
    await page.getByRole('button', { name: 'Somebody else’s phone' }).press('Enter')
    await page.getByText('The number is Olena Kovalchuk’s.').waitFor()
    await expect.poll(() => focusedHeading(page)).toBe('H1 Somebody else is on the phone')
    expect(await page.getByText('Nobody is known').count()).toBe(0)
    expect(await page.getByTestId('call-slot').textContent()).not.toContain('Olena')
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('')
    await page.getByRole('button', { name: 'It is them after all' }).press('Enter')
    await page.getByTestId('call-card').getByRole('heading', { name: 'Olena Kovalchuk' }).waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('PUT'))?.body).toEqual({
      customerId: 'olena',
      remember: false,
    })
    await expect.poll(() => focusedHeading(page)).toBe('H1 Olena Kovalchuk')
  })

  test('a new card for “none of these” begins without a name', async () => {
    const { page } = await open('desk-several')
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('')
  })
})

describe('the focus', () => {
  test('is on the card that a search has opened, and on what is there when it is closed', async () => {
    const { page, server } = await open('search')
    server.replies.set('GET /api/customers/', () => olena(Date.now()))
    await page.keyboard.press('Enter')
    await expect.poll(() => focusedHeading(page)).toBe('H1 Olena Kovalchuk')
    await page.getByRole('link', { name: 'Close card' }).press('Enter')
    await expect.poll(() => focusedHeading(page)).toBe('H1 No card open')
  })

  test('is on the new card when one was made', async () => {
    const { page, server } = await open('desk-none')
    server.replies.set('POST /api/calls/', () => popOf({ ...olena(Date.now()), name: 'Harriet Vane' }))
    await page.getByRole('button', { name: 'Make the card' }).press('Enter')
    await expect.poll(() => focusedHeading(page)).toBe('H1 Harriet Vane')
  })

  test('is on the card that was linked by the search', async () => {
    const { page, server } = await open('desk-none')
    server.replies.set('GET /api/customers', () => ({
      hits: [
        {
          customerId: 'olena',
          name: 'Olena Kovalchuk',
          company: null,
          city: null,
          tier: 'gold',
          phone: null,
          email: null,
          lastContactAt: null,
        },
      ],
      more: false,
    }))
    server.replies.set('PUT /api/calls/', () => popOf(olena(Date.now())))
    await page.getByRole('button', { name: 'Find the caller' }).press('Enter')
    await page.getByRole('combobox').fill('olena')
    await page.getByRole('option').waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => focusedHeading(page)).toBe('H1 Olena Kovalchuk')
  })

  test('the question mark shows the keys, save where it is written into something', async () => {
    const { page } = await open('desk-call')
    await page.getByRole('textbox', { name: /^Note/ }).press('?')
    expect(await page.getByTestId('keys').count()).toBe(0)
    await page.getByRole('heading', { name: 'Olena Kovalchuk' }).click()
    await page.keyboard.press('?')
    await page.getByTestId('keys').getByText('Go to the other call').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByTestId('keys').count()).toBe(0)
  })
})

describe('what is on the card', () => {
  test('after the call nothing can be verified, and the box says so', async () => {
    const { page, server } = await open('desk-verify')
    server.say(mine, {
      type: 'deskCall.set',
      call: ringing(Date.now(), { state: 'ended', answeredAt: Date.now() - 9_000, endedAt: Date.now() }),
    })
    await page.locator('[data-testid=verification][data-state=over]').waitFor()
    expect(await page.getByTestId('verify-panel').count()).toBe(0)
    expect(await page.getByRole('button', { name: /^Verify/ }).count()).toBe(0)
  })

  test('what happened says what it holds for this role, and leads to why a call brought its card', async () => {
    const { page, server } = await open('customer')
    const card = olena(Date.now())
    const [talk] = card.timeline.filter(({ kind }) => kind === 'call')
    const timeline = [
      { ...talk, callId: 'pbx:mine', by: 'Nina Sorokina', byPersonId: 'nina' },
      { ...talk, callId: 'pbx:levs', by: 'Lev Okafor', byPersonId: 'lev' },
      {
        ...talk,
        kind: 'purchase',
        text: 'Rye flour',
        durationMs: null,
        amount: { minor: 112_000, currency: 'EUR' },
      },
    ]
    server.replies.set('GET /api/customers/olena', () => ({ ...card, timeline }))
    await page.reload()
    const everything = page.locator('#card-everything')
    await everything.getByText('calls, notes, purchases, events and messages').waitFor()
    await everything.getByText('€1,120').waitFor()
    const links = everything.getByRole('link', { name: 'Why this card?' })
    expect(await links.count()).toBe(1)
    server.changeMe({ rights: lev.rights })
    await expect.poll(() => links.count()).toBe(2)
    const less = { ...card }
    delete less.notes
    delete less.purchases
    server.replies.set('GET /api/customers/olena', () => less)
    await page.reload()
    await everything.getByText('calls, events and messages').waitFor()
  })

  test('a search says that there is more, tells people of one name apart, and offers the rest', async () => {
    const { page } = await open('search-more')
    await page.getByText('The first 50 are shown; there are more.').waitFor()
    const first = page.getByRole('option').nth(1)
    expect(await first.textContent()).toMatch(/l…@mail-1\.example.*\+49 1519 5185220.*last contact/)
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.getByText('The first 100 are shown; there are more.').waitFor()
    expect(await page.getByRole('option').count()).toBe(100)
  })

  test('on a phone note and call name the caller, buttons have their words, and nothing is cut off', async () => {
    const { page } = await open('desk-call', phone)
    await page.getByTestId('call-slot').locator('b', { hasText: 'Olena Kovalchuk' }).waitFor()
    await page
      .getByRole('button', { name: 'Somebody else’s phone' })
      .getByText('Somebody else’s phone')
      .waitFor()
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('article li span')].filter((one) => one.textContent.startsWith('Rye flour') && one.scrollWidth > one.clientWidth).length",
      ),
    ).toBe(0)
    await page.getByRole('button', { name: 'Note, result' }).click()
    expect(await page.getByTestId('note-about').textContent()).toBe('Olena Kovalchuk')
  })
})

test('the page’s title names the room, and whose card is open', async () => {
  const { page, server } = await open('customer')
  expect(await page.title()).toBe('Olena Kovalchuk · Customer · Ringcard')
  await page.getByRole('link', { name: 'Close card' }).click()
  await expect.poll(() => page.title()).toBe('Desk · Ringcard')
  const call = ringing(Date.now(), { state: 'talking', answeredAt: Date.now() })
  server.say(
    mine,
    { type: 'deskCall.set', call },
    { type: 'pop.set', callId: call.callId, pop: popOf(olena(Date.now())) },
  )
  await expect.poll(() => page.title()).toBe('Olena Kovalchuk · Desk · Ringcard')
})

test('the first visit of somebody who is not signed in is no error', async () => {
  const { page } = await open('sign-in')
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.reload()
  await page.getByLabel('Sign-in name').waitFor()
  expect(errors).toEqual([])
})
