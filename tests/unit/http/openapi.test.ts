import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { api } from '../../../shared/api.ts'
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
