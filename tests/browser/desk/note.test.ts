import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { nina, ringing } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'
import type { ScriptedServer } from '../support/scripted-server.ts'

const mine = 'person:nina'
const open = useConsole()

describe('the note', () => {
  test('is not left behind in silence: signing out says what stays here, and asks once more', async () => {
    const { page } = await open('desk-withheld')
    await page.getByRole('textbox', { name: /^Note/ }).fill('Rang from a hotel, will ring again at five.')
    await page.locator('[popovertarget^=menu-]:visible').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('1 note is not on a card yet. It stays on this computer').waitFor()
    await page.getByRole('button', { name: 'Sign out anyway' }).click()
    await page.getByLabel('Sign-in name').waitFor()
    expect(await page.evaluate('JSON.stringify(localStorage)')).toContain('Rang from a hotel')
  })

  test('goes on its card by itself when the writer signs out', async () => {
    const { page, server } = await open('desk-call')
    takesNotes(server)
    await page.locator('[popovertarget^=menu-]:visible').click()
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
    takesNotes(server)
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

  test('that was typed on after a failed save is on the card as it was typed last', async () => {
    const { page, server } = await open('desk-call')
    const text = await page.getByRole('textbox').inputValue()
    // given a save that reached the card, and whose answer was lost
    server.replies.set('POST /api/customers/olena/notes', () => {
      throw new ProblemError('database.unreachable')
    })
    await page.getByRole('textbox').press('Control+Enter')
    await page.getByTestId('note-status').getByText('not saved; kept here').waitFor()
    // when more is typed, and saved
    takesNotes(server)
    await page.getByRole('textbox').press('End')
    await page.getByRole('textbox').pressSequentially(' Call her on Monday.')
    await page.getByRole('textbox').press('Control+Enter')
    await page.getByTestId('note-status').getByText('saved 0:0').waitFor()
    // then the same note was sent, whole
    const sent = server.asked.filter(({ what }) => what.startsWith('POST')).map(({ body }) => body)
    expect(sent[1]).toEqual({ ...(sent[0] as object), text: `${text} Call her on Monday.` })
  })

  test('that was not saved goes to the card when the next call comes', async () => {
    const { page, server } = await open('desk-call')
    takesNotes(server)
    await page.getByRole('heading', { name: 'Olena Kovalchuk' }).click()
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

test('without TLS a number cannot be copied, which it says, and a note can be written all the same', async () => {
  const { page, complaints } = await open('desk-call')
  await page.evaluate(
    "Object.defineProperty(navigator, 'clipboard', { value: undefined }); Crypto.prototype.randomUUID = undefined; localStorage.clear()",
  )
  await page.getByRole('button', { name: /^Copy/ }).first().click()
  await page.getByText('Not copied').waitFor()
  await page.getByRole('textbox', { name: /^Note/ }).fill('Rang from a hotel.')
  await page.getByTestId('note-status').getByText('kept').waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(complaints).toEqual([])
})

/** Olena's card takes notes from here on. */
function takesNotes(server: ScriptedServer): void {
  server.replies.set('POST /api/customers/olena/notes', ({ body }) => ({
    ...(body as { noteId: string; text: string }),
    at: Date.now(),
    by: nina.displayName,
    byPersonId: nina.personId,
  }))
}
