import { z } from 'zod'
import { idSchema, type Route } from './route.ts'
import {
  newTaskSchema,
  stepRequestSchema,
  taskChoicesSchema,
  taskSchema,
  taskWithTrailSchema,
  timesRequestSchema,
  timesSchema,
} from './tasks.ts'

const taskParams = z.strictObject({ taskId: idSchema })
const either = ['tasks.use', 'tasks.manage'] as const

/** The routes of promises: callbacks and tasks. Part of the table in api.ts. */
export const taskRoutes = {
  'tasks.list': {
    method: 'GET',
    path: '/api/tasks',
    summary: 'The open callbacks and tasks that I may see, those due first before the others',
    right: either,
    errors: ['database.unreachable'],
    answer: z.object({ tasks: z.array(taskSchema) }),
  },
  'tasks.create': {
    method: 'POST',
    path: '/api/tasks',
    summary: 'Promise a callback or a task; the same id again is the same one',
    right: either,
    errors: [
      'task.in_the_past',
      'task.not_dialable',
      'task.outside_hours',
      'task.nobody',
      'task.unknown',
      'customer.unknown',
    ],
    body: newTaskSchema,
    answer: taskSchema,
  },
  'tasks.read': {
    method: 'GET',
    path: '/api/tasks/:taskId',
    summary: 'One callback or task, with everything that happened',
    right: either,
    errors: ['task.unknown', 'database.unreachable'],
    params: taskParams,
    answer: taskWithTrailSchema,
  },
  'tasks.change': {
    method: 'POST',
    path: '/api/tasks/:taskId/steps',
    summary: 'Take it, let it go, hand it on, postpone it, close it, or open it again',
    right: either,
    errors: [
      'task.unknown',
      'task.taken',
      'task.closed',
      'task.in_the_past',
      'task.outside_hours',
      'task.nobody',
      'edit.outdated',
    ],
    params: taskParams,
    body: stepRequestSchema,
    answer: taskSchema,
  },
  'tasks.call': {
    method: 'POST',
    path: '/api/tasks/:taskId/call',
    summary:
      'Take it and be told the number to call, if they may be called now; what comes of the call is noted by itself',
    right: 'tasks.use',
    errors: [
      'task.unknown',
      'task.taken',
      'task.closed',
      'task.not_dialable',
      'task.outside_hours',
      'edit.outdated',
    ],
    params: taskParams,
    answer: taskSchema,
  },
  'tasks.times': {
    method: 'POST',
    path: '/api/task-times',
    summary: 'What time it is for a customer, and when they may be called',
    right: either,
    errors: ['customer.unknown'],
    body: timesRequestSchema,
    answer: timesSchema,
  },
  'tasks.choices': {
    method: 'GET',
    path: '/api/task-choices',
    summary: 'Whose a callback or a task can be',
    right: either,
    answer: taskChoicesSchema,
  },
} as const satisfies Record<string, Route>
