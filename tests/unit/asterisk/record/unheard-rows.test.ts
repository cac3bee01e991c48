import { describe, expect, it } from 'vitest'
import { flows } from '../../../../lab/flows/flows.ts'
import { readTrace } from '../../../../lab/traces/trace.ts'
import { narrate, replay } from '../../../compare/replay.ts'
import { replayThenRecord } from '../../../compare/replay-record.ts'
import { asFarAsRecorded } from './as-recorded.ts'

/**
 * Moments within one burst of events of which the record does not say whether they were heard, so that one step of a
 * transfer, or how a phone behind another stopped ringing, is told differently: in so many places of a flow at most.
 */
const undecided: Readonly<Record<string, number>> = {
  'customer-joins-colleagues': 3,
  'attended-by-keys-cancelled-ringing': 14,
  'attended-by-manager-cancelled-ringing': 12,
  'conference-maker-leaves': 1,
  'follow-me': 7,
  'forwarded-by-phone': 8,
  'answered-as-caller-goes': 7,
}

const oneByOne = Object.entries(flows).filter(([, { many }]) => !many)

describe.each(oneByOne)('%s, heard up to any of its events', (name, { story }) => {
  it(`${story}: the record tells the rest, nothing twice, and leaves no ghost`, async () => {
    const trace = await readTrace(name)
    const { events, facts } = replay(trace)
    const whole = asFarAsRecorded(narrate(facts)).toSorted()
    let different = 0
    for (let heard = 1; heard <= events.length; heard += 1) {
      const told = replayThenRecord(trace, events.slice(0, heard))
      expect([told.floor.channels.size, told.floor.bridges.size]).toEqual([0, 0])
      expect([...told.floor.queues.values()].flatMap(({ waiting }) => waiting)).toEqual([])
      expect([...told.floor.calls.values()].filter(({ endedAt }) => endedAt === null)).toEqual([])
      const lines = asFarAsRecorded(narrate(told.facts)).toSorted()
      if (lines.join() !== whole.join()) different += 1
    }
    expect(different).toBeLessThanOrEqual(undecided[name] ?? 0)
  })
})
