import type { Handlers } from '../http/mount.ts'
import type { People } from './people.ts'
import { sessionCookie } from './tokens.ts'

type PeopleRoute = Extract<
  keyof Handlers,
  `session.${string}` | `desks.${string}` | `people.${string}` | `roles.${string}`
>

/**
 * How people are asked over HTTP.
 * @param secure whether the console is served over https
 */
export function peopleRoutes(people: People, secure: boolean): Pick<Handlers, PeopleRoute> {
  const { management } = people
  return {
    'session.create': async ({ body, address, setCookie }) => {
      const { token, maxAgeSeconds } = await people.signIn(body, address)
      setCookie(sessionCookie(token, maxAgeSeconds, secure))
      return people.me(people.authenticate(token))
    },
    'session.read': ({ caller }) => people.me(caller),
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
    'people.list': () => management.list(),
    'people.create': ({ body, caller }) => management.create(body, caller.personId),
    'people.change': ({ params, body, caller }) => management.change(params.personId, body, caller.personId),
    'people.endSessions': async ({ params, caller }) => {
      await management.endSessionsOf(params.personId, caller.personId)
      return null
    },
    'roles.list': () => management.listRoles(),
    'roles.change': ({ params, body, caller }) =>
      management.changeRole(params.role, body.rights, caller.personId),
  }
}
