import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import { nina, ringing } from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'
import { lyingHere, waitingNotes } from '../support/outbox.ts'
import type { ScriptedServer } from '../support/scripted-server.ts'

const mine = 'person:nina'
const { callId } = ringing(0)
const otherKey = 'YWlnZXJpbS1rZXktb2YtdGhpcnR5LXR3by1ieXRlcy0='
const open = useConsole()

describe('the note', () => {
  test('is on the card a moment after it was typed, by itself, as the same note however long one writes', async () => {
    const { page, server } = await open('desk-call')
    takesNotes(server)
    const field = page.getByRole('textbox', { name: /^Note/ })
    await page.getByTestId('note-status').getByText('saved 0:0').waitFor()
    await field.press('End')
    await field.pressSequentially(' Call her on Monday.')
    await page.getByTestId('note-status').getByText('will be saved').waitFor()
    const sent = () =>
      server.asked.flatMap(({ what, body }) =>
        what.endsWith('/notes') ? [body as { noteId: string; text: string }] : [],
      )
    await expect
      .poll(() => sent().at(-1)?.text.endsWith('Call her on Monday.'), { timeout: 5_000 })
      .toBe(true)
    expect(new Set(sent().map(({ noteId }) => noteId)).size).toBe(1)
    expect(await field.inputValue()).toContain('Call her on Monday.')
    await expect.poll(() => lyingHere(page)).toEqual([])
    // and what is taken out again is taken off the card
    await field.fill('')
    await expect.poll(() => sent().at(-1)?.text, { timeout: 5_000 }).toBe('')
  })

  test('lies here sealed, and nobody who signs in after its writer can read or lose it', async () => {
    const { page, server } = await open('desk-call')
    takesNoNotes(server)
    const field = page.getByRole('textbox', { name: /^Note/ })
    await field.fill('Dmytro’s mother is ill; be kind.')
    await expect.poll(() => waitingNotes(page)).toEqual({ [callId]: 'Dmytro’s mother is ill; be kind.' })
    const [lying] = await lyingHere(page)
    expect(lying?.box).not.toContain('Dmytro')
    expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toContain(
      'Dmytro',
    )

    // when the next one takes the desk
    const next = { ...nina, personId: 'aigerim', displayName: 'Aigerim', outboxKeys: [otherKey] }
    server.me = next
    // What this server shows, it shows to everybody.
    server.show(mine, [])
    server.show('person:aigerim', [])
    await page.reload()
    await page.locator('[data-state=idle]').waitFor()
    expect(await page.getByText('unsaved note').count()).toBe(0)
    expect(await waitingNotes(page)).toEqual({})
    expect(await lyingHere(page)).toHaveLength(1)

    // then it is there for its writer, and goes on the card
    server.me = nina
    takesNotes(server)
    await page.reload()
    await expect
      .poll(() => server.asked.findLast(({ what }) => what.endsWith('/notes'))?.body, { timeout: 5_000 })
      .toMatchObject({ text: 'Dmytro’s mother is ill; be kind.' })
    await expect.poll(() => lyingHere(page)).toEqual([])
  })

  test('typed in one window stands in the other, and is one note', async () => {
    const { page, server } = await open('desk-call')
    takesNoNotes(server)
    const other = await page.context().newPage()
    await other.goto(page.url())
    const field = page.getByRole('textbox', { name: /^Note/ })
    const theirs = other.getByRole('textbox', { name: /^Note/ })
    await theirs.waitFor()
    await field.fill('One caller, two windows')
    await expect.poll(() => theirs.inputValue()).toBe('One caller, two windows')
    await theirs.press('End')
    await theirs.pressSequentially(', one note')
    await expect.poll(() => field.inputValue()).toBe('One caller, two windows, one note')
    takesNotes(server)
    await theirs.press('Control+Enter')
    await expect.poll(() => lyingHere(page)).toEqual([])
    const ids = server.asked.flatMap(({ what, body }) =>
      what.endsWith('/notes') ? [(body as { noteId: string }).noteId] : [],
    )
    expect(new Set(ids).size).toBe(1)
    await other.close()
  })

  test('of 100 KB is kept, and it says how much is too much of it', async () => {
    const { page, server } = await open('desk-call')
    takesNotes(server)
    const field = page.getByRole('textbox', { name: /^Note/ })
    await page.getByTestId('note-status').getByText('saved 0:0').waitFor()
    const before = server.asked.length
    await field.fill('x'.repeat(100_000))
    await page.getByText('This one has 90000 more').waitFor()
    await page.reload()
    await page.getByText('This one has 90000 more').waitFor()
    expect(server.asked.slice(before).filter(({ what }) => what.endsWith('/notes'))).toEqual([])
    await field.fill('x'.repeat(100))
    await page.getByTestId('note-status').getByText('saved 0:0').waitFor()
  })

  test('is not left behind in silence: signing out says what stays here, and asks once more', async () => {
    const { page } = await open('desk-withheld')
    await page.getByRole('textbox', { name: /^Note/ }).fill('Rang from a hotel, will ring again at five.')
    await page.locator('[popovertarget^=menu-]:visible').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('1 note or result is not saved yet. It stays on this computer').waitFor()
    await page.getByRole('button', { name: 'Sign out anyway' }).click()
    await page.getByLabel('Sign-in name').waitFor()
    expect(await lyingHere(page)).toMatchObject([{ personId: 'nina' }])
  })

  test('goes on its card by itself when the writer signs out', async () => {
    const { page, server } = await open('desk-call')
    takesNotes(server)
    await page.locator('[popovertarget^=menu-]:visible').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Sign-in name').waitFor()
    expect(server.asked.map(({ what }) => what).filter((what) => what.endsWith('/notes'))).toHaveLength(1)
    expect(await lyingHere(page)).toEqual([])
  })

  test('survives a refresh in mid-call, and is one note however often it is sent', async () => {
    const { page, server } = await open('desk-call')
    takesNoNotes(server)
    const text = await page.getByRole('textbox').inputValue()
    await page.getByTestId('note-status').getByText('will be saved').waitFor()
    await page.reload()
    await page.getByTestId('why').waitFor()
    await page.getByTestId('note-status').getByText('will be saved').waitFor()
    expect(await page.getByRole('textbox').inputValue()).toBe(text)
    takesNotes(server)
    await page.getByRole('textbox').press('Control+Enter')
    await page.getByTestId('note-status').getByText('saved 0:0').waitFor()
    const sent = server.asked.filter(({ what }) => what.startsWith('POST')).map(({ body }) => body)
    expect(new Set(sent.map((body) => JSON.stringify(body))).size).toBe(1)
    expect(await lyingHere(page)).toEqual([])
    expect(
      await page.getByRole('complementary', { name: 'Note' }).getByRole('listitem').first().textContent(),
    ).toContain(text)
    expect(await page.getByRole('textbox').inputValue()).toBe('')
  })

  test('that was typed on after a failed save is on the card as it was typed last', async () => {
    const { page, server } = await open('desk-call')
    const text = await page.getByRole('textbox').inputValue()
    // given a save that reached the card, and whose answer was lost
    takesNoNotes(server)
    await page.getByRole('textbox').press('Control+Enter')
    await page.getByText('The database cannot be reached').waitFor()
    // when more is typed, and saved
    takesNotes(server)
    await page.getByRole('textbox').press('End')
    await page.getByRole('textbox').pressSequentially(' Call her on Monday.')
    await page.getByRole('textbox').press('Control+Enter')
    await page.getByTestId('note-status').getByText('saved 0:0').waitFor()
    // then the same note was sent, whole
    const sent = server.asked.filter(({ what }) => what.startsWith('POST')).map(({ body }) => body)
    expect(sent.at(-1)).toEqual({ ...(sent[0] as object), text: `${text} Call her on Monday.` })
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
  await page.getByTestId('note-status').getByText('saved 0:0').waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(complaints).toEqual([])
})

/** The database is away: no card takes a note. */
function takesNoNotes(server: ScriptedServer): void {
  server.replies.set('POST /api/customers/olena/notes', () => {
    throw new ProblemError('database.unreachable')
  })
}

/** Olena's card takes notes from here on. */
function takesNotes(server: ScriptedServer): void {
  server.replies.set('POST /api/customers/olena/notes', ({ body }) => ({
    ...(body as { noteId: string; text: string }),
    at: Date.now(),
    by: nina.displayName,
    byPersonId: nina.personId,
  }))
}
