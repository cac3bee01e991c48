import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { ProblemError } from '../../shared/problems.ts'
import { isDatabaseAway } from '../database/errors.ts'

/** Answers whatever no route took. */
export const nothingHere: RequestHandler = () => {
  throw new ProblemError('route.unknown')
}

/**
 * The one place where an error becomes an answer: RFC 9457 problem details. What was not expected is logged and never
 * shown.
 */
export function answerFailures(log: Pick<Logger, 'error'>): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const problem = problemFrom(error)
    if (problem.code === 'server.failed') {
      log.error({ err: error, route: routeOf(response), method: request.method }, 'A request failed.')
    }
    sendProblem(response, problem)
  }
}

/** Writes a problem as the answer. */
export function sendProblem(response: Response, error: ProblemError): void {
  const problem = error.toProblem()
  if (problem.retryAfterSeconds !== undefined) {
    response.setHeader('retry-after', String(problem.retryAfterSeconds))
  }
  response
    .status(problem.status)
    .setHeader('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem))
}

/** The name of the route that took a request, for logs and metrics: never its address, which may hold an id or a number. */
export function routeOf(response: Response): string {
  const name: unknown = response.locals['route']
  return typeof name === 'string' ? name : 'other'
}

function problemFrom(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (isDatabaseAway(error)) return new ProblemError('database.unreachable')
  // What Express and its body parser throw (http-errors): a type of their own and a status.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    const type = 'type' in error ? error.type : undefined
    if (type === 'entity.too.large') return new ProblemError('request.too_large')
    if (type === 'entity.parse.failed') return new ProblemError('request.not_json')
    if (error.status >= 400 && error.status < 500) return new ProblemError('request.invalid')
  }
  // A path that is not well-formed percent-encoding.
  if (error instanceof URIError) return new ProblemError('request.invalid')
  return new ProblemError('server.failed')
}
