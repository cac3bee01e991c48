import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { password } from '../people/support.ts'
import { openSite, type Site } from './support.ts'

let site: Site
let agent: Record<string, string>
let boss: Record<string, string>
beforeAll(async () => {
  site = await openSite('http-requests')
  agent = await site.headersFor('anna')
  boss = await site.headersFor('boss')
})
afterAll(() => site.close())
const app = () => request(site.http.app)

describe('signing in over HTTP', () => {
  it('answers who I am and keeps the session in a cookie that scripts cannot read', async () => {
    const answer = await app().post('/api/session').send({ signInName: 'Anna', password })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ signInName: 'anna', roles: ['agent'], locale: 'en' })
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^ringcard=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    )
  })

  it('answers a wrong password by 401, and too many by 429 with the time to wait', async () => {
    const attempt = () => app().post('/api/session').send({ signInName: 'nobody', password: 'x' })
    expect((await attempt()).body).toMatchObject({ status: 401, code: 'sign_in.refused' })
    for (let n = 1; n < 10; n += 1) await attempt()
    const answer = await attempt()
    expect(answer.status).toBe(429)
    expect(answer.headers['retry-after']).toBe('30')
    expect(answer.body).toMatchObject({ code: 'sign_in.throttled', retryAfterSeconds: 30 })
  })

  it('who has no session and asks who they are is told that they are nobody, without an error', async () => {
    const answer = await app().get('/api/session')
    expect(answer.status).toBe(204)
    const other = await app()
      .get('/api/session')
      .set('cookie', `ringcard=${'x'.repeat(43)}`)
    expect(other.body).toMatchObject({ status: 401, code: 'session.required' })
    expect((await app().get('/api/desks')).status).toBe(401)
  })

  it('from another site’s page is refused', async () => {
    const answer = await app()
      .post('/api/session')
      .set('origin', 'https://evil.example')
      .send({ signInName: 'anna', password })
    expect(answer.body).toMatchObject({ status: 403, code: 'session.csrf' })
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('out drops the cookie and ends the session', async () => {
    const headers = await site.headersFor('anna')
    const answer = await app().delete('/api/session').set(headers)
    expect(answer.status).toBe(204)
    expect(answer.headers['set-cookie']?.[0]).toContain('Max-Age=0')
    expect((await app().get('/api/session').set(headers)).body).toMatchObject({ code: 'session.revoked' })
  })
})

describe('a bad request', () => {
  it('with malformed JSON says so', async () => {
    const answer = await app()
      .put('/api/session/desk')
      .set({ ...agent, 'content-type': 'application/json' })
      .send('{"extension":')
    expect(answer.body).toMatchObject({ status: 400, code: 'request.not_json' })
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })

  it('with another content type is refused', async () => {
    const answer = await app().put('/api/session/desk').set(agent).type('form').send('extension=201')
    expect(answer.body).toMatchObject({ status: 400, code: 'request.not_json' })
  })

  it('that is too large is refused', async () => {
    const answer = await app()
      .post('/api/customers/c1/notes')
      .set(agent)
      .send({ text: 'x'.repeat(200_000) })
    expect(answer.body).toMatchObject({ status: 413, code: 'request.too_large' })
  })

  it('names each field of a wrong type, and each that is not known', async () => {
    const answer = await app()
      .post('/api/people')
      .set(boss)
      .send({ signInName: 'x', displayName: 7, password, roles: ['agent', 'king'], shoeSize: 44 })
    expect(answer.status).toBe(400)
    const { errors } = answer.body as { errors: { path: string }[] }
    expect(errors.map(({ path }) => path).sort()).toEqual([
      'displayName',
      'roles.1',
      'shoeSize',
      'signInName',
    ])
  })

  it.each([
    ['a query that is missing', '/api/customers', 'q'],
    ['a query that is too short', '/api/customers?q=a', 'q'],
    ['a query given twice', '/api/customers?q=anna&q=ben', 'q'],
    ['a query that is not known', '/api/customers?q=anna&all=1', 'all'],
    ['an id that is none', '/api/customers/%24where', 'customerId'],
  ])('names %s', async (_what, path, field) => {
    const answer = await app().get(path).set(agent)
    expect(answer.status).toBe(400)
    expect((answer.body as { errors: { path: string }[] }).errors[0]?.path).toBe(field)
  })

  it('to a path that is not well-formed is a 400', async () => {
    const answer = await app().get('/api/customers/%E0%A4%A').set(agent)
    expect(answer.body).toMatchObject({ status: 400, code: 'request.invalid' })
  })

  it.each(['/api/nothing', '/api', '/health/nothing', '/nothing.js'])(
    'to %s is a 404 problem',
    async (path) => {
      const answer = await app().get(path).set('accept', 'text/html')
      expect(answer.body).toMatchObject({
        status: 404,
        code: 'route.unknown',
        type: 'urn:ringcard:problem:route.unknown',
      })
    },
  )
})

describe('a failure of ours', () => {
  it('shows no reason and no stack, and logs both without the number', async () => {
    const note = { noteId: '3b241101-e2bb-4255-8caf-4136c566a962', text: 'hello' }
    const answer = await app().post('/api/customers/c1/notes').set(agent).send(note)
    expect(answer.status).toBe(500)
    expect(answer.body).toEqual({
      type: 'urn:ringcard:problem:server.failed',
      title: 'The server could not do this. It has been logged.',
      status: 500,
      code: 'server.failed',
    })
    expect(site.logged.at(-1)).toContain('customers.addNote')
  })
})

describe('a change of a person', () => {
  it('is answered with the person, and nothing of the password', async () => {
    const created = await app()
      .post('/api/people')
      .set(boss)
      .send({ signInName: 'fritz', displayName: 'Fritz', password, roles: ['sales'], extension: '202' })
    expect(created.body).toEqual({
      personId: expect.any(String) as string,
      signInName: 'fritz',
      displayName: 'Fritz',
      roles: ['sales'],
      extension: '202',
      active: true,
      version: 0,
      deskNow: null,
      sessions: 0,
    })
    const { personId } = created.body as { personId: string }
    const change = (body: object) => app().patch(`/api/people/${personId}`).set(boss).send(body)
    expect((await change({ active: false })).body).toMatchObject({ code: 'request.invalid' })
    expect((await change({ version: 0, active: false })).body).toMatchObject({ active: false, version: 1 })
    expect((await change({ version: 0, active: true })).body).toMatchObject({
      code: 'edit.outdated',
      status: 409,
    })
  })
})
