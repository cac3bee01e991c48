import { connect, type Socket } from 'node:net'

/** Where and as whom to speak AMI. */
export interface AmiAccess {
  host: string
  port: number
  username: string
  secret: string
}

/** One block of AMI, an answer or an event: its headers in order, names as sent. */
export type AmiBlock = readonly (readonly [name: string, value: string])[]

/** The first value of a header, whatever the case of its name. Undefined if the block has none. */
export function header(block: AmiBlock, name: string): string | undefined {
  return block.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** Cuts the text of one block into headers; a line without a colon becomes a header with an empty name. */
export function parseBlock(text: string): AmiBlock {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':')
      return colon < 0
        ? (['', line] as const)
        : ([line.slice(0, colon), line.slice(colon + 1).trim()] as const)
    })
}

/**
 * A plain AMI session for tests, the recorder and the lab's own checks. The product has its own, in server/asterisk:
 * this one shares no code with it, so that one can be held against the other.
 */
export class LabAmi {
  /** Every event that is not part of a list answer. */
  readonly events: AmiBlock[] = []
  private readonly watchers = new Set<(block: AmiBlock) => void>()
  private rest = ''
  private sequence = 0

  private constructor(
    private readonly socket: Socket,
    private readonly onBytes: ((bytes: Buffer) => void) | undefined,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.onBytes?.(chunk)
      this.take(chunk.toString('utf8'))
    })
  }

  /**
   * Connects and logs in.
   * @param onBytes gets the bytes as they come, before anything is made of them
   * @param onClosed told when the session has ended, whoever ended it
   * @throws when the port is closed, the login is refused, or neither is known within 5 s
   */
  static async open(
    access: AmiAccess,
    onBytes?: (bytes: Buffer) => void,
    onClosed?: () => void,
  ): Promise<LabAmi> {
    const socket = connect(access.port, access.host)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    // From here on a lost connection shows as an action that times out.
    socket.on('error', () => undefined)
    const ami = new LabAmi(socket, onBytes)
    try {
      await ami.action('Login', { Username: access.username, Secret: access.secret })
    } catch (error) {
      socket.destroy()
      throw error
    }
    if (onClosed) socket.once('close', onClosed)
    return ami
  }

  /**
   * Sends an action and waits for its answer.
   * @param options `list` collects the events of the answer up to its `…Complete`; `timeoutMs` is 5000 by default
   * @returns the answer first, then the list's events
   * @throws when Asterisk answers with an error, or not in time
   */
  action(
    name: string,
    fields: Readonly<Record<string, string>> = {},
    options: { list?: boolean; timeoutMs?: number } = {},
  ): Promise<AmiBlock[]> {
    const id = `lab-${String(++this.sequence)}`
    const lines = Object.entries({ Action: name, ActionID: id, ...fields }).map(
      ([key, value]) => `${key}: ${value}`,
    )
    if (lines.some((line) => /[\r\n]/.test(line)))
      throw new Error('a header value must not hold a line break')
    return new Promise((resolve, reject) => {
      const blocks: AmiBlock[] = []
      const done = (error?: Error) => {
        clearTimeout(timer)
        this.watchers.delete(watch)
        if (error) reject(error)
        else resolve(blocks)
      }
      const timer = setTimeout(() => {
        done(new Error(`AMI gave no answer to ${name}`))
      }, options.timeoutMs ?? 5000)
      const watch = (block: AmiBlock) => {
        if (header(block, 'ActionID') !== id) return
        blocks.push(block)
        if (header(block, 'Response') === 'Error')
          done(new Error(`${name}: ${header(block, 'Message') ?? 'refused'}`))
        else if (options.list !== true || /complete$/i.test(header(block, 'EventList') ?? '')) done()
      }
      this.watchers.add(watch)
      this.socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    })
  }

  /** Waits for an event that fits, among those that came already and those to come. */
  waitFor(what: string, fits: (block: AmiBlock) => boolean, timeoutMs = 15_000): Promise<AmiBlock> {
    const known = this.events.find(fits)
    if (known) return Promise.resolve(known)
    return new Promise((resolve, reject) => {
      const watch = (block: AmiBlock) => {
        if (header(block, 'Event') === undefined || !fits(block)) return
        clearTimeout(timer)
        this.watchers.delete(watch)
        resolve(block)
      }
      const timer = setTimeout(() => {
        this.watchers.delete(watch)
        reject(new Error(`AMI never told: ${what}`))
      }, timeoutMs)
      this.watchers.add(watch)
    })
  }

  /** Ends the session. */
  close(): void {
    this.socket.destroy()
  }

  private take(text: string): void {
    this.rest += text
    // The greeting is a line of its own, with no empty line after it.
    this.rest = this.rest.replace(/^Asterisk Call Manager\/[^\r\n]*\r\n/, '')
    for (;;) {
      const end = /\r\n\r?\n/.exec(this.rest)
      if (!end) return
      const block = parseBlock(this.rest.slice(0, end.index))
      this.rest = this.rest.slice(end.index + end[0].length)
      if (header(block, 'Event') !== undefined && header(block, 'ActionID') === undefined)
        this.events.push(block)
      for (const watcher of [...this.watchers]) watcher(block)
    }
  }
}
