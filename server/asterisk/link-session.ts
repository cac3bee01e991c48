import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises'
import type { ChannelInfo, PbxEvent, RecordTold } from '../floor/events.ts'
import { readHeardClasses } from './ami-classes.ts'
import type { PbxClock } from './clock.ts'
import { connectAmi, type AmiConnection } from './connection.ts'
import { AmiError, type AmiErrorCode } from './errors.ts'
import type { EventQueue } from './event-queue.ts'
import { field, integer, type AmiBlock } from './fields.ts'
import { checkNowAndThen } from './link-check.ts'
import { noteClasses, noteRefusedGetvar } from './link-rights.ts'
import type { LinkTiming, PbxLinkSettings, SnapshotEvent } from './link-settings.ts'
import { mergeSnapshot } from './merge-snapshot.ts'
import type { Neighbours } from './neighbours.ts'
import type { Notices } from './notices.ts'
import type { GiveEvents } from './record/record.ts'
import { readLists, readVersion } from './snapshot.ts'
import { createTimeGate } from './time-gate.ts'
import type { TraceRing } from './trace-ring.ts'
import {
  createTranslator,
  isUseless,
  readTimestamp,
  type EventCounters,
  type Translator,
} from './translate.ts'

/** What one connection leaves to the link. */
export interface SessionMemory {
  /** The connection, while it is live. */
  live: AmiConnection | undefined
  /** Connections that came to be live. */
  connected: number
  /** How many events wait for their time to be known. */
  heldBack: () => number
  /** How long nothing had come when the last connection ended, ms. */
  silentMs: number
  lastFailure: AmiErrorCode | undefined
}

/** What a connection works with; all of it outlives the connection. */
export interface SessionParts {
  settings: PbxLinkSettings
  timing: LinkTiming
  counters: EventCounters
  queue: EventQueue
  notices: Notices
  clock: PbxClock
  neighbours: Neighbours
  trace: TraceRing
  /** The link is being stopped. */
  stopping: AbortSignal
  memory: SessionMemory
  onOdd: (message: string) => void
  /** Something was heard. */
  onHeard: () => void
  onLive: () => void
}

/** So many events of a record wait to be worked on at most. */
const mostWaiting = 2_000

/** The oldest Asterisk that is let in, and the one that is tested. */
export const oldest = 20
export const tested = 22

/**
 * One connection from the first byte to the last.
 * @throws AmiError why it ended
 */
export async function runSession(parts: SessionParts): Promise<never> {
  const { settings, timing, counters, queue, notices, clock, neighbours, trace, stopping, memory, onOdd } =
    parts
  const { pbx, prefix = '', log, now = Date.now } = settings
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
      (error: unknown) => noteRefusedGetvar(error, notices, counters),
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
    parts.onHeard()
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
  memory.heldBack = gate.waiting
  const onEvent = (block: AmiBlock) => {
    if (block.event === 'FullyBooted') {
      uptimeSeconds = integer(block, 'uptime')
      booted()
    }
    gate.push(block)
  }
  const onMalformed = () => {
    const times = (counters.malformed.get('no event') ?? 0) + 1
    counters.malformed.set('no event', times)
    if (times === 1) onOdd('The PBX sent a block that is neither an answer nor an event.')
  }

  const onUseless = (name: string, timestamp: string | undefined) => {
    translator.passOver(name, timestamp)
    parts.onHeard()
  }
  const opened = await connectAmi(
    settings,
    { onEvent, onMalformed, onClosed: fail, isUseless, onUseless, onPong },
    timing,
    stopping,
  )
  connection = opened
  for (const ask of unasked) ask()
  try {
    if (stopping.aborted) throw new AmiError('ami.closed')
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
    const record = await unheard(parts, mergeSnapshot(pbx, lists, { events: holding, departed }))
    for (const event of mergeSnapshot(pbx, lists, { events: holding, departed })) {
      const isSnapshot = event.type === 'snapshot' && record !== null
      queue.push(isSnapshot ? { ...event, snapshot: { ...event.snapshot, record } } : event)
    }
    holding = undefined
    translator.allAreKnown()
    memory.live = opened
    memory.connected += 1
    memory.lastFailure = undefined
    log.info({ pbx, version: version.version, channels: lists.channels.length }, 'The PBX is connected.')
    if (version.major === tested) notices.clear('pbx.untried')
    else notices.set('pbx.untried', { version: version.version ?? '?', tested })
    parts.onLive()
    neighbours.start()
    // What cannot be read is no reason to let go of the line.
    const heard = await readHeardClasses(opened, settings.username).catch(() => null)
    noteClasses(heard, settings.username, notices)
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
        for (const event of events ?? holding) queue.push(event.type === 'snapshot' ? asCheck(event) : event)
        holding = undefined
      }
    }
    void checkNowAndThen({ settings, timing, queue, notices, trace, signal: over.signal, look, putRight })
    return await ended
  } finally {
    over.abort()
    neighbours.stop()
    memory.silentMs = opened.silentMs()
    opened.close()
    memory.live = undefined
  }
}

/** What the PBX's record has to tell of the time before the first event of a list; null where there is no record. */
async function unheard(
  { settings, queue, notices, clock, stopping }: SessionParts,
  [first, ...later]: readonly PbxEvent[],
): Promise<RecordTold | null> {
  if (first?.type !== 'snapshot' || !settings.readUnheard) return null
  const give: GiveEvents = async (events) => {
    for (const event of events) queue.push(event)
    while (queue.waiting() > mostWaiting && !stopping.aborted) await immediate()
  }
  // What was heard before the link broke is worked on first: it says what went unheard.
  queue.drain()
  return settings.readUnheard(first, give, { ours: clock.ours, notices, signal: stopping, later })
}

function asCheck(event: SnapshotEvent): SnapshotEvent {
  return { ...event, snapshot: { ...event.snapshot, isCheck: true } }
}
