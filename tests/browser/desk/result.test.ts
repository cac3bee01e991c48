import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Change } from '../../../shared/realtime.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { nextCall } from '../support/card-scenes.ts'
import { morning, ringing } from '../support/cast.ts'
import { focused, useConsole } from '../support/console-test.ts'
import { namedPath, olenasResults } from '../support/result-cast.ts'
import type { ScriptedServer } from '../support/scripted-server.ts'
import { statusOf, wrapUp } from '../support/status-cast.ts'

const mine = 'person:nina'
const open = useConsole()
const chooser = (page: Page) => page.getByTestId('result-chooser')
const panel = (page: Page) => page.getByTestId('result')
const { callId } = ringing(0)

const sent = (server: ScriptedServer) =>
  server.asked.flatMap(({ what, body }) =>
    what.startsWith('PUT') && what.endsWith('/disposition')
      ? [body as { dispositionId: string; code: string | null; fields: unknown[]; reason: string }]
      : [],
  )
function takesResults(server: ScriptedServer): void {
  server.replies.set('PUT /api/calls/', () => olenasResults(Date.now()))
}

describe('what came of a call', () => {
  test('is chosen by two keys from within the note, which has the focus again', async () => {
    const { page, server } = await open('desk-call')
    takesResults(server)
    await page.getByRole('textbox', { name: /^Note/ }).focus()
    await page.keyboard.press('F1')
    await page.keyboard.press('3')
    await panel(page).getByText('Solved › Invoice sent again').waitFor()
    await expect.poll(() => sent(server).map(({ code }) => code)).toEqual(['solved-invoice'])
    expect(await focused(page)).toBe('Note: Olena Kovalchuk')
    expect(await chooser(page).count()).toBe(0)
  })

  test('is found by a word, and chosen by Enter; Escape leaves all as it was', async () => {
    const { page, server } = await open('desk-call')
    takesResults(server)
    await page.keyboard.press('F1')
    await page.keyboard.press('Escape')
    expect(await chooser(page).count()).toBe(0)
    await page.keyboard.press('F1')
    await page.keyboard.type('wrong number')
    await page.keyboard.press('Enter')
    await expect.poll(() => sent(server).map(({ code }) => code)).toEqual(['wrong-number'])
  })

  test('asks what belongs to it, says what is missing at its place, and keeps what was typed over a refresh', async () => {
    const { page, server } = await open('desk-call')
    takesResults(server)
    await page.keyboard.press('F1')
    await page.keyboard.press('2')
    await page.keyboard.press('Enter')
    await chooser(page).getByText('This is needed.').waitFor()
    await page.getByLabel('Order number').fill('A-17')
    await page.reload()
    await panel(page).locator('button:enabled').first().waitFor()
    await page.keyboard.press('F1')
    await expect.poll(() => page.getByLabel('Order number').inputValue()).toBe('A-17')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => sent(server).map(({ fields }) => fields))
      .toEqual([[{ fieldId: 'order', value: 'A-17' }]])
  })

  test('may be none of these, and says why', async () => {
    const { page, server } = await open('desk-call')
    takesResults(server)
    await page.keyboard.press('F1')
    await page.keyboard.press('0')
    await page.getByLabel('What came of it, in your words').fill('Wanted to hear a voice.')
    await page.keyboard.press('Control+Enter')
    await expect.poll(() => sent(server)).toMatchObject([{ code: null, reason: 'Wanted to hear a voice.' }])
  })

  test('ends the wrap-up where I want it to, and only then', async () => {
    const { page, server } = await open('desk-call')
    takesResults(server)
    server.replies.set('PUT /api/status', () => statusOf(Date.now(), {})[0])
    server.say(mine, ...statusOf(Date.now(), wrapUp(Date.now())))
    const asked = () => server.asked.filter(({ what }) => what === 'PUT /api/status').length
    await page.keyboard.press('F1')
    await page.keyboard.press('1')
    await expect.poll(() => sent(server).length).toBe(1)
    expect(asked()).toBe(0)
    await page.keyboard.press('F1')
    await chooser(page).getByLabel('Then be ready for the next call').check()
    await chooser(page).getByRole('combobox').press('3')
    await expect.poll(asked).toBe(1)
    expect(sent(server).map(({ code }) => code)).toEqual(['solved-answered', 'solved-invoice'])
  })

  test('waits here while the server has it not, over a refresh too, and is sent as one result', async () => {
    const { page, server } = await open('desk-call')
    server.replies.set('PUT /api/calls/', () => {
      throw new ProblemError('database.unreachable')
    })
    await page.keyboard.press('F1')
    await page.keyboard.press('1')
    await page.getByTestId('result-status').getByText('will be saved').waitFor()
    await page.reload()
    await page.getByTestId('result-status').getByText('will be saved').waitFor()
    await panel(page).getByText('Solved › Question answered').waitFor()
    takesResults(server)
    server.cutOff()
    server.letIn()
    await page.getByTestId('result-status').getByText('saved', { exact: true }).waitFor()
    const ids = new Set(sent(server).map(({ dispositionId }) => dispositionId))
    expect(ids.size).toBe(1)
  })

  test('that was taken out meanwhile is not saved, which is said at its place, and another is chosen', async () => {
    const { page, server } = await open('desk-call')
    server.replies.set('PUT /api/calls/', () => {
      throw new ProblemError('disposition.gone')
    })
    await page.keyboard.press('F1')
    await page.keyboard.press('1')
    await panel(page).getByText('This result was taken out meanwhile. Choose another.').waitFor()
    await page.getByTestId('result-status').getByText('not saved').waitFor()
    takesResults(server)
    await page.keyboard.press('F1')
    await page.keyboard.press('3')
    await page.getByTestId('result-status').getByText('saved', { exact: true }).waitFor()
  })

  test('stands in the day, and in every window of mine', async () => {
    const { page, server } = await open('desk-call')
    server.say(mine, {
      type: 'result.set',
      callId,
      result: { at: Date.now(), path: namedPath('support', 'complaint-service') },
    })
    await panel(page).getByText('Complaint › About us').waitFor()
    const last = morning(Date.now()).findLast(({ outcome }) => outcome === 'answered')
    if (last === undefined) throw new Error('Nina has answered none.')
    const result = { at: Date.now(), path: namedPath('support', 'solved-answered') }
    server.say(mine, { type: 'today.set', call: { ...last, result } })
    await page.getByRole('complementary', { name: 'Today' }).getByText('Question answered').waitFor()
  })
})

