import type { Difference, Use } from './rules.ts'

/**
 * Asterisk's channel event log as the referee where queue_log and CDR name the wrong phone or begin too early: who picked a
 * ringing call up, and from when an agent and the customer heard each other. Shares no code with the server.
 */
export interface Cel {
  /** Names by uniqueid: `lab-1764000000.1` → `PJSIP/201-00000001`. */
  names: ReadonlyMap<string, string>
  /** Channels that rang and were picked up by somebody else. */
  pickedUp: ReadonlySet<string>
  /** Channels of phones that were called before anybody they were to talk with, as a console asks for it, by uniqueid. */
  calledFirst: ReadonlySet<string>
  /** Attended transfers, and conferences, which are written as such: by whom and when, seconds since 1970. */
  attended: readonly { extension: string; at: number }[]
  /** Each moment at which an agent came to hear a channel from outside, seconds since 1970. */
  together: readonly { outside: string; extension: string; at: number }[]
}

/** Reads the rows of the log, which are CSV with eventtype, eventtime, uniqueid, linkedid and channel name in front. */
export function readCel(lines: readonly string[]): Cel {
  const names = new Map<string, string>()
  const pickedUp = new Set<string>()
  const calledFirst = new Set<string>()
  const bridges = new Map<string, string>()
  const attended: { extension: string; at: number }[] = []
  const together: { outside: string; extension: string; at: number }[] = []
  let hearing = new Set<string>()
  for (const line of lines) {
    const [event, time, uniqueId = '', , name = ''] = line
      .split(',')
      .map((cell) => cell.replace(/^"|"$/g, ''))
    const bridge = /""bridge_id"":""([^"]+)""/.exec(line)?.[1] ?? ''
    const holding = line.includes('""holding_bridge""')
    if (event === 'CHAN_START') names.set(uniqueId, name)
    if (event === 'ATTENDEDTRANSFER')
      attended.push({ extension: /^PJSIP\/(\d{3})/.exec(name)?.[1] ?? '', at: Number(time) })
    if (event === 'PICKUP') pickedUp.add(name)
    if (line.includes('"AppDial2"')) calledFirst.add(uniqueId)
    if (event === 'BRIDGE_ENTER' && !holding) bridges.set(uniqueId, bridge)
    if ((event === 'BRIDGE_EXIT' && bridges.get(uniqueId) === bridge) || event === 'CHAN_END')
      bridges.delete(uniqueId)
    if (event !== 'BRIDGE_ENTER' && event !== 'BRIDGE_EXIT' && event !== 'CHAN_END') continue
    const now = new Set(pairs(names, bridges))
    for (const pair of now) {
      if (hearing.has(pair)) continue
      const [outside = '', extension = ''] = pair.split(' ')
      together.push({ outside, extension, at: Number(time) })
    }
    hearing = now
  }
  return { names, pickedUp, calledFirst, attended, together }
}

/** Every channel from outside with every agent it hears, through bridges and from one half of a Local channel to the other. */
function pairs(names: ReadonlyMap<string, string>, bridges: ReadonlyMap<string, string>): string[] {
  return [...bridges.keys()]
    .filter((id) => names.get(id)?.startsWith('PJSIP/trunk-') === true)
    .flatMap((outside) => {
      const heard = new Set([outside])
      for (const id of heard) {
        const half = /^(Local\/.+;)([12])$/.exec(names.get(id) ?? '')
        const other = half && `${half[1] ?? ''}${half[2] === '1' ? '2' : '1'}`
        for (const [next, bridge] of bridges) {
          if (bridge === bridges.get(id) || names.get(next) === other) heard.add(next)
        }
      }
      return [...heard].flatMap((id) => {
        const extension = /^PJSIP\/(\d{3})-/.exec(names.get(id) ?? '')?.[1]
        return extension === undefined ? [] : [`${outside} ${extension}`]
      })
    })
}

/** A call as Ringcard told it, as far as bridges can know it. Times in seconds. */
export interface CallWithCustomer {
  callId: string
  /** The customer's channel; null for a call between agents. */
  customer: string | null
  /** The customer came into a call between agents: their talks are the customer's from then on, and began before. */
  brought: boolean
  contacts: readonly { extension: string; beganAt: number; endedAt: number }[]
}

/**
 * Holds contacts against bridges: each began when its agent and the customer came together, one for each time, and nobody
 * heard a customer without having a contact with them. Within a quarter of a second: Asterisk tells the halves of a move one
 * after the other.
 * @param firstHeardAt talks from before are told from here on, since nobody was there; seconds since 1970
 * @returns none when they agree
 */
export function celDifferences(
  { together }: Cel,
  calls: readonly CallWithCustomer[],
  firstHeardAt = -Infinity,
  use: Use = () => undefined,
): Difference[] {
  const lines: Difference[] = []
  const isFound = (at: number, beganAt: number): boolean => at < beganAt && beganAt <= firstHeardAt
  for (const { callId, customer, brought, contacts } of calls) {
    if (customer === null) continue
    const all = calls.filter((call) => call.customer === customer).flatMap((call) => call.contacts)
    const met = together.filter((meeting) => meeting.outside === customer)
    const left = [...met]
    for (const { extension, beganAt } of brought ? [] : contacts) {
      const same = ({ at, extension: agent }: (typeof met)[number]): boolean =>
        agent === extension && (Math.abs(at - beganAt) <= 0.25 || isFound(at, beganAt))
      const index = left.findIndex(same)
      const [meeting] = index < 0 ? [] : left.splice(index, 1)
      if (meeting && isFound(meeting.at, beganAt)) use('found-talking')
      const what = `talk with ${extension} began ${beganAt}; CEL has them together at no such time`
      if (!meeting) lines.push({ callId, at: beganAt, what })
    }
    for (const { extension, at } of met) {
      const covered = all.some(
        (c) =>
          c.extension === extension &&
          (c.beganAt - 0.25 <= at || isFound(at, c.beganAt)) &&
          at <= c.endedAt + 0.25,
      )
      if (!covered)
        lines.push({ callId, at, what: `CEL has ${extension} with the customer at ${at}, Ringcard has not` })
    }
  }
  return lines
}
