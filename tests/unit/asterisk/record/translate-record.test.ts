import { describe, expect, it } from 'vitest'
import { flows } from '../../../../lab/flows/flows.ts'
import { readTrace, type Trace } from '../../../../lab/traces/trace.ts'
import { differencesFromAsterisk } from '../../../compare/held-against-asterisk.ts'
import { narrate, replay, tally } from '../../../compare/replay.ts'
import { replayRecord } from '../../../compare/replay-record.ts'
import { asFarAsRecorded } from './as-recorded.ts'

/** Where CEL has two things of one moment in another order than AMI. */
const inAnyOrder = new Set(['ring-group'])
const told = (trace: Trace, many = false) => {
  const { facts, floor, odd } = replayRecord(trace)
  const lines = asFarAsRecorded(narrate(facts))
  return { facts, floor, odd, lines: many ? tally(lines) : lines }
}

describe.each(Object.entries(flows))('%s, heard by nobody', (name, { story, many }) => {
  it(`${story}: told from Asterisk’s record in the words in which it was heard`, async () => {
    const trace = await readTrace(name)
    const heard = asFarAsRecorded(narrate(replay(trace).facts))
    const { facts, floor, odd, lines } = told(trace, many)
    if (many) expect(lines).toEqual(tally(heard))
    else if (inAnyOrder.has(name)) expect(lines.toSorted()).toEqual(heard.toSorted())
    else expect(lines).toEqual(heard)
    expect(differencesFromAsterisk(trace, facts, [...floor.calls.values()])).toEqual([])
    expect(odd).toEqual([])
  })

  it('leaves nothing behind, and marks every call', async () => {
    const { facts, floor } = told(await readTrace(name))
    expect([floor.channels.size, floor.bridges.size]).toEqual([0, 0])
    expect([...floor.queues.values()].flatMap((queue) => queue.waiting)).toEqual([])
    expect([...floor.calls.values()].filter((call) => call.reconstructed !== 'wholly')).toEqual([])
    expect(facts.filter((fact) => !fact.recorded && fact.type.startsWith('call.'))).toEqual([])
  })

  it('is told the same, however many rows are read at once', async () => {
    const trace = await readTrace(name)
    const whole = narrate(replayRecord(trace).facts)
    for (const rowsAtOnce of [1, 7]) expect(narrate(replayRecord(trace, rowsAtOnce).facts)).toEqual(whole)
  })
})
