import { describe, expect, it } from 'vitest'
import { flows } from '../../../../lab/flows/flows.ts'
import { readTrace, type Trace } from '../../../../lab/traces/trace.ts'
import { createCelReader, usualCelColumns } from '../../../../server/asterisk/record/cel-rows.ts'
import { heardChannels } from '../../../../server/asterisk/record/heard-channel.ts'
import { readQueueLogRow } from '../../../../server/asterisk/record/queue-log-rows.ts'
import { createRecord } from '../../../../server/asterisk/record/record.ts'
import type { RowSource } from '../../../../server/asterisk/record/source.ts'
import type { PbxEvent } from '../../../../server/floor/events.ts'
import type { Fact } from '../../../../server/floor/facts.ts'
import { copyOfFloor, createFloor, reduce } from '../../../../server/floor/floor.ts'
import { desks, floorOptions, narrate } from '../../../compare/replay.ts'
import { desksSet, heardIn, hearFrom, type Heard, type Hearing } from '../../floor/properties/hearing.ts'
import { asFarAsRecorded } from './as-recorded.ts'

/** How many events go unheard. */
const gaps = [1, 5, 20, 50]
/** `RINGCARD_EVERY_CUT=1` cuts after every event; else a tenth of them, others in each gap. */
const stride = process.env['RINGCARD_EVERY_CUT'] === '1' ? 1 : 10

/**
 * Flows in which some moments of return tell otherwise, at most in so many of all cuts: how a phone stopped ringing stands
 * in no record, and what went unheard of it is not told by the rest. Of transfers, parking, holds and pick-ups there is one:
 * whoever makes a conference, heard up to the event before the one that says so.
 */
const undecided: Readonly<Record<string, number>> = {
  'abandoned-while-ringing': 4,
  'answered-as-caller-goes': 7,
  'attended-by-keys-cancelled-ringing': 16,
  'attended-by-manager-cancelled-ringing': 12,
  'attended-cancelled-ringing': 2,
  'conference-maker-leaves': 3,
  'direct-busy': 1,
  'follow-me': 10,
  'forwarded-by-phone': 12,
  // Whether the customer's line was busy, in the burst in which they are called and refuse.
  'place-kept-busy': 7,
  'refused-by-member': 121,
  'ring-group-nobody': 4,
  'ring-group': 10,
}

const nothing = () => undefined

function sourceOf<Row extends { at: number }>(
  lines: readonly string[],
  read: (line: string) => Row | null,
): RowSource<Row> {
  const rows = lines.flatMap((line) => read(line) ?? [])
  return {
    look: () => Promise.resolve({ faults: [], isReadable: true }),
    async *between({ from, to }) {
      yield await Promise.resolve({
        rows: rows.filter(({ at }) => from <= at && at <= to),
        damaged: 0,
        reachesBack: true as const,
      })
    },
  }
}

/** A trace heard without a cut, and Asterisk's record of it. */
async function wholeOf(trace: Trace) {
  const heard = heardIn(trace)
  const hearing = await hearFrom(trace, heard, 0)
  const start = [desksSet(trace.startedAt), ...hearing.connected]
  const floor = createFloor(floorOptions)
  const facts = [...start, ...hearing.later.flat()].flatMap((event) => reduce(floor, event).facts)
  const record = createRecord({
    ...{ pbx: 'lab', prefix: '', log: { info: nothing } },
    cel: sourceOf(trace.cel, createCelReader(usualCelColumns, '')),
    queueLog: sourceOf(trace.queueLog, readQueueLogRow),
    isDesk: (device) => desks.some(({ interfaces }) => interfaces.includes(device)),
  })
  await record.look({ set: nothing, clear: nothing })
  return { trace, heard, hearing, start, record, told: linesOf(facts) }
}

const linesOf = (facts: readonly Fact[]): string[] =>
  asFarAsRecorded(narrate(facts)).filter((line) => line !== 'gap')

/** Hears `n` events, then nothing for a while, and is told of that by the record before the list of the return. */
async function cut(
  { trace, heard, hearing, start, record }: Awaited<ReturnType<typeof wholeOf>>,
  n: number,
  resumed: Hearing,
): Promise<string[]> {
  const [list] = resumed.connected
  if (list?.type !== 'snapshot') throw new Error('the first event must be the snapshot')
  const floor = createFloor(floorOptions)
  const facts: Fact[] = []
  const take = (event: PbxEvent): void => void facts.push(...reduce(floor, event).facts)
  const before = hearing.later.slice(0, n).flat()
  for (const event of [...start, ...before]) take(event)
  const since = Math.max(trace.startedAt, ...before.map(({ at }) => at))
  const lostAt = Math.min(arrivalOf(heard[n - 1], trace), list.arrivedAt - 1)
  take({ type: 'link.lost', pbx: 'lab', at: Math.min(since, list.at), arrivedAt: lostAt })
  const told = await record.read(
    { since, bootedAt: null, channelOf: heardChannels(copyOfFloor(floor)) },
    list,
    (events) => {
      events.forEach(take)
      return Promise.resolve()
    },
    {
      ours: (at) => at,
      notices: { set: nothing, clear: nothing },
      signal: new AbortController().signal,
      // What has come while the lists were read.
      later: resumed.later.flat().filter(({ at }) => at <= list.at + 20),
    },
  )
  if (told?.told !== 'whole') throw new Error('the record must tell the whole')
  take({ ...list, snapshot: { ...list.snapshot, record: told } })
  for (const event of [...resumed.connected.slice(1), ...resumed.later.flat()]) take(event)
  return linesOf(facts)
}

const arrivalOf = (heard: Heard | undefined, { startedAt }: Trace): number => heard?.at ?? startedAt

/** Whether the same was told, save ends that are said to be unknown. */
function isSame(told: readonly string[], whole: readonly string[]): boolean {
  const left = [...whole]
  const vague = told.filter((line) => {
    const index = left.indexOf(line)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
  for (const line of vague) {
    const index = line.endsWith(': unknown')
      ? left.findIndex((each) => each.startsWith(line.slice(0, -'unknown'.length)))
      : -1
    if (index < 0) return false
    left.splice(index, 1)
  }
  return left.length === 0
}

const oneByOne = Object.entries(flows).filter(([, { many }]) => !many)

describe.each(oneByOne)('%s, with the link cut and the gap told from the record', (name, { story }) => {
  it(`${story}: tells the same wherever the link comes back, in the midst of a burst too`, async () => {
    const whole = await wholeOf(await readTrace(name))
    const events = whole.heard.length
    const different: string[] = []
    for (let m = 1; m <= events; m += 1) {
      const due = gaps.filter((gap, index) => gap <= m && (m + index * 3) % stride === 0)
      if (due.length === 0) continue
      const resumed = await hearFrom(whole.trace, whole.heard, m)
      for (const gap of due) {
        const told = await cut(whole, m - gap, resumed)
        if (!isSame(told, whole.told))
          different.push(`cut after ${m - gap}, back after ${m}: ${told.join(', ')}`)
      }
    }
    expect(different.slice(undecided[name] ?? 0)).toEqual([])
  }, 120_000)
})
