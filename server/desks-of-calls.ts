import type { DeskInfo, MemberInfo, PbxEvent } from './floor/events.ts'
import type { Fact } from './floor/facts.ts'
import type { Agent, Floor, Member } from './floor/state.ts'
import type { EntryBody } from './history/entries.ts'

/** Which desks and members were kept with which call. */
export interface DesksOfCalls {
  /**
   * What is to be kept of the desks to which calls have just come: who sits there, with which phones, as which member. The
   * directory changes; a call is told, and replayed, by what held then. Each comes once for each call.
   * @param floor after the events
   */
  entriesFor: (floor: Floor, events: readonly PbxEvent[], facts: readonly Fact[]) => EntryBody[]
  /** Lets go of calls that are over. */
  forget: (isOver: (callId: string) => boolean) => void
}

export function createDesksOfCalls(): DesksOfCalls {
  const kept = new Map<string, Set<string>>()
  const isNew = (callId: string, what: string): boolean => {
    const known = kept.get(callId) ?? new Set()
    if (known.has(what)) return false
    kept.set(callId, known.add(what))
    return true
  }

  return {
    entriesFor(floor, events, facts) {
      const entries: EntryBody[] = []
      for (const fact of facts) {
        const part = partIn(fact)
        const agent = part && floor.agents.get(part.extension)
        if (!part || !agent || !isNew(part.callId, part.extension)) continue
        entries.push({ kind: 'desks', callId: part.callId, desks: [deskOf(agent)], members: [] })
      }
      for (const event of events) {
        if (event.type !== 'queue.offered') continue
        const callId = floor.channels.get(event.channelId)?.callId ?? event.linkedId
        const member = floor.queues.get(event.queue)?.members.get(event.interface)
        if (!member || !isNew(callId, `${event.queue} ${event.interface}`)) continue
        entries.push({ kind: 'desks', callId, desks: [], members: [memberOf(member)] })
      }
      return entries
    },
    forget(isOver) {
      for (const callId of kept.keys()) if (isOver(callId)) kept.delete(callId)
    },
  }
}

/** Whose part in a call a fact tells of; null for one that tells of nobody's. */
function partIn(fact: Fact): { callId: string; extension: string } | null {
  if (fact.type === 'offer.made' || fact.type === 'contact.began') return fact
  if (fact.type !== 'call.started' || fact.dialledBy === null) return null
  return { callId: fact.callId, extension: fact.dialledBy.extension }
}

function deskOf({ extension, interfaces, personId }: Agent): DeskInfo {
  return { extension, interfaces, personId }
}

function memberOf(member: Member): MemberInfo {
  const { queue, memberName, stateInterface, paused, pauseReason, deviceState } = member
  return { queue, interface: member.interface, stateInterface, memberName, paused, pauseReason, deviceState }
}
