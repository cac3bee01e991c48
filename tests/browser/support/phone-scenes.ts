import type { DeskPhones } from '../../../shared/phone.ts'
import type { ProblemCode } from '../../../shared/problems.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { ninaSits } from './at-the-desk.ts'
import * as cast from './cast.ts'
import type { Scene } from './scenes.ts'
import { statusOf } from './status-cast.ts'
import type { ScriptedServer } from './scripted-server.ts'

/** What stands at a desk with both phones. */
const bothPhones: DeskPhones = {
  kinds: ['browser', 'desk'],
  why: null,
  inUse: 'desk',
  deaf: false,
  testNumber: '*60',
}

/** A desk with both phones, whose browser phone the server refuses. */
function refusedWith(server: ScriptedServer, code: ProblemCode): void {
  server.replies.set('GET /api/phone', () => ({
    kinds: ['browser', 'desk'],
    why: null,
    inUse: 'desk',
    deaf: false,
    testNumber: '*60',
  }))
  server.replies.set('POST /api/phone', () => {
    throw new ProblemError(code)
  })
}

const chooseBrowser: Scene['act'] = async (page) => {
  await page.getByTestId('phone-state').click()
  await page.locator('#phone-choice button').first().click()
}

/** The phone of a desk where it does not ring; where it does, a real one is looked at (phone.test.ts). */
export const phoneScenes: Scene[] = [
  {
    name: 'phone-choice',
    ready: '#phone-choice:popover-open fieldset',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/phone', () => ({
        kinds: ['browser', 'desk'],
        why: null,
        inUse: 'desk',
        deaf: false,
        testNumber: '*60',
      }))
    },
    act: (page) => page.getByTestId('phone-state').click(),
  },
  {
    name: 'phone-desk-lost',
    ready: '#phone-choice:popover-open fieldset',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, statusOf(now, { deviceLost: true }))
      server.replies.set('GET /api/phone', () => bothPhones)
    },
    act: (page) => page.getByTestId('phone-state').click(),
  },
  {
    name: 'phone-sound',
    ready: '[data-testid=level]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      refusedWith(server, 'pbx.unreachable')
    },
    act: async (page, server) => {
      await chooseBrowser(page, server)
      await page.getByTestId('open-sound').click()
    },
  },
  {
    name: 'phone-not-set-up',
    ready: '[data-testid=phone-state][data-state=problem]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      refusedWith(server, 'phone.not_set_up')
    },
    act: chooseBrowser,
  },
  {
    name: 'phone-elsewhere',
    ready: '[data-testid=phone-state][data-state=elsewhere]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      refusedWith(server, 'phone.in_call')
    },
    act: chooseBrowser,
  },
  {
    name: 'phone-elsewhere-call',
    ready: '[data-testid=phone-elsewhere]',
    set: (server, now, locale) => {
      const call = cast.ringing(now, { state: 'talking', answeredAt: now - 45_000 })
      const pop = cast.popOf(cast.olena(now))
      ninaSits(server, now, locale, [
        { type: 'deskCall.set', call },
        { type: 'pop.set', callId: call.callId, pop },
      ])
      refusedWith(server, 'phone.in_call')
    },
    act: async (page, server) => {
      await chooseBrowser(page, server)
      await page.keyboard.press('Escape')
    },
  },
  {
    name: 'phone-pbx-away',
    ready: '#phone-choice:popover-open fieldset',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/phone', () => ({
        kinds: ['desk'],
        why: 'pbxAway',
        inUse: 'desk',
        deaf: false,
        testNumber: '*60',
      }))
    },
    act: (page) => page.getByTestId('phone-state').click(),
  },
]
