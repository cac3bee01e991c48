import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countsOf,
  daySpanKindSchema,
  figuresOfDay,
  spansOfDay,
  type DayInterval,
  type DayPart,
} from '../../../shared/agent-day.ts'
import { runs } from '../floor/properties/runs.ts'

const minute = 60_000
const at = (state: DayInterval['state'], from: number, to: number, paid = false): DayInterval => ({
  state,
  reason: state === 'break' ? { reasonId: 'lunch', name: null, text: null, paid } : null,
  beganAt: from * minute,
  endedAt: to * minute,
})
const part = (callId: string, more: Partial<DayPart> = {}): DayPart => ({
  callId,
  direction: 'inbound',
  offers: [],
  contacts: [],
  holds: [],
  ...more,
})

describe('a day', () => {
  const intervals = [at('ready', 0, 10), at('onCall', 10, 20), at('wrapUp', 20, 22), at('break', 22, 52)]
  const call = part('one', {
    offers: [{ madeAt: 9 * minute, endedAt: 10 * minute, outcome: 'answered' }],
    contacts: [{ beganAt: 10 * minute, endedAt: 19 * minute }],
    holds: [{ beganAt: 12 * minute, endedAt: 14 * minute }],
  })
  const missed = part('two', {
    offers: [{ madeAt: 2 * minute, endedAt: 3 * minute, outcome: 'notAnswered' }],
  })
  const told = spansOfDay(intervals, [call, missed], 0, 60 * minute, 60 * minute)

  it('is told in order, each span with its call', () => {
    expect(
      told.map(({ kind, beganAt, endedAt, callId }) => [kind, beganAt / minute, endedAt / minute, callId]),
    ).toEqual([
      ['ready', 0, 2, null],
      ['ringing', 2, 3, 'two'],
      ['ready', 3, 9, null],
      ['ringing', 9, 10, 'one'],
      ['talk', 10, 12, 'one'],
      ['hold', 12, 14, 'one'],
      ['talk', 14, 19, 'one'],
      ['line', 19, 20, null],
      ['wrapUp', 20, 22, 'one'],
      ['break', 22, 52, null],
    ])
  })

  it('has the figures of docs/metrics.md', () => {
    const figures = figuresOfDay(
      told,
      [call, missed].map((one) => countsOf(one, 0, 60 * minute)),
    )
    expect(figures).toMatchObject({
      signedInMs: 52 * minute,
      paidMs: 22 * minute,
      offered: 2,
      missed: 1,
      handled: 1,
      ahtMs: 11 * minute,
      occupancy: 11 / 21,
      utilisation: 11 / 22,
    })
  })

  it('ends now where it goes on, and is cut at its edges', () => {
    const going = part('one', { contacts: [{ beganAt: 10 * minute, endedAt: null }] })
    const spans = spansOfDay([at('onCall', 5, 30)], [going], 8 * minute, 60 * minute, 12 * minute)
    expect(spans.map(({ kind, beganAt, endedAt }) => [kind, beganAt / minute, endedAt / minute])).toEqual([
      ['line', 8, 10],
      ['talk', 10, 12],
    ])
    expect(countsOf(going, 0, 60 * minute).handled).toBe(0)
  })

  it('a call between agents is no talk with a customer', () => {
    const internal = part('three', {
      direction: 'internal',
      contacts: [{ beganAt: 0, endedAt: 5 * minute }],
    })
    const spans = spansOfDay([at('onCall', 0, 5)], [internal], 0, 60 * minute, 60 * minute)
    expect(spans.map(({ kind }) => kind)).toEqual(['line'])
    expect(countsOf(internal, 0, 60 * minute).handled).toBe(0)
  })

  it('without anything in it has no averages', () => {
    expect(figuresOfDay([], [])).toMatchObject({
      signedInMs: 0,
      ahtMs: null,
      occupancy: null,
      utilisation: null,
    })
  })
})

