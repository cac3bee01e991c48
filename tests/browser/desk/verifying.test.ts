import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { olena, olenaVerified, popOf, ways } from '../support/cast.ts'
import { focused, useConsole } from '../support/console-test.ts'

const open = useConsole()

describe('verifying who is calling', () => {
  test('by keyboard alone: one key asks, the right answer ticked opens what was closed, and Esc is back', async () => {
    const { page, server } = await open('desk-verify')
    const panel = page.getByTestId('verify-panel')
    await expect.poll(() => focused(page)).toBe('What is your postcode? Right')
    expect(await panel.textContent()).toContain('17 May 1984')
    server.replies.set('POST /api/calls/', () =>
      popOf(olenaVerified(Date.now()), {
        state: 'verified',
        level: 'basic',
        by: { method: 'questions', at: Date.now(), person: 'Nina Sorokina' },
        pin: null,
      }),
    )
    server.replies.set('GET /api/calls/', () => ({
      ...ways,
      asking: { state: 'passed', rightLeft: 0, wrongLeft: 2 },
    }))

    await page.keyboard.press('Enter')

    await page.locator('[data-testid=verification][data-state=verified]').waitFor()
    await panel.getByText('They answered right.').waitFor()
    await page.getByText('Invoice 1490').waitFor()
    const asked = server.asked.find(({ what }) => what.startsWith('POST'))?.body
    expect(asked).toMatchObject({ kind: 'ticked', fact: 'postcode', right: true })
    await page.keyboard.press('Escape')
    await expect.poll(() => panel.count()).toBe(0)
    await expect
      .poll(() => page.evaluate('document.activeElement?.getAttribute("aria-keyshortcuts")'))
      .toBe('F8')
    // and a fact longer than its line is read whole
    const inTrust = page.getByRole('button', { name: 'Looks for a buyer of the second shop' })
    await inTrust.press('Enter')
    expect(await inTrust.getAttribute('aria-expanded')).toBe('true')
  })

  test('who may not see the answers writes what was said', async () => {
    const { page, server } = await open('desk-call')
    server.replies.set('GET /api/calls/', () => ({
      ...ways,
      questions: ways.questions.map(({ fact, result }) => ({ fact, result })),
    }))
    server.replies.set('POST /api/calls/', () => popOf(olena(Date.now())))
    await page.locator('body').press('F8')
    await page.getByLabel('What is your postcode? What they said').fill('01030')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => server.asked.find(({ what }) => what.startsWith('POST'))?.body)
      .toMatchObject({ kind: 'said', fact: 'postcode', said: '01030' })
    expect(await page.getByTestId('verify-panel').textContent()).not.toContain('1984')
  })

  test('that a step was not taken is said where it was asked for, and can be tried again', async () => {
    const { page, server } = await open('desk-verify')
    server.replies.set('POST /api/calls/', () => {
      throw new ProblemError('verification.call_over')
    })
    await page.getByRole('button', { name: 'Somebody else speaks for them' }).click()
    await page.getByTestId('verify-panel').getByRole('alert').getByText('The call is over.').waitFor()
  })

  test('a PIN is replaced and taken away by keyboard, where it may be given', async () => {
    const { page, server } = await open('desk-pin')
    const part = page.getByTestId('own-pin')
    const asked: unknown[] = []
    server.replies.set('PUT /api/customers/olena/pin', ({ body }) => {
      asked.push(body)
      return null
    })
    const field = part.getByLabel('New PIN, 6 digits')
    await field.fill('4829')
    await page.keyboard.press('Enter')
    await part.getByRole('alert').getByText('A PIN has 6 digits here').waitFor()
    expect(asked).toEqual([])
    await expect.poll(() => focused(page)).toBe('New PIN, 6 digits')
    await field.fill('482915')
    await page.keyboard.press('Enter')
    await part.getByText('The new PIN holds from now on.').waitFor()
    expect(await field.inputValue()).toBe('')

    server.replies.set('GET /api/calls/', () => ({
      ...ways,
      ownPin: { isSet: false, mayChange: true, digits: 6 },
    }))
    await part.getByRole('button', { name: 'Take away' }).press('Enter')
    await part.getByText('They have none.').waitFor()
    expect(asked).toEqual([{ pin: '482915' }, { pin: null }])
    server.replies.set('PUT /api/customers/olena/pin', () => {
      throw new ProblemError('pin.weak')
    })
    await field.fill('111111')
    await page.keyboard.press('Enter')
    await part.getByRole('alert').getByText('This PIN is guessed too easily').waitFor()
    server.replies.set('PUT /api/customers/olena/pin', () => {
      throw new ProblemError('verification.needed')
    })
    await field.fill('482913')
    await page.keyboard.press('Enter')
    await part.getByRole('alert').getByText('The caller has to be verified first.').waitFor()
    expect(await field.inputValue()).toBe('482913')
  })

  test('a PIN cannot be given before the caller is verified so far, and the reason stands there', async () => {
    const { page } = await open('desk-verify')
    const part = page.getByTestId('own-pin')
    await part.getByText('once they are verified as far as a PIN verifies').waitFor()
    expect(await part.getByRole('textbox').count()).toBe(0)
  })

  test('what a PIN has opened stays closed while it rings, and says that it opens with the talk', async () => {
    const { page } = await open('desk-verified-ringing')
    await page.getByText('Payment data, once you talk with them').waitFor()
    expect(await page.getByText('•••• 4512').count()).toBe(0)
  })

  test('while a third person speaks, also what is else always open is closed, and says until when', async () => {
    const { page } = await open('desk-third-person')
    await page.getByText('3 purchases, once they speak themselves').waitFor()
    await page.getByText('Payment data, after full verification').waitFor()
    expect(await page.getByText('Rye flour T130').count()).toBe(0)
  })

  test('on a phone the whole of how they were recognised and what failed stands there, and nothing is cut', async () => {
    const { page } = await open('desk-forged', { viewport: { width: 390, height: 844 } })
    const details = page.getByTestId('verification-details')
    expect(await details.textContent()).toMatch(/number may be forged.*wrong PIN typed.*recognised by/)
    const cut =
      '(() => { const one = document.querySelector("[data-testid=verification-details]"); return one.scrollWidth > one.clientWidth || getComputedStyle(one).textOverflow === "ellipsis" })()'
    expect(await page.evaluate(cut)).toBe(false)
  })

  test('a number that may be forged says so in words', async () => {
    const { page } = await open('desk-forged')
    expect(await page.getByTestId('attestation').textContent()).toContain('number may be forged')
    expect(await page.getByTestId('verification').textContent()).toMatch(/Not verified.*wrong PIN typed/)
  })
})
