import { mosOf, type Measured } from '../../shared/call-quality.ts'

/** What the browser has counted of one connection so far. */
export interface Counted {
  received: number
  lost: number
  /** ms */
  jitterMs: number | null
  roundTripMs: number | null
  /** The share of what we sent lately that did not arrive; null where the PBX has not said. */
  lossOut: number | null
}

type Figures = Pick<Measured, 'lossIn' | 'lossOut' | 'jitterMs' | 'roundTripMs'>

/** How a line is now, of its last ten seconds or so. */
export interface LineQuality extends Figures {
  mos: number
}

/** What of a report of statistics (W3C webrtc-stats) bears on how a call sounds; null while nothing has come. */
export function countedOf(reports: Iterable<Record<string, unknown>>): Counted | null {
  const number = (value: unknown): number | null => (typeof value === 'number' && value >= 0 ? value : null)
  const ms = (value: unknown): number | null => {
    const seconds = number(value)
    return seconds === null ? null : seconds * 1_000
  }
  let counted: Counted | null = null
  let roundTripMs: number | null = null
  let lossOut: number | null = null
  for (const one of reports) {
    if (one['type'] === 'inbound-rtp' && one['kind'] === 'audio') {
      const received = number(one['packetsReceived'])
      if (received === null || received === 0) continue
      // Packets that came twice are counted as a loss of less than none.
      const lost = number(one['packetsLost']) ?? 0
      counted = { received, lost, jitterMs: ms(one['jitter']), roundTripMs: null, lossOut: null }
    } else if (one['type'] === 'remote-inbound-rtp' && one['kind'] === 'audio') {
      roundTripMs = ms(one['roundTripTime']) ?? roundTripMs
      lossOut = number(one['fractionLost'])
    } else if (one['type'] === 'candidate-pair' && one['nominated'] === true) {
      roundTripMs ??= ms(one['currentRoundTripTime'])
    }
  }
  return counted && { ...counted, roundTripMs, lossOut }
}

/** Measures one talk, from one reading to the next. */
export interface LineMeter {
  /** @returns how the line is now; null while too little has come to tell */
  take: (counted: Counted, at: number) => LineQuality | null
  /** The whole talk so far; null where too little was heard to tell. */
  whole: (talkId: string) => Measured | null
}

const windowMs = 10_000
/** Fewer packets than two seconds of sound tell nothing. */
const fewestPackets = 100

export function createLineMeter(): LineMeter {
  const readings: { at: number; counted: Counted }[] = []
  let first: { at: number; counted: Counted } | null = null
  let last: { at: number; counted: Counted } | null = null
  const sums = { jitter: 0, jitters: 0, roundTrip: 0, roundTrips: 0, lossOut: 0, lossesOut: 0 }

  const lossBetween = (from: Counted, to: Counted): number | null => {
    const lost = Math.max(0, to.lost - from.lost)
    const all = to.received - from.received + lost
    return all < fewestPackets ? null : Math.min(1, lost / all)
  }
  const mean = (sum: number, n: number) => (n === 0 ? null : sum / n)

  return {
    take(counted, at) {
      first ??= { at, counted }
      last = { at, counted }
      readings.push(last)
      while (readings.length > 2 && (readings[1]?.at ?? at) <= at - windowMs) readings.shift()
      if (counted.jitterMs !== null) {
        sums.jitter += counted.jitterMs
        sums.jitters += 1
      }
      if (counted.roundTripMs !== null) {
        sums.roundTrip += counted.roundTripMs
        sums.roundTrips += 1
      }
      if (counted.lossOut !== null) {
        sums.lossOut += counted.lossOut
        sums.lossesOut += 1
      }
      const lossIn = lossBetween(readings[0]?.counted ?? counted, counted)
      if (lossIn === null) return null
      const { jitterMs, roundTripMs, lossOut } = counted
      const figures = { lossIn, lossOut, jitterMs: jitterMs ?? 0, roundTripMs }
      return { ...figures, mos: mosOf(figures) }
    },
    whole(talkId) {
      if (first === null || last === null) return null
      const lossIn = lossBetween(first.counted, last.counted)
      if (lossIn === null) return null
      return {
        talkId,
        seconds: Math.max(1, Math.round((last.at - first.at) / 1_000)),
        lossIn,
        lossOut: mean(sums.lossOut, sums.lossesOut),
        jitterMs: mean(sums.jitter, sums.jitters) ?? 0,
        roundTripMs: mean(sums.roundTrip, sums.roundTrips),
      }
    },
  }
}
