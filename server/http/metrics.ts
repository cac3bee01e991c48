import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Health } from '../../shared/api.ts'
import { routeOf } from './failures.ts'

export interface Metrics {
  /** Where other parts may register measures of their own. */
  readonly registry: Registry
  readonly contentType: string
  /** Everything, in Prometheus' text format. */
  read: () => Promise<string>
  /** Middleware that measures each request under the name of its route. */
  countRequests: RequestHandler
}

/**
 * Measures for Prometheus: the process, requests by route, and what health knows. No label holds a person, a number or a
 * call.
 * @param health read at each scrape
 */
export function createMetrics(health: () => Health): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]

  const seconds = new Histogram({
    name: 'ringcard_http_request_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const failures = new Counter({
    name: 'ringcard_http_failures_total',
    help: 'Requests answered by 5xx.',
    registers,
  })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `ringcard_${name}`, help, labelNames, registers })
  const databaseReady = gauge('database_ready', '1 while the database answers.')
  const spoolEntries = gauge('spool_entries', 'Journal entries not yet in the database.')
  const spoolBytes = gauge('spool_bytes', 'Bytes of the spool on disk.')
  const diskUsed = gauge('spool_disk_used_ratio', 'How full the spool’s disk is, 0 to 1.')
  const consoles = gauge('consoles', 'Consoles connected.')
  const linkLive = gauge('pbx_link_live', '1 while the PBX is heard.', ['pbx'])
  const eventsSeen = gauge('pbx_events_seen', 'Events received since the start.', ['pbx'])
  const eventsRefused = gauge('pbx_events_refused', 'Events not understood since the start.', ['pbx'])
  const eventAge = gauge('pbx_newest_event_age_seconds', 'Age of the newest event.', ['pbx'])

  return {
    registry,
    contentType: registry.contentType,
    read: () => {
      const now = health()
      databaseReady.set(now.database.state === 'ready' ? 1 : 0)
      spoolEntries.set(now.spool.entries)
      spoolBytes.set(now.spool.bytes)
      diskUsed.set(now.spool.diskUsedPercent / 100)
      consoles.set(now.consoles)
      for (const { pbx, state, eventsSeen: seen, eventsRefused: refused, newestEventAgeMs } of now.links) {
        linkLive.set({ pbx }, state === 'live' ? 1 : 0)
        eventsSeen.set({ pbx }, seen)
        eventsRefused.set({ pbx }, refused)
        if (newestEventAgeMs !== null) eventAge.set({ pbx }, newestEventAgeMs / 1000)
      }
      return registry.metrics()
    },
    countRequests: (request, response, next) => {
      const stop = seconds.startTimer()
      response.on('finish', () => {
        stop({ route: routeOf(response), method: request.method, status: response.statusCode })
        if (response.statusCode >= 500) failures.inc()
      })
      next()
    },
  }
}
