import type { Handlers } from '../http/mount.ts'
import type { DoNotCallList } from './do-not-call.ts'
import type { Tasks } from './tasks.ts'

type TaskRoute = Extract<keyof Handlers, `tasks.${string}` | `doNotCall.${string}`>

/** How callbacks and tasks are asked for and done over HTTP. */
export function taskRoutes(tasks: Tasks & { doNotCall: DoNotCallList }): Pick<Handlers, TaskRoute> {
  return {
    'tasks.list': ({ caller }) => ({ tasks: tasks.list(caller.personId) }),
    'tasks.create': ({ body, caller }) => tasks.create(body, caller.personId),
    'tasks.read': ({ params, caller }) => tasks.read(params.taskId, caller.personId),
    'tasks.change': ({ params, body, caller }) =>
      tasks.change(params.taskId, body.version, body.step, caller.personId),
    'tasks.call': ({ params, caller }) => tasks.call(params.taskId, caller.personId),
    'tasks.recording': async ({ params, caller }) => ({
      path: await tasks.recording(params.taskId, caller.personId),
    }),
    'tasks.times': ({ body }) => tasks.times(body.customerId, body.number),
    'doNotCall.list': async ({ query }) => ({
      numbers: await tasks.doNotCall.list(query.which, query.digits),
    }),
    'doNotCall.check': async ({ body }) => ({ doNotCall: await tasks.doNotCall.check(body.number) }),
    'doNotCall.add': ({ body, caller }) => tasks.doNotCall.add(body.number, body.reason, caller.personId),
    'doNotCall.remove': async ({ body, caller }) => {
      await tasks.doNotCall.remove(body.number, body.reason, caller.personId)
      return null
    },
    'tasks.choices': () => tasks.choices(),
  }
}
