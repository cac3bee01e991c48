import type { ChannelInfo } from '../floor/events.ts'

/** May the number of a channel's caller be shown? `unknown` until the PBX has said. */
export type Presentation = 'unknown' | 'open' | 'withheld'

/** What must be remembered of a channel, because no single event of Asterisk's says it. */
export interface RememberedChannel {
  readonly linked: string
  /** As the PBX gave them: never leaves this folder unless the presentation is `open`. */
  number: string | null
  name: string | null
  presentation: Presentation
  /** The last values of the channel variables that tell something by changing. */
  queueStatus: string
  account: string
  attestation: string
}

type ShownCaller = Pick<ChannelInfo, 'callerNumber' | 'callerName' | 'callerRestricted'>

const nobody: ShownCaller = { callerNumber: null, callerName: null, callerRestricted: false }
const withheld: ShownCaller = { callerNumber: null, callerName: null, callerRestricted: true }

/** How long a withheld number is still looked out for after its channel has gone, ms: events of others trail behind. */
const trailMs = 600_000
/** How many channels that hung up are known at least: events trail by seconds, and no PBX hangs up so many in one. */
const mostDeparted = 5_000

/**
 * The channels of one connection, and with them the numbers that nobody may see. A withheld number comes in clear: in
 * the caller's own events, where its presentation stands beside it, and in those of channels made for their call, where
 * nothing marks it. So it is remembered here and struck out wherever it turns up. The connected line, which names the other
 * end of a channel, is not read at all: it would be one more place with the number of somebody else's call.
 */
export class ChannelMemory {
  private readonly channels = new Map<string, RememberedChannel>()
  /** Numbers not to be shown, with how many channels have them. */
  private readonly secrets = new Map<string, number>()
  private readonly trailing: { number: string; until: number }[] = []
  /** The channels that hung up last, in two halves of which the older is let go: events of them trail behind. */
  private departed = new Set<string>()
  private departedBefore = new Set<string>()

  get(uniqueId: string): RememberedChannel | undefined {
    return this.channels.get(uniqueId)
  }

  /** Begins to remember a channel; what is known of it already, by a list that was ahead of the events, stays. */
  remember(uniqueId: string, channel: RememberedChannel): RememberedChannel {
    const known = this.channels.get(uniqueId)
    if (known && known.presentation !== 'unknown') return known
    if (known) this.forgetSecret(known)
    this.channels.set(uniqueId, channel)
    this.keepSecret(channel)
    return channel
  }

  /** The caller has another number or name, or it is known now whether they may be shown. */
  change(
    channel: RememberedChannel,
    number: string | null,
    name: string | null,
    presentation: Presentation,
  ): void {
    this.forgetSecret(channel)
    channel.number = number
    channel.name = name
    channel.presentation = presentation
    this.keepSecret(channel)
  }

  /** Whether a channel has hung up a while ago at most. */
  hasGone(uniqueId: string): boolean {
    return this.departed.has(uniqueId) || this.departedBefore.has(uniqueId)
  }

  /** @param at the PBX's time, ms */
  gone(uniqueId: string, at: number): void {
    this.departed.add(uniqueId)
    if (this.departed.size > mostDeparted) {
      this.departedBefore = this.departed
      this.departed = new Set()
    }
    const channel = this.channels.get(uniqueId)
    if (!channel) return
    this.channels.delete(uniqueId)
    if (channel.presentation !== 'open' && channel.number !== null) {
      this.trailing.push({ number: channel.number, until: at + trailMs })
    }
    while (this.trailing[0] && this.trailing[0].until < at) {
      this.release(this.trailing[0].number)
      this.trailing.shift()
    }
  }

  /** What may be shown of a channel's own caller. */
  shownCaller(uniqueId: string, channel: RememberedChannel): ShownCaller {
    if (channel.presentation === 'withheld') return withheld
    if (channel.presentation === 'unknown') return nobody
    if (isWithheldWord(channel.number)) return withheld
    // A channel made for somebody else's call (a Local half, a forwarded leg) takes the number over, but not always the mark.
    if (channel.number !== null && channel.linked !== uniqueId && this.secrets.has(channel.number))
      return withheld
    return {
      callerNumber: isAbsentWord(channel.number) ? null : channel.number,
      callerName: isWithheldWord(channel.name) || isAbsentWord(channel.name) ? null : channel.name,
      callerRestricted: false,
    }
  }

  private keepSecret({ number, presentation }: RememberedChannel): void {
    if (presentation !== 'open' && number !== null)
      this.secrets.set(number, (this.secrets.get(number) ?? 0) + 1)
  }

  private forgetSecret({ number, presentation }: RememberedChannel): void {
    if (presentation !== 'open' && number !== null) this.release(number)
  }

  private release(number: string): void {
    const left = (this.secrets.get(number) ?? 1) - 1
    if (left > 0) this.secrets.set(number, left)
    else this.secrets.delete(number)
  }
}

/** The words that networks write for a caller who asked not to be shown (RFC 3323 has `anonymous`). */
function isWithheldWord(text: string | null): boolean {
  if (text === null || startsLikeNumber(text)) return false
  const word = text.toLowerCase()
  return word === 'anonymous' || word === 'restricted' || word === 'private' || word === 'withheld'
}

/** The words for a number that nobody knows. */
function isAbsentWord(text: string | null): boolean {
  if (text === null || startsLikeNumber(text)) return false
  const word = text.toLowerCase()
  return word === 'unavailable' || word === 'unknown' || word === 'asterisk'
}

function startsLikeNumber(text: string): boolean {
  return text.charCodeAt(0) <= 0x39
}

/** Reads the value of `CALLERID(pres)`. */
export function readPresentation(value: string | undefined): Presentation {
  if (value === undefined || value === '') return 'unknown'
  return value.startsWith('prohib') ? 'withheld' : 'open'
}
