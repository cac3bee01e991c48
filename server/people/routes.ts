import { ProblemError } from '../../shared/problems.ts'
import type { Handlers } from '../http/mount.ts'
import type { FoundOnFloor } from '../floor/found.ts'
import type { Desk } from '../../shared/people.ts'
import type { PhoneKind } from '../../shared/phone.ts'
import type { FoundDesk } from '../../shared/settings.ts'
import type { People } from './people.ts'
import { sessionCookie } from './tokens.ts'

type PeopleRoute = Extract<
  keyof Handlers,
  `session.${string}` | `desks.${string}` | `people.${string}` | `roles.${string}` | `audit.${string}`
>

/** What the PBXs have now, and which phones are in use. */
export interface FoundNow extends FoundOnFloor {
  isBrowser: (device: string) => boolean
  inUse: (extension: string) => PhoneKind
}

/**
 * How people are asked over HTTP.
 * @param secure whether the console is served over https
 * @param found looks at what the PBXs have now
 */
export function peopleRoutes(
  people: People,
  secure: boolean,
  found: () => FoundNow,
): Pick<Handlers, PeopleRoute> {
  const { management } = people
  const withDevices = ({ extension, interfaces, takenBy }: Desk, on: FoundNow): FoundDesk => ({
    extension,
    version: people.deskVersion(extension),
    devices: interfaces.map((device) => ({
      device,
      state: on.deviceState(device),
      kind: on.isBrowser(device) ? 'browser' : 'desk',
    })),
    inUse: on.inUse(extension),
    takenBy: takenBy?.displayName ?? null,
    queues: on.queuesOf(extension),
  })
  const foundDesk = (extension: string): FoundDesk => {
    const desk = people.listDesks().find((one) => one.extension === extension)
    if (desk === undefined) throw new ProblemError('desk.unknown')
    return withDevices(desk, found())
  }
  return {
    'session.create': async ({ body, address, setCookie }) => {
      const { token, maxAgeSeconds } = await people.signIn(body, address)
      setCookie(sessionCookie(token, maxAgeSeconds, secure))
      return people.me(people.authenticate(token))
    },
    'session.read': ({ caller }) => people.me(caller),
    'session.password': async ({ caller, body }) => {
      await people.changePassword(caller, body)
      return null
    },
    'session.end': async ({ caller, setCookie }) => {
      await people.signOut(caller)
      setCookie(sessionCookie(null, 0, secure))
      return null
    },
    'session.desk': async ({ caller, body }) => {
      await people.takeDesk(caller, body.extension)
      return people.me(caller)
    },
    'session.locale': async ({ caller, body }) => {
      await people.setLocale(caller, body.locale)
      return people.me(caller)
    },
    'desks.list': () => people.listDesks(),
    'desks.found': () => {
      const on = found()
      const { pbxs, strayDevices, queues } = on
      return { pbxs, strayDevices, queues, desks: people.listDesks().map((desk) => withDevices(desk, on)) }
    },
    'desks.add': async ({ body, caller }) => {
      await people.desks.add(body.extension, body.devices, caller.personId)
      return foundDesk(body.extension)
    },
    'desks.change': async ({ params, body, caller }) => {
      await people.desks.change(params.extension, body.devices, body.version, caller.personId)
      return foundDesk(params.extension)
    },
    'desks.remove': async ({ params, query, caller }) => {
      await people.desks.remove(params.extension, Number(query.version), caller.personId)
      return null
    },
    'people.list': () => management.list(),
    'people.create': ({ body, caller }) => management.create(body, caller.personId),
    'people.import': async ({ body, caller }) => {
      const checked = await management.importAll(body.rows, caller.personId)
      return checked.map(({ line, faults }) => ({ line, faults }))
    },
    'people.change': ({ params, body, caller }) => management.change(params.personId, body, caller.personId),
    'people.endSessions': async ({ params, caller }) => {
      await management.endSessionsOf(params.personId, caller.personId)
      return null
    },
    'roles.list': () => management.listRoles(),
    'roles.change': ({ params, body, caller }) =>
      management.changeRole(params.role, body.rights, caller.personId, body.version),
    'audit.list': ({ query }) => people.readAudit(query),
  }
}
