import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from './support.ts'

let site: Site
let proxied: Site
beforeAll(async () => {
  site = await openSite('http-pages')
  proxied = await openSite('http-proxied', {
    PUBLIC_ORIGIN: 'https://calls.example.com',
    TRUST_PROXY: 'loopback',
  })
})
afterAll(async () => {
  await site.close()
  await proxied.close()
})
const get = (path: string) => request(site.http.app).get(path)

describe('the console', () => {
  it.each(['/', '/desk', '/floor/agents'])('is the page at %s, asked for anew each time', async (path) => {
    const answer = await get(path).set('accept', 'text/html')
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('<title>Ringcard</title>')
    expect(answer.headers['cache-control']).toBe('no-cache')
  })

  it('has assets that are compressed and kept for ever', async () => {
    const answer = await get('/assets/main-abc123.js').set('accept-encoding', 'gzip')
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(answer.text).toContain('ring ring')
  })

  it('is not sent again when the browser has it', async () => {
    const first = await get('/')
    const second = await get('/').set('if-none-match', first.headers['etag'] ?? '')
    expect(second.status).toBe(304)
  })

  it.each(['/../package.json', '/assets/..%2f..%2fpackage.json', '/assets/%2e%2e/%2e%2e/etc/passwd.txt'])(
    'gives no file outside of itself: %s',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )
})

describe('headers', () => {
  it('allow nothing from another host, no inline script and no frame', async () => {
    const policy = (await get('/')).headers['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|http:/)
  })

  it('over https ask for https for ever, and the cookie is Secure', async () => {
    const page = await request(proxied.http.app).get('/')
    expect(page.headers['strict-transport-security']).toContain('max-age=31536000')
    const { cookie } = await proxied.headersFor('anna')
    expect(cookie).toMatch(/^__Host-ringcard=/)
  })
})

describe('health', () => {
  it('is live as long as the process answers', async () => {
    expect((await get('/health/live')).status).toBe(200)
  })

  it('is ready unless there is a reason, which it names', async () => {
    expect((await get('/health/ready')).status).toBe(200)
    site.unready.push('database')
    const answer = await get('/health/ready')
    expect(answer.status).toBe(503)
    expect(answer.body).toEqual({ state: 'notReady', reasons: ['database'] })
    site.unready.length = 0
  })
})

describe('metrics', () => {
  it('are read on this machine', async () => {
    const answer = await get('/metrics')
    expect(answer.text).toContain('ringcard_spool_entries 3')
    expect(answer.text).toContain('ringcard_spool_damaged_lines 2')
    expect(answer.text).toContain('ringcard_spool_refused_entries 1')
    expect(answer.text).toContain('ringcard_spool_drain_fails 0')
    expect(answer.text).toContain('process_cpu_user_seconds_total')
  })

  it('count requests by the name of their route, never by their address', async () => {
    await get('/api/customers/somebody')
    const { text } = await get('/metrics')
    expect(text).toContain('route="customers.read",method="GET",status="401"')
    expect(text).not.toContain('somebody')
  })

  it('are for nobody through a proxy without a token', async () => {
    expect((await get('/metrics').set('x-forwarded-for', '192.0.2.1')).status).toBe(404)
    expect((await request(proxied.http.app).get('/metrics')).status).toBe(404)
  })
})

describe('the description of the API', () => {
  it('is an OpenAPI document and a page without a script', async () => {
    const document = await get('/api/openapi.json')
    expect(document.body).toMatchObject({ openapi: '3.1.1', info: { title: 'Ringcard' } })
    const page = await get('/api/docs')
    expect(page.text).toContain('/api/customers/{customerId}')
    expect(page.text).not.toMatch(/<script|style=|https?:\/\//)
    expect((await get('/api/docs.css')).status).toBe(200)
  })
})
