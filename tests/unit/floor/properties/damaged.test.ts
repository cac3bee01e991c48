import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTrace, traceNames, type Trace } from '../../../../lab/traces/trace.ts'
import type { PbxEvent, Snapshot } from '../../../../server/floor/events.ts'
import { createFloor, reduce } from '../../../../server/floor/floor.ts'
import { reconcile } from '../../../../server/floor/reconcile.ts'
import type { Floor } from '../../../../server/floor/state.ts'
import { floorOptions } from '../../../compare/replay.ts'
import { damaged, damages, type Damage } from './damage.ts'
import { desksSet, heardIn, hearFrom, type Recording } from './hearing.ts'
import { ghostsOn, Ledger } from './ledger.ts'
import { runs } from './runs.ts'

const traces: Trace[] = await Promise.all(traceNames().map((name) => readTrace(name)))
/** Thirty calls at once take as long as all the others; they are damaged as often as any. */
const anyTrace = fc.constantFrom(...traces)

function withDamage(trace: Trace, list: readonly Damage[]): Recording {
  const { startedAt, start, pieces } = trace
  const texts = damaged(
    pieces.map(({ text }) => text),
    list,
  )
  return { startedAt, start, pieces: texts.map((text, index) => ({ atMs: pieces[index]?.atMs ?? 0, text })) }
}

/** The PBX as it is when nobody calls. */
function emptied(floor: Floor, at: number): PbxEvent & { type: 'snapshot' } {
  const members = [...floor.queues.values()].flatMap(({ members: all }) => [...all.values()])
  const snapshot: Snapshot = {
    channels: [],
    bridges: [],
    queues: [],
    members,
    waiting: [],
    parked: [],
    bootedAt: floor.links.get('lab')?.bootedAt ?? null,
  }
  return { type: 'snapshot', pbx: 'lab', at, arrivedAt: at, snapshot }
}

async function play(recording: Recording) {
  const heard = heardIn(recording)
  const hearing = await hearFrom(recording, heard, 0)
  const floor = createFloor(floorOptions)
  const ledger = new Ledger()
  let now = recording.startedAt
  const take = (event: PbxEvent) => {
    now = Math.max(now, event.at)
    ledger.take(reduce(floor, event).facts)
    ledger.check(floor)
  }
  for (const event of [desksSet(now), ...hearing.connected, ...hearing.later.flat()]) take(event)
  return { floor, ledger, take, heard, now: () => now }
}

describe('a damaged stream', () => {
  it('throws nothing, contradicts nothing, and leaves no ghost once the PBX says that nobody calls', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrace, damages, async (trace, list) => {
        const { floor, ledger, take, now } = await play(withDamage(trace, list))
        take({ type: 'link.lost', pbx: 'lab', at: now() + 1_000, arrivedAt: now() + 1_000 })
        take(emptied(floor, now() + 3_000))
        expect(ledger.wrong).toEqual([])
        take({ type: 'tick', pbx: 'lab', at: now() + 3_000, arrivedAt: now() + 3_000 })
        expect(ghostsOn(floor)).toEqual([])
        expect(ledger.wrong).toEqual([])
        // Half an hour after, not even the memory of a call is left.
        take({ type: 'tick', pbx: 'lab', at: now() + 1_800_000, arrivedAt: now() + 1_800_000 })
        expect([...floor.calls.keys()]).toEqual([])
      }),
      runs(250),
    )
  }, 600_000)

  it('is put right by any snapshot: the same one again tells nothing more', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrace, damages, fc.nat(2_000), fc.nat(2_000), async (trace, list, cut, back) => {
        const recording = withDamage(trace, list)
        const at = cut % (recording.pieces.length + 1)
        const shortened = { ...recording, pieces: recording.pieces.slice(0, at) }
        // Later than anything that was heard too early.
        const heard = heardIn(trace)
        const heardBefore = heardIn({ ...trace, pieces: trace.pieces.slice(0, at) }).length
        const m = Math.min(heard.length, heardBefore + 13 + (back % 60))
        const { connected } = await hearFrom(trace, heard, m)
        const { floor, ledger, take } = await play(shortened)
        const [snapshot] = connected
        if (snapshot?.type !== 'snapshot') throw new Error('the first event must be the snapshot')
        take({ type: 'link.lost', pbx: 'lab', at: snapshot.at - 500, arrivedAt: snapshot.arrivedAt - 500 })
        take(snapshot)
        expect(reconcile(floor, snapshot)).toEqual([])
        expect(ledger.wrong).toEqual([])
      }),
      runs(250),
    )
  }, 600_000)
})
