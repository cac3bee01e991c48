import type { Change } from '../../../shared/realtime.ts'
import { defaultRoleRights } from '../../../shared/people.ts'
import * as cast from './cast.ts'
import { ninaSits } from './at-the-desk.ts'
import type { Scene } from './scenes.ts'

/** A call of a customer who is known, which comes while another card is before Nina. */
export const nextCall = (now: number, callId = 'next'): Change[] => [
  { type: 'deskCall.set', call: cast.ringing(now, { callId, queue: 'sales' }) },
  { type: 'pop.set', callId, pop: cast.popOf(cast.longest(now)) },
]

/** Olena's number, and somebody else on it. */
export const takenOff = {
  match: {
    outcome: 'none',
    by: null,
    candidates: [],
    takenOff: { customerId: 'olena', name: 'Olena Kovalchuk' },
  },
  card: null,
} as const

const edits = (now: number) => [
  {
    at: now - 3 * cast.day,
    by: 'Lev Okafor',
    byPersonId: 'lev',
    changes: [
      {
        field: 'phones',
        before: [{ text: '+380505550000', label: 'mobile' }],
        after: [{ text: '+380505551234', label: 'mobile' }],
      },
      { field: 'company', before: [], after: [{ text: 'Kovalchuk Bakery', label: null }] },
    ],
  },
]

const talkingTo = (now: number): Change[] => {
  const call = cast.ringing(now, { state: 'talking', answeredAt: now - 167_000 })
  return [
    { type: 'deskCall.set', call },
    { type: 'pop.set', callId: call.callId, pop: cast.popOf(cast.olena(now)) },
  ]
}

/** Cards that are corrected, and what happens to a card while somebody writes. */
export const cardScenes: Scene[] = [
  {
    name: 'card-form',
    path: '/customers/olena',
    ready: '[data-testid=card-form] ol',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/customers/olena', () => cast.olena(now))
      server.replies.set('GET /api/customers/olena/edits', () => edits(now))
    },
    act: async (page) => {
      await page.locator('article header button').first().click()
      await page.locator('[data-testid=card-form] summary').click()
    },
  },
  {
    name: 'desk-other-call',
    ready: '[data-testid=other-call]',
    set: (server, now, locale) => ninaSits(server, now, locale, talkingTo(now)),
    act: async (page, server) => {
      await page.getByTestId('call-card').waitFor()
      // On a phone the note is behind its tab.
      const tab = page.locator('[role=group] button').nth(1)
      if (await tab.isVisible()) await tab.click()
      await page.locator('textarea').fill('Wants the credit note, not a refund.')
      const callId = cast.ringing(0).callId
      server.say('person:nina', { type: 'deskCall.gone', callId, reason: 'ended' }, ...nextCall(Date.now()))
    },
  },
  {
    name: 'desk-taken-off',
    ready: '[data-testid=taken-off]',
    set: (server, now, locale) => {
      const call = cast.ringing(now, { state: 'talking', answeredAt: now - 20_000 })
      ninaSits(server, now, locale, [
        { type: 'deskCall.set', call: { ...call, party: { ...call.party, name: 'Olena Kovalchuk' } } },
        {
          type: 'pop.set',
          callId: call.callId,
          pop: { ...takenOff, match: { ...takenOff.match, candidates: [] } },
        },
      ])
    },
  },
  {
    name: 'search-more',
    ready: '[data-testid=more-hits]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/customers', ({ query }) => {
        const limit = Number(query.get('limit'))
        const hits = Array.from({ length: limit }, (_, index) => ({
          customerId: `many-${index}`,
          name: 'Lena Hoffmann',
          company: index % 3 === 0 ? `Bäckerei Hoffmann ${index}` : null,
          city: 'München',
          tier: 'standard' as const,
          phone: `+4915195${String(185_219 + index)}`,
          email: `l…@mail-${index}.example`,
          lastContactAt: index % 4 === 0 ? null : now - index * cast.day,
        }))
        return { hits, more: true }
      })
    },
    act: async (page) => {
      await page.locator('[data-state=idle]').waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('lena')
    },
  },
  {
    name: 'keys',
    ready: '[data-testid=keys]',
    set: (server, now, locale) => ninaSits(server, now, locale),
    act: async (page) => {
      await page.locator('[data-state=idle]').waitFor()
      await page.keyboard.press('?')
    },
  },
  {
    name: 'customer-without-desk',
    path: '/customers/olena',
    ready: 'textarea',
    set: (server, now, locale) => {
      const rights = defaultRoleRights.agent.filter((right) => right !== 'desk.use')
      ninaSits(server, now, locale, [], { ...cast.nina, rights, extension: null })
      server.replies.set('GET /api/customers/olena', () => cast.olena(now))
    },
  },
]
