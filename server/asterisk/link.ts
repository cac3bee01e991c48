import { setTimeout as delay } from 'node:timers/promises'
import type { PbxLink } from '../../shared/calls.ts'
import type { ChannelInfo, PbxEvent } from '../floor/events.ts'
import { backoffMs, reconnectBackoff, refusedBackoff, type Backoff } from './backoff.ts'
import { connectAmi, connectionTiming, type AmiConnection, type ConnectionTiming } from './connection.ts'
import { AmiError, type AmiErrorCode } from './errors.ts'
import { createEventQueue } from './event-queue.ts'
import { field, integer, type AmiBlock } from './fields.ts'
import { mergeSnapshot } from './merge-snapshot.ts'
import { readLists, readVersion } from './snapshot.ts'
import { createCounters, createTranslator, type EventCounters, type Translator } from './translate.ts'

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
  steadyMs: 5_000,
}

export interface PbxLinkSettings {
  /** The name of the PBX, which begins every id that comes from it. */
  pbx: string
  host: string
  port: number
  username: string
  secret: string
  /** Each event in order: after each (re)connect a `snapshot` first, and `link.lost` when the link broke. */
  onEvent: (event: PbxEvent) => void
  onState: (link: PbxLink) => void
  log: LinkLog
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

/** The oldest Asterisk that is let in, and the one that is tested. */
const oldest = 20
const tested = 22

/** Makes the link to one PBX. Nothing is connected before `start`. */
export function createPbxLink(settings: PbxLinkSettings): RunningLink {
  const { pbx, log, now = Date.now, random = Math.random } = settings
  const timing: LinkTiming = { ...linkTiming, ...settings.timing }
  const counters = createCounters()
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  let connected = 0
  let live: AmiConnection | undefined
  let running: Promise<void> | undefined
  let lastFailure: AmiErrorCode | undefined
  let link: PbxLink = { pbx, state: 'connecting', since: now(), newestEventAt: null, message: null }

  const queue = createEventQueue((event) => {
    try {
      settings.onEvent(event)
    } catch (error) {
      log.error({ pbx, event: event.type, err: error }, 'An event of the PBX could not be worked on.')
    }
  })

  const setState = (state: PbxLink['state'], message: string | null) => {
    if (link.state === state && link.message === message) return
    link = { ...link, state, message, since: link.state === state ? link.since : now() }
    settings.onState(current())
  }
  const current = (): PbxLink => ({ ...link })
  const onOdd = (message: string) => log.warn({ pbx }, message)

  /** One connection from the first byte to the last. @throws AmiError why it ended */
  const session = async (): Promise<never> => {
    let holding: PbxEvent[] | undefined = []
    const departed = new Map<string, ChannelInfo>()
    let uptimeSeconds: number | null = null
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
      now,
      counters,
      onOdd,
      askPresentation: (unique) =>
        getVariable({ Channel: unique, Variable: 'CALLERID(pres)' }, (value) =>
          translator.learnPresentation(unique, value),
        ),
      askDeviceState: (device) =>
        getVariable({ Variable: `DEVICE_STATE(${device})` }, (value) =>
          translator.learnDeviceState(device, value),
        ),
    })
    const onEvent = (block: AmiBlock) => {
      if (block.event === 'FullyBooted') {
        uptimeSeconds = integer(block, 'uptime')
        booted()
      } else if (holding && block.event === 'Hangup') {
        const channel = translator.channelOf(block)
        if (channel) departed.set(channel.channelId, channel)
      }
      pass(translator.translate(block))
      const newest = translator.newestAt()
      if (newest !== null) link.newestEventAt = newest
    }
    const onMalformed = () => {
      const times = (counters.malformed.get('no event') ?? 0) + 1
      counters.malformed.set('no event', times)
      if (times === 1) onOdd('The PBX sent a block that is neither an answer nor an event.')
    }

    const opened = await connectAmi(settings, { onEvent, onMalformed, onClosed: fail }, timing)
    connection = opened
    for (const ask of unasked) ask()
    const abort = () => opened.close()
    stopping.signal.addEventListener('abort', abort)
    try {
      if (isStopping()) throw new AmiError('ami.closed')
      const version = await readVersion(opened, onOdd)
      if (version.major !== null && version.major < oldest)
        throw new AmiError('ami.too_old', version.version ?? '')
      const inTime = await Promise.race([
        boot.then(() => true),
        ended,
        delay(timing.bootMs, false, { ref: false }),
      ])
      if (!inTime) onOdd('The PBX did not say that it has booted: give the AMI user the read class `system`.')
      const lists = await readLists(opened, translator, { pbx, now, uptimeSeconds, onOdd, ...timing })
      for (const event of mergeSnapshot(pbx, lists, { events: holding, departed })) queue.push(event)
      holding = undefined
      live = opened
      connected += 1
      lastFailure = undefined
      log.info({ pbx, version: version.version, channels: lists.channels.length }, 'The PBX is connected.')
      if (version.major !== tested) {
        log.warn({ pbx, version: version.version }, `This Asterisk is untried; ${tested} is what was tested.`)
      }
      setState('live', null)
      return await ended
    } finally {
      stopping.signal.removeEventListener('abort', abort)
      opened.close()
      live = undefined
    }
  }

  const noteRefusedGetvar = (error: unknown) => {
    if (!(error instanceof AmiError) || error.code !== 'ami.refused_action') return
    // A channel that has gone meanwhile is no oddity; a right that is missing is.
    if (error.detail?.includes('ermission') !== true) return
    const times = (counters.malformed.get('Getvar refused') ?? 0) + 1
    counters.malformed.set('Getvar refused', times)
    if (times === 1)
      onOdd('The AMI user may not use Getvar (class call): callers’ numbers come late or not at all.')
  }

  const run = async () => {
    let failures = 0
    while (!isStopping()) {
      const before = connected
      const beganAt = now()
      const why = await session().catch((error: unknown) => asAmiError(error))
      if (isStopping()) return
      const wasLive = connected > before
      if (wasLive) queue.push({ pbx, at: now(), arrivedAt: now(), type: 'link.lost' })
      failures = wasLive && now() - beganAt > timing.steadyMs ? 1 : failures + 1
      const waitMs = backoffMs(needsPerson(why.code) ? timing.refused : timing.reconnect, failures, random())
      // Each kind of failure is said once, however often it is met again.
      if (why.code !== lastFailure) {
        const fields = { pbx, host: settings.host, port: settings.port, code: why.code }
        if (needsPerson(why.code)) log.error(fields, why.message)
        else log.warn(fields, why.message)
      }
      lastFailure = why.code
      setState(stateAfter(why.code), why.message)
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
      running ??= run()
    },
    stop: async () => {
      stopping.abort()
      await running
      queue.drain()
    },
    state: current,
    counters: () => ({ ...counters, waiting: queue.waiting(), connected }),
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
