import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { flows } from '../../lab/flows/flows.ts'
import { readCallTrace, replayCall } from '../../lab/traces/call-trace.ts'
import { downloadedTraces, readTrace } from '../../lab/traces/trace.ts'
import { differencesInFacts } from '../compare/differences-in-facts.ts'
import { differencesFromAsterisk } from '../compare/held-against-asterisk.ts'
import { narrate, replay, tally } from '../compare/replay.ts'
import { stories } from '../fixtures/stories.ts'

describe.each(Object.entries(flows))('%s', (name, { story, many }) => {
  it(`${story}: told in these words, and as Asterisk’s own records have it`, async () => {
    const trace = await readTrace(name)
    const replayed = replay(trace)
    const told = narrate(replayed.facts)
    expect(many ? tally(told) : told).toEqual(stories[name])
    const calls = [...replayed.floor.calls.values()]
    expect(differencesFromAsterisk(trace, replayed.facts, calls)).toEqual([])
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

const downloaded = downloadedTraces().map((file) => [basename(file), file] as const)

// A call that was downloaded from somewhere is a test as soon as it lies in the folder.
describe.each(downloaded)('%s', (_name, file) => {
  it('replays to what history held', async () => {
    const trace = await readCallTrace(file)
    const { facts, floor } = replayCall(trace)
    expect(differencesInFacts(trace.facts, facts)).toEqual([])
    if (trace.complete) expect(floor.channels.size).toBe(0)
  })
})

describe('holding calls against Asterisk’s records', () => {
  it('finds a talk that is told from the consultation on instead of from the customer on', async () => {
    const trace = await readTrace('attended-by-keys')
    const { facts, floor } = replay(trace)
    const calls = [...floor.calls.values()].map((call) => ({
      ...call,
      contacts: call.contacts.map((c) => ({
        ...c,
        beganAt: c.beganAt - (c.extension === '205' ? 3_000 : 0),
      })),
    }))
    expect(differencesFromAsterisk(trace, facts, calls)).toEqual([
      expect.stringContaining('CEL has them together at no such time'),
    ])
  })

  it('finds the wrong agent where a call was picked up', async () => {
    const trace = await readTrace('pickup-from-queue')
    const { facts, floor } = replay(trace)
    const calls = [...floor.calls.values()].map((call) => ({
      ...call,
      contacts: call.contacts.map((c) => ({ ...c, extension: '201' })),
    }))
    expect(differencesFromAsterisk(trace, facts, calls).length).toBeGreaterThan(0)
  })
})
