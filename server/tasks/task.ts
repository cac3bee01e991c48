import { z } from 'zod'
import { nextCallable, isCallable, type CallHours } from '../../shared/call-times.ts'
import { placeOutcomeSchema } from '../../shared/calls.ts'
import { instantSchema } from '../../shared/instant.ts'
import type { Right } from '../../shared/people.ts'
import { ProblemError } from '../../shared/problems.ts'
import type { Topic } from '../../shared/realtime.ts'
import {
  attemptSchema,
  closedHowSchema,
  missedCallSchema,
  taskForSchema,
  taskKindSchema,
  taskTopicOf,
  taskTopics,
  trailEntrySchema,
  zoneFromSchema,
  type NewTask,
  type TaskStep,
  type TrailEntry,
} from '../../shared/tasks.ts'

/** A callback or a task as it is kept. Persons stand in it by id. Times are ms since 1970 UTC. */
export const storedTaskSchema = z.object({
  _id: z.string(),
  version: z.number().int(),
  kind: taskKindSchema,
  /** `erased`: whom it was about is known no more, and it waits to be removed. */
  state: z.enum(['open', 'closed', 'erased']),
  customerId: z.string().nullable(),
  /** The card’s name when it was made; empty where nobody knows. */
  about: z.string(),
  /** E.164. */
  number: z.string().nullable(),
  for: taskForSchema,
  takenBy: z.string().nullable(),
  reason: z.string(),
  note: z.string(),
  dueAt: instantSchema,
  timeZone: z.string(),
  zoneFrom: zoneFromSchema,
  fromCallId: z.string().nullable(),
  attempts: z.array(attemptSchema),
  missed: z.array(missedCallSchema),
  /** It comes of a place in a queue that was kept for them, and what that came to; absent for every other. */
  place: z.object({ outcome: placeOutcomeSchema }).optional(),
  /** The message of one of kind `voicemail`, as it is to be found. */
  message: z
    .object({
      callId: z.string(),
      mailbox: z.string(),
      channelName: z.string(),
      beganAt: instantSchema,
      at: instantSchema,
      seconds: z.number().nullable(),
    })
    .optional(),
  remindedAt: instantSchema.nullable(),
  escalatedAt: instantSchema.nullable(),
  closed: z
    .object({
      at: instantSchema,
      how: closedHowSchema,
      personId: z.string().nullable(),
      text: z.string().nullable(),
      callId: z.string().nullable(),
    })
    .nullable(),
  madeAt: instantSchema,
  madeBy: z.string().nullable(),
  trail: z.array(trailEntrySchema),
  /** When something is to be done with it by itself next; null for never. */
  wakeAt: instantSchema.nullable(),
})
export type StoredTask = z.infer<typeof storedTaskSchema>

/** Who does something with tasks: their rights, and the queues whose agent they are now. */
export interface Doer {
  personId: string
  rights: ReadonlySet<Right>
  queues: ReadonlySet<string>
}

/** Figures that a centre sets for itself; all ms but `attempts`. */
export interface TaskRules {
  /** So long before it is due they are reminded whose it is. */
  remindMs: number
  /** So long after it was due those who see all are told that nobody has done it. */
  escalateMs: number
  /** Between two tries to reach somebody. */
  spacingMs: number
  /** After so many tries that came to nothing those who see all are told. */
  attempts: number
  /** So long one that is closed is kept. */
  keepMs: number
}

/** So much may clocks differ, and typing take, ms. */
const graceMs = 60_000
const longestTrail = 200
/** So long may a promise have waited on a computer until the server was told, ms. */
const longestWaitMs = 7 * 24 * 3_600_000

/** Whether somebody may see a task, and do it: theirs, their queues’, anybody’s; or all. */
export function maySee(
  task: Pick<StoredTask, 'for' | 'takenBy'>,
  { personId, rights, queues }: Doer,
): boolean {
  if (rights.has('tasks.manage')) return true
  if (!rights.has('tasks.use')) return false
  if (task.takenBy === personId || task.for.kind === 'anybody') return true
  return task.for.kind === 'person' ? task.for.personId === personId : queues.has(task.for.queue)
}

