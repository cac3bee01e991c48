import type { CallExplanation, LegState, Line, LineText } from '../../../shared/explanation.ts'
import { day, erased, lev, minute, nina } from './cast.ts'

/** Why a call to support came to Nina, who did not answer, and then with its card to Lev, who held it once. */
export function whyOf(now: number): CallExplanation {
  const began = now - 20 * minute
  const second = (n: number) => began + Math.round(n * 1_000)
  const line = (
    at: number,
    text: LineText,
    values: Line['values'] = {},
    legId: string | null = null,
  ): Line => ({
    at: second(at),
    relativeMs: Math.round(at * 1_000),
    legId,
    text,
    values,
  })
  const part = (from: number, state: LegState) => ({ from: second(from), state })
  const leg = (n: number, extension: string | null, from: number, until: number) => ({
    legId: `pbx:1763890001.${n}`,
    kind: extension === null ? ('outside' as const) : ('agent' as const),
    device: extension === null ? 'PJSIP/trunk' : `PJSIP/${extension}`,
    extension,
    from: second(from),
    until: second(until),
    answer: extension === null ? null : n === 2 ? ('notAnswered' as const) : ('answered' as const),
  })
  const ninaAt = { agent: '201', person: nina.displayName }
  const levAt = { agent: '207', person: lev.displayName }
  const screen = (relativeMs: number, consoles: number, afterMs: number | null) => ({
    relativeMs,
    consoles,
    outcome: 'one' as const,
    customerId: 'olena',
    customerName: 'Olena Kovalchuk',
    painted: afterMs === null ? null : { earliestMs: afterMs - 3, latestMs: afterMs + 3 },
  })
  const [caller, first, other] = [1, 2, 3].map((n) => `pbx:1763890001.${n}`)
  return {
    callId: 'pbx:1763890001.1',
    direction: 'inbound',
    party: { number: '+380445551234', display: '+380 44 555 12 34', name: null, withheld: false },
    startedAt: began,
    endedAt: second(214),
    end: 'customerHungUp',
    continuesIn: null,
    reconstructed: null,
    current: true,
    truncated: false,
    inputDays: 30,
    gaps: [],
    rings: [
      {
        extension: '201',
        person: nina.displayName,
        queue: 'support',
        relativeMs: 10_200,
        ringMs: 17_800,
        outcome: 'notAnswered',
        phones: [{ legId: 'pbx:1763890001.2', device: 'PJSIP/201', answer: 'notAnswered' }],
        screens: [screen(10_204, 1, 38)],
        untold: null,
        gone: { relativeMs: 28_010, reason: 'notAnswered' },
      },
      {
        extension: '203',
        person: null,
        queue: 'support',
        relativeMs: 10_200,
        ringMs: 17_800,
        outcome: 'unreachable',
        phones: [],
        screens: [],
        untold: 'nobodyThere',
        gone: null,
      },
      {
        extension: '207',
        person: lev.displayName,
        queue: 'support',
        relativeMs: 30_200,
        ringMs: 11_800,
        outcome: 'answered',
        phones: [{ legId: 'pbx:1763890001.3', device: 'PJSIP/207', answer: 'answered' }],
        screens: [screen(30_203, 2, 44)],
        untold: null,
        gone: null,
      },
    ],
    bridges: [
      {
        bridgeId: 'pbx:b1',
        holding: false,
        stays: [
          { legId: 'pbx:1763890001.3', from: second(42), until: second(214) },
          { legId: 'pbx:1763890001.1', from: second(42), until: second(214) },
        ],
      },
    ],
    lookups: [
      {
        at: second(0.1),
        relativeMs: 64,
        number: { raw: '380445551234', e164: '+380445551234', country: 'UA', complete: true },
        outcome: 'several',
        by: 'sameNumber',
        candidates: [
          { customerId: 'olena', name: 'Olena Kovalchuk', reason: 'openBusiness' },
          { customerId: 'taras', name: 'Taras Kovalchuk', reason: 'sameNumber' },
        ],
      },
      {
        at: second(6.2),
        relativeMs: 6_210,
        number: { raw: '380445551234', e164: '+380445551234', country: 'UA', complete: true },
        outcome: 'one',
        by: 'account',
        candidates: [{ customerId: 'olena', name: 'Olena Kovalchuk', reason: 'account' }],
      },
    ],
    legs: [
      {
        ...leg(1, null, 0, 214),
        parts: [part(0, 'starting'), part(0.3, 'inDialplan'), part(8, 'waiting'), part(42, 'talking')],
      },
      { ...leg(2, '201', 10, 28), parts: [part(10, 'starting'), part(10.2, 'ringing')] },
      {
        ...leg(3, '207', 30, 214),
        parts: [
          part(30, 'starting'),
          part(30.2, 'ringing'),
          part(42, 'talking'),
          part(95, 'held'),
          part(128, 'talking'),
        ],
      },
    ],
    lines: [
      line(0, 'callStarted', { direction: 'inbound' }),
      line(0, 'legAppeared', {}, caller),
      line(0.1, 'attested', { attestation: 'full' }),
      line(0.3, 'legAnswered', {}, caller),
      line(6.2, 'callLearnt'),
      line(6.2, 'matched'),
      line(8, 'callQueued', { queue: 'support' }),
      line(10, 'legAppeared', {}, first),
      line(10.2, 'legRinging', {}, first),
      line(10.2, 'offerMade', { ...ninaAt, queue: 'support' }),
      line(10.2, 'screenCard', { ...ninaAt, consoles: 1 }),
      line(10.3, 'screenPainted', { ...ninaAt, afterMillis: 38 }),
      line(28, 'offerEnded', { ...ninaAt, ringMs: 17_800, offerOutcome: 'notAnswered' }),
      line(28, 'screenGone', { ...ninaAt, consoles: 1, goneReason: 'notAnswered' }),
      line(28, 'legLeft', { cause: 16, causeText: 'Normal Clearing' }, first),
      line(30, 'legAppeared', {}, other),
      line(30.2, 'legRinging', {}, other),
      line(30.2, 'offerMade', { ...levAt, queue: 'support' }),
      line(30.2, 'screenCard', { ...levAt, consoles: 2 }),
      line(30.3, 'screenPainted', { ...levAt, afterMillis: 44 }),
      line(42, 'legAnswered', {}, other),
      line(42, 'offerEnded', { ...levAt, ringMs: 11_800, offerOutcome: 'answered' }),
      line(42, 'callDequeued', { queue: 'support', waitMs: 34_000, visitOutcome: 'answered' }),
      line(42, 'contactBegan', { ...levAt }),
      line(51, 'verifyQuestion', {
        person: lev.displayName,
        askedFact: 'birthDate',
        questionResult: 'right',
        standing: 'unverified',
      }),
      line(63, 'verifyQuestion', { askedFact: 'postcode', questionResult: 'right', standing: 'inPart' }),
      line(95, 'contactHeld', { ...levAt, holder: 'agent' }),
      line(128, 'contactResumed', { ...levAt, heldMs: 33_000 }),
      line(214, 'legHungUp', {}, caller),
      line(214, 'contactEnded', { ...levAt, talkMs: 172_000, contactEnd: 'customerHungUp' }),
      line(214, 'legLeft', { cause: 16, causeText: 'Normal Clearing' }, caller),
      line(214, 'legLeft', { cause: 16, causeText: 'Normal Clearing' }, other),
      line(214, 'callEnded', { callEnd: 'customerHungUp' }),
    ],
  }
}

