import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import createManager, { type AsteriskManager } from 'asterisk-manager'
import { AmiError } from './errors.ts'
import { field, hasControlCharacter, type AmiBlock } from './fields.ts'
import { readEvent } from './read-event.ts'
import { createSieve } from './sieve.ts'

/** Where and as whom to log in. */
export interface ConnectionSettings {
  host: string
  port: number
  username: string
  secret: string
}

/** How long to wait for what, ms. */
export interface ConnectionTiming {
  /** For the TCP connection and for Asterisk's greeting, each. */
  connectMs: number
  /** For the answer to an action, the login among them, if the action names no time of its own. */
  actionMs: number
  /** How often a Ping is sent. It keeps a quiet line known, and wakes a sleepy AMI session. */
  pingMs: number
  /** A line on which nothing came for this long is dead, whatever TCP says. */
  silenceMs: number
}

export const connectionTiming: ConnectionTiming = {
  connectMs: 5_000,
  actionMs: 5_000,
  pingMs: 5_000,
  silenceMs: 20_000,
}

export interface ConnectionHandlers {
  /** Each event, in the order in which Asterisk sent it, from the instant of the login. */
  onEvent: (block: AmiBlock) => void
  /** Whether events of this name are not wanted: they are left out before they are parsed. */
  isUseless: (event: string) => boolean
  /** Told of each event that was left out: its name, and the time that Asterisk put on it. */
  onUseless: (event: string, timestamp: string | undefined) => void
  /**
   * The answer to a Ping of the heartbeat.
   * @param timestamp as Asterisk wrote it
   * @param tookMs from the question to the answer, which may have come at any time between
   */
  onPong?: (timestamp: string | undefined, tookMs: number) => void
  /** A block that is neither answer nor event. */
  onMalformed: (block: AmiBlock) => void
  /** Once, when a connection that was made ends for whatever reason but {@link AmiConnection.close}. */
  onClosed: (why: AmiError) => void
}

/** One AMI session, logged in. Another attempt is another object, with another parser. */
export interface AmiConnection {
  /**
   * Sends an action.
   * @returns its answer
   * @throws AmiError `ami.invalid_field`, `ami.refused_action`, `ami.timeout`, `ami.closed`
   */
  action(name: string, fields?: Readonly<Record<string, string>>, timeoutMs?: number): Promise<AmiBlock>
  /**
   * Sends an action that is answered by a list.
   * @returns the list's events without the one that ends it
   * @throws AmiError as {@link action}; `ami.timeout` also when the list does not end in time
   */
  list(name: string, fields?: Readonly<Record<string, string>>, timeoutMs?: number): Promise<AmiBlock[]>
  /** How long nothing has come, ms. */
  silentMs(): number
  /** Ends the session at once. What still waits for an answer fails with `ami.closed`. */
  close(): void
}

/** Asterisk cuts a longer line off and answers nothing. */
const longestLine = 1000
/** No event is near this size: what is longer and has no end is not AMI. */
const longestBlock = 1_000_000

interface Waiting {
  take: (block: AmiBlock) => void
  fail: (why: AmiError) => void
}

/**
 * Connects and logs in.
 * @param signal ends the attempt, and the session that came of it, at once
 * @throws AmiError `ami.unreachable`, `ami.not_asterisk`, `ami.silent`, `ami.refused_login`, `ami.closed`
 */
