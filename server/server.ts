import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { Health } from '../shared/api.ts'
import { createPbxLink } from './asterisk/link.ts'
import { ProblemError } from '../shared/problems.ts'
import type { Config } from './config.ts'
import { createCustomers } from './customers/customers.ts'
import { customerRoutes } from './customers/routes.ts'
import { connectDatabase } from './database/database.ts'
import { ensureIndexes } from './database/schema.ts'
import { archiveDaily } from './history/archive-daily.ts'
import { archiveHistory } from './history/archive.ts'
import { openHistory } from './history/history.ts'
import { historyRoutes } from './history/routes.ts'
import { createHttp } from './http/http.ts'
import { createMetrics } from './http/metrics.ts'
import { createPeopleStore } from './people/model.ts'
import { createPeople } from './people/people.ts'
import { peopleRoutes } from './people/routes.ts'
import { tokenFromCookies } from './people/tokens.ts'
import { createPipeline, describeDialled, describeParty } from './pipeline.ts'
import { createRealtime } from './realtime/realtime.ts'
import { startWhenReady } from './start-when-ready.ts'

export interface RunningServer {
  /** The port it listens on. */
  port: number
  /** Takes no more work, finishes what is under way, and writes down what must not be lost. */
  stop: () => Promise<void>
}

// Run by tsx from `server/`, and built from `dist/server/`.
const root = new URL(import.meta.url.endsWith('.ts') ? '..' : '../..', import.meta.url)
const callsOfToday = 200
/** How long requests under way, and the spool, may take at a stop, ms. Together well within the 10 s of main.ts. */
const requestGraceMs = 2_000
const drainWithinMs = 4_000

