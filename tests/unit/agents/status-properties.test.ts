import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  dueAt,
  isDeviceLost,
  nobodyAt,
  pauseFor,
  step,
  type Interval,
  type Reason,
  type Status,
  type StatusEvent,
} from '../../../server/agents/status.ts'
import type { MachineRules } from '../../../server/agents/machine-rules.ts'
import { runs } from '../floor/properties/runs.ts'

const reasons: Reason[] = [
  { reasonId: 'lunch', text: null, paid: false, limitMs: 60_000 },
  { reasonId: null, text: 'smoke', paid: false, limitMs: null },
]
const reason = fc.constantFrom(...reasons)
const author = fc.constantFrom(
  { by: 'agent', byPersonId: 'nina' } as const,
  { by: 'supervisor', byPersonId: 'petra' } as const,
)
const what: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({
    type: fc.constant('seated'),
    personId: fc.constantFrom('nina', 'lev'),
    hasConsole: fc.boolean(),
  }),
  fc.constant({ type: 'left' }),
  fc.tuple(fc.option(reason), author).map(([to, by]) => ({
    type: 'chosen',
    to: to === null ? { state: 'ready' } : { state: 'break', reason: to },
    ...by,
  })),
  fc.constant({ type: 'extended' }),
  fc.record({
    type: fc.constant('line'),
    talking: fc.boolean(),
    wrapUpMs: fc.constantFrom(0, 5_000, 20_000),
  }),
  fc.constant({ type: 'missed' }),
  fc.constant({ type: 'noticeSeen' }),
  reason.map((given) => ({ type: 'pbxPaused', reason: given })),
  fc.constant({ type: 'pbxUnpaused' }),
  fc.constantFrom({ type: 'consoleLost' }, { type: 'consoleBack' }),
  fc.constantFrom({ type: 'deviceLost' }, { type: 'deviceBack' }),
  fc.constantFrom('PJSIP/201-web', null).map((browser) => ({ type: 'device', browser })),
  fc
    .constantFrom('joined', 'out', 'leaving', null)
    .map((choice) => ({ type: 'queue', queue: 'support', choice })),
  fc.constant({ type: 'time' }),
)
/** Mostly later than what came before, now and then earlier: clocks differ. */
const story = fc.array(fc.record({ laterMs: fc.integer({ min: -500, max: 15_000 }), what }), {
  maxLength: 60,
})
const rules = fc.record({
  graceMs: fc.constantFrom(0, 10_000),
  deviceGraceMs: fc.constantFrom(0, 4_000),
  missedCalls: fc.boolean(),
  missedBreak: fc.constantFrom(null, ...[1, 3].map((after) => ({ after, reason: reasons[0] as Reason }))),
  extendMs: fc.constant(5_000),
  extendMostMs: fc.constant(12_000),
})

interface Told {
  status: Status
  intervals: Interval[]
  steps: { before: Status; after: Status; event: StatusEvent }[]
}

/** Plays a story to its end, at which everybody leaves. */
function play(events: readonly { laterMs: number; what: Record<string, unknown> }[], of: MachineRules): Told {
  const told: Told = { status: nobodyAt('201', 0), intervals: [], steps: [] }
  let clock = 0
  for (const { laterMs, what: said } of [...events, { laterMs: 1_000, what: { type: 'left' } }]) {
    clock += laterMs
    const event = { ...said, at: clock } as StatusEvent
    const before = told.status
    const { status, facts } = step(before, event, of)
    told.status = status
    told.intervals.push(...facts.map(({ interval }) => interval))
    told.steps.push({ before, after: status, event })
  }
  return told
}

