import { describe, expect, it } from 'vitest'
import { readTrace, traceNames, type Trace } from '../../../../lab/traces/trace.ts'
import type { PbxEvent } from '../../../../server/floor/events.ts'
import type { Fact } from '../../../../server/floor/facts.ts'
import { copyOfFloor, createFloor, reduce } from '../../../../server/floor/floor.ts'
import { reconcile } from '../../../../server/floor/reconcile.ts'
import type { Floor } from '../../../../server/floor/state.ts'
import { floorOptions, narrate } from '../../../compare/replay.ts'
import { desksSet, heardIn, hearFrom, type Heard, type Hearing } from './hearing.ts'
import { ghostsOn, Ledger } from './ledger.ts'
import { callsInChange, differencesFrom, liveDifferences, type Calls } from './same-history.ts'

const names = traceNames()

/** How many events go unheard. */
const gaps = [0, 1, 5, 50]
/** `RINGCARD_EVERY_CUT=1` cuts after every event; else some of a trace's events are passed over, others in each gap. */
const everyCut = process.env['RINGCARD_EVERY_CUT'] === '1'
const cutsOfOneTrace = 10

/** A trace heard without a cut, and the floor as it was after each of its events. */
interface Whole {
  trace: Trace
  heard: readonly Heard[]
  hearing: Hearing
  facts: readonly Fact[]
  floors: readonly Floor[]
}

function apply(floor: Floor, events: readonly PbxEvent[]): Fact[] {
  return events.flatMap((event) => reduce(floor, event).facts)
}

async function playWhole(name: string): Promise<Whole> {
  const trace = await readTrace(name)
  const heard = heardIn(trace)
  const hearing = await hearFrom(trace, heard, 0)
  const floor = createFloor(floorOptions)
  const facts = apply(floor, [desksSet(trace.startedAt), ...hearing.connected])
  const floors = [copyOfFloor(floor)]
  for (const events of hearing.later) {
    facts.push(...apply(floor, events))
    floors.push(copyOfFloor(floor))
  }
  return { trace, heard, hearing, facts, floors }
}

/** Cuts the link after event `n`, and comes back after event `m`. */
function cut({ trace, heard, hearing, floors }: Whole, n: number, m: number, resumed: Hearing) {
  const floor = createFloor(floorOptions)
  const ledger = new Ledger()
  const facts: Fact[] = []
  const wrong: string[] = []
  const take = (events: readonly PbxEvent[]) => {
    const told = apply(floor, events)
    facts.push(...told)
    ledger.take(told)
  }
  take([desksSet(trace.startedAt), ...hearing.connected, ...hearing.later.slice(0, n).flat()])
  const heardAt = (index: number) => heard[index - 1]?.at ?? trace.startedAt
  // Events that came in one piece have one time of arrival: a gap has a length all the same.
  const lostAt = m === n ? heardAt(n) : Math.min(heardAt(n), heardAt(m) - 1)
  take([{ type: 'link.lost', pbx: 'lab', at: lostAt, arrivedAt: lostAt }])
  take(resumed.connected)
  const [snapshot] = resumed.connected
  if (snapshot?.type !== 'snapshot') throw new Error('the first event must be the snapshot')
  wrong.push(...reconcile(floor, snapshot).map(({ type }) => `the same snapshot again tells ${type}`))
  const uncut = floors[m]
  const inChange = uncut ? callsInChange(uncut, snapshot.snapshot) : new Set<string>()
  if (uncut && inChange.size === 0) wrong.push(...liveDifferences(floor, uncut, snapshot.snapshot))
  ledger.check(floor)
  take(resumed.later.flat())
  ledger.check(floor)
  wrong.push(...ledger.wrong, ...ghostsOn(floor))
  return { floor, facts, wrong, inChange }
}

/** The calls of a floor as text, times and all. */
function written(floor: Floor | undefined): string {
  return JSON.stringify(
    [...callsOf(floor).values()].map((call) => ({ ...call, channelIds: [...call.channelIds] })),
  )
}

const callsOf = (floor: Floor | undefined): Calls => floor?.calls ?? new Map()

describe.each(names)('%s, with the link cut', (name) => {
  it('tells no ghost, and the same calls as far as anybody can know', async () => {
    const whole = await playWhole(name)
    const events = whole.heard.length
    const last = whole.floors.at(-1)
    const stride = everyCut ? 1 : Math.ceil(events / cutsOfOneTrace)
    const wrong: string[] = []
    for (let m = 0; m <= events; m++) {
      const due = [...gaps, m].filter((gap, index) => gap <= m && (m + index) % stride === 0)
      if (due.length === 0) continue
      const resumed = await hearFrom(whole.trace, whole.heard, m)
      for (const gap of new Set(due)) {
        const n = m - gap
        const where = `cut after ${n}, back after ${m}`
        const { floor, facts, wrong: found, inChange } = cut(whole, n, m, resumed)
        const uncut = {
          atLoss: callsOf(whole.floors[n]),
          atReturn: callsOf(whole.floors[m]),
          atEnd: callsOf(last),
        }
        found.push(...differencesFrom(uncut, floor.calls, inChange))
        if (gap === 0 && inChange.size === 0) {
          const told = narrate(facts).filter((line) => line !== 'gap')
          if (JSON.stringify(told) !== JSON.stringify(narrate(whole.facts)))
            found.push(`told otherwise: ${told.join(', ')}`)
          if (written(floor) !== written(last)) found.push('other calls are left')
        }
        wrong.push(...found.map((each) => `${where}: ${each}`))
      }
    }
    expect(wrong).toEqual([])
  }, 600_000)
})
