import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { ProblemError } from '../../../shared/problems.ts'
import * as cast from '../support/cast.ts'
import { useConsole } from '../support/console-test.ts'

const open = useConsole()

const phoneIs = (page: Page, state: string) =>
  page.locator(`[data-testid=phone-state][data-state=${state}]`).waitFor()
const notified = (page: Page) => page.evaluate<string[]>('window.__notified')

test('two windows: one has the phone and tells of calls; the other shows it, takes it, and has it when that one closes', async () => {
  const { page: first, server } = await open('desk-idle')
  server.replies.set('GET /api/phone', () => ({
    ...{ kinds: ['browser', 'desk'], why: null, inUse: 'browser', deaf: false, testNumber: null },
  }))
  // Nothing can be called by it here: whoever has it says that it is lost.
  server.replies.set('POST /api/phone', () => {
    throw new ProblemError('pbx.unreachable')
  })
  const context = first.context()
  await context.addInitScript(`{
    window.__notified = []
    Object.defineProperty(Document.prototype, 'hidden', { get: () => true })
    window.Notification = class extends EventTarget {
      static permission = 'granted'
      constructor(title) { super(); window.__notified.push(title) }
      close() {}
    }
    localStorage.setItem('ringcard.phone.${cast.nina.personId}', 'browser')
  }`)
  await first.reload()
  await phoneIs(first, 'lost')
  const second = await context.newPage()
  await second.goto(server.url)
  await phoneIs(second, 'elsewhere')
  await second.getByText('The phone is in another window.').waitFor()

  const now = Date.now()
  const call = cast.ringing(now)
  const mine = `person:${cast.nina.personId}` as const
  server.say(
    mine,
    { type: 'deskCall.set', call },
    { type: 'pop.set', callId: call.callId, pop: cast.popOf(cast.olena(now)) },
  )
  await expect.poll(() => notified(first)).toHaveLength(1)
  await second.locator('[data-testid=call-slot][data-state=ringing]').waitFor()
  await second.getByTestId('phone-elsewhere').getByRole('button', { name: 'Answer' }).waitFor()
  expect(await notified(second)).toEqual([])
  server.say(mine, { type: 'deskCall.gone', callId: call.callId, reason: 'callerGone' })

  await second.getByRole('button', { name: 'Take it here' }).first().click()
  await phoneIs(second, 'lost')
  await phoneIs(first, 'elsewhere')
  await second.close()
  await phoneIs(first, 'lost')
})
