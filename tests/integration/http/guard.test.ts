import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { api, type Route } from '../../../shared/api.ts'
import { defaultRoleRights, type Right } from '../../../shared/people.ts'
import { rightsFor } from '../../../shared/route.ts'
import { openSite, type Site } from './support.ts'

let site: Site
type Headers = Record<string, string>
let bySignInName: Record<'boss' | 'anna', Headers>
beforeAll(async () => {
  site = await openSite('http-guard')
  bySignInName = {
    boss: await site.headersFor('boss'),
    anna: await site.headersFor('anna'),
  }
})
afterAll(() => site.close())

const routes = Object.entries<Route>(api).map(([name, route]) => ({ name, ...route }))
const guarded = routes.filter((route) => route.right !== 'public')
const withRight = guarded.flatMap((route) => {
  const rights = rightsFor(route)
  return rights === null ? [] : [{ ...route, rights }]
})
const changing = guarded.filter((route) => route.method !== 'GET')

function send(route: Route, headers: Headers) {
  const method = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
  const path = route.path.replace(':role', 'agent').replace(/:\w+/g, 'somebody')
  return request(site.http.app)[method](path).set(headers)
}

/** An agent without these rights, for as long as `look` takes. */
async function withoutRights<T>(rights: readonly Right[], look: () => Promise<T>): Promise<T> {
  const { management } = site.office.people
  await management.changeRole(
    'agent',
    defaultRoleRights.agent.filter((one) => !rights.includes(one)),
    null,
  )
  try {
    return await look()
  } finally {
    await management.changeRole('agent', defaultRoleRights.agent, null)
  }
}

describe('every route of the table', () => {
  it('tells who is not signed in that they are nobody where it is asked who they are, and nowhere else', async () => {
    const open = guarded.filter((route) => route.nobodyToo)
    expect(open.map(({ name }) => name)).toEqual(['session.read'])
    for (const route of open) {
      const answer = await send(route, {})
      expect([answer.status, answer.text]).toEqual([204, ''])
    }
  })

  it.each(guarded.filter((route) => !route.nobodyToo))(
    '$name: refuses who is not signed in',
    async (route) => {
      const answer = await send(route, {})
      expect(answer.status).toBe(401)
      expect(answer.body).toMatchObject({ code: 'session.required' })
    },
  )

  it.each(guarded)('$name: refuses a session that never was', async (route) => {
    const answer = await send(route, { cookie: `ringcard=${'a'.repeat(43)}` })
    expect(answer.status).toBe(401)
    expect(answer.body).toMatchObject({ code: 'session.revoked' })
  })

  it.each(withRight)('$name: refuses a role without the right $rights', async (route) => {
    const answer = await withoutRights(route.rights, async () => send(route, bySignInName.anna))
    expect(answer.status).toBe(403)
    expect(answer.body).toMatchObject({ code: 'right.missing' })
  })

  it.each(changing)('$name: refuses a wrong CSRF token', async (route) => {
    const isAgents = rightsFor(route)?.some((right) => defaultRoleRights.agent.includes(right)) === true
    const allowed = isAgents ? 'anna' : 'boss'
    const answer = await send(route, { ...bySignInName[allowed], 'x-csrf-token': 'wrong' })
    expect(answer.status).toBe(403)
    expect(answer.body).toMatchObject({ code: 'session.csrf' })
  })

  it.each(changing)('$name: refuses a request that another site’s page makes', async (route) => {
    const answer = await send(route, { ...bySignInName.boss, origin: 'https://evil.example' })
    expect(answer.status).toBe(403)
    expect(answer.body).toMatchObject({ code: 'session.csrf' })
  })
})