/**
 * Builds every part, wires them and starts them. Resolves when it listens; the database and the PBX may be away then, are
 * tried until they answer, and the health page says so.
 * @throws Error when the spool's folder or the address to listen on cannot be had
 */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  const version = versionOf(new URL('package.json', root))
  const startedAt = Date.now()
  const pbx = config.PBX_NAME
  const secure = config.PUBLIC_ORIGIN.startsWith('https://')
  const describe = describeParty(config.HOME_COUNTRY)

  const database = connectDatabase({
    uri: config.MONGODB_URI,
    log,
    onState: ({ state }) => {
      if (state === 'ready') void customers.retryUnavailable()
    },
  })
  const people = createPeople({
    store: createPeopleStore(database.connection),
    log,
    sessionHours: config.SESSION_HOURS,
    idleMinutes: config.SESSION_IDLE_MINUTES,
    desks: config.DESKS,
  })
  const customers = createCustomers({
    database,
    homeCountry: config.HOME_COUNTRY,
    ignoredNumbers: config.IGNORED_NUMBERS,
    mayTouchCall: (me, callId) => pipeline.isOnDesk(people.deskOf(me.personId), callId),
    log,
    onChange: (call) => {
      pipeline.cardChanged(call)
    },
  })
  let namesAreKnown = false
  // The database may answer from here on, and whoever is told of it exists by now.
  const history = await openHistory({
    folder: config.SPOOL_FOLDER,
    node: config.NODE_NAME,
    database,
    showParty: describe,
    onContact: ({ personId, ...contact }) => {
      // Tried again until it is known who talked.
      if (!namesAreKnown) return Promise.reject(new ProblemError('database.unreachable'))
      const by = personId === null ? null : people.nameOf(personId)
      return customers.recordContact({ ...contact, text: '', by })
    },
    log,
    limits: { inputDays: config.HISTORY_INPUT_DAYS },
  })
  const link = createPbxLink({
    pbx,
    host: config.AMI_HOST,
    port: config.AMI_PORT,
    username: config.AMI_USERNAME,
    secret: config.AMI_SECRET,
    onEvent: (event) => {
      pipeline.take(event)
    },
    onState: (state) => {
      realtime.linkChanged(state)
    },
    log,
  })
  const pipeline = createPipeline({
    floor: { shortAbandonMs: config.SHORT_ABANDON_SECONDS * 1000, trunks: config.PBX_TRUNKS },
    history,
    customers,
    publishFacts: (facts) => {
      realtime.publishFacts(facts)
    },
    onPop: (callId) => {
      realtime.onPop(callId)
    },
    setVariables: (channelId, variables) => link.setVariables(channelId, variables),
    log,
  })

  const health = (): Health => {
    const { seen, unknown, malformed } = link.counters()
    const state = link.state()
    return {
      version,
      startedAt,
      database: database.state(),
      spool: history.status(),
      links: [
        {
          ...state,
          eventsSeen: sum(seen),
          eventsRefused: sum(unknown) + sum(malformed),
          newestEventAgeMs:
            state.newestEventAt === null ? null : Math.max(0, Date.now() - state.newestEventAt),
        },
      ],
      consoles: realtime.status().consoles,
    }
  }
  const { readCall } = historyRoutes(history)
  const customerHandlers = customerRoutes(customers)
  /** What is decided about a call goes into the journal: when that could not keep it, nobody may decide. */
  const kept =
    <Input, Answer>(handler: (input: Input) => Answer) =>
    (input: Input): Answer => {
      history.requireRoom()
      return handler(input)
    }
  const http = await createHttp({
    config,
    people,
    handlers: {
      ...peopleRoutes(people, secure),
      ...customerHandlers,
      'calls.choose': kept(customerHandlers['calls.choose']),
      'calls.create': kept(customerHandlers['calls.create']),
      'calls.unlink': kept(customerHandlers['calls.unlink']),
      'calls.read': ({ me, params }) => readCall(me, params.callId),
      'health.read': health,
    },
    unready: () => [
      ...(people.isStarted() ? [] : ['The database has not answered since the start.']),
      ...(history.status().state === 'full' ? ['The disk of the spool is full.'] : []),
    ],
    metrics: createMetrics(health),
    clientFolder: fileURLToPath(new URL('dist/client', root)),
    version,
    log,
  })
  const realtime = createRealtime({
    httpServer: http.server,
    log,
    floor: pipeline.floor,
    people: {
      ...people,
      authenticate: (cookies) => people.authenticate(tokenFromCookies(cookies, secure)),
    },
    describe,
    showDialled: describeDialled(config.HOME_COUNTRY, config.DIALLED_LABELS),
    popOf: customers.popOf,
    customerOf: (callId) => {
      const customer = customers.callOf(callId)?.customer
      return customer ? { customerId: customer._id, name: customer.name } : null
    },
    todayOf: async (personId, since) => customers.named(await history.todayOf(personId, since, callsOfToday)),
    startOfToday: () => new Date().setHours(0, 0, 0, 0),
    allowedOrigins: config.PUBLIC_ORIGIN === '' ? [] : [config.PUBLIC_ORIGIN],
  })

  const replayed = await pipeline.recover()
  if (replayed > 0) log.info({ replayed }, 'The floor was built again from the journal.')
  if (pipeline.floor().agents.size === 0) {
    // Until the database says who sits where, the desks at least are known.
    pipeline.desksChanged(
      pbx,
      config.DESKS.map((desk) => ({ ...desk, personId: null })),
    )
  }
  const port = await http.listen(config.HTTP_HOST, config.HTTP_PORT)
  log.info({ host: config.HTTP_HOST, port, version }, 'Listening.')
  pipeline.start(pbx)
  link.start()

  let archiving: { stop: () => void } | undefined
  const starting = startWhenReady({
    whenReady: database.whenReady,
    work: async () => {
      await ensureIndexes(database.connection)
      await people.start()
      namesAreKnown = true
      people.onChange((change) => {
        if (change.type === 'desk.changed') pipeline.desksChanged(pbx, people.directory())
        realtime.peopleChanged(change)
      })
      pipeline.desksChanged(pbx, people.directory())
      await pipeline.restoreCards()
      archiving = archiveDaily({
        archive: (beforeMs) => archiveHistory(database, config.HISTORY_ARCHIVE_FOLDER, beforeMs),
        days: config.HISTORY_ARCHIVE_DAYS,
        log,
      })
      log.info('People can sign in.')
    },
    log,
  })

  return {
    port,
    stop: async () => {
      starting.stop()
      archiving?.stop()
      await link.stop()
      realtime.stop()
      await http.stop(requestGraceMs)
      await people.stop()
      await pipeline.stop()
      const mayDrain = database.state().state === 'ready'
      if (!mayDrain || !(await history.drain(drainWithinMs))) {
        log.warn(
          'The database did not take everything; the rest is in the spool and goes there at the next start.',
        )
      }
      await history.close()
      await database.stop()
    },
  }
}

function versionOf(packageFile: URL): string {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }
  return version
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}
