import type { PbxEvent } from '../floor/events.ts'

/** How long events are worked on before sockets are read again, ms. */
const sliceMs = 8
/** How many events are passed on together at most, between two looks at the clock. */
const mostAtOnce = 32

/**
 * Between the socket and the floor. What was read from the socket at once is passed on together, directly after the
 * reading, while the floor keeps up. When it does not, events wait here, and the AMI socket is still read in between:
 * Asterisk drops a session that does not read.
 */
export interface EventQueue {
  push(event: PbxEvent): void
  /** How many wait. */
  waiting(): number
  /** Passes on all that wait, at once. */
  drain(): void
}

/** @param onEvents must not throw */
export function createEventQueue(onEvents: (events: readonly PbxEvent[]) => void): EventQueue {
  let events: PbxEvent[] = []
  let next = 0
  let scheduled = false
  let working = false

  const work = (untilMs: number) => {
    working = true
    while (next < events.length) {
      const batch = events.slice(next, next + mostAtOnce)
      next += batch.length
      onEvents(batch)
      if (performance.now() > untilMs) break
    }
    working = false
    if (next >= events.length) {
      events = []
      next = 0
    } else if (!scheduled) {
      scheduled = true
      setImmediate(workOn)
    }
  }
  const workOn = () => {
    scheduled = false
    work(performance.now() + sliceMs)
  }

  return {
    push: (event) => {
      events.push(event)
      if (working || scheduled) return
      scheduled = true
      // After all that the parser makes of what it has in hand.
      queueMicrotask(workOn)
    },
    waiting: () => events.length - next,
    drain: () => {
      if (!working) work(Infinity)
    },
  }
}
