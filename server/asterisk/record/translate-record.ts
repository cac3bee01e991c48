import type { DialOutcome, PbxEvent, Stamp } from '../../floor/events.ts'
import { readPresentation } from '../channel-memory.ts'
import { cleanText } from '../fields.ts'
import { readName } from '../translation.ts'
import type { CelRow } from './cel-rows.ts'
import {
  answeredElsewhere,
  applications,
  byAge,
  causeOf,
  dials,
  exits,
  followingOf,
  givesUp,
  isDialled,
  leaving,
  outcomeOfCause,
  outcomeOfStatus,
  parkingEnds,
  refusals,
  refusesByHand,
  refusesWithinMs,
  results,
  textOf,
} from './cel-words.ts'
import type { QueueLogRow } from './queue-log-rows.ts'
import { createToldVisits } from './told-visits.ts'

export interface RecordTranslatorSettings {
  /** The name of the PBX, which begins every id. */
  pbx: string
  /** What stands before the names of its queues and devices; empty where it is the only PBX. */
  prefix: string
  /** Our clock, ms. */
  now: () => number
  /** Whether a device is an agent's: its number is no secret. */
  isDesk: (device: string) => boolean
}

export interface RecordTranslator {
  /**
   * Tells rows as events, in order. The newest rows wait for the next call, because what comes directly after a row may
   * say why it came.
   * @param rows of CEL, in the order of the file
   * @param visits rows of queue_log: given no later than the rows of CEL of the same second
   * @param isLast nothing comes after these: then none is held back
   */
  take(rows: readonly CelRow[], visits: readonly QueueLogRow[], isLast: boolean): PbxEvent[]
}

/** What is known of a channel from its rows. */
interface Told {
  readonly uniqueId: string
  readonly channel: string
  linkedId: string
  /** The id that it had before it came together with an older call. */
  linkedFrom: string | null
  /** Another channel dialled it. */
  dialled: boolean
  callerId: string | null
  answered: boolean
  askedToHangUp: boolean
  /** The bridge in which it hears others. */
  bridge: string | null
  /** The queue in which it waits, as far as these rows tell. */
  queue: string | null
}

/** The rows of one hang-up stand this close together, ms. */
const togetherMs = 50
/** How long after a row the rows may come that explain it, ms. */
const explainedWithinMs = 1_500
const longestName = 80
const longestNumber = 64

/**
 * Makes Asterisk's own record of what happened into the events that would have been heard, so that a call which nobody
 * heard is told by the same rules as any other. CEL tells of channels, bridges and moves, to the microsecond; queue_log of
 * queues. Neither tells of holds, nor of ringing: a dialled phone that does not refuse at once is taken to ring.
 */