/** The topics in which a task stands: everybody’s, and those of whose it is. Of a person they are the person’s own. */
export function topicsOfTask({ for: whose, takenBy }: Pick<StoredTask, 'for' | 'takenBy'>): Set<Topic> {
  const topics = new Set<Topic>([taskTopics.all])
  if (whose.kind === 'anybody') topics.add(taskTopics.anybody)
  if (whose.kind === 'queue') topics.add(taskTopicOf(whose.queue))
  if (whose.kind === 'person') topics.add(`person:${whose.personId}`)
  if (takenBy !== null) topics.add(`person:${takenBy}`)
  return topics
}

/** Whether a task is about calling somebody, so that a talk with them closes it. */
export const isAboutCalling = ({ kind }: Pick<StoredTask, 'kind'>): boolean => kind !== 'task'

/**
 * Refuses a time at which a task cannot be due.
 * @param now ms; by the time at which it was promised
 * @throws ProblemError `task.in_the_past`, `task.outside_hours`
 */
export function refuseTime(
  task: Pick<StoredTask, 'kind' | 'timeZone'>,
  dueAt: number,
  hours: CallHours,
  now: number,
): void {
  if (dueAt < now - graceMs) throw new ProblemError('task.in_the_past')
  if (isAboutCalling(task) && !isCallable(task.timeZone, hours, dueAt)) {
    const next = new Date(nextCallable(task.timeZone, hours, dueAt)).toISOString()
    throw new ProblemError('task.outside_hours', {
      detail: `The next time at which they may be called is ${next}.`,
    })
  }
}

/** When something is to be done next with a task by itself. */
export function wakeAt(
  {
    state,
    dueAt,
    remindedAt,
    escalatedAt,
  }: Pick<StoredTask, 'state' | 'dueAt' | 'remindedAt' | 'escalatedAt'>,
  rules: Pick<TaskRules, 'remindMs' | 'escalateMs'>,
): number | null {
  if (state !== 'open') return null
  if (remindedAt === null) return Math.max(0, dueAt - rules.remindMs)
  return escalatedAt === null ? dueAt + rules.escalateMs : null
}

/**
 * A task as somebody asks for it.
 * @param known the number as it was read, and whom it is about
 * @param now ms
 * @throws ProblemError `task.in_the_past`, `task.outside_hours`, `task.not_dialable`
 */
export function taskFrom(
  request: NewTask,
  known: { number: string | null; about: string; hours: CallHours },
  by: string,
  now: number,
  rules: TaskRules,
): StoredTask {
  const { taskId, kind, customerId, reason, note, dueAt, timeZone, zoneFrom, fromCallId } = request
  if (kind === 'callback' && known.number === null) throw new ProblemError('task.not_dialable')
  const madeAt = Math.min(now, Math.max(request.madeAt, now - longestWaitMs))
  refuseTime({ kind, timeZone }, dueAt, known.hours, madeAt)
  const task: StoredTask = {
    _id: taskId,
    version: 1,
    kind,
    state: 'open',
    customerId,
    about: known.about,
    number: known.number,
    for: request.for,
    takenBy: null,
    reason,
    note,
    dueAt,
    timeZone,
    zoneFrom,
    fromCallId,
    attempts: [],
    missed: [],
    remindedAt: null,
    escalatedAt: null,
    closed: null,
    madeAt,
    madeBy: by,
    trail: [{ at: madeAt, personId: by, what: 'made', text: null, callId: fromCallId }],
    wakeAt: null,
  }
  return { ...task, wakeAt: wakeAt(task, rules) }
}

/**
 * A task after a step of somebody’s.
 * @param hours in which its customer may be called
 * @param now ms
 * @throws ProblemError `task.closed`, `task.taken`, `task.in_the_past`, `task.outside_hours`
 */
