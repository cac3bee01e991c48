import { randomUUID } from 'node:crypto'
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises'
import type { PbxLink } from '../../shared/calls.ts'
import { clockDifference, type Notice } from '../../shared/notices.ts'
import type { ChannelInfo, PbxEvent, RecordTold } from '../floor/events.ts'
import { readHeardClasses, type AmiClass } from './ami-classes.ts'
import { backoffMs, reconnectBackoff, refusedBackoff, type Backoff } from './backoff.ts'
import { createClock } from './clock.ts'
import { connectAmi, connectionTiming, type AmiConnection, type ConnectionTiming } from './connection.ts'
import { AmiError, type AmiErrorCode } from './errors.ts'
import { createEventQueue } from './event-queue.ts'
import { field, integer, type AmiBlock } from './fields.ts'
import { mergeSnapshot } from './merge-snapshot.ts'
import { createNeighbours } from './neighbours.ts'
import { createNotices } from './notices.ts'
import type { GiveEvents, ReadingFor } from './record/record.ts'
import { kindsOf, missedBy } from './stream-check.ts'
import { createTimeGate } from './time-gate.ts'
import { createTraceRing } from './trace-ring.ts'
import { readLists, readVersion } from './snapshot.ts'
import {
  createCounters,
  createTranslator,
  isUseless,
  readTimestamp,
  type EventCounters,
  type Translator,
} from './translate.ts'

type SnapshotEvent = PbxEvent & { type: 'snapshot' }

/** The part of a logger that is used here. */
export interface LinkLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface LinkTiming extends ConnectionTiming {
  /** How long a list of the snapshot may take, ms. */
  listMs: number
  /** How long to wait for a PBX that has let us in to say that it has booted, ms. */
  bootMs: number
  queueTries: number
  queuePauseMs: number
  reconnect: Backoff
  refused: Backoff
  /** How often the stream is held against the lists, and the pause between two looks, ms. */
  checkMs: number
  checkPauseMs: number
  /** A link that held this long begins its next back-off anew, ms. */
  steadyMs: number
}

export const linkTiming: LinkTiming = {
  ...connectionTiming,
  listMs: 15_000,
  bootMs: 30_000,
  queueTries: 10,
  queuePauseMs: 1_000,
  reconnect: reconnectBackoff,
  refused: refusedBackoff,
  checkMs: 300_000,
  checkPauseMs: 2_000,
  steadyMs: 5_000,
}

export interface PbxLinkSettings {
  /** The name of the PBX, which begins every id that comes from it. */
  pbx: string
  /** What stands before the names of its queues and devices; none where it is the only PBX. */
  prefix?: string
  host: string
  port: number
  username: string
  secret: string
  /**
   * The events in order, those of one moment together: after each (re)connect a `snapshot` first, and `link.lost` when the
   * link broke.
   */
  onEvents: (events: readonly PbxEvent[]) => void
  /** How it stands: at the start, and whenever that changes. */
  onState: (link: PbxLink) => void
  /** Keeps a PIN that a caller typed. @returns what it can be asked for by; without this, PINs are dropped */
  keepPin?: (pin: string) => string
  /**
   * Tells what happened before a snapshot while nobody listened, from the PBX's own record; the events come before the
   * snapshot. Left out where there is none.
   */
  readUnheard?: (snapshot: SnapshotEvent, give: GiveEvents, reading: ReadingFor) => Promise<RecordTold | null>
  /** How the floor is held against the PBX's lists while it is heard. Left out where it is not. */
  check?: {
    /** Remembers the floor as it is now; what differs from a snapshot of this moment is asked of the answer. */
    remember: () => (snapshot: SnapshotEvent) => PbxEvent[]
    onChecked: () => void
    /** Told what was missed, and the last that was heard, with numbers and names replaced. */
    onMissed: (missed: readonly PbxEvent[], trace: readonly object[]) => void
  }
  log: LinkLog
  /** This node's name: other Ringcards on the same PBX are told of it. */
  node?: string
  /** Our clock, ms. */
  now?: () => number
  /** From 0 to 1, for the jitter of the back-off. */
  random?: () => number
  timing?: Partial<LinkTiming>
}

