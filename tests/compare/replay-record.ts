import type { Trace } from '../../lab/traces/trace.ts'
import { createCelReader, usualCelColumns, type CelRow } from '../../server/asterisk/record/cel-rows.ts'
import { heardChannels } from '../../server/asterisk/record/heard-channel.ts'
import { readQueueLogRow, type QueueLogRow } from '../../server/asterisk/record/queue-log-rows.ts'
import { createRecordTranslator } from '../../server/asterisk/record/translate-record.ts'
import { onlyUnheard, onlyUnheardVisits } from '../../server/asterisk/record/unheard-rows.ts'
import type { Fact } from '../../server/floor/facts.ts'
import type { PbxEvent } from '../../server/floor/events.ts'
import { copyOfFloor, createFloor, reduce } from '../../server/floor/floor.ts'
import { desks, floorOptions, type Replayed } from './replay.ts'

/** What Asterisk itself wrote down during a trace. */
type Recorded = Pick<Trace, 'cel' | 'queueLog' | 'startedAt'>

/** The rows of a trace, and the lines that are none. */
function rowsOf({ cel, queueLog }: Recorded): { rows: CelRow[]; visits: QueueLogRow[]; odd: string[] } {
  const odd: string[] = []
  const whole = <R>(lines: readonly string[], read: (line: string) => R | null): R[] =>
    lines.flatMap((line) => {
      if (line === '') return []
      const row = read(line)
      if (row === null) odd.push(line)
      return row ?? []
    })
  return {
    rows: whole(cel, createCelReader(usualCelColumns, '')),
    visits: whole(queueLog, readQueueLogRow),
    odd,
  }
}

function newTranslator(startedAt: number) {
  const devices = new Set(desks.flatMap(({ interfaces }) => interfaces))
  return createRecordTranslator({
    pbx: 'lab',
    prefix: '',
    now: () => startedAt + 3_600_000,
    isDesk: (device) => devices.has(device),
  })
}

/**
 * Tells a trace from Asterisk's own record alone, as if nobody had heard anything.
 * @param rowsAtOnce how many rows of CEL are given at a time
 */
export function replayRecord(trace: Recorded, rowsAtOnce = Infinity): Replayed {
  const events: PbxEvent[] = []
  const facts: Fact[] = []
  const floor = createFloor(floorOptions)
  const take = (event: PbxEvent): void => {
    events.push(event)
    facts.push(...reduce(floor, event).facts)
  }
  take({ type: 'desks.set', pbx: 'lab', at: trace.startedAt, arrivedAt: trace.startedAt, desks })
  const { rows, visits, odd } = rowsOf(trace)
  const translator = newTranslator(trace.startedAt)
  while (rows.length > 0) {
    const piece = rows.splice(0, Math.min(rows.length, rowsAtOnce))
    const newest = (piece.at(-1)?.at ?? 0) + 2_000
    const later = visits.findIndex(({ at }) => at > newest)
    const due = visits.splice(0, rows.length === 0 || later < 0 ? visits.length : later)
    translator.take(piece, due, rows.length === 0).forEach(take)
  }
  return { events, facts, floor, odd }
}

/**
 * Hears some events, and has the rest told from Asterisk's own record.
 * @param heard the first events of the trace
 * @returns with the events and facts of both
 */
export function replayThenRecord(trace: Recorded, heard: readonly PbxEvent[]): Replayed {
  const events: PbxEvent[] = []
  const facts: Fact[] = []
  const floor = createFloor(floorOptions)
  const take = (event: PbxEvent): void => {
    events.push(event)
    facts.push(...reduce(floor, event).facts)
  }
  heard.forEach(take)
  const heardUntil = heard.at(-1)?.at ?? trace.startedAt
  const channelOf = heardChannels(copyOfFloor(floor))
  const known = { channelOf: (uniqueId: string) => channelOf(`lab:${uniqueId}`), isListed: () => false }
  const { rows, visits, odd } = rowsOf(trace)
  const unheard = onlyUnheard(heardUntil, known)(rows, true)
  const unheardVisits = onlyUnheardVisits(heardUntil, known)(visits)
  newTranslator(trace.startedAt).take(unheard, unheardVisits, true).forEach(take)
  return { events, facts, floor, odd }
}