export function stepped(
  task: StoredTask,
  step: TaskStep,
  { personId, rights }: Pick<Doer, 'personId' | 'rights'>,
  hours: CallHours,
  now: number,
  rules: TaskRules,
): StoredTask {
  if (step.do === 'reopen') {
    if (task.state === 'open') return task
    const open: StoredTask = { ...task, state: 'open', closed: null, remindedAt: now }
    return changed(open, entry(now, personId, 'reopened'), rules)
  }
  if (task.state !== 'open') throw new ProblemError('task.closed')
  const isOthers = task.takenBy !== null && task.takenBy !== personId
  if (isOthers && !rights.has('tasks.manage')) throw new ProblemError('task.taken')
  switch (step.do) {
    case 'take':
      return task.takenBy === personId
        ? task
        : changed({ ...task, takenBy: personId }, entry(now, personId, 'taken'), rules)
    case 'letGo':
      return task.takenBy === null
        ? task
        : changed({ ...task, takenBy: null }, entry(now, personId, 'letGo'), rules)
    case 'handOn':
      return changed({ ...task, for: step.for, takenBy: null }, entry(now, personId, 'handedOn'), rules)
    case 'postpone': {
      refuseTime(task, step.dueAt, hours, now)
      const later = { ...task, dueAt: step.dueAt, remindedAt: null, escalatedAt: null }
      return changed(later, entry(now, personId, 'postponed', new Date(step.dueAt).toISOString()), rules)
    }
    case 'done':
      return closed(task, { at: now, how: 'done', personId, text: step.text || null, callId: null }, rules)
    case 'cancel':
      return closed(task, { at: now, how: 'cancelled', personId, text: step.reason, callId: null }, rules)
  }
}

/**
 * A task that somebody has taken to call its customer now.
 * @throws ProblemError `task.closed`, `task.taken`, `task.not_dialable`, `task.outside_hours`
 */
export function toCall(
  task: StoredTask,
  { personId, rights }: Pick<Doer, 'personId' | 'rights'>,
  hours: CallHours,
  now: number,
  rules: TaskRules,
): StoredTask {
  if (task.state === 'open' && task.number === null) throw new ProblemError('task.not_dialable')
  const taken = stepped(task, { do: 'take' }, { personId, rights }, hours, now, rules)
  if (!isCallable(task.timeZone, hours, now)) refuseTime({ ...task, kind: 'callback' }, now, hours, now)
  return changed(taken, entry(now, personId, 'called'), rules)
}

/** A task that is closed, by whom and how. */
export function closed(
  task: StoredTask,
  how: NonNullable<StoredTask['closed']>,
  rules: TaskRules,
): StoredTask {
  const said = entry(how.at, how.personId, how.how, how.text, how.callId)
  return changed({ ...task, state: 'closed', closed: how }, said, rules)
}

/** A task that something happened with. */
export function changed(task: StoredTask, said: TrailEntry, rules: TaskRules): StoredTask {
  const trail = [...task.trail, said].slice(-longestTrail)
  return { ...task, trail, wakeAt: wakeAt(task, rules) }
}

/** Something that happened with a task. */
export function entry(
  at: number,
  personId: string | null,
  what: TrailEntry['what'],
  text: string | null = null,
  callId: string | null = null,
): TrailEntry {
  return { at, personId, what, text, callId }
}

/**
 * A task that woke: whose it is are reminded before it is due, those who see all are told when nobody has done it.
 * @returns itself for nothing to do yet
 */
export function woken(task: StoredTask, now: number, rules: TaskRules): StoredTask {
  if (task.wakeAt === null || task.wakeAt > now || task.state !== 'open') return task
  // Late, as after a night without a server: both at once.
  const isLate = task.escalatedAt === null && now >= task.dueAt + rules.escalateMs
  const reminded: StoredTask =
    task.remindedAt === null
      ? changed({ ...task, remindedAt: now }, entry(now, null, 'reminded'), rules)
      : task
  return isLate ? changed({ ...reminded, escalatedAt: now }, entry(now, null, 'escalated'), rules) : reminded
}

/** What stays of a task when whom it was about is erased: that there was one, until it is removed. */
export function withoutCustomer(whole: StoredTask): StoredTask {
  const task = { ...whole }
  delete task.message
  return {
    ...task,
    state: 'erased',
    customerId: null,
    about: '',
    number: null,
    reason: '',
    note: '',
    fromCallId: null,
    attempts: [],
    missed: [],
    closed: null,
    trail: [],
    wakeAt: null,
  }
}
