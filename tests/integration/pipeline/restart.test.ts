import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { flows } from '../../../lab/flows/flows.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import { floorFormat, floorToJson } from '../../../server/floor/json.ts'
import { frameLine } from '../../../server/history/frame.ts'
import { replay } from '../../compare/replay.ts'
import { endNodes, folderAsKilled, openNode, type TestNode } from './node.ts'

afterEach(endNodes)

async function eventsOf(name: string): Promise<PbxEvent[]> {
  return replay(await readTrace(name)).events
}

/** The calls as the database has them, without the marks of how they were written. */
function callsOf(node: TestNode): unknown[] {
  return node.store.opened().calls.map((call) => ({ ...call, applied: [], version: 0 }))
}

/** Every fact in the journal of the database, in order. */
function factsOf(node: TestNode): unknown[] {
  const entries = node.store.opened().entries.sort((one, other) => one.seq - other.seq)
  return entries.flatMap((entry) => (entry.kind === 'facts' ? [...entry.facts] : []))
}

async function drained(node: TestNode): Promise<TestNode> {
  expect(await node.history.drain(10_000)).toBe(true)
  return node
}

/** Plays all without a stop. */
async function uncut(events: readonly PbxEvent[]): Promise<TestNode> {
  const node = await openNode()
  for (const event of events) node.pipeline.take(event)
  return drained(node)
}

/** Thirty calls at once have more than a thousand events: to be killed after each takes longer than it tells. */
const single = Object.entries(flows).flatMap(([name, { many }]) => (many ? [] : [name]))

/**
 * Eighty flows have five thousand events. Each sixth is enough for every run, another sixth for the next flow; all of them
 * with `npm run test:every-cut`.
 */
const step = process.env['RINGCARD_EVERY_CUT'] === '1' ? 1 : 6

describe.each(single.map((name, turn) => ({ name, turn })))(
  '$name, killed after its events',
  ({ name, turn }) => {
    it('gives the same floor again, with and without a checkpoint, and the rest comes to the same calls', async () => {
      const events = await eventsOf(name)
      const whole = await uncut(events)

      const dying = await openNode({ databaseAway: true })
      const half = Math.floor(events.length / 2)
      for (const [index, event] of events.entries()) {
        dying.pipeline.take(event)
        if (index === half) {
          await dying.history.saveCheckpoint(
            floorToJson(dying.pipeline.floor()),
            dying.history.status().lastSeq,
          )
        }
        if (index % step !== turn % step) continue
        const folder = folderAsKilled(dying.folder)
        // Every other time the checkpoint is lost too: then all is replayed.
        if (Math.floor(index / step) % 2 === 1) rmSync(join(folder, 'checkpoint'), { force: true })

        const next = await openNode({ folder })
        await next.pipeline.recover()

        const where = `after event ${index} (${event.type})`
        expect(floorToJson(next.pipeline.floor()), where).toEqual(floorToJson(dying.pipeline.floor()))
        for (const later of events.slice(index + 1)) next.pipeline.take(later)
        await drained(next)
        expect(callsOf(next), where).toEqual(callsOf(whole))
        expect(factsOf(next), where).toEqual(factsOf(whole))
        await next.history.close()
      }
    }, 120_000)
  },
)

