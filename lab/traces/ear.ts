import { header, LabAmi, type AmiAccess } from '../asterisk/ami.ts'
import { waitUntil } from '../asterisk/process.ts'
import { quietLists, type Hearing } from './lists.ts'
import type { TraceGap, TracePiece } from './trace.ts'

const tries = { timeoutMs: 90_000, everyMs: 100 }

/** A manager session whose bytes are kept. When it breaks it is opened again, and what was missed is a gap. */
export class Ear implements Hearing {
  readonly gaps: TraceGap[] = []
  /** Milliseconds since the epoch; 0 before the start. */
  startedAt = 0
  readonly #access: AmiAccess
  readonly #pieces: TracePiece[] = []
  #ami: LabAmi | undefined
  #rest = Buffer.alloc(0)
  #events = 0
  /** Since when nothing is kept. */
  #deafSinceMs: number | null = null
  #isCut = false
  #closed = false

  private constructor(access: AmiAccess) {
    this.#access = access
  }

  /** Opens the session. @throws as `LabAmi.open` */
  static async open(access: AmiAccess): Promise<Ear> {
    const ear = new Ear(access)
    await ear.#connect()
    return ear
  }

  /** The session of this moment. @throws when there is none */
  session(): LabAmi {
    if (!this.#ami) throw new Error('the session is broken')
    return this.#ami
  }

  /** Keeps what comes from now on. */
  start(): void {
    this.startedAt = performance.timeOrigin + performance.now()
  }

  nowMs(): number {
    return performance.timeOrigin + performance.now() - this.startedAt
  }

  async heard(): Promise<number> {
    // An answer to a Ping has everything before it in front of it.
    await this.session().action('Ping')
    return this.#events
  }

  /** Breaks the session until it is mended. */
  readonly cut = (): void => {
    this.#isCut = true
    this.#ami?.close()
  }

  readonly mend = (): void => {
    this.#isCut = false
  }

  /** Waits until nothing is missed any more. */
  async whenHearing(): Promise<void> {
    await waitUntil('the session to be there again', () => this.#deafSinceMs === null, tries)
  }

  /** All that was heard, with what has not been read yet. */
  async stop(): Promise<TracePiece[]> {
    await this.heard()
    if (this.#rest.length > 0) this.#keep(this.#rest.toString('utf8'), this.#pieces.at(-1)?.atMs ?? 0)
    return this.#pieces
  }

  close(): void {
    this.#closed = true
    this.#ami?.close()
  }

  async #connect(): Promise<void> {
    const ami = await LabAmi.open(
      this.#access,
      (bytes) => this.#take(bytes),
      () => void this.#lost(ami),
    )
    this.#ami = ami
    await ami.waitFor('FullyBooted', (block) => header(block, 'Event') === 'FullyBooted')
  }

  #take(bytes: Buffer): void {
    if (this.startedAt === 0) return
    const atMs = Math.round(this.nowMs() * 1000) / 1000
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (let end = this.#rest.indexOf('\r\n\r\n'); end >= 0; end = this.#rest.indexOf('\r\n\r\n')) {
      this.#keep(this.#rest.subarray(0, end + 4).toString('utf8'), atMs)
      this.#rest = this.#rest.subarray(end + 4)
    }
  }

  #keep(text: string, atMs: number): void {
    if (text.startsWith('Event: ')) this.#events += 1
    if (this.#deafSinceMs === null) this.#pieces.push({ atMs, text })
  }

  async #lost(ami: LabAmi): Promise<void> {
    if (this.#closed || this.#ami !== ami) return
    this.#ami = undefined
    this.#rest = Buffer.alloc(0)
    this.#deafSinceMs ??= this.nowMs()
    const reached = async (): Promise<boolean> => {
      if (this.#closed) return true
      if (this.#isCut) return false
      return this.#connect().then(
        () => true,
        () => false,
      )
    }
    await waitUntil('AMI to be there again', reached, tries)
    // Queues are loaded after the login is let in.
    const { atMs, answers } = await waitUntil(
      'the lists after a break',
      async () => {
        const lists = await quietLists(this.#access, this).catch(() => undefined)
        return lists?.answers['QueueStatus']?.includes('Queue: returns') === true && lists
      },
      tries,
    )
    this.gaps.push({ fromMs: this.#deafSinceMs, toMs: atMs, answers })
    this.#deafSinceMs = null
  }
}
