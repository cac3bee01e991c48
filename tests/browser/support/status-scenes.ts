import type { StatusView } from '../../../shared/status.ts'
import * as cast from './cast.ts'
import { ninaSits } from './at-the-desk.ts'
import { health, type Scene } from './scenes.ts'
import { floorStatuses, lunch, missed, missedBreak, phoneLost, statusOf, wrapUp } from './status-cast.ts'
import type { Change } from '../../../shared/realtime.ts'

type Status = (now: number) => Partial<StatusView>

/** Nina's desk with a status; a call that has just ended lies before her where one is given. */
function scene(
  name: string,
  status: Status,
  more: Partial<Scene> & { call?: 'talking' | 'ended' } = {},
): Scene {
  const { call, ...rest } = more
  return {
    name,
    ready: '[data-testid=status]',
    set: (server, now, locale) => {
      const at = { answeredAt: now - 167_000, endedAt: call === 'ended' ? now - 7_000 : null }
      const calls: Change[] =
        call === undefined
          ? []
          : [
              { type: 'deskCall.set', call: cast.ringing(now, { state: call, ...at }) },
              { type: 'pop.set', callId: cast.ringing(now).callId, pop: cast.popOf(cast.olena(now)) },
            ]
      ninaSits(server, now, locale, [...statusOf(now, status(now)), ...calls])
      server.replies.set('PUT /api/status', () => statusOf(now, status(now))[0])
    },
    ...rest,
  }
}

const open: Scene['act'] = (page) => page.getByTestId('own-state').click()
const opened = '#menu-status:popover-open'

/** An agent's status in every state, and the floor that shows it. */
export const statusScenes: Scene[] = [
  scene('status-ready', () => ({})),
  scene('status-menu', () => ({}), { act: open, ready: opened }),
  scene('status-wrap-up', wrapUp, { call: 'ended' }),
  scene('status-wrap-up-menu', wrapUp, { call: 'ended', act: open, ready: opened }),
  scene(
    'status-next',
    (now) => ({ state: 'onCall', since: now - 167_000, next: { state: 'break', reason: lunch } }),
    { call: 'talking' },
  ),
  scene(
    'status-next-menu',
    (now) => ({ state: 'onCall', since: now - 167_000, next: { state: 'break', reason: lunch } }),
    { call: 'talking', act: open, ready: opened },
  ),
  scene('status-break-over', (now) => ({
    state: 'break',
    reason: lunch,
    since: now - 46 * cast.minute,
    until: now - cast.minute,
  })),
  scene('status-missed', missed, { act: open, ready: opened }),
  scene('status-missed-break', missedBreak, { act: open, ready: opened }),
  scene('status-away', (now) => ({ ...missed(now), state: 'away' }), { act: open, ready: opened }),
  scene('status-phone-lost', phoneLost, { act: open, ready: opened }),
  scene('status-phone-back', (now) => ({ ...phoneLost(now), deviceLost: false, device: 'browser' }), {
    act: open,
    ready: opened,
  }),
  scene('status-refused', (now) => ({ state: 'break', reason: lunch, since: now - 12_000, pbx: 'refused' }), {
    act: open,
    ready: opened,
  }),
  {
    name: 'status-floor',
    path: '/floor',
    ready: 'table',
    set: (server, now, locale) => {
      ninaSits(server, now, locale, [], cast.lev)
      server.replies.set('GET /api/health', () => health(now))
      const [first] = cast.agentsOf(now)
      const more = [
        { extension: '209', displayName: 'Aigerim Bekova' },
        { extension: '210', displayName: 'Sofía Navarro' },
        { extension: '211', displayName: 'Zhanna Omarova' },
      ].map((one) => ({ ...first, ...one, state: 'paused' as const, since: now - 95_000 }))
      server.show('floor', [
        ...[...cast.agentsOf(now), ...more].map((agent) => ({ type: 'agent.set', agent }) as Change),
        ...cast.floorCallsOf(now).map((call): Change => ({ type: 'floorCall.set', call })),
        ...floorStatuses(now),
      ])
    },
  },
]
