import type { z } from 'zod'
import { api, type Api, type Route, type RouteName } from '../shared/api.ts'
import { problems, problemSchema, type Problem, type ProblemCode } from '../shared/problems.ts'

type Part<N extends RouteName, K extends 'params' | 'query' | 'body'> =
  Api[N] extends Record<K, infer S extends z.ZodType> ? Record<K, z.input<S>> : unknown
type Input<N extends RouteName> = Part<N, 'params'> & Part<N, 'query'> & Part<N, 'body'>
type InputArguments<N extends RouteName> = unknown extends Input<N> ? [] : [input: Input<N>]
export type AnswerOf<N extends RouteName> = z.output<Api[N]['answer']>

/** Codes of our own beside the server's: nobody answered, or something answered that is not our server. */
export type ApiErrorCode = ProblemCode | 'network' | 'unexpected'

/** A request that failed, with the stable code that the console translates. */
export class ApiError extends Error {
  readonly code: ApiErrorCode
  readonly problem: Problem | null

  constructor(code: ApiErrorCode, problem: Problem | null = null) {
    super(problem?.detail ?? problem?.title ?? code)
    this.name = 'ApiError'
    this.code = code
    this.problem = problem
  }
}

let csrfToken: string | null = null
let sessionLost: (() => void) | null = null

/** Sets the token that goes with every changing request, or forgets it with null. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token
}

/** @param listener called when an answer says that the session is over */
export function onSessionLost(listener: () => void): void {
  sessionLost = listener
}

/**
 * Calls one route of the table.
 * @returns the answer, checked against the route's schema
 * @throws ApiError with the problem's code; `network` when the server could not be reached
 */
export async function callApi<N extends RouteName>(
  name: N,
  ...input: InputArguments<N>
): Promise<AnswerOf<N>> {
  const route: Route = api[name]
  const { params, query, body } = (input[0] ?? {}) as {
    params?: Record<string, string>
    query?: Record<string, string>
    body?: unknown
  }
  const path = route.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params?.[key] ?? ''))
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`
  const response = await fetch(path + search, {
    method: route.method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(route.method === 'GET' || csrfToken === null ? {} : { 'x-csrf-token': csrfToken }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiError('network')
  })
  const json: unknown = response.status === 204 ? null : await response.json().catch(() => undefined)
  if (!response.ok) {
    const error = errorFrom(json)
    if (error.code.startsWith('session.') && error.code !== 'session.csrf') sessionLost?.()
    throw error
  }
  const answer = route.answer.safeParse(json)
  if (!answer.success) throw new ApiError('unexpected')
  return answer.data as AnswerOf<N>
}

function errorFrom(json: unknown): ApiError {
  const parsed = problemSchema.safeParse(json)
  if (!parsed.success) return new ApiError('unexpected')
  const code = parsed.data.code
  return new ApiError(code in problems ? (code as ProblemCode) : 'unexpected', parsed.data)
}
