import type { Difference, Use } from '../../compare/rules.ts'
import type { CelRow } from './cel-rows.ts'
import type { ToldCall } from './told.ts'

/** A hold as a phone did it, by its re-INVITEs. Seconds since 1970. */
export interface PhoneHold {
  /** The user part of the phone's own address: an extension, or a customer's number. */
  who: string
  beganAt: number
  /** NaN when the phone never took the call back. */
  endedAt: number
}

/**
 * Reads what SIPp wrote of one phone's messages: `sendonly` or `inactive` in an INVITE within a call is a hold. One that the
 * PBX never agreed to, because it or the call had gone, is none.
 */
export function readPhoneLog(text: string): PhoneHold[] {
  const holds: PhoneHold[] = []
  const open = new Map<string, PhoneHold>()
  const seen = new Set<string>()
  const parts = text.split(/^-{20,} /m)
  const agreed = new Set(parts.flatMap(agreedTo))
  for (const part of parts) {
    const at = Date.parse(`${part.slice(0, 10)}T${part.slice(11, 26)}`) / 1000
    const message = /^UDP message sent[^\n]*\n\s*\n(INVITE [\s\S]*)/m.exec(part)?.[1]
    if (message === undefined || !/^To:.*;tag=/m.test(message)) continue
    const { dialog, request } = idsOf(message)
    // Sent again for want of an answer: the first counts.
    if (seen.has(request) || !agreed.has(request)) continue
    seen.add(request)
    const who = /^From:.*?sip:([^@>;]+)/m.exec(message)?.[1] ?? ''
    const known = open.get(dialog)
    if (/^a=(?:sendonly|inactive)/m.test(message)) {
      if (known) continue
      const hold = { who, beganAt: at, endedAt: NaN }
      holds.push(hold)
      open.set(dialog, hold)
    } else if (known) {
      known.endedAt = at
      open.delete(dialog)
    }
  }
  return holds
}

/** The INVITE that a message of a phone's log agrees to; none for another message. */
function agreedTo(part: string): string[] {
  const message = /^UDP message received[^\n]*\n\s*\n(SIP\/2\.0 200 [\s\S]*)/m.exec(part)?.[1]
  return message !== undefined && /^CSeq: *\d+ +INVITE/m.test(message) ? [idsOf(message).request] : []
}

/** Of what call a message is, and of what request in it. */
function idsOf(message: string): { dialog: string; request: string } {
  const dialog = /^Call-ID: *(\S+)/m.exec(message)?.[1] ?? ''
  return { dialog, request: `${dialog} ${/^CSeq: *(\d+)/m.exec(message)?.[1] ?? ''}` }
}

/**
 * Holds what Ringcard told of holds against the phones' own logs, within a second. A hold that no phone did is one by keys
 * or by the manager: then CEL's music for the customer decides. No record has holds: one that began unheard is not told, one
 * that ended unheard is told for longer.
 * @param isUnheard whether nobody listened to the PBX at a moment, s
 */
export function holdDifferences(
  phones: readonly PhoneHold[],
  cel: readonly CelRow[],
  calls: readonly ToldCall[],
  isUnheard: (at: number) => boolean,
  use: Use,
): Difference[] {
  const lines: Difference[] = []
  const left = [...phones]
  for (const { callId, holds } of calls) {
    for (const { extension, by, beganAt, endedAt } of holds) {
      // A phone may be in two calls: the nearest hold is this one's.
      const [phone] = left
        .filter((hold) => isBy(hold.who, by, extension) && near(hold.beganAt, beganAt))
        .sort((a, b) => Math.abs(a.beganAt - beganAt) - Math.abs(b.beganAt - beganAt))
      if (phone) left.splice(left.indexOf(phone), 1)
      const what = `${by} of ${extension} held from ${beganAt} to ${endedAt}`
      // Without a word from the phone the hold ends with the talk, or with the transfer that it was for.
      if (phone && Number.isNaN(phone.endedAt)) continue
      const ends = phone ? [phone.endedAt] : musicEnds(cel, callId, beganAt)
      const over = ends.find((end) => near(end, endedAt)) ?? ends.at(-1) ?? NaN
      if (near(over, endedAt)) {
        if (!phone) use('held-by-keys')
      } else if (isUnheard(over) && over < endedAt) use('hold-unheard')
      else if (phone) lines.push({ callId, at: beganAt, what: `${what}; by the phone until ${over}` })
      else lines.push({ callId, at: beganAt, what: `${what}; no phone and no music did` })
    }
  }
  for (const { who, beganAt } of left)
    if (isUnheard(beganAt)) use('hold-unheard')
    else
      lines.push({
        callId: '',
        at: beganAt,
        what: `the phone of ${who} held at ${beganAt}, Ringcard has not`,
      })
  return lines
}

function isBy(who: string, by: string, extension: string): boolean {
  return by === 'agent' ? who === extension : !/^2\d\d$/.test(who)
}

function near(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1
}

/** When what began to play to somebody of this call at a moment ended: music for the customer, a tone for the agent. */
function musicEnds(cel: readonly CelRow[], callId: string, beganAt: number): number[] {
  return cel
    .filter((row) => row.event === 'STREAM_BEGIN' && row.linkedId === callId && near(row.at, beganAt))
    .flatMap((begin) => {
      const ended = ({ event, uniqueId, at }: CelRow): boolean =>
        event === 'STREAM_END' && uniqueId === begin.uniqueId && at > begin.at
      return cel.find(ended)?.at ?? []
    })
}