it('Intervals join: no gap and no overlap while somebody sits there, and each has a length', () => {
  fc.assert(
    fc.property(story, rules, (events, of) => {
      const { intervals, steps } = play(events, of)
      // the times in which somebody sat there, from the steps alone
      const sat: { personId: string; from: number; to: number }[] = []
      for (const { before, after, event } of steps) {
        const at = Math.max(event.at, before.since)
        const last = sat.at(-1)
        if (before.state !== 'offline' && before.personId !== after.personId && last) last.to = at
        if (after.personId !== null && (before.state === 'offline' || before.personId !== after.personId))
          sat.push({ personId: after.personId, from: at, to: NaN })
      }
      for (const { personId, from, to } of sat) {
        const own = intervals.filter(
          (one) => one.personId === personId && one.beganAt >= from && one.endedAt <= to,
        )
        expect(own.reduce((end, { beganAt, endedAt }) => (expect(beganAt).toBe(end), endedAt), from)).toBe(to)
      }
      for (const { beganAt, endedAt } of intervals) expect(endedAt).toBeGreaterThan(beganAt)
    }),
    runs(500),
  )
})

it('Nobody who is not ready may be offered a call; whoever is ready may, and in a call before a wrap-up not', () => {
  fc.assert(
    fc.property(story, rules, (events, of) => {
      for (const { after } of play(events, of).steps) {
        const { paused } = pauseFor(after)
        if (after.state === 'onCall')
          expect(paused).toBe(after.wrapUpMs > 0 || after.next?.state !== 'ready' || after.browser !== null)
        else expect(paused).toBe(after.state !== 'ready')
      }
    }),
    runs(500),
  )
})

it('Nobody becomes ready whose phone has been lost for longer than it may', () => {
  fc.assert(
    fc.property(story, rules, (events, of) => {
      for (const { before, after, event } of play(events, of).steps) {
        if (after.state !== 'ready' || before.state === 'ready' || event.type === 'seated') continue
        const at = Math.max(event.at, before.since)
        if (of.deviceGraceMs > 0 && after.deviceLostAt !== null)
          expect(at).toBeLessThan(after.deviceLostAt + of.deviceGraceMs)
      }
    }),
    runs(500),
  )
})

it('A call, a wrap-up, a missed call and a lost console are never chosen, and time leaves nothing undone', () => {
  fc.assert(
    fc.property(story, rules, (events, of) => {
      for (const { before, after, event } of play(events, of).steps) {
        // Whoever chooses to be ready with a phone that is lost for too long is away, by the rule and not by choice.
        const isMute = isDeviceLost(before, of, Math.max(event.at, before.since))
        if (event.type === 'chosen' && after.state !== before.state && !(isMute && after.by === 'rule'))
          expect(['ready', 'break']).toContain(after.state)
        if (event.type === 'time')
          expect(dueAt(after, of) ?? Infinity).toBeGreaterThan(Math.max(event.at, before.since) - 1)
        if (after.state !== 'offline') expect(after.personId).not.toBeNull()
      }
    }),
    runs(500),
  )
})

it('A notice of missed calls stands only on the break that began for them, and a talk ends the count', () => {
  fc.assert(
    fc.property(story, rules, (events, of) => {
      for (const { before, after } of play(events, of).steps) {
        if (after.missedNotice !== null) {
          expect(after).toMatchObject({ state: 'break', by: 'rule', reason: of.missedBreak?.reason })
          expect(after.missedNotice.misses).toBe(of.missedBreak?.after)
        }
        expect(after.misses).toBeLessThan(of.missedBreak?.after ?? Infinity)
        if (after.state === 'onCall' && before.state !== 'onCall') expect(after.misses).toBe(0)
      }
    }),
    runs(500),
  )
})

it('Nothing that was joined stays with a desk that is left, and nothing that was only paused', () => {
  fc.assert(
    fc.property(story, rules, (events, of) => {
      for (const { before, after, event } of play(events, of).steps) {
        if (event.type === 'queue') expect(after).toMatchObject({ state: before.state, since: before.since })
        if (event.type === 'left') for (const { state } of after.queues) expect(state).toBe('leaving')
        else if (event.type !== 'queue' && event.type !== 'seated')
          expect(after.queues).toEqual(before.queues)
      }
    }),
    runs(500),
  )
})
