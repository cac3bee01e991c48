import type { CelRow } from './cel-rows.ts'
import type { HeardChannel } from './heard-channel.ts'
import type { QueueLogRow } from './queue-log-rows.ts'

/**
 * How long before the last event that was heard a row may be about something unheard, ms: CEL has the moment itself, AMI
 * the moment at which it told.
 */
const marginMs = 1_000
/** AMI tells of a caller in a queue at most this long before CEL does, ms. */
const earlyMs = 50
/** queue_log has whole seconds: a row may stand this long before or after what it is about, ms. */
const beforeMs = 1_500
const afterMs = 500

/** What was known when the PBX was last heard, and what it lists now. */
export interface Known {
  /** By unique id; null for a channel that was not there. */
  channelOf: (uniqueId: string) => HeardChannel | null
  isListed: (uniqueId: string) => boolean
}

/**
 * Keeps the rows that are news. What was heard must not be told twice: a row from before the last event is news only of a
 * channel that was never heard of, or if it tells more than was known of a channel that was there. And what the PBX lists as
 * there has not gone, though a row may say so that is newer than the list.
 * @param heardUntil on the PBX's clock, ms
 * @returns takes rows in order; those of the margin are given out with the first row after it, or at the end
 */
export function onlyUnheard(
  heardUntil: number,
  { channelOf, isListed }: Known,
): (rows: readonly CelRow[], isLast: boolean) => CelRow[] {
  const margin: CelRow[] = []
  let isOver = false

  const leaveMargin = (): CelRow[] => {
    isOver = true
    const byChannel = new Map<string, CelRow[]>()
    for (const row of margin) byChannel.set(row.uniqueId, [...(byChannel.get(row.uniqueId) ?? []), row])
    const news = new Set(
      [...byChannel].flatMap(([uniqueId, rows]) => {
        const heard = channelOf(uniqueId)
        return heard === null ? ofNewChannel(rows) : moreThan(heard, rows)
      }),
    )
    return margin.filter((row) => news.has(row))
  }
  const isNews = ({ type, uniqueId }: CelRow): boolean => !(isEnd(type) && isListed(uniqueId))

  return (rows, isLast) => {
    const kept: CelRow[] = []
    for (const row of rows) {
      if (!isOver && row.at > heardUntil) kept.push(...leaveMargin())
      if (isOver) kept.push(row)
      else if (row.at > heardUntil - marginMs) margin.push(row)
    }
    if (isLast && !isOver) kept.push(...leaveMargin())
    return kept.filter(isNews)
  }
}

/** The newest rows of a channel that was not heard of: one that came and went before the last event was, and is forgotten. */
function ofNewChannel(rows: readonly CelRow[]): readonly CelRow[] {
  const isNew = rows[0]?.type === 'CHAN_START' && !rows.some(({ type }) => isEnd(type))
  return isNew ? rows : []
}

/** Of the newest rows of one channel those that tell more than was heard of it. */
function moreThan(heard: HeardChannel, rows: readonly CelRow[]): CelRow[] {
  const bridgeOf = ({ extra }: CelRow): string => extra['bridge_id'] ?? ''
  const isHeardBridge = (row: CelRow): boolean => heard.bridgeId?.endsWith(`:${bridgeOf(row)}`) ?? false
  /** The row that says what was heard of its bridges: later ones were not heard. */
  const lastBridge = rows.findLastIndex((row) =>
    heard.bridgeId === null ? row.type === 'BRIDGE_EXIT' : row.type === 'BRIDGE_ENTER' && isHeardBridge(row),
  )
  const last = (...types: string[]) => rows.findLast(({ type }) => types.includes(type))
  const lastApplication = last('APP_START')
  const hasLeft = last('BRIDGE_ENTER', 'BRIDGE_EXIT')?.type === 'BRIDGE_EXIT'
  const lastEnd = last('APP_END')
  const lastParking = last('PARK_START', 'PARK_END')
  return rows.filter((row, index) => {
    switch (row.type) {
      case 'CHAN_START':
        return !heard.isDialled
      case 'ANSWER':
        return !heard.isUp
      case 'BRIDGE_ENTER':
      case 'BRIDGE_EXIT':
        return index > lastBridge
      case 'APP_START':
        if (row.application === 'Queue')
          return !heard.visits.some(({ enteredAt }) => enteredAt + earlyMs >= row.at)
        return row === lastApplication && row.application !== heard.application
      case 'APP_END':
        // How they left may not have been heard yet.
        return row.application === 'Queue' && row === lastEnd && isOpenSince(heard.visits.at(-1), row.at)
      case 'BLINDTRANSFER':
        return heard.isTalking
      case 'ATTENDEDTRANSFER':
        // Whoever made a conference talks on: whether that was heard cannot be told. Who has left made none.
        return heard.isTalking && (row.extra['channel2_uniqueid'] !== row.uniqueId || hasLeft)
      case 'PICKUP':
        // Who has taken the call is in it by then: said again it changes nothing.
        return true
      case 'RINGCARD_VOICEMAIL':
        // Said again it changes nothing.
        return true
      case 'RINGCARD_PLACE':
        return !isFurther(heard.place, row.extra['extra'] ?? '')
      case 'PARK_START':
      case 'PARK_END':
        return row === lastParking && heard.isParked === (row.type === 'PARK_END')
      default:
        return isEnd(row.type)
    }
  })
}

/**
 * Keeps the rows of queue_log that are news. It has whole seconds, so that what was heard last may stand in the second of
 * the first that was not: who was in no queue when the PBX was last heard has nothing told of one before they enter
 * another.
 * @param heardUntil on the PBX's clock, ms
 */
export function onlyUnheardVisits(
  heardUntil: number,
  { channelOf }: Pick<Known, 'channelOf'>,
): (rows: readonly QueueLogRow[]) => QueueLogRow[] {
  const entered = new Set<string>()
  return (rows) =>
    rows.filter(({ uniqueId, event, at }) => {
      const heard = channelOf(uniqueId)
      if (heard === null || entered.has(uniqueId)) return true
      if (event !== 'ENTERQUEUE') return heard.visits.some(({ isOpen }) => isOpen)
      const isOld = at + marginMs <= heardUntil
      if (isOld || heard.visits.some(({ enteredAt }) => isOf(at, enteredAt))) return false
      entered.add(uniqueId)
      return true
    })
}

/** Whether a place was heard to be as far as a row has it. */
function isFurther(place: HeardChannel['place'], said: string): boolean {
  if (place === null) return false
  if (said.startsWith('asked')) return true
  return said.startsWith('wanted')
    ? place !== 'asked'
    : place === 'turn' || place === 'calling' || place === 'over'
}

function isOpenSince(visit: HeardChannel['visits'][number] | undefined, at: number): boolean {
  return visit !== undefined && visit.isOpen && visit.enteredAt < at
}

function isOf(at: number, moment: number): boolean {
  return at - afterMs <= moment && moment <= at + beforeMs
}

function isEnd(type: string): boolean {
  return type === 'HANGUP' || type === 'CHAN_END'
}
