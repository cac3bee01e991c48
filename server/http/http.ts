import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { sameText } from '../people/tokens.ts'
import { docsPage, docsStyle } from './docs-page.ts'
import { answerFailures, nothingHere } from './failures.ts'
import type { Metrics } from './metrics.ts'
import { mountApi, type Guard, type Handlers } from './mount.ts'
import { openApiDocument } from './openapi.ts'
import { securityHeaders } from './security.ts'
import { serveClient } from './static-client.ts'

export interface HttpOptions {
  config: Pick<Config, 'PUBLIC_ORIGIN' | 'TRUST_PROXY' | 'METRICS_TOKEN'>
  people: Guard['people']
  handlers: Handlers
  /** Why no request should be sent here now; empty when ready. */
  unready: () => string[]
  metrics: Metrics
  /** Folder of the built console. */
  clientFolder: string
  version: string
  log: Pick<Logger, 'error'>
}

export interface Http {
  readonly app: Express
  readonly server: Server
  /**
   * Begins to listen.
   * @returns the port, which is another than asked for when that was 0
   * @throws the system's error, with its `code` (EADDRINUSE, EACCES …)
   */
  listen: (host: string, port: number) => Promise<number>
  /** Takes no more requests, gives those under way `graceMs`, then closes every connection. */
  stop: (graceMs: number) => Promise<void>
}

/** Builds the HTTP side: the API of the shared table, its description, health, metrics and the console itself. */
export async function createHttp(options: HttpOptions): Promise<Http> {
  const { config, metrics, unready } = options
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', config.TRUST_PROXY)
  app.set('query parser', 'simple')

  app.use(securityHeaders(config.PUBLIC_ORIGIN))
  app.use(metrics.countRequests)

  app.get('/health/live', (_request, response) => {
    response.setHeader('cache-control', 'no-store').json({ state: 'live' })
  })
  app.get('/health/ready', (_request, response) => {
    const reasons = unready()
    response
      .status(reasons.length === 0 ? 200 : 503)
      .setHeader('cache-control', 'no-store')
      .json({ state: reasons.length === 0 ? 'ready' : 'notReady', reasons })
  })
  app.get('/metrics', async (request, response, next) => {
    if (!mayReadMetrics(request, config)) {
      next()
      return
    }
    response
      .setHeader('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.read())
  })

  const document = openApiDocument(options.version)
  const page = docsPage(document)
  app.get('/api/openapi.json', (_request, response) => {
    response.setHeader('cache-control', 'no-cache').json(document)
  })
  app.get('/api/docs', (_request, response) => {
    response.setHeader('cache-control', 'no-cache').type('html').send(page)
  })
  app.get('/api/docs.css', (_request, response) => {
    response.setHeader('cache-control', 'no-cache').type('css').send(docsStyle)
  })

  mountApi(app, options.handlers, {
    people: options.people,
    secure: config.PUBLIC_ORIGIN.startsWith('https://'),
    publicOrigin: config.PUBLIC_ORIGIN,
  })
  app.use(['/api', '/health', '/metrics', '/socket.io', '/sip'], nothingHere)
  app.use(await serveClient(options.clientFolder))
  app.use(nothingHere)
  app.use(answerFailures(options.log))

  const server = createServer(app)
  return {
    app,
    server,
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.off('error', reject)
          resolve((server.address() as AddressInfo).port)
        })
      }),
    stop: (graceMs) =>
      new Promise((resolve) => {
        const force = setTimeout(() => {
          server.closeAllConnections()
        }, graceMs)
        server.close(() => {
          clearTimeout(force)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/**
 * With a token: whoever has it. Without: this machine alone; and behind a proxy, through which everybody seems to be on
 * this machine, nobody.
 */
function mayReadMetrics(
  request: express.Request,
  { METRICS_TOKEN, TRUST_PROXY }: Pick<Config, 'METRICS_TOKEN' | 'TRUST_PROXY'>,
): boolean {
  if (METRICS_TOKEN !== '') return sameText(request.get('authorization') ?? '', `Bearer ${METRICS_TOKEN}`)
  const forwarded = request.get('x-forwarded-for') ?? request.get('forwarded') ?? request.get('via')
  return TRUST_PROXY === false && forwarded === undefined && loopback.has(request.socket.remoteAddress ?? '')
}
