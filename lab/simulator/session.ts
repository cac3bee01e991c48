import type { Socket } from 'node:net'
import { blockText, type Headers } from './block-text.ts'
import { valueOf } from './world.ts'

/** How often what goes wrong, from 0 (never) to 1 (every block). */
export interface Faults {
  /** A block arrives in two parts, some ms apart. */
  torn: number
  /** A block ends by `\r\n\n`, as those of `CoreShowChannelMap` do (asterisk #761). */
  oddEnds: number
  doubled: number
  lost: number
}

export const noFaults: Faults = { torn: 0, oddEnds: 0, doubled: 0, lost: 0 }

export interface SessionOptions {
  username: string
  secret: string
  faults: () => Faults
  /** From 0 to 1. */
  random: () => number
  /** PBX's time, ms. */
  now: () => number
  /** When the PBX was started, ms. */
  startedAt: number
  /** Answers an action of a session that is logged in. */
  answer: (action: Headers) => string
}

const tornApartMs = 5
/** Asterisk cuts a longer block off; nobody sends one. */
const longestAction = 65_536

/** One manager session: login, actions in, answers and events out. */
export class Session {
  loggedIn = false
  private readonly socket: Socket
  private readonly options: SessionOptions
  private received = ''
  private readonly held: string[] = []
  private holdUntil = 0
  private timer: NodeJS.Timeout | undefined

  constructor(socket: Socket, options: SessionOptions) {
    this.socket = socket
    this.options = options
    socket.setNoDelay(true)
    socket.setEncoding('utf8')
    socket.on('error', () => socket.destroy())
    socket.on('close', () => clearTimeout(this.timer))
    socket.on('data', (text: string) => this.receive(text))
    this.write('Asterisk Call Manager/11.0.0\r\n')
  }

  /** Sends events, as far as the faults let them through. @param blocks whole blocks */
  sendEvents(blocks: readonly string[]): void {
    if (!this.loggedIn) return
    const { random } = this.options
    const faults = this.options.faults()
    const hits = (chance: number) => chance > 0 && random() < chance
    let text = ''
    for (const block of blocks) {
      if (hits(faults.lost)) continue
      let sent = hits(faults.oddEnds) ? `${block.slice(0, -2)}\n` : block
      if (hits(faults.doubled)) sent += sent
      if (hits(faults.torn)) {
        const at = 1 + Math.floor(random() * (sent.length - 1))
        this.write(text + sent.slice(0, at))
        this.stall(tornApartMs)
        text = sent.slice(at)
      } else text += sent
    }
    if (text !== '') this.write(text)
  }

  /** Sends nothing for so long, ms; what should have been sent comes after, in order. */
  stall(ms: number): void {
    this.holdUntil = Math.max(this.holdUntil, performance.now() + ms)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.holdUntil = 0
      for (const text of this.held.splice(0)) this.write(text)
    }, this.holdUntil - performance.now())
  }

  /** Ends the connection at once, as a cable that is pulled. */
  cut(): void {
    this.socket.destroy()
  }

  private write(text: string): void {
    if (this.held.length > 0 || this.holdUntil > 0) this.held.push(text)
    else if (this.socket.writable) this.socket.write(text)
  }

  private receive(text: string): void {
    this.received += text
    if (this.received.length > longestAction) {
      this.cut()
      return
    }
    for (let end = this.received.indexOf('\r\n\r\n'); end >= 0; end = this.received.indexOf('\r\n\r\n')) {
      const headers = this.received
        .slice(0, end)
        .split('\r\n')
        .map((line): [string, string] => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
        })
      this.received = this.received.slice(end + 4)
      this.act(headers)
    }
  }

  private act(action: Headers): void {
    const name = valueOf(action, 'action').toLowerCase()
    const say = (...headers: [string, string][]) => {
      const id = valueOf(action, 'actionid')
      const [first, ...rest] = headers
      if (first) this.write(blockText([first, ...(id === '' ? [] : [['ActionID', id] as const]), ...rest]))
    }
    if (name === 'login') this.login(action, say)
    else if (name === 'logoff') {
      say(['Response', 'Goodbye'], ['Message', 'Thanks for all the fish.'])
      this.socket.end()
    } else if (!this.loggedIn) say(['Response', 'Error'], ['Message', 'Permission denied'])
    else this.write(this.options.answer(action))
  }

  private login(action: Headers, say: (...headers: [string, string][]) => void): void {
    const { username, secret, now, startedAt } = this.options
    const uptime = String(Math.round((now() - startedAt) / 1000))
    if (valueOf(action, 'username') !== username || valueOf(action, 'secret') !== secret) {
      say(['Response', 'Error'], ['Message', 'Authentication failed'])
      this.socket.end()
      return
    }
    say(['Response', 'Success'], ['Message', 'Authentication accepted'])
    this.loggedIn = true
    this.write(
      blockText([
        ['Event', 'FullyBooted'],
        ['Privilege', 'system,all'],
        ['Timestamp', (now() / 1000).toFixed(6)],
        ['Uptime', uptime],
        ['LastReload', uptime],
        ['Status', 'Fully Booted'],
      ]),
    )
  }
}