describe('a restart', () => {
  it('finds the facts again that the kill tore off behind their event', async () => {
    // given a node that was killed while it wrote the facts of its last event
    const events = (await eventsOf('direct-caller-hangs-up')).slice(0, -1)
    const dying = await openNode({ databaseAway: true })
    for (const event of events) dying.pipeline.take(event)
    const lastFacts = dying.published.length
    const folder = folderAsKilled(dying.folder)
    const file = join(folder, readdirSync(folder).find((entry) => entry.endsWith('.spool')) ?? '')
    const kept = lineStarts(file)
    truncateSync(file, (kept.at(-1) ?? 0) + 30)

    // when it starts again
    const next = await openNode({ folder })
    await next.pipeline.recover()
    await drained(next)

    // then every fact is in the journal, once
    expect(factsOf(next)).toHaveLength(lastFacts)
    expect(factsOf(next)).toEqual(dying.published)
  })

  it('does without a checkpoint of another version, and makes up no news', async () => {
    // given a floor of a format that nobody here knows, and a journal that tells all that came before
    const events = (await eventsOf('hold')).slice(0, -5)
    const dying = await openNode({ databaseAway: true })
    for (const event of events) dying.pipeline.take(event)
    const floor = { ...floorToJson(dying.pipeline.floor()), format: floorFormat + 1 }
    await dying.history.saveCheckpoint(floor, dying.history.status().lastSeq)
    const folder = folderAsKilled(dying.folder)

    // when it starts
    const next = await openNode({ folder })
    expect(await next.pipeline.recover()).toBe(events.length)

    // then the floor is as it was, and health tells that something was put aside
    expect(floorToJson(next.pipeline.floor())).toEqual(floorToJson(dying.pipeline.floor()))
    expect(next.history.status().checkpointLost).toBe(true)
    await drained(next)
    expect(factsOf(next)).toEqual(dying.published)
    expect(readdirSync(folder)).toContain('checkpoint.unreadable')
  })

  it('passes over an event that cannot be worked on', async () => {
    const dying = await openNode({ databaseAway: true })
    for (const event of await eventsOf('hold')) dying.pipeline.take(event)
    const folder = folderAsKilled(dying.folder)
    const file = join(folder, readdirSync(folder).find((entry) => entry.endsWith('.spool')) ?? '')
    const seq = dying.history.status().lastSeq + 1
    const event = { type: 'channel.appeared', pbx: 'lab', at: 1, arrivedAt: 1, channel: null }
    appendFileSync(file, frameLine(JSON.stringify({ seq, node: 'test', at: 1, kind: 'input', event })))

    const next = await openNode({ folder })
    expect(next.history.status().lastSeq).toBe(seq)
    await next.pipeline.recover()
    expect([...next.pipeline.floor().calls]).toEqual([...dying.pipeline.floor().calls])
  })

  it('says that the link is lost until the PBX is heard again, and keeps the calls meanwhile', async () => {
    const events = await eventsOf('hold')
    const half = events.slice(
      0,
      events.findIndex(({ type }) => type === 'channel.held'),
    )
    const at = half.at(-1)?.at ?? 0
    const dying = await openNode()
    const empty = {
      channels: [],
      bridges: [],
      queues: [],
      members: [],
      waiting: [],
      parked: [],
      bootedAt: 1_000,
    }
    dying.pipeline.take({ type: 'snapshot', pbx: 'lab', at: at - 60_000, arrivedAt: at, snapshot: empty })
    for (const event of half) dying.pipeline.take(event)

    const next = await openNode({ folder: folderAsKilled(dying.folder) })
    await next.pipeline.recover()

    expect(next.pipeline.floor().links.get('lab')).toMatchObject({ lostAt: at, bootedAt: 1_000 })
    const [before] = dying.pipeline.floor().calls.values()
    expect([...next.pipeline.floor().calls.values()]).toEqual([before])
    expect(before?.contacts).toMatchObject([{ extension: '201', endedAt: null }])

    // and what ended while nobody listened is ended with the snapshot, once, for reasons nobody saw
    next.pipeline.take({ type: 'snapshot', pbx: 'lab', at: at + 9_000, arrivedAt: at, snapshot: empty })
    await drained(next)
    expect(callsOf(next)).toMatchObject([{ end: 'unknown', contacts: [{ why: 'unknown' }] }])
    const ends = factsOf(next).filter((fact) => /"type":"(call|contact)\.ended"/.test(JSON.stringify(fact)))
    expect(ends).toHaveLength(2)
  })
})

/** Where each line of a spool file begins. */
function lineStarts(file: string): number[] {
  const text = readFileSync(file)
  const starts = [0]
  for (let at = text.indexOf(10); at >= 0 && at + 1 < text.length; at = text.indexOf(10, at + 1)) {
    starts.push(at + 1)
  }
  return starts
}
