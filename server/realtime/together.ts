import type { Change, Topic } from '../../shared/realtime.ts'

/** What a person's desk is told: mostly at once, a call whose look-up is under way together with its card. */
export interface Together {
  publish: (topic: Topic, changes: readonly Change[]) => void
  /** Tells now what is held, before somebody's rights or desk change. */
  flush: () => void
  stop: () => void
}

/**
 * A look-up mostly answers within a few ms. Told apart, a browser draws the ringing call first and the card after it, and
 * the card comes later than drawn together; so a desk waits that long for it, and no longer.
 * @param holdMs how long at most
 */
export function createTogether(
  publish: (topic: Topic, changes: readonly Change[]) => void,
  holdMs: number,
): Together {
  const held = new Map<Topic, { changes: readonly Change[]; timer: NodeJS.Timeout; since: number }>()

  /** Takes out what is held for a topic. */
  const taken = (topic: Topic): readonly Change[] => {
    const waiting = held.get(topic)
    if (!waiting) return []
    clearTimeout(waiting.timer)
    held.delete(topic)
    return waiting.changes
  }
  const release = (topic: Topic): void => publish(topic, taken(topic))

  return {
    publish: (topic, changes) => {
      const known = new Set(changes.flatMap((change) => (change.type === 'pop.set' ? [change.callId] : [])))
      const since = held.get(topic)?.since ?? performance.now()
      const before = taken(topic).filter((change) => !isPending(change) || !known.has(change.callId))
      const all = [...before, ...changes]
      const leftMs = since + holdMs - performance.now()
      if (leftMs <= 0 || !all.some(isPending)) publish(topic, all)
      else held.set(topic, { changes: all, timer: setTimeout(release, leftMs, topic), since })
    },
    flush: () => {
      for (const topic of [...held.keys()]) release(topic)
    },
    stop: () => {
      for (const { timer } of held.values()) clearTimeout(timer)
      held.clear()
    },
  }
}

function isPending(change: Change): change is Change & { type: 'pop.set' } {
  return change.type === 'pop.set' && change.pop.match.outcome === 'pending'
}
