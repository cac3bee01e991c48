import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { api, type Route } from '../../../shared/api.ts'
import { problems, type ProblemCode } from '../../../shared/problems.ts'
import { failuresOf } from '../../../shared/route.ts'
import { docsPage } from '../../../server/http/docs-page.ts'
import { openApiDocument } from '../../../server/http/openapi.ts'

const document = openApiDocument('1.2.3')
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))

describe('the OpenAPI document', () => {
  it('describes every route of the table', () => {
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(api).sort())
  })

  it('names every parameter that a path has', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      for (const { parameters } of Object.values(methods)) {
        expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath)
      }
    }
  })

  it('says what a body must be, as the server checks it', () => {
    const body = document.paths['/api/session']?.['post']?.requestBody?.content['application/json']?.schema
    expect(body).toMatchObject({
      type: 'object',
      required: ['signInName', 'password'],
      additionalProperties: false,
    })
  })

  it('says which rights a route asks for, any of several too, and by what it may fail', () => {
    const read = document.paths['/api/calls/{callId}']?.['get']
    expect(read?.description).toBe('Needs the right `history.own` or `history.all`.')
    expect(Object.keys(read?.responses ?? {})).toEqual(['200', '400', '401', '403', '404', '500', '503'])
    expect(read?.responses['404']?.description).toBe('`call.unknown`')
    const choose = document.paths['/api/calls/{callId}/customer']?.['put']
    expect(choose?.responses['409']?.description).toBe('`customer.changed`')
    expect(choose?.responses['507']?.description).toBe('`history.spool_full`')
    const signIn = document.paths['/api/session']?.['post']
    expect(signIn?.responses['429']?.description).toBe('`sign_in.throttled`')
  })

  it('tells of every problem that there is, but those that no route of the table answers by', () => {
    const told = new Set(Object.values<Route>(api).flatMap(failuresOf))
    const untold = Object.keys(problems).filter((code) => !told.has(code as ProblemCode))
    expect(untold).toEqual(['route.unknown'])
  })

  it('in docs/api.json is the one of this code (npm run docs writes it)', () => {
    const written = JSON.parse(readFileSync('docs/api.json', 'utf8')) as { info: { version: string } }
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(written).toEqual(JSON.parse(JSON.stringify(openApiDocument(version))))
  })

  it('as a page shows text as text', () => {
    const page = docsPage({ ...document, info: { ...document.info, title: '<script>alert(1)</script>' } })
    expect(page).not.toContain('<script')
  })
})