describe('a call of which nobody knows what came of it', () => {
  const owed = (now: number): Change[] =>
    morning(now)
      .filter(({ outcome, party }) => outcome === 'answered' && party.erased !== true)
      .slice(-2)
      .map((call) => ({ type: 'today.set', call: { ...call, owed: true } }))

  test('stands in a list until it is said, one key away, and is not lost to the next call', async () => {
    const { page, server } = await open('desk-idle')
    takesResults(server)
    server.say(mine, ...owed(Date.now()))
    const list = page.getByTestId('unfinished')
    await list.getByText('To be finished · 2').waitFor()
    await page.keyboard.press('F1')
    const about = await chooser(page).getAttribute('aria-label')
    server.say(mine, ...nextCall(Date.now()))
    expect(await chooser(page).getAttribute('aria-label')).toBe(about)
    await page.keyboard.press('1')
    await list.getByText('To be finished · 1').waitFor()
    expect(sent(server)).toHaveLength(1)
  })

  test('is not asked for while it is being written up', async () => {
    const { page, server } = await open('desk-call')
    const now = Date.now()
    const [last] = owed(now)
    if (last?.type !== 'today.set') throw new Error('Nina has answered none.')
    server.say(
      mine,
      ...statusOf(now, wrapUp(now)),
      {
        type: 'deskCall.set',
        call: ringing(now, { state: 'ended', answeredAt: now - 60_000, endedAt: now }),
      },
      { type: 'today.set', call: { ...last.call, callId } },
    )
    await page.getByTestId('own-state').getByText('Wrap-up').waitFor()
    expect(await page.getByTestId('unfinished').count()).toBe(0)
    server.say(mine, ...statusOf(now, {}), ...nextCall(now))
    await page.getByTestId('unfinished').getByText('To be finished · 1').waitFor()
  })
})
