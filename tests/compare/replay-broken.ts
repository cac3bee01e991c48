import { readBlocks } from '../../lab/traces/blocks.ts'
import type { Trace } from '../../lab/traces/trace.ts'
import type { PbxEvent } from '../../server/floor/events.ts'
import type { Fact } from '../../server/floor/facts.ts'
import { createFloor, reduce } from '../../server/floor/floor.ts'
import { desks, floorOptions, type Replayed } from './replay.ts'
import { connect, newTranslator } from './snapshot-of.ts'

/** Plays a trace with gaps as the server hears it: the link is lost where a gap begins, and a snapshot ends it. */
export async function replayBroken(trace: Trace): Promise<Omit<Replayed, 'odd'>> {
  const events: PbxEvent[] = []
  const facts: Fact[] = []
  const floor = createFloor(floorOptions)
  let now = trace.startedAt
  let translator = newTranslator(() => now)
  const take = (event: PbxEvent): void => {
    events.push(event)
    facts.push(...reduce(floor, event).facts)
  }
  const hear = async (answers: Record<string, string>): Promise<void> => {
    translator = newTranslator(() => now)
    const answer = (action: string) => readBlocks(answers[action] ?? '')
    for (const event of await connect(answer, translator, now)) take(event)
  }
  take({ type: 'desks.set', pbx: 'lab', at: now, arrivedAt: now, desks })
  await hear(trace.start)
  const gaps = [...(trace.gaps ?? [])]
  const mend = async (beforeMs: number): Promise<void> => {
    for (let gap = gaps[0]; gap && gap.toMs <= beforeMs; gap = gaps[0]) {
      gaps.shift()
      const { fromMs, toMs, answers } = gap
      now = trace.startedAt + fromMs
      take({ type: 'link.lost', pbx: 'lab', at: events.at(-1)?.at ?? now, arrivedAt: now })
      now = trace.startedAt + toMs
      await hear(answers)
    }
  }
  for (const { atMs, text } of trace.pieces) {
    await mend(atMs)
    now = trace.startedAt + atMs
    for (const block of readBlocks(text)) translator.translate(block).forEach(take)
  }
  await mend(Infinity)
  return { events, facts, floor }
}
