import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { flows } from '../../lab/flows/flows.ts'
import { readCallTrace, replayCall } from '../../lab/traces/call-trace.ts'
import { downloadedTraces, readTrace } from '../../lab/traces/trace.ts'
import { readCdr } from '../compare/cdr.ts'
import { differencesInFacts } from '../compare/differences-in-facts.ts'
import { differencesFromAsterisk } from '../compare/held-against-asterisk.ts'
import { narrate, replay, tally } from '../compare/replay.ts'
import { stories } from '../fixtures/stories.ts'
import { readCelRows, type CelRow } from '../lab/comparer/cel-rows.ts'

const isHangup = ({ event }: CelRow): boolean => event === 'HANGUP'

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

describe('CDR', () => {
  it.each(Object.keys(flows))(
    '%s: ends each call in the second of its last hang-up, so that no rule excuses an end',
    async (name) => {
      const trace = await readTrace(name)
      const [rows, hangups] = [readCdr(trace.cdr), readCelRows(trace.cel).filter(isHangup)]
      const ids = new Set(rows.map(({ linkedId }) => linkedId))
      const ends = (times: readonly { linkedId: string; at: number }[]) =>
        [...ids].map((id) => {
          const own = times.filter(({ linkedId }) => linkedId === id)
          return `${id} ${Math.floor(Math.max(...own.map(({ at }) => at)))}`
        })
      expect(ends(rows.map(({ linkedId, end }) => ({ linkedId, at: end })))).toEqual(ends(hangups))
      expect(ids.size).toBeGreaterThan(0)
    },
  )
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