export interface LinkCounters extends EventCounters {
  /** Events that wait to be worked on. */
  waiting: number
  /** Connections that came to be live. */
  connected: number
}

/** The link to one PBX: connects, comes back by itself, and says how it stands. */
export interface RunningLink {
  start(): void
  /** Ends the link; events that have come are passed on before it resolves. */
  stop(): Promise<void>
  state(): PbxLink
  counters(): LinkCounters
  /** What an administrator should know of it. */
  notices(): Notice[]
  /**
   * Sets variables of a channel, in the order of the entries.
   * @param channelId as events name it
   * @throws AmiError `ami.not_connected`, `ami.invalid_field`, `ami.refused_action` (the channel has gone), `ami.timeout`
   */
  setVariables(channelId: string, variables: Readonly<Record<string, string>>): Promise<void>
  /**
   * Sends any action.
   * @throws AmiError as {@link setVariables}
   */
  action(name: string, fields: Readonly<Record<string, string>>, timeoutMs?: number): Promise<AmiBlock>
}

/** So many events of a record wait to be worked on at most. */
const mostWaiting = 2_000

/** The oldest Asterisk that is let in, and the one that is tested. */
export const oldest = 20
export const tested = 22
/** The classes without which part of the floor is not seen. */
const wantedClasses = ['call', 'agent', 'user', 'system', 'dialplan'] as const satisfies readonly AmiClass[]

