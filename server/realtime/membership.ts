import type { Fact } from '../floor/facts.ts'
import type { Floor } from '../floor/state.ts'
import { queuesOf } from '../floor/views.ts'

export interface Membership {
  /** Whether these facts changed which queues there are, or who is a member of them. */
  isChangedBy: (facts: readonly Fact[]) => boolean
}

/** Notices when the members of a queue are others; that their phones rang or were hung up is no change. */
export function createMembership(floor: () => Floor): Membership {
  const known = new Map<string, string>()
  const queuesKnown = new Map<string, string>()

  function lookAtAgent(extension: string): boolean {
    const queues = queuesOf(floor(), extension).sort().join('\n')
    const before = queuesKnown.get(extension)
    queuesKnown.set(extension, queues)
    return queues !== (before ?? '')
  }

  function lookAtQueue(name: string): boolean {
    const members = floor().queues.get(name)?.members
    const before = known.get(name)
    // A queue that is gone: nobody sees its strip any more.
    if (!members) return known.delete(name)
    const names = [...members.keys()].join('\n')
    known.set(name, names)
    return names !== before
  }

  return {
    isChangedBy(facts) {
      let changed = false
      for (const fact of facts) {
        if (fact.type === 'queue.changed' && lookAtQueue(fact.queue)) changed = true
        if (fact.type === 'agent.state' && lookAtAgent(fact.extension)) changed = true
      }
      return changed
    },
  }
}
