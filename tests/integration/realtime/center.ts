import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { vi } from 'vitest'
import type { Fact } from '../../../server/floor/facts.ts'
import { createRealtime, type Realtime, type RealtimeOptions } from '../../../server/realtime/realtime.ts'
import { defaultRoleRights, type Right, type Role } from '../../../shared/people.ts'
import { ProblemError, type Problem } from '../../../shared/problems.ts'
import type { Answer, ClientToServerEvents, Delta, ServerToClientEvents } from '../../../shared/realtime.ts'
import { Story } from '../../unit/floor/story.ts'

/** A story whose facts are published as they happen, as the pipeline does. */
class PublishedStory extends Story {
  readonly listeners: ((facts: readonly Fact[]) => void)[] | undefined = []

  override happens(event: Parameters<Story['happens']>[0]): readonly Fact[] {
    const facts = super.happens(event)
    // The story's own constructor tells its beginning before anybody can listen.
    for (const listener of this.listeners ?? []) listener(facts)
    return facts
  }
}

/** A small center with its realtime server on loopback: people `person-201`, `person-202` at the story's desks, and more. */
export class Center {
  readonly story = new PublishedStory()
  readonly rights = new Map<string, Set<Right>>()
  readonly desks = new Map([
    ['201', 'person-201'],
    ['202', 'person-202'],
  ])
  readonly revoked = new Set<string>()
  readonly consoles: ConsoleClient[] = []
  readonly server = createServer()
  realtime!: Realtime
  port = 0

  /** A person of a role; they sign in by the cookie that is their id. */
  person(personId: string, role: Role): void {
    this.rights.set(personId, new Set(defaultRoleRights[role]))
  }

  async start(more: Partial<RealtimeOptions> = {}): Promise<this> {
    this.person('person-201', 'agent')
    this.person('person-202', 'agent')
    this.person('supervisor', 'supervisor')
    this.person('admin', 'admin')
    this.person('marketing', 'marketing')
    const deskOf = (personId: string) =>
      [...this.desks].find(([, sitting]) => sitting === personId)?.[0] ?? null
    this.realtime = createRealtime({
      httpServer: this.server,
      log: pino({ level: 'silent' }),
      floor: () => this.story.floor,
      people: {
        authenticate: (cookie) => {
          const personId = cookie?.replace('session=', '') ?? ''
          if (!this.rights.has(personId) || this.revoked.has(personId))
            throw new ProblemError('session.required')
          return { sessionId: `session-of-${personId}`, personId }
        },
        isLive: (sessionId) => !this.revoked.has(sessionId.replace('session-of-', '')),
        touch: () => undefined,
        rightsOf: (personId) => this.rights.get(personId) ?? new Set(),
        deskOf,
        personAt: (extension) => this.desks.get(extension) ?? null,
        nameOf: (personId) => `Name of ${personId}`,
      },
      describe: ({ number, name, restricted }) => ({
        number: restricted ? null : number,
        display: restricted ? '' : (number ?? ''),
        name,
        withheld: restricted,
      }),
      popOf: () => null,
      customerOf: () => null,
      todayOf: () => Promise.resolve({ calls: [], complete: true }),
      startOfToday: () => 0,
      ...more,
    })
    this.story.listeners?.push((facts) => {
      this.realtime.publishFacts(facts)
    })
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.port = (this.server.address() as AddressInfo).port
    return this
  }

  /** Opens a console as a person; `auth` is how far it came before. */
  open(personId: string, more: Partial<ManagerOptions & SocketOptions> = {}): ConsoleClient {
    const socket = io(`http://127.0.0.1:${this.port}`, {
      transports: ['websocket'],
      extraHeaders: { cookie: `session=${personId}` },
      forceNew: true,
      reconnection: false,
      ...more,
    })
    const console = new ConsoleClient(socket)
    this.consoles.push(console)
    return console
  }

  async stop(): Promise<void> {
    for (const console of this.consoles) console.socket.disconnect()
    this.realtime.stop()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

/** What one console was sent, in order. */
export class ConsoleClient {
  readonly topics: string[][] = []
  readonly received: ({ kind: 'snapshot' | 'delta' } & Delta)[] = []
  readonly signedOut: string[] = []
  /** How often it was told that its person has changed. */
  meChanged = 0
  refused: Problem | null = null
  error: Error | null = null
  closedBecause: string | null = null

  constructor(readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>) {
    socket.on('topics', (topics) => this.topics.push(topics))
    socket.on('meChanged', () => (this.meChanged += 1))
    socket.on('snapshot', (snapshot) => this.received.push({ kind: 'snapshot', ...snapshot }))
    socket.on('delta', (delta) => this.received.push({ kind: 'delta', ...delta }))
    socket.on('signedOut', (reason) => this.signedOut.push(reason))
    socket.on('disconnect', (reason) => (this.closedBecause = reason))
    socket.on('connect_error', (error) => {
      this.error = error
      if ('data' in error) this.refused = error.data as Problem
    })
  }

  of(topic: string): ({ kind: 'snapshot' | 'delta' } & Delta)[] {
    return this.received.filter((step) => step.topic === topic)
  }

  /** The changes of a topic so far, of snapshots and deltas alike. */
  changes(topic: string): Delta['changes'] {
    return this.of(topic).flatMap((step) => step.changes)
  }

  /** Waits until something holds. */
  async until(holds: () => boolean, why: string): Promise<void> {
    await vi.waitFor(
      () => {
        if (!holds()) throw new Error(`${why}; received ${JSON.stringify(this.received)}`)
      },
      { timeout: 5_000, interval: 5 },
    )
  }

  /** Waits until the console has a snapshot of a topic. */
  async has(topic: string): Promise<this> {
    await this.until(() => this.of(topic).length > 0, `no snapshot of ${topic}`)
    return this
  }

  /** Everything that the server sent until now has arrived when this returns. */
  async settled(): Promise<Answer<number>> {
    return await new Promise((resolve) => this.socket.emit('clock', resolve))
  }
}
