import type { Call, Floor } from '../floor/state.ts'

/**
 * Where a customer stands in the line by how long they wait: behind everybody who has waited longer. A higher priority is the
 * PBX's to heed.
 * @returns from 1
 */
export function positionOf(floor: Floor, callId: string): number {
  const call = floor.calls.get(callId)
  const visit = call?.visits.findLast(({ queue }) => queue === call.place?.queue)
  const since = visit?.enteredAt ?? Infinity
  const waiting = floor.queues.get(call?.place?.queue ?? '')?.waiting ?? []
  return 1 + waiting.filter((other) => other.callId !== callId && other.since < since).length
}

/** Whether somebody ought to wait in the stead of a caller, and nobody does. */
export function isToBePut(floor: Floor, call: Call | undefined): boolean {
  if (!call?.place || call.endedAt !== null) return false
  if (call.place.state === 'wanted') return true
  return call.place.state === 'kept' && !floor.channels.has(call.place.keeperId ?? '')
}

/** The calls of a PBX whose places nobody keeps, though they are to be kept: who waits for longest before the others. */
export function placesInOrder(floor: Floor, pbx: string): string[] {
  const since = (call: Call): number => call.visits.at(-1)?.enteredAt ?? call.startedAt
  return [...floor.calls.values()]
    .filter((call) => call.pbx === pbx && isToBePut(floor, call))
    .sort((one, other) => since(one) - since(other))
    .map(({ callId }) => callId)
}
