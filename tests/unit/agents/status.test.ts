import { describe, expect, it } from 'vitest'
import {
  dueAt,
  extendableMs,
  nobodyAt,
  ownReasons,
  pauseFor,
  step,
  type Interval,
  type Pause,
  type Reason,
  type Status,
  type StatusEvent,
} from '../../../server/agents/status.ts'
import type { MachineRules } from '../../../server/agents/machine-rules.ts'

const rules: MachineRules = {
  graceMs: 30_000,
  deviceGraceMs: 10_000,
  missedCalls: true,
  missedBreak: { after: 3, reason: { reasonId: 'rest', text: null, paid: true, limitMs: null } },
  extendMs: 30_000,
  extendMostMs: 60_000,
}
const lunch: Reason = { reasonId: 'lunch', text: null, paid: false, limitMs: 2_700_000 }
const agent = { by: 'agent', byPersonId: 'nina' } as const
const queueCall = { type: 'line', talking: true, wrapUpMs: 20_000 } as const
const hungUp = { type: 'line', talking: false, wrapUpMs: 0 } as const
const toLunch = { type: 'chosen', to: { state: 'break', reason: lunch }, ...agent } as const
const toReady = { type: 'chosen', to: { state: 'ready' }, ...agent } as const

type Timeless = StatusEvent extends infer E ? (E extends StatusEvent ? Omit<E, 'at'> : never) : never

/** Nina at desk 201, from second 0 on; each event comes at the second that the story says. */
class Shift {
  status: Status = nobodyAt('201', 0)
  readonly intervals: Interval[] = []
  /** What Asterisk was told last. */
  told: Pause | null = null

  constructor() {
    this.at(0, { type: 'seated', personId: 'nina', hasConsole: true })
  }

  at(second: number, event: Timeless): this {
    const { status, commands, facts } = step(this.status, { ...event, at: second * 1000 }, rules)
    this.status = status
    for (const { pause } of commands) this.told = pause
    this.intervals.push(...facts.map(({ interval }) => interval))
    return this
  }

  get spent(): [string, number, number][] {
    return this.intervals.map(({ state, beganAt, endedAt }) => [state, beganAt / 1000, endedAt / 1000])
  }
}

describe('a shift', () => {
  it('begins ready, and Asterisk is told so', () => {
    const shift = new Shift()
    expect(shift.status).toMatchObject({ state: 'ready', by: 'agent', byPersonId: 'nina' })
    expect(shift.told).toEqual({ paused: false, reason: null })
  })

  it('ends with the desk, whatever was going on', () => {
    const shift = new Shift().at(10, queueCall).at(20, { type: 'left' })
    expect(shift.status.state).toBe('offline')
    expect(shift.told).toEqual({ paused: true, reason: ownReasons.offline })
    expect(shift.spent).toEqual([
      ['ready', 0, 10],
      ['onCall', 10, 20],
    ])
  })
})

describe('a call from a queue', () => {
  it('pauses the agent while they still talk, goes over into wrap-up, and that ends by time', () => {
    const shift = new Shift().at(10, queueCall)
    expect(shift.status.state).toBe('onCall')
    expect(shift.told).toEqual({ paused: true, reason: ownReasons.wrapUp })
    shift.at(100, hungUp)
    expect(shift.status).toMatchObject({ state: 'wrapUp', by: 'rule', until: 120_000 })
    expect(dueAt(shift.status, rules)).toBe(120_000)
    shift.at(119, { type: 'time' })
    expect(shift.status.state).toBe('wrapUp')
    shift.at(120, { type: 'time' })
    expect(shift.status).toMatchObject({ state: 'ready', by: 'rule' })
    expect(shift.told).toEqual({ paused: false, reason: null })
    expect(shift.spent).toEqual([
      ['ready', 0, 10],
      ['onCall', 10, 100],
      ['wrapUp', 100, 120],
    ])
  })

  it('ends in a wrap-up that the agent ends early', () => {
    const shift = new Shift().at(10, queueCall).at(100, hungUp).at(105, toReady)
    expect(shift.status).toMatchObject({ state: 'ready', by: 'agent', until: null })
    expect(shift.told).toEqual({ paused: false, reason: null })
  })

  it('has its wrap-up extended step by step, and no further than it may be', () => {
    const shift = new Shift().at(10, queueCall).at(100, hungUp)
    shift.at(101, { type: 'extended' }).at(102, { type: 'extended' })
    expect(shift.status.until).toBe(180_000)
    expect(extendableMs(shift.status, rules)).toBe(0)
    shift.at(103, { type: 'extended' })
    expect(shift.status.until).toBe(180_000)
    shift.at(180, { type: 'time' })
    expect(shift.status.state).toBe('ready')
  })

  it('without a wrap-up leaves the agent unpaused', () => {
    const shift = new Shift().at(10, { ...queueCall, wrapUpMs: 0 })
    expect(shift.told).toEqual({ paused: false, reason: null })
    shift.at(20, hungUp)
    expect(shift.status.state).toBe('ready')
  })
})

