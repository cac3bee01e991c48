import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { family, nina, olena, popOf, ringing } from '../support/cast.ts'
import { nextCall } from '../support/card-scenes.ts'
import { useConsole } from '../support/console-test.ts'
import { waitingNotes } from '../support/outbox.ts'
import type { ScriptedServer } from '../support/scripted-server.ts'

const mine = 'person:nina'
const open = useConsole()

const note = (page: Page) => page.getByRole('textbox', { name: /^Note/ })
const sentNotes = (server: ScriptedServer) =>
  server.asked
    .filter(({ what }) => what.startsWith('POST') && what.endsWith('/notes'))
    .map(({ what, body }) => [what.split('/')[3], (body as { text: string }).text])

/** Everybody's card takes notes. */
function takesNotes(server: ScriptedServer): void {
  server.replies.set('POST /api/customers/', ({ body }) => ({
    ...(body as { noteId: string; text: string }),
    at: Date.now(),
    by: nina.displayName,
    byPersonId: nina.personId,
  }))
}

describe('while somebody writes', () => {
  test.each(['ended', 'movedOn'] as const)(
    'the next caller’s card waits, and not a letter goes to it, though the call %s',
    async (reason) => {
      const { page, server } = await open('desk-call')
      takesNotes(server)
      await note(page).fill('She wants ')
      const typing = note(page).pressSequentially('the credit note and not the refund, by Friday.', {
        delay: 15,
      })
      server.say(mine, { type: 'deskCall.gone', callId: ringing(0).callId, reason })
      server.say(mine, ...nextCall(Date.now()))
      await page.getByTestId('other-call').getByText('Преображенская').waitFor()
      server.say(mine, { type: 'deskCall.gone', callId: 'next', reason: 'answeredElsewhere' })
      server.say(mine, ...nextCall(Date.now(), 'third'))
      await typing
      expect(await note(page).getAttribute('aria-label')).toBe('Note: Olena Kovalchuk')
      expect(await page.evaluate('document.activeElement?.tagName')).toBe('TEXTAREA')
      await expect
        .poll(() => sentNotes(server).at(-1), { timeout: 5_000 })
        .toEqual(['olena', 'She wants the credit note and not the refund, by Friday.'])
      expect(sentNotes(server).every(([customerId]) => customerId === 'olena')).toBe(true)
    },
  )

  test('it is announced and one key away; what was written goes on the card it was written about, and says so', async () => {
    const { page, server } = await open('desk-call')
    takesNotes(server)
    const text = await note(page).inputValue()
    await note(page).press('End')
    server.say(mine, ...nextCall(Date.now()))
    const bar = page.getByTestId('other-call')
    await bar.getByText('Преображенская').waitFor()
    await page.getByTestId('announcement').getByText('F3 goes there.').waitFor({ state: 'attached' })
    // Nothing has moved: she is still before me.
    await page.getByTestId('call-card').getByRole('heading', { name: 'Olena Kovalchuk' }).waitFor()
    await page.keyboard.press('F3')
    await page
      .getByTestId('call-card')
      .getByRole('heading', { name: /Преображенская/ })
      .waitFor()
    await expect.poll(() => bar.count()).toBe(0)
    await page.getByText('Your note is on the card of Olena Kovalchuk.').waitFor()
    expect(sentNotes(server)).toEqual([['olena', text]])
    await note(page).pressSequentially('Theirs')
    await expect.poll(() => sentNotes(server).at(-1)?.[1], { timeout: 5_000 }).toBe('Theirs')
    expect(sentNotes(server).at(-1)?.[0]).not.toBe('olena')
  })

  test('a call that is over when the bar is pressed leaves its note among the drafts, by whose it is', async () => {
    const { page, server } = await open('desk-withheld')
    await note(page).fill('Rang from a hotel')
    server.say(mine, { type: 'deskCall.gone', callId: ringing(0).callId, reason: 'callerGone' })
    server.say(mine, ...nextCall(Date.now()))
    await note(page).pressSequentially(', room 12')
    await page.getByTestId('other-call').getByRole('button').click()
    await page.getByText('1 unsaved note from an earlier call').click()
    await page.getByText('Rang from a hotel, room 12').waitFor()
    // and it is not thrown away without being asked about
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByText('Nobody can read it afterwards.').waitFor()
    await page.getByRole('button', { name: 'Keep it' }).click()
    expect(Object.values(await waitingNotes(page))).toEqual(['Rang from a hotel, room 12'])
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('button', { name: 'Discard it' }).click()
    await expect.poll(() => waitingNotes(page)).toEqual({})
  })

  test('whoever does not write has the next caller’s card at once', async () => {
    const { page, server } = await open('desk-call')
    takesNotes(server)
    await page.getByTestId('call-card').getByRole('heading', { name: 'Olena Kovalchuk' }).click()
    server.say(
      mine,
      { type: 'deskCall.gone', callId: ringing(0).callId, reason: 'ended' },
      ...nextCall(Date.now()),
    )
    await page
      .getByTestId('call-card')
      .getByRole('heading', { name: /Преображенская/ })
      .waitFor()
    expect(await page.getByTestId('other-call').count()).toBe(0)
  })

  test('with the focus left in an empty note, or in one that was saved, nobody writes', async () => {
    const { page, server } = await open('desk-call')
    takesNotes(server)
    await note(page).press('Control+Enter')
    await expect.poll(() => note(page).inputValue()).toBe('')
    server.say(
      mine,
      { type: 'deskCall.gone', callId: ringing(0).callId, reason: 'ended' },
      ...nextCall(Date.now()),
    )
    await page
      .getByTestId('call-card')
      .getByRole('heading', { name: /Преображенская/ })
      .waitFor()
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('TEXTAREA')
    expect(await page.getByTestId('other-call').count()).toBe(0)
    expect(sentNotes(server)).toHaveLength(1)
  })

  test('candidates are chosen by a key from within the note', async () => {
    const { page, server } = await open('desk-several')
    server.replies.set('PUT /api/calls/', () => popOf({ ...olena(Date.now()), name: 'Тимур Омаров' }))
    await note(page).pressSequentially('Asks about 2 cakes')
    await page.getByText('Alt+2').waitFor()
    await page.keyboard.press('Alt+2')
    await page.getByRole('heading', { name: 'Тимур Омаров' }).waitFor()
    expect(server.asked.find(({ what }) => what.startsWith('PUT'))?.body).toMatchObject({
      customerId: family[1]?.customerId,
    })
    expect(await note(page).inputValue()).toBe('Asks about 2 cakes')
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('TEXTAREA')
  })

  test('on a card that was looked up, the caller waits as well', async () => {
    const { page, server } = await open('customer')
    takesNotes(server)
    await note(page).pressSequentially('Rang back, nobody there')
    server.say(mine, ...nextCall(Date.now()))
    await page.getByTestId('other-call').getByText('Преображенская').waitFor()
    await note(page).pressSequentially('; again at five')
    await page.keyboard.press('F3')
    await page.getByTestId('call-card').waitFor()
    await expect.poll(() => sentNotes(server)).toEqual([['olena', 'Rang back, nobody there; again at five']])
  })
})

describe('the note about a card that was looked up', () => {
  test('is kept as it is typed, survives a refresh, goes on the card and into what happened', async () => {
    const { page, server } = await open('customer')
    takesNotes(server)
    await note(page).pressSequentially('Call back on Monday')
    await page.getByTestId('note-status').getByText('will be saved').waitFor()
    await page.reload()
    await expect.poll(() => note(page).inputValue()).toBe('Call back on Monday')
    const card = olena(Date.now())
    server.replies.set('GET /api/customers/olena', () => ({
      ...card,
      timeline: [
        {
          at: Date.now(),
          kind: 'note',
          text: 'Call back on Monday',
          by: null,
          byPersonId: null,
          callId: null,
          durationMs: null,
        },
        ...card.timeline,
      ],
    }))
    await note(page).press('Control+Enter')
    await page.locator('#card-everything').getByText('Call back on Monday').waitFor()
    expect(sentNotes(server)).toEqual([['olena', 'Call back on Monday']])
  })

  test('cannot be written by a role that does not see notes', async () => {
    const { page, server } = await open('customer')
    server.changeMe({ rights: nina.rights.filter((right) => right !== 'card.notes') })
    await expect.poll(() => note(page).count()).toBe(0)
  })
})