/** Makes the link to one PBX. Nothing is connected before `start`. */
export function createPbxLink(settings: PbxLinkSettings): RunningLink {
  const { pbx, prefix = '', log, now = Date.now, random = Math.random } = settings
  const timing: LinkTiming = { ...linkTiming, ...settings.timing }
  const counters = createCounters()
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  let connected = 0
  let live: AmiConnection | undefined
  let heldBack = () => 0
  let running: Promise<void> | undefined
  let lastFailure: AmiErrorCode | undefined
  const notices = createNotices(pbx, { now, log })
  const clock = createClock((difference) => {
    if (difference === 0) notices.clear('pbx.clock_off')
    else notices.set('pbx.clock_off', { difference: clockDifference(difference) })
    if (live) notices.set('pbx.clock_jumped')
  })
  const neighbours = createNeighbours({
    node: settings.node ?? 'ringcard',
    instance: randomUUID(),
    tell: (fields) => action('UserEvent', fields),
    onOthers: (nodes) => {
      if (nodes.length === 0) notices.clear('pbx.second_ringcard')
      else notices.set('pbx.second_ringcard', { nodes: nodes.join(', ') })
    },
    now,
  })
  /** How long nothing had come when the last connection ended, ms. */
  let silentMs = 0
  const trace = createTraceRing()
  let link: PbxLink = {
    pbx,
    state: 'connecting',
    since: now(),
    newestEventAt: null,
    trouble: null,
    message: null,
  }

  const queue = createEventQueue((events) => {
    try {
      settings.onEvents(events)
    } catch (error) {
      const types = events.map(({ type }) => type)
      log.error({ pbx, events: types, err: error }, 'Events of the PBX could not be worked on.')
    }
  })

  const setState = (state: PbxLink['state'], why: AmiError | null) => {
    const message = why?.message ?? null
    if (link.state === state && link.message === message) return
    link = {
      ...link,
      state,
      trouble: why?.code ?? null,
      message,
      since: link.state === state ? link.since : now(),
    }
    settings.onState(current())
  }
  const current = (): PbxLink => ({ ...link })
  const onOdd = (message: string) => log.warn({ pbx }, message)

  /** One connection from the first byte to the last. @throws AmiError why it ended */
  const session = async (): Promise<never> => {
    let holding: PbxEvent[] | undefined = []
    /** Set while lists are read beside the stream, which goes on meanwhile. */
    let beside: PbxEvent[] | undefined
    const over = new AbortController()
    const departed = new Map<string, ChannelInfo>()
    let uptimeSeconds: number | null = null
    let started: number | null = null
    /** Reckoned once: later the uptime is longer, and the PBX's clock may have been set. */
    const startedAbout = (said: number) =>
      (started ??= uptimeSeconds === null ? null : said - uptimeSeconds * 1000)
    let booted: () => void = () => undefined
    const boot = new Promise<void>((resolve) => (booted = resolve))
    let fail: (why: AmiError) => void = () => undefined
    const ended = new Promise<never>((_resolve, reject) => (fail = reject))
    // Listened to below; until then its failing is no unhandled rejection.
    ended.catch(() => undefined)

    const pass = (events: readonly PbxEvent[]) => {
      for (const event of events) {
        if (holding) holding.push(event)
        else queue.push(event)
        beside?.push(event)
      }
    }
    // Events come from the instant of the login, before the connection is in our hands: what they make us ask waits.
    let connection: AmiConnection | undefined = undefined
    const unasked: (() => void)[] = []
    const getVariable = (fields: Record<string, string>, learn: (value: string) => PbxEvent[]) => {
      if (!connection) {
        unasked.push(() => getVariable(fields, learn))
        return
      }
      connection.action('Getvar', fields).then(
        (answer) => pass(learn(field(answer, 'value') ?? '')),
        (error: unknown) => noteRefusedGetvar(error),
      )
    }
    const translator: Translator = createTranslator({
      pbx,
      prefix,
      now,
      counters,
      onOdd,
      notice: notices.set,
      onNeighbour: neighbours.hear,
      clock,
      keepPin: settings.keepPin ?? (() => ''),
      askPresentation: (unique) =>
        getVariable({ Channel: unique, Variable: 'CALLERID(pres)' }, (value) =>
          translator.learnPresentation(unique, value),
        ),
      askDeviceState: (device) =>
        getVariable({ Variable: `DEVICE_STATE(${device})` }, (value) =>
          translator.learnDeviceState(device, value),
        ),
    })
    const take = (block: AmiBlock) => {
      trace.note(block)
      if ((holding ?? beside) && block.event === 'Hangup') {
        const channel = translator.channelOf(block)
        if (channel) departed.set(channel.channelId, channel)
      }
      // Who hears of a channel hears of calls, whatever the files say.
      if (block.event === 'Newchannel') notices.clear('pbx.no_call_events')
      pass(translator.translate(block))
      noteNewest()
    }
    const onPong = (timestamp: string | undefined, tookMs: number) => {
      const at = readTimestamp(timestamp)
      if (at !== null) clock.asked(at, now() - tookMs, tookMs)
    }
    const gate = createTimeGate({
      clock,
      now,
      believeMs: timing.pingMs,
      ask: async () => {
        const askedAt = performance.now()
        onPong(field(await opened.action('Ping'), 'timestamp'), performance.now() - askedAt)
      },
      onBlock: take,
    })
    heldBack = gate.waiting
    const onEvent = (block: AmiBlock) => {
      if (block.event === 'FullyBooted') {
        uptimeSeconds = integer(block, 'uptime')
        booted()
      }
      gate.push(block)
    }
    // By our clock, as whoever asks for its age reckons: the PBX's may go wrong by minutes.
    const noteNewest = () => {
      link.newestEventAt = now()
    }
    const onMalformed = () => {
      const times = (counters.malformed.get('no event') ?? 0) + 1
      counters.malformed.set('no event', times)
      if (times === 1) onOdd('The PBX sent a block that is neither an answer nor an event.')
    }

    const onUseless = (name: string, timestamp: string | undefined) => {
      translator.passOver(name, timestamp)
      noteNewest()
    }
    const opened = await connectAmi(
      settings,
      { onEvent, onMalformed, onClosed: fail, isUseless, onUseless, onPong },
      timing,
      stopping.signal,
    )
    connection = opened
    for (const ask of unasked) ask()
    try {
      if (isStopping()) throw new AmiError('ami.closed')
      const version = await readVersion(opened, onOdd)
      if (version.major !== null && version.major < oldest)
        throw new AmiError('ami.too_old', version.version ?? '')
      await gate.open()
      const inTime = await Promise.race([
        boot.then(() => true),
        ended,
        delay(timing.bootMs, false, { ref: false }),
      ])
      if (inTime) notices.clear('pbx.not_booted')
      else notices.set('pbx.not_booted')
      const reading = { pbx, prefix, now, ours: clock.ours, startedAbout, onOdd, notice: notices.set }
      const read = () => readLists(opened, translator, { ...reading, ...timing })
      const lists = await read()
      const record = await unheard(mergeSnapshot(pbx, lists, { events: holding, departed }), clock.ours)
      for (const event of mergeSnapshot(pbx, lists, { events: holding, departed })) {
        const isSnapshot = event.type === 'snapshot' && record !== null
        queue.push(isSnapshot ? { ...event, snapshot: { ...event.snapshot, record } } : event)
      }
      holding = undefined
      translator.allAreKnown()
      live = opened
      connected += 1
      lastFailure = undefined
      log.info({ pbx, version: version.version, channels: lists.channels.length }, 'The PBX is connected.')
      if (version.major === tested) notices.clear('pbx.untried')
      else notices.set('pbx.untried', { version: version.version ?? '?', tested })
      setState('live', null)
      neighbours.start()
      // What cannot be read is no reason to let go of the line.
      noteClasses(await readHeardClasses(opened, settings.username).catch(() => null))
      /** What differs between the floor and the lists, of the moment at which the reading begins. */
      const look = async (differencesFrom: (snapshot: SnapshotEvent) => PbxEvent[]) => {
        beside = []
        departed.clear()
        try {
          const [first] = mergeSnapshot(pbx, await read(), { events: beside, departed })
          return first?.type === 'snapshot' ? differencesFrom(first) : []
        } finally {
          beside = undefined
        }
      }
      /** Reads the lists while the stream is held, as after a connect, and has the floor put right by them. */
      const putRight = async () => {
        holding = []
        departed.clear()
        let events: PbxEvent[] | undefined
        try {
          events = mergeSnapshot(pbx, await read(), { events: holding, departed })
        } finally {
          for (const event of events ?? holding)
            queue.push(event.type === 'snapshot' ? asCheck(event) : event)
          holding = undefined
        }
      }
      void checkNowAndThen(over.signal, look, putRight)
      return await ended
    } finally {
      over.abort()
      neighbours.stop()
      silentMs = opened.silentMs()
      opened.close()
      live = undefined
    }
  }

  /** What the PBX's record has to tell of the time before the first event of a list; null where there is no record. */
  const unheard = async (
    [first]: readonly PbxEvent[],
    ours: ReadingFor['ours'],
  ): Promise<RecordTold | null> => {
    if (first?.type !== 'snapshot' || !settings.readUnheard) return null
    const give: GiveEvents = async (events) => {
      for (const event of events) queue.push(event)
      while (queue.waiting() > mostWaiting && !isStopping()) await immediate()
    }
    // What was heard before the link broke is worked on first: it says what went unheard.
    queue.drain()
    return settings.readUnheard(first, give, { ours, notices, signal: stopping.signal })
  }

  /** Proves now and then that nothing was missed of the stream; what was is put right, and told of. */
  const checkNowAndThen = async (
    signal: AbortSignal,
    look: (differencesFrom: (snapshot: SnapshotEvent) => PbxEvent[]) => Promise<PbxEvent[]>,
    putRight: () => Promise<void>,
  ): Promise<void> => {
    const { check } = settings
    const sleep = (ms: number) => delay(ms, undefined, { ref: false, signal })
    const lookOnce = () => {
      // What was heard already belongs to the floor that is looked at.
      queue.drain()
      return look(check?.remember() ?? (() => []))
    }
    while (check) {
      try {
        await sleep(timing.checkMs)
        const missed = await missedBy(lookOnce, () => sleep(timing.checkPauseMs))
        check.onChecked()
        if (missed.length === 0) continue
        notices.set('pbx.missed', { kinds: kindsOf(missed) })
        check.onMissed(missed, trace.replaced())
        await putRight()
      } catch (error) {
        // The connection has ended, and with it the looking: the next one begins by a snapshot anyway.
        if (signal.aborted) return
        log.warn({ pbx, err: error }, 'The stream of events could not be held against the lists of the PBX.')
      }
    }
  }

  const noteRefusedGetvar = (error: unknown) => {
    if (!(error instanceof AmiError) || error.code !== 'ami.refused_action') return
    // A channel that has gone meanwhile is no oddity; a right that is missing is.
    if (error.detail?.includes('ermission') !== true) return
    counters.malformed.set('Getvar refused', (counters.malformed.get('Getvar refused') ?? 0) + 1)
    notices.set('pbx.no_getvar')
  }

  /** What the AMI user hears, as the PBX's files say: a class that is missing makes no noise. */
  const noteClasses = (heard: ReadonlySet<AmiClass> | null) => {
    const missing = wantedClasses.filter((each) => heard?.has(each) === false)
    const user = settings.username
    if (missing.includes('call')) notices.set('pbx.no_call_events', { user })
    else notices.clear('pbx.no_call_events')
    const others = missing.filter((each) => each !== 'call')
    if (others.length > 0) notices.set('pbx.classes_missing', { user, classes: others.join(', ') })
    else notices.clear('pbx.classes_missing')
  }

  const run = async () => {
    let failures = 0
    while (!isStopping()) {
      const before = connected
      const beganAt = now()
      const why = await session().catch((error: unknown) => asAmiError(error))
      if (isStopping()) return
      const wasLive = connected > before
      // From the last sign of life on nothing was heard.
      if (wasLive) queue.push({ pbx, at: now() - Math.round(silentMs), arrivedAt: now(), type: 'link.lost' })
      failures = wasLive && now() - beganAt > timing.steadyMs ? 1 : failures + 1
      const waitMs = backoffMs(needsPerson(why.code) ? timing.refused : timing.reconnect, failures, random())
      // Each kind of failure is said once, however often it is met again.
      if (why.code !== lastFailure) {
        const fields = { pbx, host: settings.host, port: settings.port, code: why.code }
        if (needsPerson(why.code)) log.error(fields, why.message)
        else log.warn(fields, why.message)
      }
      lastFailure = why.code
      setState(stateAfter(why.code), why)
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const asAmiError = (error: unknown): AmiError => {
    if (error instanceof AmiError) return error
    log.error({ pbx, err: error }, 'The link to the PBX failed in a way that nobody thought of.')
    return new AmiError('ami.closed')
  }

  const action: RunningLink['action'] = async (name, fields, timeoutMs) => {
    if (!live) throw new AmiError('ami.not_connected')
    return live.action(name, fields, timeoutMs)
  }

  return {
    start: () => {
      if (running) return
      // Nothing has changed yet, and yet it is news: until the PBX is heard nobody may take the floor for what it is now.
      settings.onState(current())
      running = run()
    },
    stop: async () => {
      stopping.abort()
      await running
      queue.drain()
    },
    state: current,
    notices: notices.list,
    counters: () => ({ ...counters, waiting: heldBack() + queue.waiting(), connected }),
    action,
    setVariables: async (channelId, variables) => {
      const names = Object.keys(variables)
      if (!names.every((name) => /^_{0,2}[A-Za-z][A-Za-z0-9_]*$/.test(name))) {
        throw new AmiError('ami.invalid_field', 'the name of a variable')
      }
      if (!channelId.startsWith(`${pbx}:`))
        throw new AmiError('ami.invalid_field', 'a channel of another PBX')
      const channel = channelId.slice(pbx.length + 1)
      // Sent one after the other on one line, they are worked on in this order.
      await Promise.all(
        Object.entries(variables).map(([name, value]) =>
          action('Setvar', { Channel: channel, Variable: name, Value: value }),
        ),
      )
    },
  }
}

function asCheck(event: SnapshotEvent): SnapshotEvent {
  return { ...event, snapshot: { ...event.snapshot, isCheck: true } }
}

/** Failures that time does not mend. */
function needsPerson(code: AmiErrorCode): boolean {
  return (
    code === 'ami.refused_login' ||
    code === 'ami.too_old' ||
    code === 'ami.not_asterisk' ||
    code === 'ami.invalid_field'
  )
}

function stateAfter(code: AmiErrorCode): PbxLink['state'] {
  if (code === 'ami.refused_login') return 'refused'
  return code === 'ami.too_old' ? 'tooOld' : 'lost'
}
