import type { Change, Topic } from '../../shared/realtime.ts'

/** Which calls the consoles of each person may still show anything of, beside their day. */
export interface LastCalls {
  /** Notes what a person's consoles were told. */
  note: (topic: Topic, changes: readonly Change[]) => void
  of: (topic: Topic) => ReadonlySet<string>
  forget: (topic: Topic) => void
}

/** A console keeps its living calls and the last that went. */
const mostCalls = 16

export function createLastCalls(): LastCalls {
  const calls = new Map<Topic, Set<string>>()
  return {
    note(topic, changes) {
      const told = calls.get(topic) ?? new Set<string>()
      for (const change of changes) {
        if (change.type !== 'deskCall.set' && change.type !== 'deskCall.gone') continue
        const callId = change.type === 'deskCall.set' ? change.call.callId : change.callId
        told.delete(callId)
        told.add(callId)
        if (told.size > mostCalls) told.delete(told.values().next().value ?? '')
        calls.set(topic, told)
      }
    },
    of: (topic) => calls.get(topic) ?? new Set(),
    forget: (topic) => void calls.delete(topic),
  }
}
