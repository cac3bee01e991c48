import type { DeskCall } from '../../shared/calls.ts'
import type { LeftCall } from '../realtime/topic-state.ts'

export type Shown = { kind: 'call'; call: DeskCall } | { kind: 'gone'; left: LeftCall } | { kind: 'idle' }

const urgency: Readonly<Record<DeskCall['state'], number>> = {
  talking: 0,
  dialling: 1,
  ringing: 2,
  held: 3,
  ended: 4,
}

/**
 * Which call the desk is about: the one chosen by hand, else the one I talk to, else the one that rings, else a held one.
 * A call that was talked to stays after its end until the next; one that moved on leaves only the reason why.
 */
export function currentCall(calls: readonly DeskCall[], left: LeftCall | null, chosen: string | null): Shown {
  const byUrgency = [...calls].sort(
    (a, b) => urgency[a.state] - urgency[b.state] || a.offeredAt - b.offeredAt,
  )
  const call = byUrgency.find((one) => one.callId === chosen) ?? byUrgency[0]
  if (call !== undefined) return { kind: 'call', call }
  if (left === null) return { kind: 'idle' }
  if (left.call.answeredAt === null || left.reason === 'movedOn') return { kind: 'gone', left }
  return {
    kind: 'call',
    call: { ...left.call, state: 'ended', endedAt: left.call.endedAt ?? left.at, heldSince: null },
  }
}
