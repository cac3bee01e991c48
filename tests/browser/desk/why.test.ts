import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { link, nina } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'
import { whyOf } from '../support/why-cast.ts'

const open = useConsole()

describe('why this card, or why none', () => {
  test('a supervisor gets there from a call on the floor with one press, is told in words, and comes back', async () => {
    const { page, server } = await open('floor')
    server.replies.set('GET /api/calls/', () => whyOf(Date.now()))
    await page.getByRole('link', { name: 'Why this card, or why none: Olena Kovalchuk' }).press('Enter')

    await page.getByText('One customer was certain enough to be shown: by account number.').waitFor()
    await page.getByText('Offer to Nina Sorokina (201) over after 0:17: not answered').waitFor()
    expect(await page.locator('figure svg rect').count()).toBeGreaterThan(5)

    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('heading', { name: /Calls now/ }).waitFor()
  })

  test('tells whom it rang at, what each phone answered and when the card stood on the screen', async () => {
    const { page } = await open('why')
    const rings = page.getByTestId('ring')
    await rings.filter({ hasText: 'Nina Sorokina' }).getByText('PJSIP/201').waitFor()
    await rings
      .filter({ hasText: 'Nina Sorokina' })
      .getByText('on the screen 38 ms after it was sent')
      .waitFor()
    await rings.filter({ hasText: 'Desk 203' }).getByText('nobody was signed in at this desk').waitFor()
    await rings.filter({ hasText: 'Lev Okafor' }).getByText('Answered after 0:11').waitFor()
  })

  test('tells what the network said of the number, and each step by which the caller was verified', async () => {
    const { page } = await open('why')
    await page.getByText('STIR/SHAKEN attestation A').waitFor()
    await page
      .getByText('Asked by Lev Okafor, date of birth: right. The caller is not verified', { exact: true })
      .waitFor()
    await page
      .getByText('Asked by an agent, postcode: right. The caller is verified in part', { exact: true })
      .waitFor()
  })

  test('whoever has the right takes the call away as a file; whoever has not is not offered it', async () => {
    const { page, server } = await open('why')
    const trace = {
      format: 2,
      name: 'call-abc123',
      floor: { shortAbandonMs: 5_000, trunks: ['PJSIP/trunk'] },
      complete: true,
      events: [],
      facts: [],
    }
    server.replies.set('GET /api/calls/pbx%3A1763890001.1/trace', () => trace)
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download as a trace' }).press('Enter')
    expect((await downloading).suggestedFilename()).toBe('call-abc123.trace.json')

    server.replies.set('GET /api/calls/pbx%3A1763890001.1/trace', () => {
      throw new ProblemError('call.not_kept')
    })
    await page.getByRole('button', { name: 'Download as a trace' }).click()
    await page.getByRole('alert').getByText('is not kept any more').waitFor()

    server.me = { ...nina, locale: 'en' }
    await page.reload()
    await page.getByTestId('ring').first().waitFor()
    expect(await page.getByRole('button', { name: 'Download as a trace' }).count()).toBe(0)
  })

  test('an agent asks for the last call from the desk, by keyboard alone', async () => {
    const { page, server } = await open('desk-idle')
    server.replies.set('GET /api/calls/', () => whyOf(Date.now()))
    const ask = page.getByRole('link', { name: 'Why this card?' })
    for (let tabs = 0; tabs < 40 && (await ask.and(page.locator(':focus')).count()) === 0; tabs += 1)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: 'Why this card, or why none' }).waitFor()
    expect(server.asked.map(({ what }) => what)).toContainEqual(expect.stringMatching(/^GET .*\/why$/))
  })

  test('before the first call of the day an agent is told what a card needs, and what of it is missing', async () => {
    const { page, server } = await open('desk-first-day')
    server.show('link', [{ type: 'link.set', link: { ...link(Date.now()), state: 'lost' } }])
    await page.getByRole('link', { name: 'Why no card?' }).click()
    await page.getByTestId('checks').getByText('The telephone system is not connected').waitFor()
    await page.getByTestId('checks').getByText('This console is connected.').waitFor()
  })

  test('a call of one’s day is asked about from its line', async () => {
    const { page, server } = await open('desk-idle')
    server.replies.set('GET /api/calls/', () => whyOf(Date.now()))
    await page.getByRole('link', { name: 'Why this card, or why none: Ivan Petrenko' }).click()
    await page.getByRole('heading', { name: 'Why this card, or why none' }).waitFor()
  })
})
