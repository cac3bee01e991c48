import { createHash } from 'node:crypto'
import { nextCallable, type CallHours } from '../../shared/call-times.ts'
import type { VisitOutcome } from '../../shared/calls.ts'
import type { ZoneFrom } from '../../shared/tasks.ts'
import type { HeardCall } from '../history/heard-calls.ts'
import { changed, entry, wakeAt, type StoredTask, type TaskRules } from './task.ts'

/** A call that nobody heard of until so long after it is not returned any more, ms. */
const longAgoMs = 24 * 3_600_000
/** How callers leave a queue whom nobody has talked with. Who hangs up within the first seconds is not called back. */
const unreached: ReadonlySet<VisitOutcome> = new Set([
  'abandoned',
  'leftByKey',
  'timedOut',
  'emptied',
  'withdrawn',
])

/** Where a caller reached nobody: in a queue; null at the door, before they were in any. */
export interface MissedPlace {
  queue: string | null
}

/**
 * Where a caller reached nobody: in a queue, or at the door, where a queue refused them (full, or nobody there) or they called
 * outside opening hours.
 * @param now ms
 * @param isOpen whether the center is open at an instant, ms
 * @returns null for a call that is not to be returned: somebody talked, they left a message, or it was long ago
 */
export function missedIn(call: HeardCall, now: number, isOpen: (at: number) => boolean): MissedPlace | null {
  if (call.direction !== 'inbound' || call.endedAt === null || call.talks.length > 0) return null
  // Where the PBX does not say whether they left a message, they are taken to have.
  if (call.voicemail && call.message?.left !== false) return null
  const last = call.visits.at(-1)
  // Of a kept place comes a promise of its own, or the customer waited themselves in another call.
  if (call.place !== undefined && (call.place.outcome !== 'cameBack' || last?.outcome === 'withdrawn'))
    return null
  if (call.number === null || call.endedAt < now - longAgoMs) return null
  if (last !== undefined) return unreached.has(last.outcome) ? { queue: last.queue } : null
  // What rang at somebody who was called by their own number is theirs to see.
  if (call.wasOffered) return null
  return call.end === 'refused' || !isOpen(call.startedAt) ? { queue: null } : null
}

/** The task to call somebody back who reached nobody. Its id is made of the call’s, so that one call makes one. */
export function missedTask(
  call: HeardCall,
  { queue }: MissedPlace,
  known: { about: string; timeZone: string; from: ZoneFrom },
  hours: CallHours,
  rules: TaskRules,
): StoredTask {
  const at = call.endedAt ?? call.startedAt
  const task: StoredTask = {
    _id: createHash('sha256').update(`missed ${call.callId}`).digest('hex').slice(0, 32),
    version: 1,
    kind: 'missed',
    state: 'open',
    customerId: call.customerId,
    about: known.about,
    number: call.number,
    for: queue === null ? { kind: 'anybody' } : { kind: 'queue', queue },
    takenBy: null,
    reason: '',
    note: '',
    dueAt: nextCallable(known.timeZone, hours, at),
    timeZone: known.timeZone,
    zoneFrom: known.from,
    fromCallId: null,
    attempts: [],
    missed: [{ callId: call.callId, at, queue }],
    // It stands in the list at once; nobody needs to be reminded of it.
    remindedAt: at,
    escalatedAt: null,
    closed: null,
    madeAt: at,
    madeBy: null,
    trail: [entry(at, null, 'made', null, call.callId)],
    wakeAt: null,
  }
  return { ...task, wakeAt: wakeAt(task, rules) }
}

/** The same when they have called again in vain: once for each call. It is not due later for that. */
export function missedAgain(
  task: StoredTask,
  call: HeardCall,
  { queue }: MissedPlace,
  hours: CallHours,
  rules: TaskRules,
): StoredTask {
  const at = call.endedAt ?? call.startedAt
  if (task.state !== 'open' || task.missed.some(({ callId }) => callId === call.callId)) return task
  const missed = [...task.missed, { callId: call.callId, at, queue }]
  const dueAt = Math.min(task.dueAt, nextCallable(task.timeZone, hours, at))
  return changed({ ...task, missed, dueAt }, entry(at, null, 'missedAgain', null, call.callId), rules)
}