/** The same call while it goes on: nothing was heard for a while, Nina had another page open, Lev no console. */
export function whyInPart(now: number): CallExplanation {
  const whole = whyOf(now)
  const { startedAt } = whole
  const [ofNina, empty, ofLev] = whole.rings
  if (!ofNina || !empty || !ofLev) throw new Error('The call came to three desks.')
  const [screen] = ofNina.screens
  return {
    ...whole,
    startedAt: now - 214_000,
    endedAt: null,
    end: null,
    current: false,
    lookups: whole.lookups.slice(0, 1),
    gaps: [{ from: startedAt + 60_000, until: startedAt + 92_000, told: 'partly' }],
    reconstructed: 'partly',
    rings: [
      { ...ofNina, screens: screen ? [{ ...screen, painted: null }] : [] },
      { ...empty, untold: 'noConsole', person: 'Zoë Müller-Lüdenscheidt' },
      {
        ...ofLev,
        screens: screen
          ? [{ ...screen, relativeMs: 30_203, painted: { earliestMs: 41, latestMs: 6_200 } }]
          : [],
      },
    ],
    lines: whole.lines.slice(0, 12),
  }
}

/** A call of the spring: what Asterisk said of it is not kept any more. It went on as part of another. */
export function whyOld(now: number): CallExplanation {
  const whole = whyOf(now - 200 * day)
  return {
    ...whole,
    continuesIn: 'pbx:1763890000.7',
    legs: [],
    bridges: [],
    rings: whole.rings.map((ring) => ({ ...ring, phones: [], screens: [], untold: null, gone: null })),
    lines: whole.lines.filter(({ legId, text }) => legId === null && !text.startsWith('screen')),
  }
}

/** The same call when who it was has been erased since: all is told but that. */
export function whyErased(now: number): CallExplanation {
  const whole = whyOf(now)
  return {
    ...whole,
    party: erased,
    rings: whole.rings.map((ring) => ({
      ...ring,
      screens: ring.screens.map((screen) => ({ ...screen, customerName: null })),
    })),
    lookups: whole.lookups.map((lookup) => ({
      ...lookup,
      number: null,
      erased: true,
      candidates: lookup.candidates.map((candidate) => ({ ...candidate, name: null })),
    })),
  }
}
