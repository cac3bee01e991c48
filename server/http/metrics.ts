import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Health } from '../../shared/api.ts'
import { routeOf } from './failures.ts'

export interface Metrics {
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
  const damagedLines = gauge(
    'spool_damaged_lines',
    'Lines of the spool that could not be read, since the start.',
  )
  const refusedEntries = gauge(
    'spool_refused_entries',
    'Journal entries that the database would not take at any price, since the start.',
  )
  const checkpointLost = gauge(
    'spool_checkpoint_lost',
    '1 when the start had to do without the last checkpoint.',
  )
  const drainFails = gauge('spool_drain_fails', '1 while the database does not take what the spool holds.')
  const consoles = gauge('consoles', 'Consoles connected.')
  const linkLive = gauge('pbx_link_live', '1 while the PBX is heard.', ['pbx'])
  const eventsSeen = gauge('pbx_events_seen', 'Events received since the start.', ['pbx'])
  const eventsRefused = gauge('pbx_events_refused', 'Events not understood since the start.', ['pbx'])
  const noticed = gauge('pbx_notices', '1 for each thing that the health page says of a PBX.', [
    'pbx',
    'code',
  ])
  const eventAge = gauge('pbx_newest_event_age_seconds', 'Age of the newest event.', ['pbx'])

  const gapSeconds = gauge('gap_seconds', 'Length of the gaps of the last seven days.', ['kind', 'told'])
  const reconstructed = gauge('calls_reconstructed', 'Calls told from the PBX’s record since the start.', [
    'pbx',
  ])
  const recordReady = gauge('record_ready', '1 while the PBX’s record can be read in full.', ['pbx'])
  const differences = gauge(
    'reconcile_differences',
    'Differences between the floor and the PBX’s lists since the start: after gaps, or missed while it was heard.',
    ['pbx', 'why', 'kind'],
  )
  const checks = gauge('stream_checks', 'How often the stream was held against the lists since the start.', [
    'pbx',
  ])

  return {
    contentType: registry.contentType,
    read: () => {
      const now = health()
      databaseReady.set(now.database.state === 'ready' ? 1 : 0)
      spoolEntries.set(now.spool.entries)
      spoolBytes.set(now.spool.bytes)
      diskUsed.set(now.spool.diskUsedPercent / 100)
      damagedLines.set(now.spool.damagedLines)
      refusedEntries.set(now.spool.refusedEntries)
      checkpointLost.set(now.spool.checkpointLost ? 1 : 0)
      drainFails.set(now.spool.trouble === null ? 0 : 1)
      consoles.set(now.consoles)
      for (const { pbx, state, eventsSeen: seen, eventsRefused: refused, newestEventAgeMs } of now.links) {
        linkLive.set({ pbx }, state === 'live' ? 1 : 0)
        eventsSeen.set({ pbx }, seen)
        eventsRefused.set({ pbx }, refused)
        if (newestEventAgeMs !== null) eventAge.set({ pbx }, newestEventAgeMs / 1000)
      }
      noticed.reset()
      for (const { pbx, code } of now.notices) noticed.set({ pbx, code }, 1)
      for (const { pbx, record, stream } of now.links) {
        reconstructed.set({ pbx }, record.callsReconstructed)
        if (record.state !== 'off') recordReady.set({ pbx }, record.state === 'ready' ? 1 : 0)
        checks.set({ pbx }, stream.checks)
        for (const [kind, count] of Object.entries(stream.afterGaps))
          differences.set({ pbx, why: 'gap', kind }, count)
        for (const [kind, count] of Object.entries(stream.defects))
          differences.set({ pbx, why: 'missed', kind }, count)
      }
      gapSeconds.reset()
      for (const { kind, told, from, to } of now.gaps) gapSeconds.inc({ kind, told }, (to - from) / 1000)
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