export function createRecordTranslator(settings: RecordTranslatorSettings): RecordTranslator {
  const { pbx, prefix, now, isDesk } = settings
  const visits = createToldVisits()
  const channels = new Map<string, Told>()
  const idOfName = new Map<string, string>()
  /** Who dials or queues at present, by linked id. */
  const dialling = new Map<string, string>()
  /** Channels of calls that go on, or end now: whether they asked to hang up, and how what they dialled ended. */
  const departed = new Map<string, { linkedId: string; askedToHangUp: boolean; dialStatus: string }>()
  /** Who hears whom, by bridge. */
  const bridges = new Map<string, Set<Told>>()
  /** Where an unanswered phone sent its caller on to, by linked id. */
  const forwarded = new Map<string, string>()
  let waiting: CelRow[] = []
  let out: PbxEvent[] = []
  let stamp: Stamp = { pbx, at: 0, arrivedAt: 0, recorded: true }

  const id = (uniqueId: string): string => `${pbx}:${uniqueId}`
  const idOrNull = (uniqueId: string | undefined): string | null =>
    uniqueId === undefined || uniqueId === '' || uniqueId === 'N/A' ? null : id(uniqueId)
  const own = ({ uniqueId, linkedId }: { uniqueId: string; linkedId: string }) => ({
    channelId: id(uniqueId),
    linkedId: id(linkedId),
  })

  const toldOf = (row: CelRow): Told => {
    const known = channels.get(row.uniqueId)
    if (known) {
      // Rows go on with the old id for a while: see `linkToOldest`.
      if (row.linkedId !== known.linkedFrom) known.linkedId = row.linkedId
      return known
    }
    const told: Told = {
      uniqueId: row.uniqueId,
      channel: row.channel,
      linkedId: row.linkedId,
      linkedFrom: null,
      dialled: row.application.startsWith('App') || (row.type === 'CHAN_START' && isDialled(row)),
      callerId: dialling.get(row.linkedId) ?? null,
      answered: row.type === 'BRIDGE_EXIT',
      askedToHangUp: false,
      bridge: row.type === 'BRIDGE_EXIT' ? (row.extra['bridge_id'] ?? null) : null,
      queue: null,
    }
    channels.set(row.uniqueId, told)
    idOfName.set(row.channel, row.uniqueId)
    return told
  }

  const started = (row: CelRow, following: readonly CelRow[]): void => {
    const told = toldOf(row)
    const name = readName(row.channel, prefix)
    const open = isDesk(name.device)
    out.push({
      ...stamp,
      type: 'channel.appeared',
      channel: {
        ...own(row),
        ...name,
        state: told.dialled ? 'down' : 'dialling',
        // CEL has a withheld number in clear, and does not say so: see `callerTold`.
        callerNumber: open ? textOf(row.number, longestNumber) : null,
        callerName: open ? textOf(row.name, longestName) : null,
        callerRestricted: false,
        connectedNumber: null,
        connectedName: null,
        exten: textOf(row.exten, longestName),
        context: textOf(row.context, longestName),
        application: null,
      },
    })
    if (name.localHalf !== null) {
      const other = idOfName.get(`${row.channel.slice(0, -1)}${name.localHalf === 1 ? 2 : 1}`)
      if (other !== undefined)
        out.push({
          ...stamp,
          type: 'local.bridged',
          oneId: id(other),
          twoId: id(row.uniqueId),
          linkedId: id(row.linkedId),
        })
    }
    if (!told.dialled) return
    const dial = { callerId: idOrNull(told.callerId ?? row.linkedId), calledId: id(row.uniqueId) }
    out.push({ ...stamp, type: 'dial.began', ...dial, called: null, dialString: name.device })
    if (name.localHalf !== null) {
      offeredBy(told, name.device)
      return
    }
    const refuses = following.some(
      (other) =>
        other.uniqueId === row.uniqueId && other.type === 'HANGUP' && other.at - row.at < refusesWithinMs,
    )
    if (!refuses) out.push({ ...stamp, type: 'channel.changed', ...own(row), changes: { state: 'ringing' } })
  }

  /** A member who is rung through a Local channel is offered the caller, whether or not a phone rings behind it. */
  const offeredBy = (told: Told, device: string): void => {
    const caller = channels.get(told.callerId ?? '')
    if (caller?.queue == null) return
    const said = { calledId: id(told.uniqueId), called: null, interface: device, memberName: device }
    out.push({ ...stamp, type: 'queue.offered', queue: caller.queue, ...own(caller), ...said })
  }

  const answered = (row: CelRow): void => {
    const told = toldOf(row)
    out.push({ ...stamp, type: 'channel.changed', ...own(told), changes: { state: 'up' } })
    if (told.dialled && !told.answered) {
      const ended = { outcome: 'answered' as const, forwardedTo: null }
      out.push({
        ...stamp,
        type: 'dial.ended',
        callerId: idOrNull(told.callerId ?? undefined),
        calledId: id(row.uniqueId),
        ...ended,
      })
    }
    told.answered = true
  }

  const applicationBegan = (row: CelRow): void => {
    const told = toldOf(row)
    if (dials.has(row.application)) dialling.set(row.linkedId, row.uniqueId)
    if (applications.has(row.application)) {
      const said = { application: row.application, exten: textOf(row.exten, longestName) }
      out.push({ ...stamp, type: 'channel.application', ...own(told), ...said })
    }
    if (row.application !== 'Queue') return
    // Without such a row the caller was refused at the door.
    const entered = visits.take(row.uniqueId, ['ENTERQUEUE'], row.at)
    if (!entered) return
    told.queue = entered.queue
    const position = Number(entered.data[2]) || 1
    out.push({ ...stamp, type: 'queue.entered', queue: entered.queue, ...own(told), position })
  }

  /** The moment at which queue_log has the caller connected: when either of the two comes into their bridge. */
  const connects = (row: CelRow): void => {
    const callerId = visits.connectedTo(row.uniqueId) ?? row.uniqueId
    const connect = visits.take(callerId, ['CONNECT'], row.at)
    if (connect) connected(connect, row.linkedId)
  }

  const connected = ({ queue, uniqueId, agent, data }: QueueLogRow, linkedId: string): void => {
    const caller = channels.get(uniqueId)
    if (caller) caller.queue = null
    const visit = { queue, channelId: id(uniqueId), linkedId: id(caller?.linkedId ?? linkedId) }
    const seconds = (at: number): number => (Number(data[at]) || 0) * 1000
    const called = channels.get(data[1] ?? '')
    // A member may have a name that is not the interface.
    const member = agent.includes('/') || !called ? agent : readName(called.channel, '').device
    const said = {
      calledId: id(data[1] ?? ''),
      interface: `${prefix}${member}`,
      waitMs: seconds(0),
      ringMs: seconds(2),
    }
    out.push(
      { ...stamp, type: 'queue.left', ...visit },
      { ...stamp, type: 'queue.connected', ...visit, ...said },
    )
  }

  /** The queue application is over for a caller: why, stands in queue_log. */
  const leavesQueue = (row: CelRow): void => {
    const told = toldOf(row)
    const exit = visits.take(row.uniqueId, exits, row.at)
    if (exit?.event === 'CONNECT') {
      connected(exit, row.linkedId)
      return
    }
    const queue = exit?.queue ?? told.queue
    told.queue = null
    if (queue === null) return
    const visit = { queue, ...own(told) }
    if (exit?.event === 'ABANDON' && !told.askedToHangUp) asksToHangUp(told, null)
    if (exit && givesUp.has(exit.event)) out.push({ ...stamp, type: 'queue.gaveUp', ...visit })
    out.push({ ...stamp, type: 'queue.left', ...visit, ...(exit ? {} : { unseen: true as const }) })
    const result = exit && results.get(exit.event)
    if (result) out.push({ ...stamp, type: 'queue.result', channelId: visit.channelId, result })
  }

  const asksToHangUp = (told: Told, cause: number | null): void => {
    told.askedToHangUp = true
    out.push({ ...stamp, type: 'channel.hangupAsked', ...own(told), by: 'farEnd', cause })
  }

  /** Rows of a hang-up come for one leg after the other; who began it stands in one of them, perhaps the last. */
  const noteWhoHangsUp = (row: CelRow, following: readonly CelRow[]): void => {
    for (const other of [row, ...following]) {
      if (other.at - row.at > togetherMs) return
      if (other.type !== 'HANGUP' || other.linkedId !== row.linkedId) continue
      const source = other.extra['hangupsource'] ?? ''
      const asker = source === other.channel ? toldOf(other) : channels.get(idOfName.get(source) ?? '')
      if (!asker || asker.askedToHangUp) continue
      asksToHangUp(asker, asker.uniqueId === other.uniqueId ? causeOf(other) : null)
    }
  }

  const hungUp = (row: CelRow, following: readonly CelRow[]): void => {
    noteWhoHangsUp(row, following)
    const told = toldOf(row)
    if (told.queue !== null) leavesQueue(row)
    const cause = causeOf(row)
    const notAnswered = told.answered ? undefined : memberDidNotAnswer(told)
    const gone: PbxEvent = { ...stamp, type: 'channel.gone', ...own(told), cause, causeText: null }
    if (notAnswered && refusals.has(cause ?? 0)) out.push(gone, notAnswered)
    else if (notAnswered) out.push(notAnswered, gone)
    else {
      const outcome = told.dialled && !told.answered ? dialOutcome(told, row, following) : null
      if (outcome !== null) {
        const dial = { callerId: idOrNull(told.callerId ?? undefined), calledId: id(row.uniqueId) }
        const forwardedTo = forwarded.get(row.linkedId) ?? null
        out.push({ ...stamp, type: 'dial.ended', ...dial, outcome, forwardedTo })
      }
      out.push(gone)
    }
    const { linkedId, askedToHangUp } = told
    departed.set(told.uniqueId, { linkedId, askedToHangUp, dialStatus: row.extra['dialstatus'] ?? '' })
    forget(told)
  }

  /** queue_log's RINGNOANSWER about this channel. */
  const memberDidNotAnswer = (told: Told): PbxEvent | undefined => {
    const { device } = readName(told.channel, '')
    const caller = told.callerId ?? told.linkedId
    const row = visits.take(
      caller,
      ['RINGNOANSWER'],
      stamp.at,
      // A member may have a name that is not the interface.
      ({ agent }) => !agent.includes('/') || agent.replace(/\/n$/, '') === device,
    )
    if (!row) return undefined
    const visit = { queue: row.queue, channelId: id(caller), linkedId: id(told.linkedId) }
    const member = row.agent.includes('/') ? row.agent : device
    const said = { interface: `${prefix}${member}`, ringMs: Number(row.data[0]) || 0 }
    return { ...stamp, type: 'queue.notAnswered', ...visit, ...said }
  }

  /** How a dial that was not answered ended; null where the channel's own cause says it, or nothing does. */
  const dialOutcome = (told: Told, row: CelRow, following: readonly CelRow[]): DialOutcome | null => {
    if (forwarded.has(row.linkedId)) return 'other'
    const cause = causeOf(row) ?? 0
    if (cause === answeredElsewhere) return null
    const callerId = told.callerId ?? told.linkedId
    const caller = channels.get(callerId)
    const before = departed.get(callerId)
    const asked = caller?.askedToHangUp ?? before?.askedToHangUp ?? false
    if (asked && !refusesByHand.has(cause)) return 'cancelled'
    const byCause = outcomeOfCause.get(cause)
    if (byCause !== undefined) return byCause
    if (caller?.queue != null) return null
    const end = following.find(
      (other) => other.type === 'HANGUP' && other.uniqueId === callerId && other.at - row.at <= togetherMs,
    )
    return outcomeOfStatus.get(end?.extra['dialstatus'] ?? before?.dialStatus ?? '') ?? 'notAnswered'
  }

  const forget = (told: Told): void => {
    leaveBridge(told)
    channels.delete(told.uniqueId)
    if (idOfName.get(told.channel) === told.uniqueId) idOfName.delete(told.channel)
    visits.forget(told.uniqueId)
    if (told.uniqueId !== told.linkedId && dialling.get(told.linkedId) !== told.uniqueId) return
    dialling.delete(told.linkedId)
    forwarded.delete(told.linkedId)
  }

  const moved = (row: CelRow, following: readonly CelRow[]): void => {
    const { extra } = row
    const transfereeId = idOrNull(extra['transferee_channel_uniqueid'])
    if (row.type === 'BLINDTRANSFER') {
      const to = {
        toExten: cleanText(extra['extension'] ?? '', longestName),
        toContext: extra['context'] ?? '',
      }
      out.push({
        ...stamp,
        type: 'transfer.blind',
        ok: true,
        transfererId: id(row.uniqueId),
        transfereeId,
        ...to,
      })
      return
    }
    const secondId = extra['channel2_uniqueid']
    // Whoever stays in the bridge has made a conference.
    const stays =
      toldOf(row).bridge !== null &&
      following.every(
        (other) =>
          other.at - row.at > togetherMs || other.uniqueId !== row.uniqueId || !leaving.has(other.type),
      )
    const into =
      'app' in extra ? 'application' : secondId === row.uniqueId && stays ? 'conference' : undefined
    out.push({
      ...stamp,
      type: 'transfer.attended',
      ok: true,
      firstId: id(row.uniqueId),
      secondId: idOrNull(secondId),
      transfereeId,
      targetId: idOrNull(extra['transfer_target_channel_uniqueid']),
      ...(into === undefined ? {} : { into }),
    })
  }

  /**
   * What the dialplan says by `CELGenUserEvent(RINGCARD_CALLER,${CALLERID(pres)})`: whether the caller may be shown. CEL
   * has the number of a withheld one in clear, so without this nothing is shown.
   */
  const callerTold = (row: CelRow): void => {
    const said = readPresentation(row.extra['extra'])
    if (said === 'unknown') return
    const open = said === 'open'
    const changes = {
      callerNumber: open ? textOf(row.number, longestNumber) : null,
      callerName: open ? textOf(row.name, longestName) : null,
      callerRestricted: !open,
    }
    out.push({ ...stamp, type: 'channel.changed', ...own(toldOf(row)), changes })
  }

  /** `CELGenUserEvent(RINGCARD_ACCOUNT,…)`: what the caller typed. */
  const accountTold = (row: CelRow): void => {
    const account = row.extra['extra'] ?? ''
    if (/^[0-9A-Za-z*#+-]{1,32}$/.test(account))
      out.push({ ...stamp, type: 'call.learnt', ...own(toldOf(row)), account, digits: null })
  }

  const tell = (row: CelRow, following: readonly CelRow[]): void => {
    stamp = { pbx, at: row.at, arrivedAt: now(), recorded: true }
    switch (row.type) {
      case 'CHAN_START':
        started(row, following)
        return
      case 'ANSWER':
        answered(row)
        return
      case 'APP_START':
        applicationBegan(row)
        return
      case 'APP_END':
        noteWhoHangsUp(row, following)
        if (row.application === 'Queue') leavesQueue(row)
        return
      case 'BRIDGE_ENTER':
      case 'BRIDGE_EXIT':
        bridged(row, following)
        return
      case 'HANGUP':
        hungUp(row, following)
        return
      case 'CHAN_END':
        // Asterisk may be told to write no HANGUP.
        if (channels.has(row.uniqueId)) hungUp(row, following)
        return
      case 'BLINDTRANSFER':
      case 'ATTENDEDTRANSFER':
        moved(row, following)
        return
      case 'PARK_START':
        // Which space it is stands in no record.
        out.push({
          ...stamp,
          type: 'parking.parked',
          ...own(toldOf(row)),
          space: row.extra['parking_lot'] ?? '',
          parkedById: null,
        })
        return
      case 'PARK_END': {
        const byId = idOrNull(idOfName.get(row.extra['retriever'] ?? ''))
        const how = parkingEnds.get(row.extra['reason'] ?? '') ?? 'timedOut'
        out.push({ ...stamp, type: 'parking.ended', ...own(toldOf(row)), how, byId })
        return
      }
      case 'PICKUP': {
        const picker = idOrNull(row.extra['pickup_channel_uniqueid'])
        if (picker !== null)
          out.push({ ...stamp, type: 'pickup', channelId: picker, targetId: id(row.uniqueId) })
        return
      }
      case 'FORWARD':
        forwarded.set(row.linkedId, cleanText(row.extra['forward'] ?? '', longestNumber))
        return
      case 'LOCAL_OPTIMIZE': {
        const twoId = idOrNull(row.extra['local_two_uniqueid'])
        if (twoId !== null) out.push({ ...stamp, type: 'local.optimised', oneId: id(row.uniqueId), twoId })
        return
      }
      case 'LINKEDID_END':
        for (const [uniqueId, { linkedId }] of departed)
          if (linkedId === row.linkedId) departed.delete(uniqueId)
        return
      case 'RINGCARD_CALLER':
        callerTold(row)
        return
      case 'RINGCARD_ACCOUNT':
        accountTold(row)
        return
    }
  }

  const bridged = (row: CelRow, following: readonly CelRow[]): void => {
    const told = toldOf(row)
    const bridgeId = row.extra['bridge_id'] ?? ''
    told.answered = true
    leaveBridge(told)
    if (row.type === 'BRIDGE_EXIT') {
      noteWhoHangsUp(row, following)
      out.push({ ...stamp, type: 'bridge.left', bridgeId: id(bridgeId), ...own(told) })
      return
    }
    const holding = row.extra['bridge_technology'] === 'holding_bridge'
    if (!holding) connects(row)
    out.push({
      ...stamp,
      type: 'bridge.entered',
      bridgeId: id(bridgeId),
      ...own(told),
      swappedFor: null,
      holding,
    })
    if (holding) return
    told.bridge = bridgeId
    const inside = bridges.get(bridgeId) ?? new Set()
    bridges.set(bridgeId, inside.add(told))
    linkToOldest([...inside])
  }

  const leaveBridge = (told: Told): void => {
    const inside = bridges.get(told.bridge ?? '')
    inside?.delete(told)
    if (inside?.size === 0) bridges.delete(told.bridge ?? '')
    told.bridge = null
  }

  /** Asterisk links who meets in a bridge to the oldest call among them, and CEL shows it only with a later row. */
  const linkToOldest = (inside: readonly Told[]): void => {
    const [oldest] = inside.map(({ linkedId }) => linkedId).sort(byAge)
    for (const each of inside) {
      if (oldest === undefined || each.linkedId === oldest) continue
      each.linkedFrom = each.linkedId
      each.linkedId = oldest
      out.push({ ...stamp, type: 'channel.changed', ...own(each), changes: {} })
    }
  }

  return {
    take: (rows, visitRows, isLast) => {
      out = []
      visits.add(visitRows.map((row) => ({ ...row, queue: `${prefix}${row.queue}` })))
      const all = waiting.length === 0 ? rows : [...waiting, ...rows]
      const newest = all.at(-1)?.at ?? 0
      const ready = isLast ? all.length : all.findIndex((row) => row.at > newest - explainedWithinMs)
      all.slice(0, ready).forEach((row, index) => {
        tell(row, followingOf(all, index))
      })
      waiting = all.slice(ready)
      return out
    },
  }
}
