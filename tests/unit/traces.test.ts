import { describe, expect, it } from 'vitest'
import { flows } from '../../lab/flows/flows.ts'
import { readTrace } from '../../lab/traces/trace.ts'
import { differencesFromAsterisk } from '../compare/held-against-asterisk.ts'
import { narrate, replay } from '../compare/replay.ts'
import { stories } from '../fixtures/stories.ts'

describe.each(Object.entries(flows))('%s', (name, { story }) => {
  it(`${story}: told in these words, and as Asterisk’s own records have it`, async () => {
    const trace = await readTrace(name)
    const replayed = replay(trace)
    expect(narrate(replayed.facts)).toEqual(stories[name])
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
