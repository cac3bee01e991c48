import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAgents, type Agents } from '../../../server/agents/agents.ts'
import type { Interval } from '../../../server/agents/status.ts'
import type { Stamp } from '../../../server/floor/events.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { rules } from '../../unit/agents/support.ts'
import { endNodes, folderAsKilled, openNode, type TestNode } from '../pipeline/node.ts'

/** A node with Nina at desk 201, a member of support. Its database takes intervals unless it is away. */
interface Shift {
  node: TestNode
  agents: Agents
  /** What the database was given, by its id. */
  intervals: Map<string, Interval>
  /** How often it was given any. */
  given: number
  database: { away: boolean }
}

const nina = { by: 'agent', byPersonId: 'nina' } as const
const opened: Agents[] = []

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
})
afterEach(async () => {
  for (const agents of opened.splice(0)) agents.stop()
  vi.useRealTimers()
  await endNodes()
})

const stamp = (): Stamp => ({ pbx: 'lab', at: Date.now(), arrivedAt: Date.now() })

async function open(folder?: string): Promise<Shift> {
  const intervals = new Map<string, Interval>()
  const database = { away: false }
  const shift = { intervals, database, given: 0 } as Shift
  shift.node = await openNode({
    ...(folder === undefined ? {} : { folder }),
    publishFacts: (facts) => shift.agents.take(facts),
    historyOptions: {
      onIntervals: (all) => {
        if (database.away) return Promise.reject(new ProblemError('database.unreachable'))
        shift.given += 1
        for (const one of all) intervals.set(`${one.extension}:${one.beganAt}`, one)
        return Promise.resolve()
      },
    },
  })
  const { history, pipeline } = shift.node
  shift.agents = createAgents({
    floor: pipeline.floor,
    rules: () => rules,
    pauseMember: () => Promise.resolve(),
    addMember: () => Promise.resolve(),
    removeMember: () => Promise.resolve(),
    browserOf: () => null,
    keep: (status, interval) => void history.append([{ kind: 'status', status, interval }]),
    requireRoom: () => undefined,
    restored: history.statuses,
    hasConsole: () => true,
    nameOf: () => null,
    onChange: () => undefined,
    log: { info: () => undefined, warn: () => undefined },
  })
  opened.push(shift.agents)
  await pipeline.recover()
  shift.agents.start()
  pipeline.take({
    ...stamp(),
    type: 'desks.set',
    desks: [{ extension: '201', interfaces: ['PJSIP/201'], personId: 'nina' }],
  })
  shift.agents.seats([{ extension: '201', interfaces: ['PJSIP/201'], personId: 'nina' }])
  shift.agents.presence('nina', true)
  return shift
}

