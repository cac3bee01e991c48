import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlayedCall, type Ids } from '../../../../lab/simulator/played-call.ts'
import { compileTemplate, renderStep, type Template } from '../../../../lab/simulator/template.ts'
import { readTrace, traceNames, type Trace } from '../../../../lab/traces/trace.ts'
import type { DeskInfo, PbxEvent } from '../../../../server/floor/events.ts'
import type { Fact } from '../../../../server/floor/facts.ts'
import { createFloor, reduce } from '../../../../server/floor/floor.ts'
import { desks, floorOptions, narrate } from '../../../compare/replay.ts'
import { heardIn, hearFrom, type Recording } from './hearing.ts'
import { ghostsOn, Ledger } from './ledger.ts'
import { runs } from './runs.ts'

const traces: Trace[] = await Promise.all(traceNames().map((name) => readTrace(name)))
/** One recording among others: played later by so many ms, by other agents for another customer. */
interface Part {
  trace: Trace
  laterMs: number
}

const parts = fc.array(fc.record<Part>({ trace: fc.constantFrom(...traces), laterMs: fc.nat(15_000) }), {
  minLength: 2,
  maxLength: 3,
})

const templates = new Map<Trace, Template>()
const templateOf = (trace: Trace): Template => {
  const template = templates.get(trace) ?? compileTemplate(trace)
  templates.set(trace, template)
  return template
}

/** Each part's agents have a number range of their own: 201 is 1201 in the first, 2201 in the second. */
const extensionIn = (index: number, recorded: string) => `${index + 1}${recorded}`
const castOf = (index: number) => ({
  caller: `+4930231259${index}0`,
  extension: (recorded: string) => extensionIn(index, recorded),
})
const desksOf = (count: number): DeskInfo[] =>
  Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    desks.map(({ extension, personId }) => ({
      extension: extensionIn(index, extension),
      interfaces: [`PJSIP/${extensionIn(index, extension)}`, `PJSIP/${extensionIn(index, extension)}-web`],
      personId: `${personId} of ${index}`,
    })),
  )

const startedAt = 1_795_000_000_000
/** A PBX with the queues of the lab and no members: these come with the events. */
const start = { CoreStatus: traces[0]?.start['CoreStatus'] ?? '' }

/** The pieces of one part, with ids of its own. */
function piecesOf({ trace, laterMs }: Part, index: number, ids: Ids): Recording['pieces'] {
  const template = templateOf(trace)
  const call = new PlayedCall(template, castOf(index), ids, startedAt + laterMs)
  return template.steps.map((step) => ({ atMs: laterMs + step.atMs, text: renderStep(step, call.valueOf) }))
}

async function play(pieces: Recording['pieces'], count: number) {
  const recording: Recording = { startedAt, start, pieces }
  const hearing = await hearFrom(recording, heardIn(recording), 0)
  const floor = createFloor(floorOptions)
  const ledger = new Ledger()
  const facts: Fact[] = []
  const first: PbxEvent = {
    type: 'desks.set',
    pbx: 'lab',
    at: startedAt,
    arrivedAt: startedAt,
    desks: desksOf(count),
  }
  for (const event of [first, ...hearing.connected, ...hearing.later.flat()]) {
    const told = reduce(floor, event).facts
    facts.push(...told)
    ledger.take(told)
    ledger.check(floor)
  }
  return { facts, floor, ledger }
}

/** What is told of each call, in words; calls are told apart by nothing else. */
function storiesOf(facts: readonly Fact[]): string[] {
  const calls = new Map<string, Fact[]>()
  for (const fact of facts) {
    if (!('callId' in fact) || fact.type === 'agent.state') continue
    const callId = fact.type === 'call.merged' ? fact.mergedId : fact.callId
    calls.set(callId, [...(calls.get(callId) ?? []), fact])
  }
  return [...calls.values()].map((told) => narrate(told).join(', ')).toSorted()
}

describe('calls that have nothing to do with each other', () => {
  it('are told at the same time as they are alone', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (list) => {
        const ids: Ids = { systemName: 'lab', channels: 0, serials: 0 }
        const pieces = list.map((part, index) => piecesOf(part, index, ids))
        const together = await play(
          pieces.flat().toSorted((one, other) => one.atMs - other.atMs),
          list.length,
        )
        const alone: string[] = []
        for (const each of pieces) alone.push(...storiesOf((await play(each, list.length)).facts))
        expect(storiesOf(together.facts)).toEqual(alone.toSorted())
        expect(together.ledger.wrong).toEqual([])
        expect(ghostsOn(together.floor)).toEqual([])
      }),
      runs(100),
    )
  }, 600_000)
})
