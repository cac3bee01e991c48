import { createHash } from 'node:crypto'
import { nextCallable, type CallHours } from '../../shared/call-times.ts'
import type { PlaceOutcome } from '../../shared/calls.ts'
import type { Attempt, ZoneFrom } from '../../shared/tasks.ts'
import type { HeardCall } from '../history/heard-calls.ts'
import { entry, wakeAt, type StoredTask, type TaskRules } from './task.ts'

/** A call that nobody heard of until so long after it makes no task any more, ms. */
const longAgoMs = 24 * 3_600_000

type Place = NonNullable<HeardCall['place']>
type Message = NonNullable<HeardCall['message']>

/** What of a customer a task that comes of a call begins with. */
export interface AboutCaller {
  about: string
  timeZone: string
  from: ZoneFrom
}

/** Places of which nothing is left to be done. */
const settled: ReadonlySet<PlaceOutcome> = new Set(['declined', 'reached', 'cameBack'])

/**
 * The kept place of a call whose customer was promised to be called and was not reached.
 * @param now ms
 * @returns null where nothing is owed
 */
export function promisedPlace(call: HeardCall, now: number): Place | null {
  const { place } = call
  if (place === undefined || call.endedAt === null || call.endedAt < now - longAgoMs) return null
  if (call.talks.length > 0) return null
  return place.outcome === null || settled.has(place.outcome) ? null : place
}

/**
 * The message that a caller left who was in a queue and reached nobody there.
 * @param now ms
 */
export function messageIn(call: HeardCall, now: number): { message: Message; queue: string } | null {
  const { message, visits } = call
  if (call.direction !== 'inbound' || message?.left !== true) return null
  if (call.endedAt === null || call.endedAt < now - longAgoMs || call.talks.length > 0) return null
  const last = visits.at(-1)
  return last === undefined ? null : { message, queue: last.queue }
}

/**
 * The promise to call a customer whose place was kept, where it did not come to that: for the agents of the queue, at once where
 * nobody called them yet, else after the usual while. Its id is made of the call’s, so that one call makes one.
 */
export function placeTask(
  call: HeardCall,
  place: Place,
  known: AboutCaller,
  hours: CallHours,
  rules: TaskRules,
): StoredTask {
  const at = call.endedAt ?? call.startedAt
  const tried = triedAs(place.outcome)
  const attempts: Attempt[] =
    tried === null ? [] : [{ callId: call.callId, at, personId: null, outcome: tried }]
  const due = tried === null ? at : at + rules.spacingMs
  const task = ofCall('place', 'callback', call, place.queue, known)
  return ready(
    {
      ...task,
      madeAt: place.keptAt,
      attempts,
      dueAt: nextCallable(known.timeZone, hours, due),
      place: { outcome: place.outcome ?? 'unknown' },
    },
    rules,
  )
}

function triedAs(outcome: PlaceOutcome | null): Attempt['outcome'] | null {
  return outcome === 'busy' || outcome === 'notAnswered' || outcome === 'refused' ? outcome : null
}

/** A message that was left, for the agents of the queue. Its id is made of the call’s, so that one message makes one. */
export function messageTask(
  call: HeardCall,
  { message, queue }: { message: Message; queue: string },
  seconds: number | null,
  known: AboutCaller,
  hours: CallHours,
  rules: TaskRules,
): StoredTask {
  const { mailbox, channelName, at } = message
  const task = ofCall('voicemail', 'voicemail', call, queue, known)
  const dueAt = nextCallable(known.timeZone, hours, call.endedAt ?? call.startedAt)
  const kept = { callId: call.callId, mailbox, channelName, at, beganAt: call.startedAt, seconds }
  return ready({ ...task, dueAt, message: kept }, rules)
}

function ofCall(
  what: string,
  kind: 'callback' | 'voicemail',
  call: HeardCall,
  queue: string,
  known: AboutCaller,
): StoredTask {
  const at = call.endedAt ?? call.startedAt
  return {
    _id: createHash('sha256').update(`${what} ${call.callId}`).digest('hex').slice(0, 32),
    version: 1,
    kind,
    state: 'open',
    customerId: call.customerId,
    about: known.about,
    number: call.number,
    for: { kind: 'queue', queue },
    takenBy: null,
    reason: '',
    note: '',
    dueAt: at,
    timeZone: known.timeZone,
    zoneFrom: known.from,
    fromCallId: call.callId,
    attempts: [],
    missed: [],
    // It stands in the list at once; nobody needs to be reminded of it.
    remindedAt: at,
    escalatedAt: null,
    closed: null,
    madeAt: at,
    madeBy: null,
    trail: [entry(at, null, 'made', null, call.callId)],
    wakeAt: null,
  }
}

const ready = (task: StoredTask, rules: TaskRules): StoredTask => ({ ...task, wakeAt: wakeAt(task, rules) })

/** A message that somebody has heard: said once for each person. @returns itself for nothing to change */
export function listened(task: StoredTask, personId: string, now: number): StoredTask {
  const before = task.trail.some((one) => one.what === 'listened' && one.personId === personId)
  return before ? task : { ...task, trail: [...task.trail, entry(now, personId, 'listened')] }
}
