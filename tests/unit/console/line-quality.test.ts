import { describe, expect, it } from 'vitest'
import { countedOf, createLineMeter, type Counted } from '../../../client/phone/line-quality.ts'
import { mosOf, qualityWord } from '../../../shared/call-quality.ts'

const still = { lossIn: 0, lossOut: null, jitterMs: 0, roundTripMs: 0 }

describe('the estimated score', () => {
  it('is that of the E-model: reckoned by hand from its formulas', () => {
    // d = 40, so Id = 0.96 and R = 93.24; MOS = 1 + 0.035 R + 7e-6 R (R - 60)(100 - R)
    expect(mosOf(still)).toBe(4.41)
    // e = 0.05, so Ie = 30 ln 1.75 = 16.79 and R = 76.45
    expect(mosOf({ ...still, lossIn: 0.05 })).toBe(3.88)
    // d = 340, so Id = 8.16 + 17.9 = 26.06 and R = 68.14
    expect(mosOf({ ...still, roundTripMs: 600 })).toBe(3.51)
    expect(mosOf({ ...still, lossIn: 1, roundTripMs: 60_000 })).toBe(1)
  })

  it('falls with each of loss, delay and jitter, and the worse direction counts', () => {
    const usual = mosOf({ lossIn: 0.01, lossOut: 0.01, jitterMs: 10, roundTripMs: 80 })
    expect(mosOf({ lossIn: 0.03, lossOut: 0.01, jitterMs: 10, roundTripMs: 80 })).toBeLessThan(usual)
    expect(mosOf({ lossIn: 0.01, lossOut: 0.03, jitterMs: 10, roundTripMs: 80 })).toBeLessThan(usual)
    expect(mosOf({ lossIn: 0.01, lossOut: 0.01, jitterMs: 90, roundTripMs: 80 })).toBeLessThan(usual)
    expect(mosOf({ lossIn: 0.01, lossOut: 0.01, jitterMs: 10, roundTripMs: 700 })).toBeLessThan(usual)
  })

  it('is said in a word', () => {
    expect([4.41, 4.03, 3.88, 3.6, 3.51, 1].map(qualityWord)).toEqual([
      'good',
      'good',
      'fair',
      'fair',
      'poor',
      'poor',
    ])
  })
})

describe('what the browser counts', () => {
  it('is read of its reports, and is nothing before sound has come', () => {
    const inbound = {
      type: 'inbound-rtp',
      kind: 'audio',
      packetsReceived: 500,
      packetsLost: 5,
      jitter: 0.012,
    }
    const remote = { type: 'remote-inbound-rtp', kind: 'audio', roundTripTime: 0.03, fractionLost: 0.02 }
    expect(countedOf([inbound, remote])).toEqual({
      received: 500,
      lost: 5,
      jitterMs: 12,
      roundTripMs: 30,
      lossOut: 0.02,
    })
    expect(countedOf([{ ...inbound, packetsReceived: 0 }, remote])).toBeNull()
    expect(countedOf([{ type: 'transport' }])).toBeNull()
    const pair = { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.004 }
    expect(countedOf([{ ...inbound, packetsLost: -3 }, pair])).toMatchObject({ lost: 0, roundTripMs: 4 })
  })
})

describe('a talk that is measured', () => {
  const counted = (received: number, lost: number): Counted => ({
    received,
    lost,
    jitterMs: 4,
    roundTripMs: 20,
    lossOut: 0,
  })

  it('tells how the line is now by its last seconds, and the whole at the end', () => {
    const meter = createLineMeter()
    expect(meter.take(counted(10, 0), 0)).toBeNull()
    expect(meter.whole('talk')).toBeNull()
    // ten good seconds, then ten in which every fourth packet is lost
    for (let s = 2; s <= 10; s += 2) expect(meter.take(counted(50 * s, 0), s * 1_000)?.lossIn ?? 0).toBe(0)
    let now = null
    for (let s = 2; s <= 10; s += 2) now = meter.take(counted(500 + 37.5 * s, 12.5 * s), (10 + s) * 1_000)
    expect(now?.lossIn).toBeCloseTo(0.25, 1)
    expect(qualityWord(now?.mos ?? 5)).toBe('poor')
    expect(meter.whole('talk')).toMatchObject({ talkId: 'talk', seconds: 20, jitterMs: 4, roundTripMs: 20 })
    expect(meter.whole('talk')?.lossIn).toBeCloseTo(0.125, 2)
  })
})