describe('what comes after the call', () => {
  it('is chosen during it: a break after the wrap-up', () => {
    const shift = new Shift().at(10, queueCall).at(50, toLunch)
    expect(shift.status).toMatchObject({ state: 'onCall', next: { state: 'break', reason: lunch } })
    shift.at(100, hungUp).at(120, { type: 'time' })
    expect(shift.status).toMatchObject({
      state: 'break',
      reason: lunch,
      by: 'agent',
      until: 120_000 + 2_700_000,
    })
    expect(shift.told).toEqual({ paused: true, reason: 'lunch' })
  })

  it('pauses at once where no wrap-up does, and no more when it is taken back', () => {
    const shift = new Shift().at(10, { ...queueCall, wrapUpMs: 0 }).at(50, toLunch)
    expect(shift.told).toEqual({ paused: true, reason: 'lunch' })
    shift.at(60, toReady)
    expect(shift.told).toEqual({ paused: false, reason: null })
    expect(shift.status.state).toBe('onCall')
  })

  it('is the break during which they made a call of their own', () => {
    const shift = new Shift()
      .at(10, toLunch)
      .at(20, { ...queueCall, wrapUpMs: 0 })
      .at(30, hungUp)
    expect(shift.status).toMatchObject({ state: 'break', reason: lunch, by: 'agent' })
    expect(shift.told).toEqual({ paused: true, reason: 'lunch' })
  })

  it('is what is left of the wrap-up into which they called somebody', () => {
    const shift = new Shift().at(10, queueCall).at(100, hungUp)
    shift.at(105, { ...queueCall, wrapUpMs: 0 })
    expect(shift.told).toEqual({ paused: true, reason: ownReasons.wrapUp })
    shift.at(200, hungUp)
    expect(shift.status).toMatchObject({ state: 'wrapUp', until: 215_000 })
  })
})

describe('a call that was not answered', () => {
  it('takes the agent out, until they come back', () => {
    const shift = new Shift().at(10, { type: 'missed' })
    expect(shift.status).toMatchObject({ state: 'missed', by: 'rule' })
    expect(shift.told).toEqual({ paused: true, reason: ownReasons.missed })
    expect(shift.at(20, toReady).status).toMatchObject({ state: 'ready', by: 'agent' })
  })

  it('does so only where the rules say so, and only whoever was ready', () => {
    expect(new Shift().at(5, toLunch).at(10, { type: 'missed' }).status.state).toBe('break')
    const lenient = step(new Shift().status, { type: 'missed', at: 1 }, { ...rules, missedCalls: false })
    expect(lenient.status.state).toBe('ready')
  })

  it('for the third time in a row is a break, of which supervisors are told until one has seen it', () => {
    const shift = new Shift()
    for (const second of [10, 30]) shift.at(second, { type: 'missed' }).at(second + 5, toReady)
    shift.at(50, { type: 'missed' })
    expect(shift.status).toMatchObject({
      state: 'break',
      by: 'rule',
      reason: { reasonId: 'rest' },
      missedNotice: { misses: 3, at: 50_000 },
    })
    expect(shift.told).toEqual({ paused: true, reason: 'rest' })
    shift.at(60, { type: 'noticeSeen' })
    expect(shift.status).toMatchObject({ state: 'break', since: 50_000, missedNotice: null })
    // After it the count begins anew.
    shift.at(70, toReady).at(80, { type: 'missed' })
    expect(shift.status).toMatchObject({ state: 'missed', misses: 1 })
  })

  it('counts only without a talk between; whoever is back is no notice any more', () => {
    const shift = new Shift()
    for (const second of [10, 30]) shift.at(second, { type: 'missed' }).at(second + 5, toReady)
    shift.at(40, queueCall).at(50, hungUp).at(71, { type: 'time' }).at(80, { type: 'missed' })
    expect(shift.status).toMatchObject({ state: 'missed', misses: 1 })
    for (const second of [90, 110]) shift.at(second, toReady).at(second + 5, { type: 'missed' })
    expect(shift.status.missedNotice).toEqual({ misses: 3, at: 115_000 })
    shift.at(120, toReady)
    expect(shift.status).toMatchObject({ state: 'ready', missedNotice: null })
  })
})

