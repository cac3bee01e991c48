import { countsOf, figuresOfDay, spansOfDay, type AgentDay, type DayPart } from '../../../shared/agent-day.ts'
import type { DayInterval } from '../../../shared/agent-day.ts'
import type { TodayCall } from '../../../shared/calls.ts'
import { defaultBreaks } from '../../../shared/status.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { ninaSits } from './at-the-desk.ts'
import * as cast from './cast.ts'
import type { Scene } from './scenes.ts'
import type { ScriptedServer } from './scripted-server.ts'
import { lunch, ninasStatus } from './status-cast.ts'

const names = ['Olena Kovalchuk', 'Müller & Söhne GmbH', 'Ibrahim Özdemir', 'Анна Литвинова', 'J. O’Brien']

/** A shift of five hours up to now: thirty calls, one of them missed, a lunch, and a lost console. */
export function dayOf(now: number, personId = 'nina', name = 'Nina Sorokina'): AgentDay {
  const from = new Date(now).setHours(0, 0, 0, 0)
  const intervals: DayInterval[] = []
  const parts: DayPart[] = []
  const lines: TodayCall[] = []
  let at = now - 5 * cast.hour
  const spend = (state: DayInterval['state'], ms: number, reason: DayInterval['reason'] = null) => {
    intervals.push({ state, reason, beganAt: at, endedAt: at + ms })
    at += ms
  }
  for (let index = 0; index < 30 && at < now - 12 * cast.minute; index += 1) {
    if (index === 9) spend('away', 95_000)
    if (index === 14) spend('break', 38 * cast.minute, lunch)
    const readyMs = 60_000 + ((index * 37) % 11) * 20_000
    const ringMs = 4_000 + (index % 5) * 2_000
    const talkMs = 90_000 + ((index * 53) % 13) * 31_000
    const isMissed = index === 20
    const ringsAt = at + readyMs
    spend('ready', readyMs + ringMs)
    const answeredAt = at
    if (isMissed) spend('missed', 70_000)
    else spend('onCall', talkMs)
    if (!isMissed && index % 3 !== 2) spend('wrapUp', 20_000)
    const callId = `day-${index}`
    const hold = index % 4 === 1 ? [{ beganAt: answeredAt + 30_000, endedAt: answeredAt + 62_000 }] : []
    const outcome = isMissed ? 'notAnswered' : 'answered'
    parts.push({
      callId,
      direction: 'inbound',
      offers: [{ madeAt: ringsAt, endedAt: answeredAt, outcome }],
      contacts: isMissed ? [] : [{ beganAt: answeredAt, endedAt: answeredAt + talkMs }],
      holds: isMissed ? [] : hold,
    })
    lines.push({
      ...(cast.morning(now)[0] as TodayCall),
      callId,
      at: ringsAt,
      customerName: names[index % names.length] ?? null,
      queue: ['support', 'sales'][index % 2] ?? null,
      outcome,
      talkMs: isMissed ? 0 : talkMs,
    })
  }
  spend('ready', now - at)
  const to = from + 24 * cast.hour
  const spans = spansOfDay(intervals, parts, from, to, now)
  const counts = parts.map((part) => countsOf(part, from, to))
  const calls = lines.map((line, index) => ({
    ...line,
    heldMs: parts[index]?.holds.reduce((sum, hold) => sum + ((hold.endedAt ?? now) - hold.beganAt), 0) ?? 0,
    ...(counts[index] ?? { offered: 0, missed: 0, handled: 0 }),
  }))
  return {
    personId,
    name,
    from,
    to,
    at: now,
    complete: true,
    spans,
    figures: figuresOfDay(spans, counts),
    calls: calls.toReversed(),
    gaps: [],
  }
}

/** An afternoon, so that a whole shift lies before it. */
const afternoon = (now: number) => new Date(now).setHours(15, 20, 0, 0)

const people = [
  { personId: 'nina', name: 'Nina Sorokina' },
  { personId: 'chidi', name: 'Chidi Okonkwo' },
]

function levWatches(server: ScriptedServer, now: number, locale: 'en' | 'ru'): void {
  ninaSits(server, now, locale, [], cast.lev)
  const status = ninasStatus(now, {
    queues: [
      { queue: 'sales', standing: 'out', mayChoose: true },
      { queue: 'support', standing: 'pausedOnly', mayChoose: false },
    ],
  })
  server.show('floor', [
    ...cast.agentsOf(now).map((agent) => ({ type: 'agent.set', agent }) as const),
    { type: 'status.set', status },
  ])
  server.replies.set('GET /api/days/people', () => ({ people, breaks: defaultBreaks }))
  server.replies.set('GET /api/days/nina', () => dayOf(afternoon(now)))
}

const mine = (
  name: string,
  more: Partial<Scene> = {},
  day = (now: number) => dayOf(afternoon(now)),
): Scene => ({
  name,
  path: '/day',
  ready: '[data-testid=day-lanes]',
  set: (server, now, locale) => {
    ninaSits(server, now, locale)
    server.replies.set('GET /api/days/mine', () => day(now))
  },
  ...more,
})

/** An agent's day, as they see it and as a supervisor does. */
export const dayScenes: Scene[] = [
  mine('day-mine'),
  mine('day-missed', {
    act: (page) => page.locator('[data-figure=missed]').click(),
  }),
  mine('day-signed-in', {
    act: (page) => page.locator('[data-figure=signedIn]').click(),
  }),
  mine('day-empty', { ready: 'main p' }, (now) => ({
    ...dayOf(now),
    spans: [],
    calls: [],
    figures: figuresOfDay([], []),
  })),
  mine('day-in-part', {}, (now) => ({ ...dayOf(afternoon(now)), complete: false, gaps: cast.gaps(now) })),
  mine('day-failed', {
    ready: '[role=alert]',
    set: (server, now, locale) => {
      ninaSits(server, now, locale)
      server.replies.set('GET /api/days/mine', () => {
        throw new ProblemError('database.unreachable')
      })
    },
  }),
  {
    name: 'day-of-another',
    path: '/day/nina',
    ready: '[data-testid=agent-now]',
    set: levWatches,
  },
]
