import { createServer, type AddressInfo } from 'node:net'
import { answerAction } from './answers.ts'
import { PlayedCall, type Cast, type Ids } from './played-call.ts'
import { noFaults, Session, type Faults } from './session.ts'
import { renderStep, type Step, type Template } from './template.ts'
import { valueOf, World, type Company } from './world.ts'

export interface SimulatorOptions {
  company: Company
  username: string
  secret: string
  /** A free one if left out. It listens on the loopback interface alone. */
  port?: number
  /** The name that begins every unique id. */
  systemName?: string
  /** PBX's time, ms. */
  now?: () => number
  /** From 0 to 1: for the faults. */
  random?: () => number
}

export interface PlayOptions {
  cast?: Cast
  /**
   * How many times faster than recorded, 1 if left out. With `Infinity` all is sent at once, and the events bear the times
   * that they would have had.
   */
  speed?: number
  /** Where the call stands still, in order; what comes after a pause bears later times. */
  pauses?: readonly Pause[]
  /** Told of each block that makes the offer, once it is written: our monotonic clock, ms. */
  onOffer?: (call: PlayedCall, atMs: number) => void
  /** Told when the first block of the call is written. */
  onArrival?: (call: PlayedCall, atMs: number) => void
}

/** A call in play stands still before the next block of an event. */
export interface Pause {
  before: string
  until: Promise<unknown>
}

/** A pause that lasts until somebody lets the call go on. @param before the event, such as `HangupRequest` */
export function pauseBefore(before: string): Pause & { goOn: () => void } {
  let goOn: () => void = () => undefined
  const until = new Promise<void>((resolve) => (goOn = resolve))
  return { before, until, goOn }
}

export interface Simulator {
  readonly port: number
  /**
   * Plays a call; several may play at once.
   * @returns resolves when its last block was sent
   */
  play: (template: Template, options?: PlayOptions) => Promise<void>
  /** Sends text as it is to every session that is logged in, past the world: for a stream that was made beforehand. */
  send: (text: string) => void
  /** What goes wrong with the events from now on. */
  setFaults: (faults: Partial<Faults>) => void
  /** Ends every connection at once; a new one is taken, if it comes. */
  cut: () => void
  /** Sends nothing for so long, ms, while connections stay open. */
  stall: (ms: number) => void
  /** Sessions that are logged in. */
  sessions: () => number
  /** How often each action was asked, by its name in lower case. */
  asked: () => ReadonlyMap<string, number>
  /** The values that were set on a channel and on calls in play, and what is there now. */
  world: World
  close: () => Promise<void>
}

/** The clock that all processes of one machine share, ms. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * Starts an AMI server that plays recorded calls: for load and faults, never as a proof of what Asterisk does.
 * @throws Error when the port cannot be had
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { username, secret, now = Date.now, random = Math.random } = options
  const world = new World(options.company, now)
  const ids: Ids = { systemName: options.systemName ?? 'lab', channels: 0, serials: 0 }
  const sessions = new Set<Session>()
  const asked = new Map<string, number>()
  const timers = new Set<NodeJS.Timeout>()
  let faults = noFaults

  const server = createServer((socket) => {
    const session = new Session(socket, {
      username,
      secret,
      random,
      now,
      startedAt: world.startedAt,
      faults: () => faults,
      answer: (action) => {
        const name = valueOf(action, 'action').toLowerCase()
        asked.set(name, (asked.get(name) ?? 0) + 1)
        return answerAction(action, { world, now: now() })
      },
    })
    sessions.add(session)
    socket.on('close', () => sessions.delete(session))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })

  const send = (call: PlayedCall, steps: readonly Step[]) => {
    const blocks = steps.map((step) => {
      const text = renderStep(step, call.valueOf)
      world.take(step.event, text)
      return text
    })
    for (const session of sessions) session.sendEvents(blocks)
  }

  const play: Simulator['play'] = ({ ...template }, options = {}) =>
    new Promise((resolve) => {
      const { cast = {}, speed = 1, onOffer, onArrival } = options
      const pauses = [...(options.pauses ?? [])]
      let pausedMs = 0
      const startedMs = monotonicMs()
      const call = new PlayedCall(
        template,
        cast,
        ids,
        now(),
        (atMs) => (speed === Infinity ? atMs : atMs / speed) + pausedMs,
      )
      const { steps } = template
      let next = 0
      const sendDue = () => {
        const dueMs = (monotonicMs() - startedMs - pausedMs) * speed
        let from = next
        const flush = () => {
          if (from === next) return
          send(call, steps.slice(from, next))
          if (from === 0) onArrival?.(call, monotonicMs())
          from = next
        }
        for (let step = steps[next]; step && (speed === Infinity || step.atMs <= dueMs); step = steps[next]) {
          if (step.event === pauses[0]?.before) {
            flush()
            const pausedAt = monotonicMs()
            void pauses.shift()?.until.then(() => {
              pausedMs += monotonicMs() - pausedAt
              sendDue()
            })
            return
          }
          next += 1
          if (!step.makesOffer) continue
          // The offer ends a write of its own, so that its time is that of its last byte.
          flush()
          onOffer?.(call, monotonicMs())
        }
        flush()
        const following = steps[next]
        if (!following) {
          resolve()
          return
        }
        const timer = setTimeout(
          () => {
            timers.delete(timer)
            sendDue()
          },
          (following.atMs - dueMs) / speed,
        )
        timers.add(timer)
      }
      sendDue()
    })

  const address = server.address() as AddressInfo
  return {
    port: address.port,
    play,
    send: (text) => sessions.forEach((session) => session.sendEvents([text])),
    setFaults: (changed) => {
      faults = { ...noFaults, ...changed }
    },
    cut: () => sessions.forEach((session) => session.cut()),
    stall: (ms) => sessions.forEach((session) => session.stall(ms)),
    sessions: () => [...sessions].filter((session) => session.loggedIn).length,
    asked: () => asked,
    world,
    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      sessions.forEach((session) => session.cut())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
