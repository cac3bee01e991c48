import type { Page } from 'playwright-core'
import type { Health } from '../../../shared/api.ts'
import type { DeskCall } from '../../../shared/calls.ts'
import type { Pop } from '../../../shared/customers.ts'
import type { Locale, Me } from '../../../shared/people.ts'
import type { Change } from '../../../shared/realtime.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { adminScenes } from './admin-scenes.ts'
import { ninaSits } from './at-the-desk.ts'
import { cardScenes } from './card-scenes.ts'
import * as cast from './cast.ts'
import { unfinishedCounts } from './result-cast.ts'
import type { ScriptedServer } from './scripted-server.ts'
import { whyErased, whyInPart, whyOf, whyOld } from './why-cast.ts'

/** One screen in one state: how the server is set, what is done on the page, and how to know that it is there. */
export interface Scene {
  name: string
  set: (server: ScriptedServer, now: number, locale: Locale) => void
  act?: (page: Page, server: ScriptedServer) => Promise<void>
  path?: string
  ready: string
}

const mine = 'person:nina'

const withCall = (call: DeskCall, pop: Pop): Change[] => [
  { type: 'deskCall.set', call },
  { type: 'pop.set', callId: call.callId, pop },
]
const noCard = (outcome: Pop['match']['outcome'], candidates = cast.family.slice(0, 0)): Pop => ({
  match: { outcome, by: null, candidates },
  card: null,
})

export const health = (now: number): Health => ({
  version: '0.1.0',
  startedAt: now - 6 * cast.hour,
  database: { state: 'ready', since: now - 6 * cast.hour, message: null },
  spool: {
    entries: 3,
    bytes: 2_048,
    diskUsedPercent: 41,
    state: 'ok',
    damagedLines: 0,
    refusedEntries: 0,
    checkpointLost: false,
    trouble: null,
  },
  links: [
    {
      ...cast.link(now),
      eventsSeen: 81_204,
      eventsRefused: 0,
      newestEventAgeMs: 1_000,
      record: { state: 'ready', callsReconstructed: 7, damagedLines: 0 },
      stream: { afterGaps: { 'channel.gone': 2 }, defects: {}, checks: 71, checkedAt: now - 90_000 },
    },
  ],
  notices: [],
  gaps: cast.gaps(now),
  consoles: 6,
})

/** A desk scene: Nina, her day, and one call with its card. */
function desk(name: string, ready: string, make: (now: number) => Change[], act?: Scene['act']): Scene {
  return {
    name,
    ready,
    set: (server, now, locale) => ninaSits(server, now, locale, make(now)),
    ...(act === undefined ? {} : { act }),
  }
}

