import { z } from 'zod'
import { api, type Route } from '../../shared/api.ts'
import { failuresOf, rightsFor } from '../../shared/route.ts'
import { problems, problemSchema, type ProblemCode } from '../../shared/problems.ts'
import { strictly } from './schemas.ts'

type JsonSchema = Record<string, unknown>

/** One operation, as far as our own page shows it. */
export interface Operation {
  operationId: string
  summary: string
  tags: string[]
  description: string
  security: Record<string, string[]>[]
  parameters: { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: JsonSchema }[]
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: JsonSchema }> }>
}

export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> }
}

/**
 * The OpenAPI description of every route of the shared table, made from the very schemas that the server checks by.
 * @param version of the product
 */
export function openApiDocument(version: string): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const [name, route] of Object.entries<Route>(api)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Ringcard',
      version,
      description:
        'The console’s own interface. A session cookie says who asks; every request that changes something carries the session’s `csrfToken` in `x-csrf-token`. Every failure is an RFC 9457 problem with a stable `code`. Times are ms since 1970-01-01 UTC.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'ringcard',
          description: '`__Host-ringcard` over https.',
        },
      },
    },
  }
}

function operationOf(name: string, route: Route): Operation {
  const open = route.right === 'public'
  const changes = route.method !== 'GET'
  return {
    operationId: name,
    summary: route.summary,
    tags: [name.slice(0, name.indexOf('.'))],
    description: whoMay(route),
    security: open ? [] : [{ session: [] }],
    parameters: [
      ...parametersOf('path', route.params),
      ...parametersOf('query', route.query),
      ...(changes && !open
        ? [{ name: 'x-csrf-token', in: 'header' as const, required: true, schema: { type: 'string' } }]
        : []),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true as const,
            content: { 'application/json': { schema: jsonSchema(strictly(route.body), 'input') } },
          },
        }),
    responses: { ...successOf(route), ...answersOf(failuresOf(route)) },
  }
}

function successOf(route: Route): Operation['responses'] {
  if (route.answer instanceof z.ZodNull) return { '204': { description: 'Done.' } }
  if (route.file !== undefined) {
    const content = { [route.file]: { schema: { type: 'string', format: 'binary' } } }
    return { '200': { description: 'The file.', content } }
  }
  return {
    '200': {
      description: 'Done.',
      content: { 'application/json': { schema: jsonSchema(route.answer, 'output') } },
    },
  }
}

function whoMay(route: Route): string {
  if (route.right === 'public') return 'For anybody.'
  const rights = rightsFor(route)
  if (rights === null) return 'For anybody signed in.'
  return `Needs the right ${rights.map((right) => `\`${right}\``).join(' or ')}.`
}

function answersOf(codes: readonly ProblemCode[]): Operation['responses'] {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) {
    byStatus.set(problems[code].status, [...(byStatus.get(problems[code].status) ?? []), code])
  }
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [String(status), { description: `\`${of.join('`, `')}\``, content }]),
  )
}

function parametersOf(where: 'path' | 'query', schema: z.ZodType | undefined): Operation['parameters'] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: where,
    required: !(field instanceof z.ZodOptional),
    schema: jsonSchema(field as z.ZodType, 'input'),
  }))
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const json: JsonSchema = { ...z.toJSONSchema(schema, { io }) }
  // OpenAPI 3.1 names the dialect once, for the whole document.
  delete json['$schema']
  return json
}
