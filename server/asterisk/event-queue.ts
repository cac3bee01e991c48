import type { PbxEvent } from '../floor/events.ts'

/** How long events are worked on before sockets are read again, ms. */
const sliceMs = 8
/** How many events between two looks at the clock. */
const perLook = 32

/**
 * Between the socket and the floor. An event is passed on at once while the floor keeps up. When it does not, events wait
 * here, and the AMI socket is still read in between: Asterisk drops a session that does not read.
 */
export interface EventQueue {
  push(event: PbxEvent): void
  /** How many wait. */
  waiting(): number
  /** Passes on all that wait, at once. */
  drain(): void
}

/** @param onEvent must not throw */
export function createEventQueue(onEvent: (event: PbxEvent) => void): EventQueue {
  let events: PbxEvent[] = []
  let next = 0
  let scheduled = false
  let working = false

  const work = (untilMs: number) => {
    working = true
    while (next < events.length) {
      const event = events[next]
      next += 1
      if (event) onEvent(event)
      if (next % perLook === 0 && performance.now() > untilMs) break
    }
    working = false
    if (next >= events.length) {
      events = []
      next = 0
    } else if (!scheduled) {
      scheduled = true
      setImmediate(() => {
        scheduled = false
        work(performance.now() + sliceMs)
      })
    }
  }

  return {
    push: (event) => {
      events.push(event)
      if (!working && !scheduled) work(performance.now() + sliceMs)
    },
    waiting: () => events.length - next,
    drain: () => {
      if (!working) work(Infinity)
    },
  }
}
