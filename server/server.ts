import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { Health } from '../shared/api.ts'
import { pbxOfId } from '../shared/pbx-names.ts'
import { createArticles } from './articles/articles.ts'
import { createArticleStore } from './articles/model.ts'
import { articleRoutes } from './articles/routes.ts'
import { createAgents } from './agents/agents.ts'
import { createDays } from './agents/days.ts'
import { createAgentStore } from './agents/model.ts'
import { statusRoutes } from './agents/routes.ts'
import { createRules, seededRules } from './agents/rules.ts'
import { createDispositions } from './dispositions/dispositions.ts'
import { createDispositionStore } from './dispositions/model.ts'
import { dispositionRoutes } from './dispositions/routes.ts'
import { createEndpoints } from './asterisk/endpoints.ts'
import { createPbxLinks } from './asterisk/links.ts'
import { createQueueCommands } from './asterisk/queue-commands.ts'
import { pbxRoutes } from './asterisk/routes.ts'
import { createTypedPins } from './asterisk/typed-pins.ts'
import type { Config } from './config.ts'
import { assembleControl } from './control/assembly.ts'
import { dialString } from './control/targets.ts'
import { controlRoutes } from './control/routes.ts'
import { createCustomers } from './customers/customers.ts'
import { customerRoutes } from './customers/routes.ts'
import { connectDatabase } from './database/database.ts'
import { lookAround } from './database/look-around.ts'
import { ensureIndexes } from './database/schema.ts'
import { describeDialled, describeParty, type Homes } from './describe.ts'
import { deskDevices, deskWith, floorDevice, numberOn, phonePlace } from './desks.ts'
import { eraseCustomer, erasureOf, forgetErased } from './erase-customer.ts'
import type { DeskInfo } from './floor/events.ts'
import { foundOn } from './floor/found.ts'
import { archiveDaily } from './history/archive-daily.ts'
import { archiveHistory } from './history/archive.ts'
import { createGuides } from './guides/guides.ts'
import { createGuideStore } from './guides/model.ts'
import { guideRoutes } from './guides/routes.ts'
import { openHistory } from './history/history.ts'
import { callRoutes } from './history/routes.ts'
import { createHttp } from './http/http.ts'
import { createMetrics } from './http/metrics.ts'
import { createPeopleStore } from './people/model.ts'
import { createPeople } from './people/people.ts'
import { peopleRoutes } from './people/routes.ts'
import { tokenFromCookies } from './people/tokens.ts'
import { iceFor } from './phone/ice.ts'
import { leftWaiting } from './phone/left-calls.ts'
import { createPhoneBookStore } from './phone-book/model.ts'
import { createPhoneBook } from './phone-book/phone-book.ts'
import { phoneBookRoutes } from './phone-book/routes.ts'
import { createPhones } from './phone/phone.ts'
import { createQualityKeeper } from './phone/quality.ts'
import { phoneRoutes } from './phone/routes.ts'
import { servePhoneLines } from './phone/socket.ts'
import { createPipeline } from './pipeline.ts'
import { createRealtime } from './realtime/realtime.ts'
import { createSettingsStore } from './settings/model.ts'
import { settingsRoutes } from './settings/routes.ts'
import { createSettings } from './settings/settings.ts'
import { createDefinitionStore } from './verification/model.ts'
import { verificationRoutes } from './verification/routes.ts'
import { createVerification } from './verification/verification.ts'
import { assemblePlaces } from './places/assembly.ts'
import { assembleTasks } from './tasks/assembly.ts'
import { taskRoutes } from './tasks/routes.ts'
import { startWhenReady } from './start-when-ready.ts'

export interface RunningServer {
  /** The port it listens on. */
  port: number
  /** Takes no more work, finishes what is under way, and writes down what must not be lost. */
  stop: () => Promise<void>
}

// Run by tsx from `server/`, and built from `dist/server/`.
const root = new URL(import.meta.url.endsWith('.ts') ? '..' : '../..', import.meta.url)
/** One offer each 15 s for a shift of eight hours: nobody is offered more. As a snapshot it is half a megabyte. */
const callsOfToday = 2_000
/** How far back the health page shows gaps, ms, and how many. */
const gapsShownMs = 7 * 24 * 3_600_000
const mostGapsShown = 50
/** How long requests under way, and the spool, may take at a stop, ms. Together well within the 10 s of main.ts. */
const requestGraceMs = 2_000
const drainWithinMs = 4_000
/** How long what another server changed of guides, articles and the phone book may be unknown here, ms. */
const followEveryMs = 10_000

