import { defaultBreaks, type StatusView } from '../../../shared/status.ts'
import type { Change } from '../../../shared/realtime.ts'
import { minute } from './cast.ts'

/** A status of Nina at desk 201, ready for a while unless something else is said. */
export function ninasStatus(now: number, more: Partial<StatusView> = {}): StatusView {
  return {
    extension: '201',
    personId: 'nina',
    state: 'ready',
    since: now - 3 * minute - 12_000,
    until: null,
    reason: null,
    device: 'desk',
    deviceLost: false,
    by: 'agent',
    byName: 'Nina Sorokina',
    next: null,
    extendSeconds: 0,
    missedNotice: null,
    queues: [
      { queue: 'sales', standing: 'out', mayChoose: true },
      { queue: 'support', standing: 'in', mayChoose: false },
    ],
    pbx: 'agrees',
    ...more,
  }
}

export const lunch: StatusView['reason'] = {
  reasonId: 'lunch',
  name: { en: 'Lunch', ru: 'Обед' },
  text: null,
  paid: false,
}

/** Nina's status and what she may choose, as her console is told. */
export function statusOf(now: number, more: Partial<StatusView> = {}): Change[] {
  return [
    { type: 'status.set', status: ninasStatus(now, more) },
    { type: 'breaks.set', breaks: [...defaultBreaks], autoAnswer: [] },
  ]
}

const byRule = { by: 'rule', byName: null } as const

/** Nina's wrap-up, with 23 s to go. */
export const wrapUp = (now: number): Partial<StatusView> => ({
  state: 'wrapUp',
  since: now - 7_000,
  until: now + 23_000,
  extendSeconds: 30,
  ...byRule,
})

export const missed = (now: number): Partial<StatusView> => ({
  state: 'missed',
  since: now - 41_000,
  ...byRule,
})

/** Nina on the break that missed calls came to. */
export const missedBreak = (now: number): Partial<StatusView> => ({
  state: 'break',
  since: now - 41_000,
  reason: { reasonId: 'break', name: { en: 'Short break', ru: 'Перерыв' }, text: null, paid: true },
  ...byRule,
})

/** Nina without the phone in use. */
export const phoneLost = (now: number): Partial<StatusView> => ({
  state: 'away',
  since: now - 25_000,
  reason: { reasonId: 'device', name: null, text: null, paid: false },
  deviceLost: true,
  ...byRule,
})

/** One in each queue, and some in two. */
const queuesOn = (extension: string): StatusView['queues'] =>
  ['sales', 'support', 'collections']
    .filter(
      (_queue, index) => Number(extension) % 3 === index || (index === 1 && Number(extension) % 2 === 0),
    )
    .map((queue) => ({ queue, standing: 'in', mayChoose: false }))

/** On the floor: of every kind one, set by each who may. */
export function floorStatuses(now: number): Change[] {
  const at = (extension: string, more: Partial<StatusView>): Change => ({
    type: 'status.set',
    status: { ...ninasStatus(now), extension, personId: null, queues: queuesOn(extension), ...more },
  })
  return [
    at('202', { state: 'onCall', next: { state: 'break', reason: lunch }, ...byRule }),
    at('203', wrapUp(now)),
    at('205', {
      state: 'break',
      since: now - 512_000,
      reason: lunch,
      by: 'supervisor',
      byName: 'Lev Okafor',
    }),
    at('207', { state: 'ready' }),
    at('209', { state: 'missed', since: now - 95_000, ...byRule }),
    at('210', {
      state: 'break',
      since: now - 1_240_000,
      reason: { reasonId: null, name: null, text: 'fire drill', paid: false },
      by: 'pbx',
      byName: null,
    }),
    at('211', { ...missedBreak(now), since: now - 61_000, missedNotice: { misses: 3, at: now - 61_000 } }),
  ]
}