export const scenes: Scene[] = [
  { name: 'sign-in', ready: 'form', set: (server) => void (server.me = null) },
  {
    name: 'sign-in-throttled',
    ready: '[role=alert]',
    set: (server) => {
      server.me = null
      server.replies.set('POST /api/session', () => {
        throw new ProblemError('sign_in.throttled', { retryAfterSeconds: 48 })
      })
    },
    act: async (page) => {
      await page.fill('[name=username]', 'nina')
      await page.fill('[name=password]', 'not the right one')
      await page.fill('[name=extension]', '201')
      await page.click('[type=submit]')
    },
  },
  {
    name: 'server-starting',
    path: '/customers/olena',
    ready: '[data-testid=waiting]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/customers/olena', () => cast.olena(now))
      server.replies.set('GET /api/session', () => {
        throw new ProblemError('server.starting')
      })
    },
  },
  desk('desk-idle', '[data-state=idle]', () => []),
  {
    name: 'desk-first-day',
    ready: '[data-state=idle]',
    set: (server, now, locale) => {
      server.me = { ...cast.nina, locale }
      server.show('link', [{ type: 'link.set', link: cast.link(now) }])
      server.show(mine, [])
    },
  },
  {
    name: 'desk-not-taken',
    ready: '[data-testid=call-slot] form',
    set: (server, now, locale) => ninaSits(server, now, locale, [], { ...cast.nina, extension: null }),
  },
  {
    name: 'desk-taken-by-another',
    ready: '[data-testid=call-slot] form',
    set: (server, now, locale) => {
      const usualDeskTaken = { extension: '201', by: cast.lev.displayName }
      ninaSits(server, now, locale, [], { ...cast.nina, extension: null, usualDeskTaken })
    },
  },
  desk('desk-ringing', '[data-testid=call-card]', (now) =>
    withCall(cast.ringing(now), cast.popOf(cast.olena(now))),
  ),
  desk('desk-place', '[data-testid=place]', (now) =>
    withCall(cast.ringing(now, { place: { state: 'turn', outcome: null } }), cast.popOf(cast.olena(now))),
  ),
  desk('desk-place-called', '[data-testid=place]', (now) =>
    withCall(
      cast.ringing(now, {
        state: 'talking',
        answeredAt: now - 4_000,
        place: { state: 'calling', outcome: null },
      }),
      cast.popOf(cast.olena(now)),
    ),
  ),
  desk('desk-place-busy', '[data-testid=place]', (now) =>
    withCall(
      cast.ringing(now, {
        state: 'ended',
        answeredAt: now - 9_000,
        endedAt: now - 1_000,
        place: { state: 'over', outcome: 'busy' },
      }),
      cast.popOf(cast.olena(now)),
    ),
  ),
  desk(
    'desk-call',
    '[data-testid=call-card]',
    (now) =>
      withCall(
        cast.ringing(now, { state: 'talking', answeredAt: now - 167_000 }),
        cast.popOf(cast.olena(now)),
      ),
    async (page) => {
      // On a phone the note is behind a tab; whether it is to be seen is known once the desk stands.
      await page.getByTestId('call-card').waitFor()
      const visible = await page.locator('textarea').isVisible()
      if (visible)
        await page.fill(
          'textarea',
          'Wants the credit note, not a refund. Dmytro confirms 840 € booked twice.',
        )
    },
  ),
  desk('desk-held', '[data-state=held]', (now) =>
    withCall(
      cast.ringing(now, { state: 'held', answeredAt: now - 167_000, heldSince: now - 19_000 }),
      cast.popOf(cast.olena(now)),
    ),
  ),
  desk('desk-ended', '[data-state=ended]', (now) =>
    withCall(
      cast.ringing(now, { state: 'ended', answeredAt: now - 267_000, endedAt: now - 20_000 }),
      cast.popOf(cast.olena(now), { ...cast.unverified, state: 'over' }),
    ),
  ),
  desk('desk-verified', '[data-testid=verification][data-state=verified]', (now) =>
    withCall(
      cast.ringing(now, { state: 'talking', answeredAt: now - 67_000 }),
      cast.popOf(cast.olenaVerified(now), cast.verifiedByPin(now)),
    ),
  ),
  desk('desk-verified-ringing', '[data-testid=verification][data-state=verified]', (now) =>
    withCall(cast.ringing(now), cast.popOf(cast.olena(now), cast.verifiedByPin(now))),
  ),
  desk(
    'desk-pin',
    '[data-testid=own-pin] form',
    (now) =>
      withCall(
        cast.ringing(now, { state: 'talking', answeredAt: now - 67_000 }),
        cast.popOf(cast.olenaVerified(now), cast.verifiedByPin(now)),
      ),
    async (page, server) => {
      server.replies.set('GET /api/calls/', () => cast.waysInFull)
      await page.locator('[data-testid=verification]').waitFor()
      await page.keyboard.press('F8')
    },
  ),
  desk('desk-forged', '[data-testid=verification][data-state=failed]', (now) =>
    withCall(
      cast.ringing(now, { attestation: 'failed' }),
      cast.popOf(cast.olena(now), { ...cast.unverified, state: 'failed', pin: 'wrong' }),
    ),
  ),
  desk(
    'desk-verify',
    '[data-testid=verify-panel] ol',
    (now) =>
      withCall(
        cast.ringing(now, { state: 'talking', answeredAt: now - 31_000, attestation: 'partial' }),
        cast.popOf(cast.olena(now)),
      ),
    async (page, server) => {
      server.replies.set('GET /api/calls/', () => cast.ways)
      await page.locator('[data-testid=verification]').waitFor()
      await page.keyboard.press('F8')
    },
  ),
  desk(
    'desk-third-person',
    '[data-testid=verify-panel] dl',
    (now) =>
      withCall(
        cast.ringing(now, { state: 'talking', answeredAt: now - 41_000, attestation: 'none' }),
        cast.popOf(cast.olenaSpokenFor(now), { ...cast.unverified, state: 'thirdPerson' }),
      ),
    async (page, server) => {
      server.replies.set('GET /api/calls/', () => cast.ways)
      await page.locator('[data-testid=verification]').waitFor()
      await page.keyboard.press('F8')
    },
  ),
  desk(
    'desk-gone',
    '[data-testid=gone]',
    (now) => withCall(cast.ringing(now), cast.popOf(cast.olena(now))),
    async (page, server) => {
      await page.locator('[data-state=ringing]').waitFor()
      const callId = cast.ringing(0).callId
      server.say(mine, { type: 'deskCall.gone', callId, reason: 'answeredElsewhere' })
    },
  ),
  desk('desk-longest', '[data-testid=call-card]', (now) =>
    withCall(
      cast.ringing(now, {
        party: { number: '+74217555012', display: '+7 4217 55-50-12', name: '<b>ООО</b>', withheld: false },
      }),
      cast.popOf(cast.longest(now)),
    ),
  ),
  desk('desk-several', '[data-screen=several]', (now) =>
    withCall(
      cast.ringing(now, {
        party: { number: '+77272555019', display: '+7 727 255 5019', name: 'OMAROVA', withheld: false },
        queue: 'sales',
      }),
      noCard('several', cast.family),
    ),
  ),
  desk('desk-nameless', '[data-screen=several]', (now) =>
    withCall(
      cast.ringing(now, {
        party: { number: '+77272555019', display: '+7 727 255 5019', name: null, withheld: false },
      }),
      noCard('several', cast.family),
    ),
  ),
  desk('desk-none', '[data-screen=none]', (now) =>
    withCall(
      cast.ringing(now, {
        party: {
          number: '+442079460958',
          display: '+44 20 7946 0958',
          name: 'Harriet Vane',
          withheld: false,
        },
      }),
      noCard('none'),
    ),
  ),
  desk('desk-withheld', '[data-screen=withheld]', (now) =>
    withCall(
      cast.ringing(now, { party: { number: null, display: '', name: null, withheld: true } }),
      noCard('withheld'),
    ),
  ),
  desk('desk-database-away', '[data-screen=unavailable]', (now) => [
    { type: 'day.set', day: { since: now - 8 * cast.hour, earlier: 'unavailable' } },
    ...withCall(cast.ringing(now), noCard('unavailable')),
  ]),
  desk('desk-pending', '[data-state=ringing]', (now) => withCall(cast.ringing(now), noCard('pending'))),
  desk(
    'desk-offline',
    '[role=status]:has-text("0:")',
    (now) =>
      withCall(
        cast.ringing(now, { state: 'talking', answeredAt: now - 167_000 }),
        cast.popOf(cast.olena(now)),
      ),
    async (page, server) => {
      await page.locator('[data-testid=call-card]').waitFor()
      server.cutOff()
    },
  ),
  {
    name: 'desk-pbx-lost',
    ready: '[data-state=idle]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.show('link', [
        { type: 'link.set', link: { ...cast.link(now), state: 'lost', since: now - 130_000 } },
      ])
    },
  },
  {
    name: 'desk-gap',
    ready: '[data-state=idle]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.show('link', [
        { type: 'link.set', link: cast.link(now) },
        { type: 'gaps.set', gaps: cast.gaps(now) },
      ])
    },
  },
  desk(
    'search',
    '[role=option]',
    () => [],
    async (page, server) => {
      server.replies.set('GET /api/customers', () => ({ hits: cast.found, more: false }))
      await page.locator('[data-state=idle]').waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('kov')
    },
  ),
  {
    name: 'customer',
    path: '/customers/olena',
    ready: 'article',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/customers/olena', () => cast.olena(now))
    },
  },
  {
    name: 'customer-erase',
    path: '/customers/olena',
    ready: '[data-testid=erase] form',
    set: (server, now, locale) => {
      const me: Me = { ...cast.lev, rights: [...cast.lev.rights, 'card.erase'] }
      ninaSits(server, now, locale, [], me)
      server.replies.set('GET /api/customers/olena', () => cast.olena(now))
      server.replies.set('GET /api/customers/olena/erasure', () => cast.olenaToErase)
    },
    act: async (page) => {
      await page.getByTestId('erase').getByRole('button').click()
      await page.locator('[data-testid=erase] form').scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'customer-failed',
    path: '/customers/olena',
    ready: '[role=alert]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/customers/olena', () => {
        throw new ProblemError('database.unreachable')
      })
    },
  },
  {
    name: 'menu',
    ready: '[popover]:popover-open',
    set: (server, now, locale) => ninaSits(server, now, locale),
    act: (page) => page.locator('[popovertarget^=menu-]:visible').click(),
  },
  {
    name: 'floor',
    path: '/floor',
    ready: 'table',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, [], cast.lev)
      server.replies.set('GET /api/health', () => health(now))
      server.replies.set('GET /api/dispositions/unfinished/counts', () => ({ people: unfinishedCounts(now) }))
      server.show('link', [
        { type: 'link.set', link: cast.link(now) },
        { type: 'gaps.set', gaps: cast.gaps(now) },
      ])
      server.show('floor', [
        ...cast.agentsOf(now).map((agent): Change => ({ type: 'agent.set', agent })),
        ...cast.floorCallsOf(now).map((call): Change => ({ type: 'floorCall.set', call })),
      ])
    },
  },
  {
    name: 'why',
    path: '/calls/pbx:1763890001.1/why',
    ready: 'figure',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, [], cast.lev)
      server.replies.set('GET /api/calls/', () => whyOf(now))
    },
  },
  {
    name: 'why-partial',
    path: '/calls/pbx:1763890001.1/why',
    ready: 'figure',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, [], cast.lev)
      server.replies.set('GET /api/calls/', () => whyInPart(now))
    },
  },
  {
    name: 'why-old',
    path: '/calls/pbx:1763890001.1/why',
    ready: '[data-testid=ring]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, [], cast.lev)
      server.replies.set('GET /api/calls/', () => whyOld(now))
    },
  },
  {
    name: 'why-erased',
    path: '/calls/pbx:1763890001.1/why',
    ready: 'figure',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, [], cast.lev)
      server.replies.set('GET /api/calls/', () => whyErased(now))
    },
  },
  {
    name: 'why-no-call',
    path: '/why',
    ready: '[data-testid=checks]',
    set: (server, now, locale) => {
      server.me = { ...cast.nina, locale }
      const [agent] = cast.agentsOf(now)
      server.show('link', [
        { type: 'link.set', link: { ...cast.link(now), state: 'lost', since: now - 65_000 } },
      ])
      server.show(mine, agent ? [{ type: 'agent.set', agent: { ...agent, state: 'unreachable' } }] : [])
    },
  },
  {
    name: 'why-failed',
    path: '/calls/pbx:1763890001.1/why',
    ready: '[role=alert]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/calls/', () => {
        throw new ProblemError('right.missing')
      })
    },
  },
  {
    name: 'floor-empty',
    path: '/floor',
    ready: 'h1',
    set: (server, now, locale) => {
      server.me = { ...cast.lev, locale }
      server.replies.set('GET /api/dispositions/unfinished/counts', () => ({ people: [] }))
      const { spool, ...rest } = health(now)
      const hurt = {
        ...spool,
        damagedLines: 2,
        refusedEntries: 1,
        checkpointLost: true,
        trouble: 'not writable',
      }
      server.replies.set('GET /api/health', () => ({ ...rest, spool: hurt }))
      server.show('link', [
        {
          type: 'link.set',
          link: {
            ...cast.link(now),
            state: 'refused',
            since: now - 65_000,
            trouble: 'ami.refused_login',
            message: 'The telephone system refused the login.',
          },
        },
      ])
      server.show('floor', [])
    },
  },
  ...adminScenes,
  ...cardScenes,
]