const states = ['ready', 'onCall', 'wrapUp', 'break', 'missed', 'away'] as const
const shift = fc
  .array(
    fc.record({
      gap: fc.constantFrom(0, 0, 0, 5_000),
      state: fc.constantFrom(...states),
      length: fc.integer({ min: 1, max: 600_000 }),
      paid: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((all) => {
    let clock = 0
    return all.map(({ gap, state, length, paid }): DayInterval => {
      const beganAt = clock + gap
      clock = beganAt + length
      const reason = state === 'break' ? { reasonId: 'lunch', name: null, text: null, paid } : null
      return { state, reason, beganAt, endedAt: clock }
    })
  })
const times = (begin: 'beganAt' | 'madeAt') =>
  fc.array(
    fc
      .tuple(fc.nat(20_000_000), fc.nat(900_000), fc.boolean())
      .map(([from, length, open]) => ({ [begin]: from, endedAt: open ? null : from + length })),
    { maxLength: 4 },
  )
const outcomes = ['answered', 'notAnswered', 'declined', 'answeredElsewhere', 'callerGone'] as const
const partsOfDay = fc.array(
  fc
    .record({
      direction: fc.constantFrom('inbound', 'outbound', 'internal'),
      offers: times('madeAt'),
      contacts: times('beganAt'),
      holds: times('beganAt'),
      outcome: fc.constantFrom(...outcomes),
    })
    .map(({ offers, outcome, ...rest }) => ({
      ...rest,
      offers: offers.map((offer) => ({ ...offer, outcome })),
    })),
  { maxLength: 12 },
)

it('Spans lie over nothing and fill the time signed in whole; their sum is that time, and every share is one', () => {
  fc.assert(
    fc.property(shift, partsOfDay, fc.nat(20_000_000), fc.nat(20_000_000), (intervals, found, one, other) => {
      const parts = found.map((each, index) => ({ ...each, callId: String(index) }) as unknown as DayPart)
      const [from, to] = one < other ? [one, other] : [other, one]
      const now = to
      const spans = spansOfDay(intervals, parts, from, to, now)
      const signedInMs = intervals
        .map(({ beganAt, endedAt }) => Math.min(endedAt, to) - Math.max(beganAt, from))
        .reduce((sum, length) => sum + Math.max(0, length), 0)
      const figures = figuresOfDay(
        spans,
        parts.map((each) => countsOf(each, from, to)),
      )
      expect(figures.signedInMs).toBe(signedInMs)
      expect(daySpanKindSchema.options.reduce((sum, kind) => sum + figures.ms[kind], 0)).toBe(signedInMs)
      spans.reduce((end, { beganAt, endedAt }) => {
        expect(beganAt).toBeGreaterThanOrEqual(end)
        expect(endedAt).toBeGreaterThan(beganAt)
        return endedAt
      }, from)
      // Each moment is of the state that held then.
      const stateAt = (moment: number) =>
        intervals.find(({ beganAt, endedAt }) => beganAt <= moment && moment < endedAt)?.state
      for (const { kind, beganAt, endedAt } of spans) {
        const over = { talk: 'onCall', hold: 'onCall', line: 'onCall', ringing: 'ready' } as Record<
          string,
          string
        >
        for (const moment of [beganAt, endedAt - 1]) expect(over[kind] ?? kind).toBe(stateAt(moment))
      }
      for (const share of [figures.occupancy, figures.utilisation])
        if (share !== null) expect(share).toBeGreaterThanOrEqual(0)
      if (figures.occupancy !== null) expect(figures.occupancy).toBeLessThanOrEqual(1)
      expect(figures.missed).toBeLessThanOrEqual(figures.offered)
    }),
    runs(300),
  )
})

it('Two halves of a day come to the whole', () => {
  fc.assert(
    fc.property(shift, partsOfDay, fc.nat(20_000_000), (intervals, found, middle) => {
      const parts = found.map((each, index) => ({ ...each, callId: String(index) }) as unknown as DayPart)
      const end = 40_000_000
      const tell = (from: number, to: number) =>
        figuresOfDay(
          spansOfDay(intervals, parts, from, to, end),
          parts.map((each) => countsOf(each, from, to)),
        )
      const [whole, first, second] = [tell(0, end), tell(0, middle), tell(middle, end)]
      expect(first.signedInMs + second.signedInMs).toBe(whole.signedInMs)
      for (const kind of daySpanKindSchema.options)
        expect(first.ms[kind] + second.ms[kind]).toBe(whole.ms[kind])
      expect(first.handled + second.handled).toBe(whole.handled)
      expect(first.offered + second.offered).toBe(whole.offered)
    }),
    runs(300),
  )
})
