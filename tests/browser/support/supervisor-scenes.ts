import type { Change } from '../../../shared/realtime.ts'
import { taskTopics, type DoNotCallEntry, type TaskWithTrail } from '../../../shared/tasks.ts'
import { ninaSits } from './at-the-desk.ts'
import * as cast from './cast.ts'
import { scenes, type Scene } from './scenes.ts'
import { promisedOf } from './task-scenes.ts'

const noted = (number: string, display: string, at: number, by: string, reason: string): DoNotCallEntry => ({
  ...{ number, display, at, by, reason, removedAt: null },
  trail: [{ at, what: 'noted', by, reason }],
})

/** Numbers that are not to be called, the newest first. */
export const blockedOf = (now: number): DoNotCallEntry[] => [
  noted('+4915112345678', '01511 2345678', now - 2 * cast.hour, 'Nina Sorokina', 'Keine Anrufe, nur E-Mail'),
  noted(
    '+447700900158',
    '+44 7700 900158',
    now - 9 * cast.day,
    'Lev Okafor',
    'Asked us twice to write instead',
  ),
  {
    ...noted('+46701740631', '+46 70 174 06 31', now - 33 * cast.day, 'Lev Okafor', 'Vill inte bli uppringd'),
    trail: [
      { at: now - 90 * cast.day, what: 'noted', by: null, reason: 'Wrong number' },
      { at: now - 60 * cast.day, what: 'removed', by: 'Lev Okafor', reason: 'Became a customer' },
      { at: now - 33 * cast.day, what: 'noted', by: 'Lev Okafor', reason: 'Vill inte bli uppringd' },
    ],
  },
]

const setDoNotCall: Scene['set'] = (server, now, locale) => {
  ninaSits(server, now, locale, [], cast.lev)
  server.replies.set('GET /api/do-not-call', ({ query }) => {
    const digits = query.get('digits') ?? ''
    const listed = blockedOf(now).filter(({ number }) => number.includes(digits))
    return { numbers: query.get('which') === 'listed' ? listed : [] }
  })
}

/** The late promise that stands first, with what happened. */
const lateTrail = (now: number): TaskWithTrail['trail'] => {
  const nina = { personId: 'nina', name: cast.nina.displayName }
  const lev = { personId: 'lev', name: cast.lev.displayName }
  const nobody = { personId: null, name: null }
  const none = { text: null, callId: null }
  return [
    { at: now - 26 * cast.hour, ...nina, what: 'made', ...none },
    { at: now - 4 * cast.hour, ...lev, what: 'handedOn', ...none },
    { at: now - 2 * cast.hour, ...nina, what: 'tried', text: 'notAnswered', callId: 'pbx:1.1' },
    {
      at: now - 2 * cast.hour,
      ...nina,
      what: 'postponed',
      text: new Date(now - 35 * cast.minute).toISOString(),
      callId: null,
    },
    { at: now - 40 * cast.minute, ...nobody, what: 'reminded', ...none },
    { at: now - 20 * cast.minute, ...nobody, what: 'escalated', ...none },
  ]
}

/** What a supervisor sees of promises, and of whom is not to be called. */
export const supervisorScenes: Scene[] = [
  { name: 'do-not-call', path: '/admin/do-not-call', ready: 'tbody tr', set: setDoNotCall },
  {
    name: 'do-not-call-number',
    path: '/admin/do-not-call/+46701740631',
    ready: '[data-testid=do-not-call-trail] li',
    set: setDoNotCall,
  },
  {
    name: 'floor-late',
    path: '/floor',
    ready: '[data-testid=task-trail] li',
    set: (server, now, locale) => {
      scenes.find(({ name }) => name === 'floor')?.set(server, now, locale)
      const tasks = promisedOf(now)
      server.show(
        taskTopics.all,
        tasks.map((task): Change => ({ type: 'task.set', task })),
      )
      server.replies.set('GET /api/tasks/', () => ({ ...tasks[0], trail: lateTrail(now) }))
    },
    act: async (page) => {
      const row = page.getByTestId('floor-late').getByTestId('promised-row').first()
      await row.locator('[aria-expanded=false]').first().click()
      await row.getByRole('button', { name: /^(What happened|Что было)$/ }).click()
    },
  },
]
