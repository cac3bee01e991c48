import type { Handlers } from '../http/mount.ts'
import type { Tasks } from './tasks.ts'

type TaskRoute = Extract<keyof Handlers, `tasks.${string}`>

/** How callbacks and tasks are asked for and done over HTTP. */
export function taskRoutes(tasks: Tasks): Pick<Handlers, TaskRoute> {
  return {
    'tasks.list': ({ caller }) => ({ tasks: tasks.list(caller.personId) }),
    'tasks.create': ({ body, caller }) => tasks.create(body, caller.personId),
    'tasks.read': ({ params, caller }) => tasks.read(params.taskId, caller.personId),
    'tasks.change': ({ params, body, caller }) =>
      tasks.change(params.taskId, body.version, body.step, caller.personId),
    'tasks.call': ({ params, caller }) => tasks.call(params.taskId, caller.personId),
    'tasks.times': ({ body }) => tasks.times(body.customerId, body.number),
    'tasks.choices': () => tasks.choices(),
  }
}
