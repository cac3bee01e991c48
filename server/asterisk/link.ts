import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { PbxLink } from '../../shared/calls.ts'
import { clockDifference } from '../../shared/notices.ts'
import { backoffMs } from './backoff.ts'
import { createClock } from './clock.ts'
import { AmiError, type AmiErrorCode } from './errors.ts'
import { createEventQueue } from './event-queue.ts'
import { runSession, type SessionMemory, type SessionParts } from './link-session.ts'
import { linkTiming, type LinkTiming, type PbxLinkSettings, type RunningLink } from './link-settings.ts'
import { createNeighbours } from './neighbours.ts'
import { createNotices } from './notices.ts'
import { actAs } from './system-actions.ts'
import { createTraceRing } from './trace-ring.ts'
import { createCounters } from './translate.ts'

export { oldest, tested } from './link-session.ts'
export {
  linkTiming,
  type LinkCounters,
  type LinkLog,
  type LinkTiming,
  type PbxLinkSettings,
  type RunningLink,
} from './link-settings.ts'

/** Makes the link to one PBX. Nothing is connected before `start`. */
export function createPbxLink(settings: PbxLinkSettings): RunningLink {
  const { pbx, log, now = Date.now, random = Math.random } = settings
  const timing: LinkTiming = { ...linkTiming, ...settings.timing }
  const counters = createCounters()
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  const memory: SessionMemory = {
    live: undefined,
    connected: 0,
    heldBack: () => 0,
    silentMs: 0,
    lastFailure: undefined,
  }
  let running: Promise<void> | undefined
  const notices = createNotices(pbx, { now, log })
  const clock = createClock((difference) => {
    if (difference === 0) notices.clear('pbx.clock_off')
    else notices.set('pbx.clock_off', { difference: clockDifference(difference) })
    if (memory.live) notices.set('pbx.clock_jumped')
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

  const parts: SessionParts = {
    settings,
    timing,
    counters,
    queue,
    notices,
    clock,
    neighbours,
    trace,
    stopping: stopping.signal,
    memory,
    onOdd: (message) => log.warn({ pbx }, message),
    // By our clock, as whoever asks for its age reckons: the PBX's may go wrong by minutes.
    onHeard: () => {
      link.newestEventAt = now()
    },
    onLive: () => setState('live', null),
  }

  const run = async () => {
    let failures = 0
    while (!isStopping()) {
      const before = memory.connected
      const beganAt = now()
      const why = await runSession(parts).catch((error: unknown) => asAmiError(error))
      if (isStopping()) return
      const wasLive = memory.connected > before
      // From the last sign of life on nothing was heard.
      if (wasLive)
        queue.push({ pbx, at: now() - Math.round(memory.silentMs), arrivedAt: now(), type: 'link.lost' })
      failures = wasLive && now() - beganAt > timing.steadyMs ? 1 : failures + 1
      const waitMs = backoffMs(needsPerson(why.code) ? timing.refused : timing.reconnect, failures, random())
      // Each kind of failure is said once, however often it is met again.
      if (why.code !== memory.lastFailure) {
        const fields = { pbx, host: settings.host, port: settings.port, code: why.code }
        if (needsPerson(why.code)) log.error(fields, why.message)
        else log.warn(fields, why.message)
      }
      memory.lastFailure = why.code
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
    if (!memory.live) throw new AmiError('ami.not_connected')
    return memory.live.action(name, fields, timeoutMs)
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
    counters: () => ({
      ...counters,
      waiting: memory.heldBack() + queue.waiting(),
      connected: memory.connected,
    }),
    action,
    systemAction: async (name, fields, timeoutMs) => {
      if (!settings.system) return action(name, fields, timeoutMs)
      if (!memory.live) throw new AmiError('ami.not_connected')
      try {
        const answer = await actAs(settings.system, name, fields, timeoutMs)
        notices.clear('pbx.system_user_refused')
        return answer
      } catch (error) {
        if (error instanceof AmiError && error.code === 'ami.refused_login')
          notices.set('pbx.system_user_refused', { user: settings.system.username })
        throw error
      }
    },
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
