import { randomUUID } from 'node:crypto'
import { defaultRoleRights, type Role } from '../../../shared/people.ts'
import type { NewTask } from '../../../shared/tasks.ts'
import { taskFrom, type Doer, type StoredTask, type TaskRules } from '../../../server/tasks/task.ts'

export const minute = 60_000
export const hours = { from: 8, until: 21 }
export const rules: TaskRules = {
  remindMs: 5 * minute,
  escalateMs: 15 * minute,
  spacingMs: 60 * minute,
  attempts: 3,
  keepMs: 365 * 24 * 60 * minute,
}
/** Noon in Berlin on a Monday. */
export const noon = Date.UTC(2026, 10, 30, 11)

/** Somebody who does something. */
export const who = (personId: string, role: Role = 'agent', queues: string[] = []): Doer => ({
  personId,
  rights: new Set(defaultRoleRights[role]),
  queues: new Set(queues),
})

/** What Nina asks for: Olena, in an hour. */
export const wanted = (more: Partial<NewTask> = {}): NewTask => ({
  taskId: randomUUID(),
  kind: 'callback',
  customerId: 'olena',
  number: '+380445551234',
  for: { kind: 'person', personId: 'nina' },
  reason: 'Corrected invoice',
  note: '',
  dueAt: noon + 60 * minute,
  timeZone: 'Europe/Kyiv',
  zoneFrom: 'number',
  fromCallId: 'pbx:1.1',
  madeAt: noon,
  ...more,
})

/** The same as it is kept. */
export const made = (more: Partial<NewTask> = {}): StoredTask => {
  const request = wanted(more)
  return taskFrom(request, { number: request.number, about: 'Olena Kovalchuk', hours }, 'nina', noon, rules)
}
