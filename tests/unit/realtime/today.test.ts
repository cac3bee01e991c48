import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { TodayCall } from '../../../shared/calls.ts'
import { createToday, type CallsSince, type DayNews } from '../../../server/realtime/today.ts'

const midnight = 1_764_025_200_000
const hour = 3_600_000

const call = (callId: string, at: number): TodayCall => ({
  callId,
  at,
  direction: 'inbound',
  party: { number: '+4930231250', display: '030 231250', name: null, withheld: false },
  customerId: null,
  customerName: null,
  queue: 'support',
  outcome: 'answered',
  reconstructed: null,
  talkMs: 60_000,
  result: null,
  owed: false,
})

/** Nina's day, with history (also one that answers later) and the clock in the test's hands. */
function dayOfNina(history: { now: CallsSince | Promise<CallsSince> | Error }) {
  const center = { startOfToday: midnight }
  const told: DayNews[] = []
  const warnings: string[] = []
  const today = createToday({
    todayOf: () =>
      history.now instanceof Error ? Promise.reject(history.now) : Promise.resolve(history.now),
    startOfToday: () => center.startOfToday,
    publish: (_personId, news) => told.push(news),
    log: pino({}, { write: (line: string) => void warnings.push(line) }),
  })
  const list = () => today.content('nina').calls.map(({ callId }) => callId)
  return { center, told, warnings, today, list }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('my calls of today', () => {
  it('are shown as not known yet, then told as far as history has them', async () => {
    const { told, today, list } = dayOfNina({ now: { calls: [call('a', midnight + hour)], complete: true } })
    expect(today.content('nina')).toEqual({ day: { since: midnight, earlier: 'loading' }, calls: [] })
    await settled()
    expect(told).toMatchObject([{ day: { earlier: 'complete' }, calls: [{ callId: 'a' }] }])
    expect(list()).toEqual(['a'])
  })

  it.each([
    ['knows only a part', { calls: [call('b', midnight + 2 * hour)], complete: false }, 1],
    ['cannot be asked', new Error('away'), 0],
  ])('come by themselves once the database is back, when history %s at first', async (_how, first, known) => {
    const history: { now: CallsSince | Error } = { now: first }
    const { told, warnings, today, list } = dayOfNina(history)
    today.content('nina')
    await settled()
    expect(told.at(-1)?.day.earlier).toBe('unavailable')
    expect(list()).toHaveLength(known)
    today.look()
    await settled()
    expect(told).toHaveLength(1)

    const named = { ...call('b', midnight + 2 * hour), customerName: 'Olena' }
    history.now = { calls: [call('a', midnight + hour), named], complete: true }
    today.look()
    await settled()

    expect(told.at(-1)?.day.earlier).toBe('complete')
    expect(list().sort()).toEqual(['a', 'b'])
    expect(told.at(-1)?.calls).toContainEqual(named)
    expect(warnings.length).toBeLessThanOrEqual(1)
  })

  it('know no more who called once they are erased, nor a customer by name in another call', async () => {
    const { told, today } = dayOfNina({ now: { calls: [], complete: true } })
    today.content('nina')
    await settled()
    const olenas = { ...call('hers', midnight + hour), customerId: 'olena', customerName: 'Olena' }
    for (const each of [olenas, { ...olenas, callId: 'shared' }, call('other', midnight + 1)])
      today.note('nina', each)

    today.erase(new Set(['hers']), new Set(['olena']))

    const erased = { number: null, display: '', name: null, withheld: false, erased: true }
    const nobodys = { customerId: null, customerName: null }
    expect(told.at(-1)?.calls).toEqual([
      { ...olenas, ...nobodys, party: erased },
      { ...olenas, ...nobodys, callId: 'shared' },
    ])
    expect(today.content('nina').calls).toHaveLength(3)
    expect(JSON.stringify(today.content('nina'))).not.toContain('Olena')
  })

  it('are asked of history again when somebody was erased while it was read', async () => {
    let answer: (known: CallsSince) => void = () => undefined
    const history: Parameters<typeof dayOfNina>[0] = { now: new Promise((resolve) => (answer = resolve)) }
    const { told, today } = dayOfNina(history)
    today.content('nina')
    const before = call('hers', midnight + hour)
    const after = {
      ...before,
      party: { number: null, display: '', name: null, withheld: false, erased: true },
    }
    history.now = { calls: [after], complete: true }
    today.erase(new Set(['hers']), new Set())
    answer({ calls: [before], complete: true })
    await settled()
    expect(told.map(({ calls }) => calls)).toEqual([[after]])
  })

  it('are those of the new day from midnight on, and who has a console open is told', async () => {
    const { center, told, today, list } = dayOfNina({ now: { calls: [], complete: true } })
    today.content('nina')
    await settled()
    expect(today.note('nina', call('evening', midnight + 20 * hour))).toBe(true)
    center.startOfToday = midnight + 24 * hour

    today.look()

    expect(told.at(-1)).toEqual({ day: { since: midnight + 24 * hour, earlier: 'complete' }, calls: [] })
    expect(list()).toEqual([])
    // One that rang before midnight and ended after is yesterday's, here as after a reload.
    expect(today.note('nina', call('late', midnight + 24 * hour - 1))).toBe(false)
    expect(today.note('nina', call('early', midnight + 24 * hour))).toBe(true)
    expect(list()).toEqual(['early'])
  })
})
