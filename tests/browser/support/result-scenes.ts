import type { Page } from 'playwright-core'
import { ProblemError } from '../../../shared/problems.ts'
import type { Change } from '../../../shared/realtime.ts'
import { ninaSits } from './at-the-desk.ts'
import * as cast from './cast.ts'
import { namedPath, olenasResults, unfinishedOf } from './result-cast.ts'
import type { Scene } from './scenes.ts'
import type { ScriptedServer } from './scripted-server.ts'
import { statusOf, wrapUp } from './status-cast.ts'

const { callId } = cast.ringing(0)

/** Nina has talked with Olena, and writes up what came of it. */
function scene(
  name: string,
  ready: string,
  act: (page: Page, server: ScriptedServer) => Promise<void>,
  more: (now: number) => Change[] = () => [],
): Scene {
  return {
    name,
    ready,
    set: (server, now, locale) => {
      const call = cast.ringing(now, {
        state: 'ended',
        answeredAt: now - 267_000,
        endedAt: now - 7_000,
      })
      ninaSits(server, now, locale, [
        ...statusOf(now, wrapUp(now)),
        { type: 'deskCall.set', call },
        { type: 'pop.set', callId, pop: cast.popOf(cast.olena(now)) },
        ...more(now),
      ])
      server.replies.set('GET /api/calls/', () => olenasResults(now))
      server.replies.set('PUT /api/calls/', () => olenasResults(now))
      server.replies.set('PUT /api/status', () => statusOf(now, {})[0])
    },
    act: async (page, server) => {
      await page.getByTestId('call-card').waitFor({ state: 'attached' })
      await page.locator('[data-testid=result] button:not(:disabled)').first().waitFor({ state: 'attached' })
      await act(page, server)
    },
  }
}

const chooser = '[data-testid=result-chooser]'
const open = (page: Page) => page.keyboard.press('F1')
const given = (now: number, code: string): Change => ({
  type: 'result.set',
  callId,
  result: { at: now - 20_000, path: namedPath('support', code) },
})

/** What came of a call, in every state. */
export const resultScenes: Scene[] = [
  scene('result-open', `${chooser} [role=option]`, open),
  scene('result-found', `${chooser} [aria-selected=true]`, async (page) => {
    await open(page)
    await page.keyboard.type('invo')
  }),
  scene('result-nothing-found', `${chooser} [role=presentation]`, async (page) => {
    await open(page)
    await page.keyboard.type('quarrel')
  }),
  scene('result-fields', `${chooser} form`, async (page) => {
    await open(page)
    await page.keyboard.press('5')
  }),
  scene('result-fields-wrong', `${chooser} [aria-invalid=true]`, async (page) => {
    await open(page)
    await page.keyboard.press('5')
    await page.locator(`${chooser} form`).waitFor()
    await page.locator(`${chooser} [type=submit]`).press('Enter')
  }),
  scene('result-none', `${chooser} textarea`, async (page) => {
    await open(page)
    await page.keyboard.press('0')
    await page.locator(`${chooser} textarea`).fill('Wanted to hear whether we are still there.')
  }),
  scene(
    'result-given',
    '[data-testid=result] details[open] li',
    async (page) => {
      // On a phone it stands with the note.
      const tab = page.locator('.desk > [role=group] button').nth(1)
      if (await tab.isVisible()) await tab.click()
      await page.locator('[data-testid=result] summary').click()
    },
    (now) => [given(now, 'solved-invoice')],
  ),
  scene('result-waiting', '[data-testid=result-status]', async (page, server) => {
    server.replies.set('PUT /api/calls/', () => {
      throw new ProblemError('database.unreachable')
    })
    await open(page)
    await page.keyboard.press('1')
    await page.locator(chooser).waitFor({ state: 'detached' })
  }),
  scene('result-gone', '[data-testid=result] p.text-bad', async (page, server) => {
    server.replies.set('PUT /api/calls/', () => {
      throw new ProblemError('disposition.gone')
    })
    await open(page)
    await page.keyboard.press('1')
    await page.locator('[data-testid=result] p.text-bad').waitFor({ state: 'attached' })
  }),
  {
    name: 'result-unfinished',
    ready: '[data-testid=unfinished] li',
    set: (server, now, locale) => {
      const answered = cast.morning(now).filter(({ outcome }) => outcome === 'answered')
      const [first, second, third] = answered.toReversed()
      const today = [first, second].flatMap((call): Change[] =>
        call === undefined ? [] : [{ type: 'today.set', call: { ...call, owed: true } }],
      )
      const path = namedPath('support', 'solved-answered')
      const done: Change[] =
        third === undefined
          ? []
          : [{ type: 'today.set', call: { ...third, result: { at: third.at + 1, path } } }]
      ninaSits(server, now, locale, [...today, ...done])
      server.replies.set('GET /api/dispositions/unfinished', () => ({ calls: unfinishedOf(now) }))
    },
    act: async (page) => {
      await page.locator('.desk').waitFor()
      const tab = page.locator('.desk > [role=group] button').nth(2)
      if (await tab.isVisible()) await tab.click()
    },
  },
]