export async function connectAmi(
  settings: ConnectionSettings,
  handlers: ConnectionHandlers,
  timing: ConnectionTiming = connectionTiming,
  signal?: AbortSignal,
): Promise<AmiConnection> {
  checkText('Username', settings.username)
  checkText('Secret', settings.secret)
  const manager = createManager(undefined, settings.host, settings.username, settings.secret, true)
  const waiting = new Map<string, Waiting>()
  let loggedIn = false
  let ended: AmiError | undefined
  let sequence = 0
  // A UserEvent carries the id of the action that sent it to everybody: another session's must not look like ours.
  const session = `ringcard-${randomBytes(4).toString('hex')}`

  // The package hands each event over four times, by way of next ticks. Its own dispatcher gives way to this one, which
  // keeps the order, and lets no name that comes over the wire become the name of an event of ours.
  manager.removeAllListeners('rawevent')
  const take = (block: AmiBlock) => {
    if (ended) return
    const id = field(block, 'actionid')
    const asker = id === undefined ? undefined : waiting.get(id)
    if (asker) asker.take(block)
    else if (typeof block.event === 'string') handlers.onEvent(block)
    else if (id !== undefined && block.response !== undefined) answerLogin(manager, id, block)
    else if (Object.keys(block).length > 0) handlers.onMalformed(block)
  }
  manager.on('rawevent', take)

  const socket = openSocket(manager, settings)
  siftInto(socket, take, handlers)
  const end = (why: AmiError) => {
    if (ended) return
    ended = why
    clearInterval(heartbeat)
    signal?.removeEventListener('abort', close)
    socket.destroy()
    manager.disconnect()
    manager.removeAllListeners()
    // The package's socket may still report an error, which must find a listener.
    manager.on('error', () => undefined)
    for (const each of [...waiting.values()]) each.fail(why)
    if (loggedIn) handlers.onClosed(why)
  }

  let heardAt = performance.now()
  let unfinished = 0
  socket.prependListener('data', (chunk: string) => {
    heardAt = performance.now()
    const lastEnd = chunk.lastIndexOf('\n\r\n')
    unfinished = lastEnd < 0 ? unfinished + chunk.length : chunk.length - lastEnd
    if (unfinished > longestBlock) end(new AmiError('ami.garbled', 'a block without end'))
  })
  const heartbeat = setInterval(() => {
    const silentMs = performance.now() - heardAt
    if (silentMs > timing.silenceMs) {
      end(new AmiError('ami.silent', `nothing came for ${Math.round(silentMs / 1000)} s`))
    } else if (loggedIn) {
      // Its answer counts as a sign of life, and so does its lack, above.
      const askedAt = performance.now()
      action('Ping').then(
        (pong) => handlers.onPong?.(field(pong, 'timestamp'), performance.now() - askedAt),
        () => undefined,
      )
    }
  }, timing.pingMs)
  socket.once('close', () => end(new AmiError('ami.closed')))
  const close = () => end(new AmiError('ami.closed'))
  signal?.addEventListener('abort', close)

  const ask = <T>(
    name: string,
    fields: Readonly<Record<string, string>>,
    timeoutMs: number,
    take: (block: AmiBlock, done: (value: T) => void) => void,
  ): Promise<T> => {
    if (ended) return Promise.reject(new AmiError('ami.closed'))
    const id = `${session}-${(sequence += 1)}`
    return new Promise<T>((resolve, reject) => {
      const request: Record<string, string> = { action: name, actionid: id }
      for (const [key, value] of Object.entries(fields)) {
        checkKey(key)
        checkText(key, value)
        request[key] = value
      }
      const forget = () => {
        clearTimeout(timer)
        waiting.delete(id)
        // The package keeps a listener for each action for ever if no answer comes.
        manager.removeAllListeners(id)
      }
      const fail = (why: AmiError) => {
        forget()
        reject(why)
      }
      const timer = setTimeout(() => fail(new AmiError('ami.timeout', name)), timeoutMs)
      waiting.set(id, {
        fail,
        take: (block) => {
          if (block.response !== undefined && field(block, 'response')?.toLowerCase() === 'error') {
            fail(
              new AmiError('ami.refused_action', `${name}: ${field(block, 'message') ?? 'no reason given'}`),
            )
          } else {
            take(block, (value) => {
              forget()
              resolve(value)
            })
          }
        },
      })
      manager.action(request)
    })
  }

  const action: AmiConnection['action'] = (name, fields = {}, timeoutMs = timing.actionMs) =>
    ask<AmiBlock>(name, fields, timeoutMs, (block, done) => {
      if (block.response !== undefined) done(block)
    })

  const list: AmiConnection['list'] = (name, fields = {}, timeoutMs = timing.actionMs) => {
    const items: AmiBlock[] = []
    return ask<AmiBlock[]>(name, fields, timeoutMs, (block, done) => {
      if (typeof block.event !== 'string') return
      const ending =
        field(block, 'eventlist')?.toLowerCase() === 'complete' || block.event.endsWith('Complete')
      if (ending) done(items)
      else items.push(block)
    })
  }

  try {
    await greeting(socket, settings, timing.connectMs)
    await login(manager, socket, timing.actionMs)
    loggedIn = true
    return { action, list, silentMs: () => performance.now() - heardAt, close }
  } catch (error) {
    end(error instanceof AmiError ? error : new AmiError('ami.closed'))
    throw error
  }
}

