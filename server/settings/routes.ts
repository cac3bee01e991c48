import type { Handlers } from '../http/mount.ts'
import type { Settings } from './settings.ts'

type SettingsRoute = Extract<
  keyof Handlers,
  `numbers.${string}` | `numberPlan.${string}` | `schedules.${string}`
>

/**
 * How settings are asked over HTTP.
 * @param queues the queues that the PBXs have now
 */
export function settingsRoutes(
  settings: Settings,
  queues: () => Iterable<string>,
  now: () => number = Date.now,
): Pick<Handlers, SettingsRoute> {
  return {
    'numbers.list': () => settings.listNumbers(),
    'numbers.add': ({ body, caller }) => settings.addNumber(body, caller.personId),
    'numbers.change': ({ params, body, caller }) =>
      settings.changeNumber(params.numberId, body, caller.personId),
    'numbers.remove': async ({ params, query, caller }) => {
      await settings.removeNumber(params.numberId, Number(query.version), caller.personId)
      return null
    },
    'numberPlan.read': () => settings.readPlan(),
    'numberPlan.change': ({ body, caller }) => settings.changePlan(body.plan, body.version, caller.personId),
    'schedules.list': () => ({
      schedules: settings.listSchedules(),
      queues: [...queues()].sort(),
      at: now(),
    }),
    'schedules.set': ({ params, body, caller }) =>
      settings.setSchedule(params.scheduleId, body.schedule, body.version, caller.personId),
    'schedules.remove': async ({ params, query, caller }) => {
      await settings.removeSchedule(params.scheduleId, Number(query.version), caller.personId)
      return null
    },
  }
}
