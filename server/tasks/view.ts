import type { CallHours } from '../../shared/call-times.ts'
import type { ReadNumber } from '../../shared/number-reader.ts'
import type { Task } from '../../shared/tasks.ts'
import type { StoredTask } from './task.ts'

/** What a task itself does not hold. */
export interface TaskViewContext {
  /** The name that a person goes by now; null for one who was erased. */
  nameOf: (personId: string) => string | null
  readNumber: (raw: string) => ReadNumber
  /** Between which hours somebody with a number may be called. */
  hoursOf: (number: string | null) => CallHours
  /** Whether the recordings of a call’s PBX can be reached. */
  reachesMessages: (callId: string) => boolean
}

/** A task as those who may see it are told. */
export function taskView(task: StoredTask, context: TaskViewContext): Task {
  const { nameOf, readNumber, hoursOf } = context
  const person = (personId: string | null) =>
    personId === null ? null : { personId, name: nameOf(personId) }
  const { closed, number } = task
  return {
    taskId: task._id,
    version: task.version,
    kind: task.kind,
    isOpen: task.state === 'open',
    customerId: task.customerId,
    about: task.about,
    number,
    display: number === null ? '' : readNumber(number).display,
    for: task.for,
    forName: task.for.kind === 'person' ? nameOf(task.for.personId) : null,
    takenBy: person(task.takenBy),
    reason: task.reason,
    note: task.note,
    dueAt: task.dueAt,
    timeZone: task.timeZone,
    zoneFrom: task.zoneFrom,
    hours: hoursOf(number),
    fromCallId: task.fromCallId,
    attempts: task.attempts.map((one) => ({
      ...one,
      name: one.personId === null ? null : nameOf(one.personId),
    })),
    missed: task.missed,
    place: task.place ?? null,
    message: messageOf(task, context),
    remindedAt: task.remindedAt,
    escalatedAt: task.escalatedAt,
    closed:
      closed === null
        ? null
        : {
            at: closed.at,
            how: closed.how,
            by: person(closed.personId),
            text: closed.text,
            callId: closed.callId,
          },
    madeAt: task.madeAt,
    madeBy: person(task.madeBy),
  }
}

function messageOf(
  { message, trail }: StoredTask,
  { nameOf, reachesMessages }: TaskViewContext,
): Task['message'] {
  if (message === undefined) return null
  const { at, mailbox, seconds, callId } = message
  const heardBy = trail.flatMap(({ what, personId }) =>
    what === 'listened' && personId !== null ? [{ personId, name: nameOf(personId) }] : [],
  )
  return { at, mailbox, seconds, isHere: reachesMessages(callId), heardBy }
}