/**
 * Has the package connect, and takes hold of the socket that it makes and hides: for the greeting, for errors, and to
 * see silence. Node announces each client socket on this channel while it is made, within the call.
 */
function openSocket(manager: AsteriskManager, { host, port }: ConnectionSettings): Socket {
  let made: Socket | undefined
  const take = (message: unknown) => {
    if (
      typeof message === 'object' &&
      message !== null &&
      'socket' in message &&
      message.socket instanceof Socket
    ) {
      made = message.socket
    }
  }
  subscribe('net.client.socket', take)
  try {
    manager.connect(port, host, () => undefined)
  } finally {
    unsubscribe('net.client.socket', take)
  }
  if (!made) throw new Error('Node did not announce the socket of asterisk-manager')
  return made
}

/** Puts a sieve, and a reader of our own for events, between the socket and the package's reader. */
function siftInto(
  socket: Socket,
  take: (event: AmiBlock) => void,
  { isUseless, onUseless }: ConnectionHandlers,
): void {
  const readers = socket.listeners('data')
  socket.removeAllListeners('data')
  const sieve = createSieve({
    isUseless,
    onUseless: (name, block) => onUseless(name, /\r\nTimestamp: ([^\r]*)/.exec(block)?.[1]),
    onText: (text) => {
      const event = readEvent(text)
      if (event) take(event)
      else for (const read of readers) read.call(socket, text)
    },
  })
  socket.on('data', (chunk: string) => sieve.push(chunk))
}

/** Waits for `Asterisk Call Manager/11.0.0`, which the package passes over. */
function greeting(socket: Socket, { host, port }: ConnectionSettings, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    let connected = false
    const finish = (why?: AmiError) => {
      clearTimeout(timer)
      socket.off('data', take)
      socket.off('error', failed)
      socket.off('close', closed)
      if (why) reject(why)
      else resolve()
    }
    const take = (chunk: string) => {
      text += chunk
      const line = /^([^\r\n]*)\r?\n/.exec(text)?.[1]
      if (line === undefined && text.length < 200) return
      const isAsterisk = /^Asterisk Call Manager\/\S+$/.test(line ?? '')
      finish(isAsterisk ? undefined : new AmiError('ami.not_asterisk', `${host}:${port}`))
    }
    const failed = (error: NodeJS.ErrnoException) =>
      finish(new AmiError('ami.unreachable', `${host}:${port}, ${error.code ?? error.message}`))
    const closed = () =>
      finish(new AmiError('ami.unreachable', `${host}:${port}, closed before the greeting`))
    const timer = setTimeout(
      () =>
        finish(new AmiError(connected ? 'ami.silent' : 'ami.unreachable', `${host}:${port}, no greeting`)),
      timeoutMs,
    )
    socket.once('connect', () => (connected = true))
    socket.on('data', take)
    socket.on('error', failed)
    socket.on('close', closed)
  })
}

/** Logs in by the package's own login, without which it holds all actions back. */
function login(manager: AsteriskManager, socket: Socket, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (why?: AmiError) => {
      clearTimeout(timer)
      socket.off('close', closed)
      if (why) reject(why)
      else resolve()
    }
    const closed = () => finish(new AmiError('ami.closed', 'during the login'))
    const timer = setTimeout(() => finish(new AmiError('ami.silent', 'no answer to the login')), timeoutMs)
    socket.on('close', closed)
    manager.login((error) => finish(error ? new AmiError('ami.refused_login') : undefined))
  })
}

/** The package knows its login by the clock's digits; nothing else may pass for its answer. */
function answerLogin(manager: AsteriskManager, id: string, block: AmiBlock): void {
  if (!/^\d+$/.test(id)) return
  const refused = field(block, 'response')?.toLowerCase() !== 'success'
  manager.emit(id, refused ? block : undefined, block)
}

/** @throws AmiError `ami.invalid_field` where a key could be read as something else than one header's name */
function checkKey(key: string): void {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(key) || /^action(id)?$/i.test(key)) {
    throw new AmiError('ami.invalid_field', 'the name of a header')
  }
}

/** @throws AmiError `ami.invalid_field` where a value could end its header, or would be cut off; never shows it */
function checkText(key: string, value: string): void {
  if (hasControlCharacter(value)) throw new AmiError('ami.invalid_field', `${key} has a control character`)
  if (Buffer.byteLength(value) + key.length > longestLine)
    throw new AmiError('ami.invalid_field', `${key} is too long`)
}