describe('a lost console', () => {
  it('takes the agent out after the grace, and not before', () => {
    const shift = new Shift().at(10, { type: 'consoleLost' })
    expect(dueAt(shift.status, rules)).toBe(40_000)
    expect(shift.at(39, { type: 'time' }).status.state).toBe('ready')
    shift.at(40, { type: 'time' })
    expect(shift.status).toMatchObject({ state: 'away', by: 'rule' })
    expect(shift.told).toEqual({ paused: true, reason: ownReasons.away })
    // coming back does not make ready by itself
    shift.at(60, { type: 'consoleBack' })
    expect(shift.status.state).toBe('away')
    expect(shift.at(61, toReady).status.state).toBe('ready')
  })

  it('that comes back in time changes nothing', () => {
    const shift = new Shift().at(10, { type: 'consoleLost' }).at(30, { type: 'consoleBack' })
    expect(dueAt(shift.status, rules)).toBeNull()
    expect(shift.at(60, { type: 'time' }).status.state).toBe('ready')
  })

  it('in a wrap-up neither ends nor stretches it, and nobody is ready after it', () => {
    const shift = new Shift().at(10, queueCall).at(100, hungUp).at(101, { type: 'consoleLost' })
    expect(shift.status.until).toBe(120_000)
    shift.at(120, { type: 'time' })
    expect(shift.status.state).toBe('ready')
    shift.at(131, { type: 'time' })
    expect(shift.status.state).toBe('away')
    const longAgo = new Shift().at(10, queueCall).at(60, { type: 'consoleLost' }).at(100, hungUp)
    expect(longAgo.at(120, { type: 'time' }).status.state).toBe('away')
  })

  it('is no matter on a break', () => {
    const shift = new Shift().at(5, toLunch).at(10, { type: 'consoleLost' }).at(100, { type: 'time' })
    expect(shift.status.state).toBe('break')
  })
})

describe('somebody who pauses or unpauses at the PBX', () => {
  const smoke: Reason = { reasonId: null, text: 'smoke', paid: false, limitMs: null }
  const paused = { type: 'pbxPaused', reason: smoke } as const
  const unpaused = { type: 'pbxUnpaused' } as const

  it('is followed, and said to have done it', () => {
    const shift = new Shift()
    shift.told = null
    shift.at(10, paused)
    expect(shift.status).toMatchObject({ state: 'break', reason: smoke, by: 'pbx', byPersonId: null })
    shift.at(20, unpaused)
    expect(shift.status).toMatchObject({ state: 'ready', by: 'pbx' })
    // nothing of it need be said to Asterisk, which did it
    expect(shift.told).toBeNull()
  })

  it.each(['wrap-up', 'missed call', 'lost console', 'call before a wrap-up'])(
    'does not take away our own pause: %s',
    (which) => {
      const shift = new Shift()
      if (which === 'wrap-up') shift.at(10, queueCall).at(20, hungUp)
      if (which === 'missed call') shift.at(10, { type: 'missed' })
      if (which === 'lost console') shift.at(10, { type: 'consoleLost' }).at(40, { type: 'time' })
      if (which === 'call before a wrap-up') shift.at(10, queueCall)
      const { state } = shift.status
      const own = pauseFor(shift.status)
      shift.told = null
      shift.at(41, unpaused)
      expect(shift.status.state).toBe(state)
      expect(shift.told).toEqual(own)
    },
  )

  it('during a call decides what comes after it', () => {
    const shift = new Shift().at(10, queueCall).at(20, paused).at(30, hungUp).at(50, { type: 'time' })
    expect(shift.status).toMatchObject({ state: 'break', reason: smoke, by: 'pbx' })
  })

  it('during a call takes back the break that was to follow', () => {
    const shift = new Shift()
      .at(10, { ...queueCall, wrapUpMs: 0 })
      .at(20, toLunch)
      .at(30, unpaused)
      .at(40, hungUp)
    expect(shift.status).toMatchObject({ state: 'ready', by: 'pbx' })
  })
})

it('An event of before the present state counts as of its beginning', () => {
  const shift = new Shift().at(10, toLunch).at(5, toReady)
  expect(shift.status.since).toBe(10_000)
  expect(shift.spent).toEqual([['ready', 0, 10]])
})
