import { json, type Request, type RequestHandler, type Response, type Router } from 'express'
import { z } from 'zod'
import { api, type Api, type Route, type RouteName } from '../../shared/api.ts'
import type { Me } from '../../shared/people.ts'
import { rightsFor } from '../../shared/route.ts'
import { ProblemError, parseRequest } from '../../shared/problems.ts'
import type { Caller, People } from '../people/people.ts'
import { sameText, tokenFromCookies } from '../people/tokens.ts'
import { isOwnOrigin } from './origin.ts'
import { strictly } from './schemas.ts'

type Part<N extends RouteName, K extends 'params' | 'query' | 'body'> =
  Api[N] extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined

/** What a handler gets: all of it checked. */
export interface Input<N extends RouteName> {
  params: Part<N, 'params'>
  query: Part<N, 'query'>
  body: Part<N, 'body'>
  /** Who asks; undefined on public routes alone. */
  caller: Api[N]['right'] extends 'public' ? undefined : Caller
  /** The same person as their own console sees them. */
  me: Api[N]['right'] extends 'public' ? undefined : Me
  /** The client's address, by TRUST_PROXY. */
  address: string
  /** Sets a cookie with the answer: a `Set-Cookie` value. */
  setCookie: (cookie: string) => void
}

/** Answers one route; throws ProblemError for what the caller did wrong. `null` becomes 204. */
export type Handler<N extends RouteName> = (
  input: Input<N>,
) => z.input<Api[N]['answer']> | Promise<z.input<Api[N]['answer']>>

/** A handler for every route of the table. A domain makes its part: `Pick<Handlers, 'calls.read' | …>`. */
export type Handlers = { [N in RouteName]: Handler<N> }

export interface Guard {
  people: Pick<People, 'authenticate' | 'me'>
  /** Whether the session cookie is the one for https. */
  secure: boolean
  /** Where the console is served from; empty for whatever host a request names. */
  publicOrigin: string
}

/** Bodies are small here: the largest is a note of 10,000 characters. */
export const bodyLimitBytes = 100_000

/**
 * Mounts every route of the shared table. Before a handler runs, in this order: the session, the right, where the request
 * came from and its CSRF token, and only then the body is read and everything is validated; fields that are not known are
 * refused. What a handler returns is cut down to the route's answer, so that nothing else leaves by accident.
 */
export function mountApi(router: Router, handlers: Handlers, guard: Guard): void {
  for (const name of Object.keys(api) as RouteName[]) mountRoute(router, name, handlers, guard)
}

function mountRoute(router: Router, name: RouteName, handlers: Handlers, guard: Guard): void {
  const route: Route = api[name]
  // Each handler takes the input that its own route describes, which is what is made below.
  const handler: (input: never) => unknown = handlers[name]
  const params = strictly(route.params)
  const query = strictly(route.query)
  const body = strictly(route.body)
  const changes = route.method !== 'GET'
  const needed = rightsFor(route)

  const admit: RequestHandler = (request, response, next) => {
    response.locals['route'] = name
    response.setHeader('cache-control', 'no-store')
    if (changes && !isOwnOrigin(request.headers, guard.publicOrigin)) throw new ProblemError('session.csrf')
    const token = tokenFromCookies(request.headers.cookie, guard.secure)
    if (route.nobodyToo && token === null) {
      response.status(204).end()
      return
    }
    if (route.right !== 'public') {
      const caller = guard.people.authenticate(token)
      response.locals['caller'] = caller
      if (needed !== null && !needed.some((right) => caller.rights.has(right)))
        throw new ProblemError('right.missing')
      if (route.also !== undefined && !caller.rights.has(route.also)) throw new ProblemError('right.missing')
      if (changes && !sameText(request.get('x-csrf-token') ?? '', caller.csrfToken)) {
        throw new ProblemError('session.csrf')
      }
    }
    const declared = Number(request.headers['content-length'] ?? 0)
    const hasBody = declared > 0 || request.headers['transfer-encoding'] !== undefined
    if (hasBody && request.is('application/json') === false) {
      throw new ProblemError('request.not_json', { detail: 'Send the body as application/json.' })
    }
    next()
  }

  const answer = async (request: Request, response: Response): Promise<void> => {
    const caller = response.locals['caller'] as Caller | undefined
    const input = {
      params: route.params && parseRequest(params, request.params),
      query: parseRequest(query, request.query),
      body: parseRequest(body, request.body ?? (route.body === undefined ? {} : undefined)),
      caller,
      me: caller && guard.people.me(caller),
      address: request.ip ?? '',
      setCookie: (cookie: string) => response.append('set-cookie', cookie),
    }
    const result = route.answer.parse(await handler(input as never))
    if (route.file !== undefined) await sendFile(response, route.file, result)
    else if (result === null) response.status(204).end()
    else response.json(result)
  }

  /** A part of it too, so that a player can go to and fro in it. */
  const sendFile = (sender: Response, type: string, said: unknown): Promise<void> => {
    const { path } = z.object({ path: z.string() }).parse(said)
    sender.type(type)
    return new Promise((resolve, reject) => {
      sender.sendFile(path, { cacheControl: false, dotfiles: 'allow' }, (error: unknown) => {
        // Who listens may go away in the middle.
        if (error === undefined || sender.headersSent) resolve()
        else reject(error instanceof Error ? error : new Error('The file could not be sent.'))
      })
    })
  }

  const method = route.method.toLowerCase() as Lowercase<Route['method']>
  router[method](route.path, admit, json({ limit: bodyLimitBytes, strict: false }), answer)
}
