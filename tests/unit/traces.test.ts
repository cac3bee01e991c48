import { describe, expect, it } from 'vitest'
import { flows } from '../../lab/flows/flows.ts'
import { readTrace, type Trace } from '../../lab/traces/trace.ts'
import type { Call } from '../../server/floor/state.ts'
import { cdrDifferences, readCdr, type ToldCall } from '../compare/cdr.ts'
import { differences, readQueueLog, stepsOfFacts, stepsOfQueueLog } from '../compare/queue-log.ts'
import { narrate, replay, type Replayed } from '../compare/replay.ts'
import { stories } from '../fixtures/stories.ts'

function told(call: Call): ToldCall {
  return {
    linkedId: call.callId.replace(/^lab:/, ''),
    direction: call.direction,
    end: call.end ?? 'running',
    startedAt: call.startedAt / 1000,
    endedAt: (call.endedAt ?? NaN) / 1000,
    contacts: call.contacts.map(({ extension, beganAt, endedAt }) => ({
      extension,
      beganAt: beganAt / 1000,
      endedAt: (endedAt ?? NaN) / 1000,
    })),
  }
}

function queueLogDifferences(trace: Trace, { facts, floor }: Replayed): string[] {
  const offers = [...floor.calls.values()].flatMap(({ callId, offers: made }) =>
    made.map(({ queue, extension, outcome, attempts, endedAt }) => {
      return { callId, queue, extension, outcome, attempts, at: endedAt ?? NaN }
    }),
  )
  const theirs = stepsOfQueueLog(readQueueLog(trace.queueLog.join('\n')))
  return differences(theirs, stepsOfFacts({ facts: facts.map((fact) => ({ ...fact })), offers }))
}

describe.each(Object.entries(flows))('%s', (name, { story }) => {
  it(`${story}: told in these words, and as Asterisk’s own records have it`, async () => {
    const trace = await readTrace(name)
    const replayed = replay(trace)
    expect(narrate(replayed.facts)).toEqual(stories[name])
    expect(queueLogDifferences(trace, replayed)).toEqual([])
    expect(cdrDifferences(readCdr(trace.cdr), [...replayed.floor.calls.values()].map(told))).toEqual([])
    expect(replayed.odd).toEqual([])
  })

  it('leaves nothing behind', async () => {
    const { floor } = replay(await readTrace(name))
    expect(floor.channels.size).toBe(0)
    expect(floor.bridges.size).toBe(0)
    expect([...floor.queues.values()].flatMap((queue) => queue.waiting)).toEqual([])
    const busy = [...floor.agents.values()].filter(
      (agent) => agent.state === 'ringing' || agent.state === 'talking',
    )
    expect(busy).toEqual([])
  })
})
