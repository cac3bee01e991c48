import { beforeEach, describe, expect, it } from 'vitest'
import type { DeskCall } from '../../../shared/calls.ts'
import type { Change } from '../../../shared/realtime.ts'
import { createTellingLog, type Seat, type TellingLog } from '../../../server/realtime/telling-log.ts'
import { olena, popOf, ringing } from '../../browser/support/cast.ts'

const nina: Seat = { personId: 'nina', extension: '201', mayReadCards: true }
const call: DeskCall = ringing(1_000_000)
const { callId } = call
const rings: Change = { type: 'deskCall.set', call }
const card: Change = { type: 'pop.set', callId, pop: popOf(olena(1_000_000)) }
const outcome = (is: 'pending' | 'none'): Change => ({
  type: 'pop.set',
  callId,
  pop: { match: { outcome: is, by: null, candidates: [] }, card: null },
})

let now: number
let kept: unknown[]
let log: TellingLog

beforeEach(() => {
  now = 1_000_000
  kept = []
  log = createTellingLog({ keep: (entries) => kept.push(...entries), now: () => now })
})
/** What has been kept by now, in few words. */
function told(): unknown[] {
  log.flush()
  return kept.map((entry) => {
    const { news, ...rest } = entry as { news?: { what: string } }
    return news?.what ?? rest
  })
}

describe('what a screen was told of a call', () => {
  it('is kept once: the call, its card, and that it was taken back; not each step of it', () => {
    log.sent(nina, [rings, outcome('pending')], 100, 1)
    log.sent(nina, [card], 104, 1)
    log.sent(nina, [rings, card], 300, 1)
    log.sent(nina, [{ type: 'deskCall.gone', callId, reason: 'answeredElsewhere' }], 900, 1)
    expect(told()).toEqual(['call', 'card', 'gone'])
    expect(kept[2]).toMatchObject({ extension: '201', sentAt: 900, news: { reason: 'answeredElsewhere' } })
  })

  it('is kept again when the call comes again, and when nobody was there to hear it the first time', () => {
    log.sent(nina, [rings, card], 100, 0)
    log.sent(nina, [rings, card], 200, 1)
    log.sent(nina, [{ type: 'deskCall.gone', callId, reason: 'notAnswered' }], 300, 1)
    log.sent(nina, [rings, card], 400, 1)
    expect(told()).toEqual(['call', 'card', 'card', 'gone', 'call', 'card'])
  })

  it('waits for nobody: it is kept after the turn in which it was sent', async () => {
    log.sent(nina, [rings], 100, 1)
    expect(kept).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(kept).toHaveLength(1)
  })

  it('of a call between colleagues is nothing; to whom cards are not shown, that is kept', () => {
    log.sent(nina, [{ type: 'deskCall.set', call: { ...call, direction: 'internal' } }], 100, 1)
    expect(told()).toEqual([])
    log.sent({ ...nina, mayReadCards: false }, [rings], 100, 1)
    expect(told()).toEqual(['call', 'untold'])
  })
})

describe('when it stood on the screen', () => {
  const report = { callId, sentAt: 1_000_000, paintedAfterMs: 40.4, reportedAfterMs: 2.1 }

  it('is told by the browser’s durations and our own clock: never later than its word came', () => {
    log.sent(nina, [rings, card], 1_000_000, 1)
    now = 1_000_050
    log.painted('nina', report)
    told()
    expect(kept.at(-1)).toMatchObject({ kind: 'painted', earliestMs: 40, latestMs: 48, extension: '201' })
  })

  it('is within what our clock allows, whatever a browser says', () => {
    log.sent(nina, [rings, card], 1_000_000, 1)
    now = 1_000_010
    log.painted('nina', { ...report, paintedAfterMs: 5_000, reportedAfterMs: 9_000 })
    told()
    expect(kept.at(-1)).toMatchObject({ earliestMs: 0, latestMs: 0 })
  })

  it('is kept once for each card, the first word of several consoles; another customer’s card is another', () => {
    log.sent(nina, [rings, card], 1_000_000, 2)
    log.painted('nina', report)
    log.painted('nina', report)
    log.sent(nina, [outcome('none')], 1_000_020, 2)
    log.painted('nina', { ...report, sentAt: 1_000_020 })
    log.flush()
    expect(kept.filter((entry) => (entry as { kind: string }).kind === 'painted')).toHaveLength(2)
  })

  it('is not taken of a call that was not sent to this person, nor of a step that never was', () => {
    log.sent(nina, [rings, card], 1_000_000, 1)
    const notYours = expect.objectContaining({ code: 'call.not_yours' }) as Error
    expect(() => log.painted('marta', report)).toThrow(notYours)
    expect(() => log.painted('nina', { ...report, sentAt: 999_999 })).toThrow(notYours)
    expect(() => log.painted('nina', { ...report, callId: 'lab:9.9' })).toThrow(notYours)
    log.forget(() => true)
    expect(() => log.painted('nina', report)).toThrow(notYours)
  })
})
