import { ninaSits } from './at-the-desk.ts'
import * as cast from './cast.ts'
import type { Scene } from './scenes.ts'

const inCall = (now: number) =>
  [
    { type: 'deskCall.set', call: cast.ringing(now, { state: 'talking', answeredAt: now - 167_000 }) },
    { type: 'pop.set', callId: cast.ringing(now).callId, pop: cast.popOf(cast.olena(now)) },
  ] as const

/** What is known and done beside the calls: the session that ends, the palette, articles, other windows. */
export const handScenes: Scene[] = [
  {
    name: 'session-over',
    ready: '[data-testid=sign-in-again]',
    set: (server, now, locale) => ninaSits(server, now, locale, [...inCall(now)]),
    act: async (page, server) => {
      await page.getByTestId('call-card').waitFor()
      server.endSession()
    },
  },
  {
    name: 'palette',
    ready: '[role=option]',
    set: (server, now, locale) =>
      ninaSits(server, now, locale, [...inCall(now)], { ...cast.nina, rights: [...cast.lev.rights] }),
    act: async (page, server) => {
      server.replies.set('GET /api/desks', () => [
        { extension: '207', interfaces: [], takenBy: { personId: 'lev', displayName: 'Lev Okafor' } },
      ])
      await page.getByTestId('call-card').waitFor()
      await page.keyboard.press('Control+k')
    },
  },
  {
    name: 'session-revoked',
    ready: '[data-testid=sign-in-again]',
    set: (server, now, locale) => ninaSits(server, now, locale, [...inCall(now)]),
    act: async (page, server) => {
      await page.getByTestId('call-card').waitFor()
      server.endSession('revoked')
    },
  },
]
