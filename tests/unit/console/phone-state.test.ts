import { describe, expect, it } from 'vitest'
import { phoneClosed } from '../../../shared/phone.ts'
import { dialable } from '../../../client/phone/dialable.ts'
import {
  nextPhoneState,
  retryAfterMs,
  triesAgain,
  type PhoneEvent,
  type PhoneState,
} from '../../../client/phone/phone-state.ts'

const now = 1_000_000
const play = (events: PhoneEvent[], from: PhoneState = { at: 'off' }): PhoneState =>
  events.reduce((state, event) => nextPhoneState(state, event, { now, random: 1 }), from)

const toReady: PhoneEvent[] = [
  { type: 'start' },
  { type: 'microphone', is: 'there' },
  { type: 'connecting' },
  { type: 'registered' },
]

describe('the browser phone', () => {
  it('is ready once there is a microphone and it is registered', () => {
    expect(play(toReady.slice(0, 1))).toEqual({ at: 'starting' })
    expect(play(toReady.slice(0, 3))).toEqual({ at: 'registering' })
    expect(play(toReady)).toEqual({ at: 'ready' })
  })

  it('is never ready without a microphone, and says which of the two is wrong', () => {
    expect(play([{ type: 'start' }, { type: 'microphone', is: 'missing' }])).toEqual({ at: 'noMicrophone' })
    expect(play([...toReady, { type: 'microphone', is: 'refused' }])).toEqual({ at: 'microphoneRefused' })
    expect(triesAgain({ at: 'noMicrophone' })).toBe(false)
  })

  it('goes on when the microphone is there at last', () => {
    const without = play([{ type: 'start' }, { type: 'microphone', is: 'missing' }])
    expect(play([{ type: 'microphone', is: 'there' }], without)).toEqual({ at: 'registering' })
    expect(play([{ type: 'microphone', is: 'there' }], { at: 'ready' })).toEqual({ at: 'ready' })
  })

  it('that is lost tries again by itself, later each time, until it is registered', () => {
    const once = play([...toReady, { type: 'closed', code: 1006 }])
    expect(once).toEqual({ at: 'lost', tries: 0, retryAt: now + 500 })
    const thrice = play(
      [
        { type: 'refused', code: 'network' },
        { type: 'connecting' },
        { type: 'closed', code: phoneClosed.pbxAway },
      ],
      once,
    )
    expect(thrice).toEqual({ at: 'lost', tries: 2, retryAt: now + 2000 })
    expect(triesAgain(thrice)).toBe(true)
    expect(play([{ type: 'registered' }], thrice)).toEqual({ at: 'ready' })
  })

  it('tries at once when the network or the window is back', () => {
    const lost: PhoneState = { at: 'lost', tries: 5, retryAt: now + 20_000 }
    expect(play([{ type: 'wake' }], lost)).toEqual({ at: 'lost', tries: 5, retryAt: now })
    expect(play([{ type: 'wake' }], { at: 'ready' })).toEqual({ at: 'ready' })
  })

  it('that another window took stays there until somebody takes it back', () => {
    const elsewhere = play([...toReady, { type: 'closed', code: phoneClosed.takenOver }])
    expect([elsewhere, triesAgain(elsewhere)]).toEqual([{ at: 'elsewhere' }, false])
    expect(play([...toReady, { type: 'refused', code: 'phone.in_call' }])).toEqual({ at: 'elsewhere' })
    expect(play([{ type: 'connecting' }, { type: 'registered' }], elsewhere)).toEqual({ at: 'ready' })
  })

  it('says what only a person can mend, and does not try', () => {
    const refused = play([...toReady, { type: 'refused', code: 'phone.not_set_up' }])
    expect([refused, triesAgain(refused)]).toEqual([{ at: 'problem', code: 'phone.not_set_up' }, false])
    expect(play([...toReady, { type: 'closed', code: phoneClosed.ended }]).at).toBe('problem')
  })

  it('that was stopped hears no more', () => {
    expect(play([...toReady, { type: 'stop' }, { type: 'registered' }])).toEqual({ at: 'off' })
  })
})

it('waits twice as long each time, half of it by chance, and 20 s at most', () => {
  expect([0, 1, 2].map((tries) => retryAfterMs(tries, 1))).toEqual([500, 1000, 2000])
  expect([0, 1, 2].map((tries) => retryAfterMs(tries, 0))).toEqual([250, 500, 1000])
  expect(retryAfterMs(99, 1)).toBe(20_000)
})

it.each([
  ['030 23125-101', '03023125101'],
  ['+49 (30) 23125/101', '+493023125101'],
  ['*98', '*98'],
  ['205', '205'],
  ['1', null],
  ['anna', null],
  ['sip:202@evil', null],
  ['+', null],
  ['', null],
])('of %s can be dialled: %s', (typed, number) => {
  expect(dialable(typed)).toBe(number)
})
