import { createNumberReader } from '../../../shared/number-reader.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { defaultRoleRights, type Role } from '../../../shared/people.ts'
import { ProblemError } from '../../../shared/problems.ts'
import type { TaskStore } from '../../../server/tasks/model.ts'
import type { StoredTask } from '../../../server/tasks/task.ts'
import { createTasks, type TasksOptions } from '../../../server/tasks/tasks.ts'
import { hours, rules } from './support.ts'

const roles: Record<string, Role> = {
  nina: 'agent',
  chidi: 'agent',
  petra: 'supervisor',
  emil: 'marketing',
}

/** Tasks of a small centre: Nina and Chidi take calls, Chidi those of sales; Petra watches; Olena is a customer. */
export function openTasks(store: TaskStore, more: Partial<TasksOptions> = {}) {
  const told: { before: StoredTask | null; after: StoredTask | null }[] = []
  const tasks = createTasks({
    store,
    rules,
    doNotCall: { check: () => Promise.resolve(null), refuse: () => Promise.resolve() },
    hoursOf: () => hours,
    ourZone: 'Europe/Berlin',
    readNumber: createNumberReader(planOf('DE', []), 'DE'),
    customer: (customerId) =>
      customerId === 'olena'
        ? Promise.resolve({
            name: 'Olena Kovalchuk',
            numbers: ['+380445551234', '+380505551234'],
            timeZone: null,
            country: null,
          })
        : Promise.reject(new ProblemError('customer.unknown')),
    people: {
      nameOf: (personId) => (personId in roles ? `Person ${personId}` : null),
      rightsOf: (personId) => {
        const role = roles[personId]
        return new Set(role === undefined ? [] : defaultRoleRights[role])
      },
      all: () => Object.keys(roles).map((personId) => ({ personId, name: `Person ${personId}` })),
    },
    returnsCallsOf: (queue) => queue !== 'sales',
    isOpen: () => true,
    queuesOf: (personId) => (personId === 'chidi' ? ['sales'] : ['support']),
    queues: () => ['support', 'sales'],
    message: () => Promise.reject(new ProblemError('voicemail.no_folder')),
    reachesMessages: () => false,
    onChange: (before, after) => void told.push({ before, after }),
    log: { warn: () => undefined, error: () => undefined },
    ...more,
  })
  return { tasks, told }
}
