import { z } from 'zod'
import type { Right } from './people.ts'
import type { ProblemCode } from './problems.ts'

/**
 * One HTTP route. The server mounts its handlers from the table of routes, the console calls through it, and the OpenAPI
 * document is made from it: one source for all three.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Express style, `:name` for path parameters. */
  path: string
  summary: string
  /** The right needed, or any of several; `session` for anybody signed in, `public` for anybody. */
  right: Right | readonly Right[] | 'session' | 'public'
  /** A right that is needed beside that one. */
  also?: Right
  /** Whoever comes without a session is answered with null, and not refused. */
  nobodyToo?: true
  /** What it may fail with beside what any route of its kind may (`failuresOf`). */
  errors?: readonly ProblemCode[]
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  answer: z.ZodType
  /** Of a route that answers with a file: what is in it. Its handler gives the path, which nobody is told. */
  file?: string
}

/** The rights of which somebody must have one to use a route; null where none is asked for. */
export function rightsFor({ right }: Pick<Route, 'right'>): readonly Right[] | null {
  if (typeof right !== 'string') return right
  return right === 'session' || right === 'public' ? null : [right]
}

/** Every problem that a route may answer by: what its kind may, and its own. */
export function failuresOf(route: Route): ProblemCode[] {
  const open = route.right === 'public'
  const changes = route.method !== 'GET'
  const codes: ProblemCode[] = [
    'request.invalid',
    ...(route.body === undefined ? [] : (['request.not_json', 'request.too_large'] as const)),
    ...(open ? [] : (['session.required', 'session.revoked', 'server.starting'] as const)),
    ...(rightsFor(route) === null ? [] : (['right.missing'] as const)),
    // What changes something is written down, and must come from our own page.
    ...(changes ? (['session.csrf', 'database.unreachable'] as const) : []),
    ...(route.errors ?? []),
    'server.failed',
  ]
  return [...new Set(codes)]
}

/** Our ids: letters, digits and a few marks, so that they are safe in addresses and logs. */
export const idSchema = z.string().regex(/^[\w.:-]{1,120}$/, 'Not an id.')