/**
 * Builds every part, wires them and starts them. Resolves when it listens; the database and the PBX may be away then, are
 * tried until they answer, and the health page says so.
 * @throws Error when the spool's folder or the address to listen on cannot be had
 */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  const version = versionOf(new URL('package.json', root))
  const startedAt = Date.now()
  const { pbxs } = config
  const pbxNamed = (name: string) => pbxs.find((pbx) => pbx.name === name)
  const homes: Homes = {
    get home() {
      return settings.homeCountry()
    },
    // A PBX in the center's own country follows the number plan; another keeps its own.
    of: (pbx) => {
      const country = pbxNamed(pbx)?.HOME_COUNTRY ?? config.HOME_COUNTRY
      return country === config.HOME_COUNTRY ? settings.homeCountry() : country
    },
  }
  const secure = config.PUBLIC_ORIGIN.startsWith('https://')

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
    outboxKeysOf: config.MASTER_KEY.outboxKeysOf,
  })
  const settings = createSettings({
    store: createSettingsStore(database.connection, (id) => {
      log.error({ setting: id }, 'A setting in the database cannot be read by this version, and is left out.')
    }),
    seed: {
      homeCountry: config.HOME_COUNTRY,
      ignoredNumbers: config.IGNORED_NUMBERS,
      labels: config.DIALLED_LABELS,
    },
    audit: people.audit,
  })
  const guides = createGuides({
    store: createGuideStore(database.connection, (id) => {
      log.error({ guide: id }, 'A guide in the database cannot be read by this version, and is left out.')
    }),
    audit: people.audit,
  })
  const articles = createArticles({
    nameOf: people.nameOf,
    store: createArticleStore(database, (id) => {
      log.error(
        { article: id },
        'An article in the database cannot be read by this version, and is left out.',
      )
    }),
    audit: people.audit,
    now: Date.now,
  })
  const phoneBook = createPhoneBook({
    store: createPhoneBookStore(database.connection, (id) => {
      log.error({ entry: id }, 'An entry of the phone book cannot be read by this version, and is left out.')
    }),
    isDialable: (number) =>
      pbxs.some(({ name, INTERNATIONAL_PREFIX }) =>
        dialString(number, (raw) => settings.read(raw, homes.of(name)), INTERNATIONAL_PREFIX),
      ),
    audit: people.audit,
  })
  const agentStore = createAgentStore(database, (id) => {
    log.error({ rules: id }, 'The rules of agents’ status in the database cannot be read by this version.')
  })
  const statusRules = createRules({
    store: agentStore.rules,
    seed: seededRules(config),
    audit: people.audit,
    onChange: () => realtime.breaksChanged(),
  })
  const dispositionStore = createDispositionStore(database)
  const describe = describeParty(homes, settings.read)
  const customers = createCustomers({
    database,
    readNumber: (raw, callId) => settings.read(raw, callId === undefined ? null : homes.of(pbxOfId(callId))),
    partIn: (me, callId) => pipeline.partIn(me.personId, people.deskOf(me.personId), callId),
    nameOf: people.nameOf,
    disclosureOf: (call, isTalking) => verification.disclosureOf(call, isTalking),
    mayGivePin: (call, me) => verification.mayGivePin(call, me),
    pinKey: config.PIN_KEY,
    pinDigits: () => verification.pinDigits(),
    log,
    onChange: (call) => {
      verification.customerChanged(call)
      pipeline.cardChanged(call)
    },
    promisesOf: (customerId) => tasks.promisesTo(customerId),
    onCardChange: (customerId) => {
      realtime.cardChanged(customerId)
    },
  })
  const tasks = assembleTasks({
    ...{ config, database, people, settings, log, floor: () => pipeline.floor() },
    customers: () => customers,
    realtime: () => realtime,
  })
  // The database may answer from here on, and whoever is told of it exists by now.
  const history = await openHistory({
    folder: config.SPOOL_FOLDER,
    node: config.NODE_NAME,
    database,
    masterKeys: config.MASTER_KEY,
    showParty: describe,
    onContact: customers.recordContact,
    onCalls: tasks.heard,
    onIntervals: agentStore.keepIntervals,
    onDispositions: dispositionStore.noteUsed,
    log,
    limits: { inputDays: config.HISTORY_INPUT_DAYS },
  })
  const pins = createTypedPins()
  const verification = createVerification({
    definitions: createDefinitionStore(database),
    history,
    customers,
    partIn: (me, callId) => pipeline.partIn(me.personId, people.deskOf(me.personId), callId),
    isAnsweredOutbound: (callId) => {
      const call = pipeline.floor().calls.get(callId)
      return call?.direction === 'outbound' && call.contacts.length > 0
    },
    takePin: pins.take,
    tellDialplan: (callId, result) => {
      const channelId = pipeline.floor().calls.get(callId)?.customerChannelId
      if (channelId == null) return
      links.setVariables(channelId, { RINGCARD_PIN: result }).catch((error: unknown) => {
        log.info({ callId, err: error }, 'The dialplan could not be told what came of a PIN.')
      })
    },
    nameOf: people.nameOf,
    audit: people.audit,
    onChange: (callId) => {
      realtime.onPop(callId)
    },
    onDefinition: () => {
      realtime.cardsChanged()
    },
    log,
  })
  const dispositions = createDispositions({
    store: dispositionStore,
    history,
    nameOf: people.nameOf,
    audit: people.audit,
    onResult: (callId, personId, result) => realtime.resultGiven(callId, personId, result),
    onDefinition: () => realtime.dispositionsChanged(),
    log,
  })
  const links = createPbxLinks(pbxs, {
    onEvents: (events) => {
      pipeline.takeAll(events)
    },
    onState: (state) => {
      realtime.linkChanged(state)
      if (state.state === 'live') settlePhones(state.pbx)
    },
    node: config.NODE_NAME,
    keepPin: pins.keep,
    unheardOf: (pbx) => pipeline.unheardOf(pbx),
    rememberFloor: () => pipeline.rememberFloor(),
    isDesk: (device) => deskWith(pipeline.floor().agents.values(), device) !== null,
    traceFolder: config.TRACE_FOLDER,
    log,
  })
  const queueCommands = createQueueCommands(links, (pbx) => pbxNamed(pbx)?.prefix ?? '')
  const agents = createAgents({
    floor: () => pipeline.floor(),
    rules: statusRules.current,
    ...queueCommands,
    keep: (status, interval) => {
      history.append([{ kind: 'status', status, interval }])
    },
    requireRoom: history.requireRoom,
    restored: history.statuses,
    hasConsole: (personId) => realtime.hasConsole(personId),
    browserOf: (extension) => {
      const device = phones.browserOf(extension)
      return device === null ? null : floorDevice(device, pbxs)
    },
    nameOf: people.nameOf,
    onChange: (extension) => realtime.statusChanged(extension),
    log,
  })
  const calls = assembleControl({
    ...{ pbxs, links, history, agents, phoneBook, log, nameOf: people.nameOf },
    floor: () => pipeline.floor(),
    phones: () => phones,
    readNumber: (raw, pbx) => settings.read(raw, homes.of(pbx)),
    onWord: (callId) => realtime.onWord(callId),
  })
  const places = assemblePlaces({
    ...{ pbxs, links, tasks, log, floor: () => pipeline.floor() },
    refuse: (callId, why, takenBy) => pipeline.placeRefused(callId, why, takenBy),
    readNumber: (raw, pbx) => settings.read(raw, homes.of(pbx)),
    customerOf: (callId) => customers.callOf(callId)?.customer?._id ?? null,
  })
  const floorOptions = {
    shortAbandonMs: config.SHORT_ABANDON_SECONDS * 1000,
    trunks: pbxs.flatMap(({ prefix, PBX_TRUNKS }) => PBX_TRUNKS.map((trunk) => `${prefix}${trunk}`)),
  }
  const pipeline = createPipeline({
    floor: floorOptions,
    pbxs: pbxs.map(({ name }) => name),
    history,
    customers,
    deskOf: (personId, pbx) => {
      const desk = pipeline.floor().agents.get(people.deskOf(personId) ?? '')
      return desk ? numberOn(desk, pbxNamed(pbx)?.prefix ?? '') : null
    },
    publishFacts: (facts) => {
      for (const fact of facts) if (fact.type === 'link.reconciled') links.reconciled(fact)
      realtime.publishFacts(facts)
      agents.take(facts)
      calls.take(facts)
      places.take(facts)
    },
    onPop: (callId) => {
      realtime.onPop(callId)
    },
    onPinTyped: (callId, keptAs) => void verification.pinTyped(callId, keptAs),
    closedQueues: (pbx) => {
      const prefix = pbxNamed(pbx)?.prefix ?? ''
      const own = [...pipeline.floor().queues.keys()].filter((queue) => queue.startsWith(prefix))
      return settings.closedQueues(own).map((queue) => queue.slice(prefix.length))
    },
    pinDigits: verification.pinDigits,
    setVariables: links.setVariables,
    log,
  })

  const phones = createPhones({
    people,
    placeOf: (device) => phonePlace(device, pbxs),
    endpointsOf: (pbx) => {
      const link = links.of(pbx)
      return link ? createEndpoints(link) : null
    },
    onUse: (extension, browser) =>
      agents.useDevice(extension, browser === null ? null : floorDevice(browser, pbxs)),
    onLeft: (device) => {
      const named = floorDevice(device, pbxs)
      for (const { pbx, channelId } of leftWaiting(pipeline.floor(), named)) {
        const own = named.slice((pbxNamed(pbx)?.prefix ?? '').length)
        calls.commands.park(channelId, own).catch((error: unknown) => {
          log.warn({ device, err: error }, 'A call whose page was left could not be parked.')
        })
      }
    },
    log,
  })
  const quality = createQualityKeeper(history)
  const ice = {
    urls: config.TURN_URLS,
    secret: config.TURN_SECRET,
    seconds: config.TURN_SECONDS,
    relayOnly: config.TURN_ONLY,
  }
  const deviceInUse = (extension: string | null) => agents.viewOf(extension ?? '')?.device ?? 'desk'
  const settlePhones = (pbx: string) => {
    if (!people.isStarted()) return
    phones.settle(pbx).catch((error: unknown) => {
      log.warn({ pbx, err: error }, 'Old secrets of phones could not be made void.')
    })
  }

  /** The directory counts as told by the first PBX. */
  const desksChanged = (desks: readonly DeskInfo[]) => {
    pipeline.desksChanged(pbxs[0]?.name ?? '', deskDevices(desks, pbxs))
  }
  const health = (): Health => ({
    version,
    startedAt,
    database: database.state(),
    spool: history.status(),
    links: links.health(Date.now()),
    notices: links.notices(),
    gaps: history.gaps.since(Date.now() - gapsShownMs).slice(0, mostGapsShown),
    consoles: realtime.status().consoles,
  })
  const customerHandlers = customerRoutes(customers, people.audit)
  const dispositionHandlers = dispositionRoutes(dispositions, customers.named)
  const verificationHandlers = verificationRoutes(verification, customers.popFor)
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
      ...peopleRoutes(people, secure, () => ({
        ...foundOn(pipeline.floor(), (device) => floorDevice(device, pbxs)),
        isBrowser: phones.isBrowser,
        inUse: deviceInUse,
      })),
      ...settingsRoutes(settings, () => pipeline.floor().queues.keys()),
      ...customerHandlers,
      'calls.choose': kept(customerHandlers['calls.choose']),
      'calls.create': kept(customerHandlers['calls.create']),
      'calls.unlink': kept(customerHandlers['calls.unlink']),
      'customers.erasure': ({ params }) =>
        erasureOf({ customers, history, pipeline, tasks }, params.customerId),
      'customers.erase': kept(({ me, params }) =>
        eraseCustomer(
          { customers, history, pipeline, people, realtime, tasks },
          params.customerId,
          me.personId,
        ),
      ),
      ...verificationHandlers,
      'calls.verify': kept(verificationHandlers['calls.verify']),
      ...dispositionHandlers,
      'calls.setDisposition': kept(dispositionHandlers['calls.setDisposition']),
      ...callRoutes({
        history,
        explain: {
          showParty: describe,
          extensionOf: (device) => deskWith(pipeline.floor().agents.values(), device),
          nameOf: people.nameOf,
          inputDays: config.HISTORY_INPUT_DAYS,
        },
        named: customers.named,
        floor: floorOptions,
        homeOf: (callId) => homes.of(pbxOfId(callId)),
        audit: people.noteDownload,
      }),
      ...statusRoutes(
        agents,
        statusRules,
        (extension) => pipeline.floor().agents.has(extension),
        () => pipeline.floor().queues.keys(),
        createDays({
          ...agentStore,
          statusOf: (personId) => agents.viewOf(people.deskOf(personId) ?? ''),
          seated: () => people.directory().flatMap(({ personId }) => personId ?? []),
          callsOf: history.dayOf,
          gapsBetween: history.gaps.between,
          drain: history.drain,
          named: customers.named,
          nameOf: people.nameOf,
          breaks: () => statusRules.current().breaks,
        }),
      ),
      'calls.quality': ({ me, params, body }) => quality.keep(me.personId, params.callId, body),
      ...phoneRoutes(phones, deviceInUse, config.TEST_CALL_NUMBER, calls.isDeaf, (personId) =>
        iceFor(ice, personId, Date.now()),
      ),
      ...controlRoutes(calls),
      ...taskRoutes(tasks),
      ...phoneBookRoutes(phoneBook),
      ...guideRoutes(guides, {
        queues: () => pipeline.floor().queues.keys(),
        numbers: settings.listNumbers,
      }),
      ...articleRoutes(articles, {
        queues: () => pipeline.floor().queues.keys(),
        numbers: settings.listNumbers,
        dialledIn: (callId) => pipeline.floor().calls.get(callId)?.dialled ?? null,
      }),
      ...pbxRoutes(pbxs, () => [...pipeline.floor().agents.values()]),
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
    showDialled: describeDialled(homes, settings.labelOf, settings.read),
    popOf: (callId, rights, extension) =>
      customers.popOf(callId, rights, pipeline.talksAt(extension, callId)),
    opensInTalk: verification.wasTried,
    customerOf: (callId) => {
      const customer = customers.callOf(callId)?.customer
      return customer ? { customerId: customer._id, name: customer.name } : null
    },
    keepTold: (entries) => {
      history.append(entries)
    },
    todayOf: async (personId, since) => {
      const { calls, complete } = await history.todayOf(personId, since, callsOfToday)
      return { calls: dispositions.owing(await customers.named(calls)), complete }
    },
    startOfToday: () => new Date().setHours(0, 0, 0, 0),
    gapsSince: history.gaps.since,
    guideFor: guides.guideFor,
    articlesFor: articles.linksFor,
    wordsOf: calls.control.wordsOf,
    resultOf: history.resultOf,
    isAsked: dispositions.isAsked,
    dispositionsVersion: () => dispositions.current().version,
    statusOf: agents.viewOf,
    breaks: () => statusRules.current().breaks,
    tasksIn: tasks.inTopic,
    autoAnswer: () =>
      statusRules.current().queues.flatMap(({ queue, autoAnswer }) => (autoAnswer ? [queue] : [])),
    onPresence: agents.presence,
    publicOrigin: config.PUBLIC_ORIGIN,
  })

  servePhoneLines({
    httpServer: http.server,
    phones,
    authenticate: (cookies) => people.authenticate(tokenFromCookies(cookies, secure)),
    publicOrigin: config.PUBLIC_ORIGIN,
    log,
  })

  const replayed = await pipeline.recover()
  history.onErased((erased) => forgetErased({ customers, realtime, pipeline }, erased))
  if (replayed > 0) log.info({ replayed }, 'The floor was built again from the journal.')
  if (pipeline.floor().agents.size === 0) {
    // Until the database says who sits where, the desks at least are known.
    desksChanged(config.DESKS.map((desk) => ({ ...desk, personId: null })))
  }
  agents.start()
  const port = await http.listen(config.HTTP_HOST, config.HTTP_PORT)
  log.info({ host: config.HTTP_HOST, port, version }, 'Listening.')
  for (const { name } of pbxs) pipeline.start(name)
  links.start()

  let archiving: { stop: () => void } | undefined
  let stopFollowing: (() => void) | undefined
  const peopleChanged: Parameters<typeof people.onChange>[0] = (change) => {
    if (change.type === 'desk.changed') {
      desksChanged(people.directory())
      agents.seats(people.directory())
    }
    realtime.peopleChanged(change)
    phones.peopleChanged()
  }
  const starting = startWhenReady({
    whenReady: database.whenReady,
    work: async () => {
      await ensureIndexes(database.connection)
      await settings.load()
      await guides.load()
      await articles.load()
      await phoneBook.load()
      const follow = () =>
        Promise.all([guides, articles, phoneBook].map(({ follow: look }) => look())).then(() => undefined)
      stopFollowing ??= lookAround(follow, 'guides, articles and the phone book', log, followEveryMs)
      await statusRules.load()
      await people.start()
      people.onChange(peopleChanged)
      desksChanged(people.directory())
      agents.seats(people.directory())
      for (const { name } of pbxs) if (links.of(name)?.state().state === 'live') settlePhones(name)
      await verification.start()
      await dispositions.start()
      await tasks.start()
      await tasks.jobs.start()
      // Before the cards of calls are looked up.
      await history.followOthers()
      await pipeline.restoreCards()
      await history.gaps.load()
      realtime.gapsChanged()
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
      stopFollowing?.()
      phones.stop()
      calls.stop()
      places.stop()
      await links.stop()
      realtime.stop()
      agents.stop()
      await http.stop(requestGraceMs)
      verification.stop()
      dispositions.stop()
      tasks.stop()
      await tasks.jobs.stop()
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
