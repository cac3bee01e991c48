import { nextCallable, type CallHours } from '../../shared/call-times.ts'
import type { CallEnd } from '../../shared/calls.ts'
import type { Attempt } from '../../shared/tasks.ts'
import type { HeardCall } from '../history/heard-calls.ts'
import { changed, closed, entry, isAboutCalling, type StoredTask, type TaskRules } from './task.ts'

/** Whether a call is with whom a task is about: the same customer, or where one of the two is not known the same number. */
export function isWith(
  task: Pick<StoredTask, 'customerId' | 'number'>,
  call: Pick<HeardCall, 'customerId' | 'number'>,
): boolean {
  if (task.customerId !== null && call.customerId !== null) return task.customerId === call.customerId
  return task.number !== null && task.number === call.number
}

/**
 * A task after what was heard of a call with whom it is about. Told again, it changes nothing.
 * - Somebody talked with them since it was promised: it is closed, whoever called whom.
 * - They were called and not reached: that is a try. The next is due after a while, within their hours; after so many nobody
 *   tries by themselves any more, and those who see all are told.
 * @param hours in which they may be called
 * @returns itself for nothing to change
 */
export function afterCall(task: StoredTask, call: HeardCall, hours: CallHours, rules: TaskRules): StoredTask {
  if (task.state !== 'open' || !isAboutCalling(task) || !isWith(task, call)) return task
  // It was promised in this call, or somebody has said that this one reached another.
  if (call.callId === task.fromCallId) return task
  if (task.trail.some(({ what, callId }) => what === 'talked' && callId === call.callId)) return task
  const talk = call.talks.find(({ beganAt }) => beganAt > sinceOf(task))
  if (talk !== undefined) {
    const said = { at: talk.beganAt, how: 'talked' as const, personId: talk.personId, text: null }
    const reached = call.direction === 'outbound' ? withAttempt(task, call, 'answered') : task
    return closed(reached, { ...said, callId: call.callId }, rules)
  }
  const isTry = call.wasDialled && call.talks.length === 0 && call.endedAt !== null
  if (!isTry || call.startedAt < task.madeAt) return task
  if (task.attempts.some(({ callId }) => callId === call.callId)) return task
  return afterTry(withAttempt(task, call, outcomeOf(call.end)), call, hours, rules)
}

function afterTry(task: StoredTask, call: HeardCall, hours: CallHours, rules: TaskRules): StoredTask {
  const endedAt = call.endedAt ?? call.startedAt
  const tried = changed(task, entry(endedAt, call.dialledBy, 'tried', call.end, call.callId), rules)
  const failed = task.attempts.filter(({ outcome }) => outcome !== 'answered').length
  const next = nextCallable(task.timeZone, hours, endedAt + rules.spacingMs)
  const dueAt = Math.max(task.dueAt, next)
  if (failed < rules.attempts)
    return dueAt === task.dueAt
      ? tried
      : changedTime({ ...tried, dueAt, remindedAt: null, escalatedAt: null }, rules)
  if (tried.escalatedAt !== null) return changedTime({ ...tried, dueAt }, rules)
  return changed({ ...tried, dueAt, escalatedAt: endedAt }, entry(endedAt, null, 'escalated'), rules)
}

/** With the time at which it wakes next. */
const changedTime = (task: StoredTask, rules: TaskRules): StoredTask => {
  const last = task.trail.at(-1)
  return last === undefined ? task : changed({ ...task, trail: task.trail.slice(0, -1) }, last, rules)
}

/** From when on a talk closes a task: when it was promised, or the last call that reached nobody. */
const sinceOf = ({ madeAt, missed }: StoredTask): number =>
  missed.reduce((latest, { at }) => Math.max(latest, at), madeAt)

function withAttempt(task: StoredTask, call: HeardCall, outcome: Attempt['outcome']): StoredTask {
  const { callId, startedAt: at, dialledBy: personId } = call
  const others = task.attempts.filter((one) => one.callId !== callId)
  return { ...task, attempts: [...others, { callId, at, personId, outcome }] }
}

function outcomeOf(end: CallEnd | null): Attempt['outcome'] {
  switch (end) {
    case 'busy':
    case 'refused':
      return end
    case 'notAnswered':
    case 'agentHungUp':
      return 'notAnswered'
    default:
      return 'unknown'
  }
}