/** Time passes, also for what waits for a promise. */
async function wait(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

/** Nina is on the line with a customer of support, and it ends. */
async function callEnds({ node: { pipeline } }: Shift): Promise<void> {
  const channel = (id: string, device: string, more = {}) => ({
    channelId: `lab:${id}`,
    linkedId: 'lab:1',
    name: `${device}-1`,
    device,
    localHalf: null,
    state: 'up' as const,
    callerNumber: null,
    callerName: null,
    callerRestricted: false,
    exten: null,
    context: null,
    application: null,
    ...more,
  })
  const queue = { queue: 'support', channelId: 'lab:1', linkedId: 'lab:1' }
  const called = { calledId: 'lab:2', interface: 'PJSIP/201' }
  await wait(1_000)
  pipeline.take({ ...stamp(), type: 'channel.appeared', channel: channel('1', 'PJSIP/trunk') })
  pipeline.take({ ...stamp(), type: 'queue.entered', ...queue, position: 1 })
  pipeline.take({ ...stamp(), type: 'channel.appeared', channel: channel('2', 'PJSIP/201') })
  pipeline.take({ ...stamp(), type: 'queue.offered', ...queue, ...called, called: null, memberName: 'Nina' })
  pipeline.take({ ...stamp(), type: 'queue.left', ...queue })
  pipeline.take({ ...stamp(), type: 'queue.connected', ...queue, ...called, waitMs: 0, ringMs: 0 })
  for (const channelId of ['lab:2', 'lab:1'])
    pipeline.take({
      ...stamp(),
      type: 'bridge.entered',
      bridgeId: 'b1',
      channelId,
      linkedId: 'lab:1',
      swappedFor: null,
      holding: false,
    })
  await wait(5_000)
  for (const channelId of ['lab:2', 'lab:1'])
    pipeline.take({
      ...stamp(),
      type: 'channel.gone',
      channelId,
      linkedId: 'lab:1',
      cause: 16,
      causeText: null,
    })
}

const stateOf = ({ agents }: Shift) => agents.viewOf('201')
const spent = ({ intervals }: Shift) =>
  [...intervals.values()].sort((a, b) => a.beganAt - b.beganAt).map(({ state }) => state)

async function drained(shift: Shift): Promise<void> {
  vi.useRealTimers()
  expect(await shift.node.history.drain(10_000)).toBe(true)
}

describe('a server that is killed', () => {
  it('in a wrap-up: it goes on with the same end, is neither void nor longer, and is kept once', async () => {
    const dying = await open()
    await callEnds(dying)
    expect(stateOf(dying)?.state).toBe('wrapUp')
    const { until } = stateOf(dying) ?? {}
    await wait(8_000)
    const shift = await open(folderAsKilled(dying.node.folder))
    expect(stateOf(shift)).toMatchObject({ state: 'wrapUp', until })
    await wait((until ?? 0) - Date.now() - 400)
    expect(stateOf(shift)?.state).toBe('wrapUp')
    await wait(800)
    expect(stateOf(shift)?.state).toBe('ready')
    await drained(shift)
    expect(spent(shift)).toEqual(['ready', 'onCall', 'wrapUp'])
  })

  it('for longer than the wrap-up lasts: it is over as soon as the server is back', async () => {
    const dying = await open()
    await callEnds(dying)
    const folder = folderAsKilled(dying.node.folder)
    dying.agents.stop()
    await wait(60_000)
    const shift = await open(folder)
    await wait(400)
    expect(stateOf(shift)?.state).toBe('ready')
  })

  it('with a checkpoint in between, and twice: what was chosen holds', async () => {
    const first = await open()
    first.agents.choose('201', { state: 'break', reasonId: 'lunch' }, nina)
    const { since } = stateOf(first) ?? {}
    await first.node.pipeline.stop()
    const second = await open(folderAsKilled(first.node.folder))
    await wait(5_000)
    const third = await open(folderAsKilled(second.node.folder))
    expect(stateOf(third)).toMatchObject({
      state: 'break',
      since,
      reason: { reasonId: 'lunch' },
      by: 'agent',
    })
  })

  it('while a console is lost: the grace counts from when it was lost', async () => {
    const dying = await open()
    dying.agents.presence('nina', false)
    await wait(25_000)
    expect(stateOf(dying)?.state).toBe('ready')
    const folder = folderAsKilled(dying.node.folder)
    dying.agents.stop()
    const { history } = await openNode({ folder })
    const kept = history.statuses().get('201')
    expect(kept).toMatchObject({ state: 'ready', consoleLostAt: Date.now() - 25_000 })
  })
})

describe('a database that is away', () => {
  it('changes nothing about anybody’s status; what was spent comes when it is back, each once', async () => {
    const shift = await open()
    shift.database.away = true
    for (const reasonId of ['lunch', 'meeting', 'break']) {
      await wait(1_000)
      shift.agents.choose('201', { state: 'break', reasonId }, nina)
    }
    expect(stateOf(shift)).toMatchObject({ state: 'break', reason: { reasonId: 'break' } })
    vi.useRealTimers()
    expect(await shift.node.history.drain(500)).toBe(false)
    shift.database.away = false
    await drained(shift)
    const all = [...shift.intervals.values()].sort((a, b) => a.beganAt - b.beganAt)
    expect(all.map(({ state, reason }) => reason?.reasonId ?? state)).toEqual(['ready', 'lunch', 'meeting'])
    for (const [index, { beganAt }] of all.entries())
      if (index > 0) expect(beganAt).toBe(all[index - 1]?.endedAt)
  })
})
