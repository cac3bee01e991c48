/** Two clocks that are further apart than this are not kept by NTP, ms: times of the PBX are corrected from there on. */
const soundMs = 2_000
/** No event comes later than this, ms: a line that is silent for less is given up. */
const latestMs = 60_000

/**
 * The clock of a PBX beside ours. While both agree its times are taken as they are; where it is off they are corrected by
 * one constant, so that lengths stay exact to the ms and clock times make sense. The constant changes only when the PBX's
 * clock jumps, or is set right.
 */
export interface PbxClock {
  /** A time that the PBX said, by our clock. */
  ours: (at: number) => number
  /**
   * Whether the time of an event cannot be true if the clock runs as it was measured last: it came before it happened, or
   * far too late. The PBX should be asked for the time before the event is taken.
   * @param at as the PBX wrote it, ms
   * @param arrivedAt by our clock, ms
   */
  doubts: (at: number, arrivedAt: number) => boolean
  /**
   * The PBX was asked for the time.
   * @param at what it said, ms
   * @param askedAt when, by our clock, ms
   * @param tookMs until the answer came; it may have been made at any time between
   */
  asked: (at: number, askedAt: number, tookMs: number) => void
}

/** @param onJump the PBX's clock less ours is another than before, ms; 0 where they agree */
export function createClock(onJump: (differenceMs: number) => void): PbxClock {
  let correction = 0
  return {
    ours: (at) => at - correction,
    doubts: (at, arrivedAt) => {
      const late = arrivedAt + correction - at
      return late < -soundMs || late > latestMs
    },
    asked: (at, askedAt, tookMs) => {
      const difference = at - (askedAt + tookMs / 2)
      if (Math.abs(difference - correction) <= soundMs + tookMs / 2) return
      const next = Math.abs(difference) > soundMs ? Math.round(difference) : 0
      if (next === correction) return
      correction = next
      onJump(next)
    },
  }
}
