import { describe, expect, it, onTestFinished } from 'vitest'
import { openHistory, type History } from '../../../server/history/history.ts'
import { callReader } from '../../../server/history/reading.ts'
import { answeredCall, morning, unansweredDial } from './calls.ts'
import { masterKeys } from './master-keys.ts'
import { memoryStore, noDatabase, showParty, silent, temporaryFolder } from './support.ts'

const boss = { personId: 'boss', rights: ['history.all', 'card.read'] as const }
const day = { from: morning, to: morning + 3_600_000, limit: 50 }

async function open(): Promise<{ history: History; faults: { away: boolean } }> {
  const { store, faults } = memoryStore()
  const history = await openHistory({
    folder: temporaryFolder(),
    node: 'one',
    database: noDatabase(),
    store,
    masterKeys,
    showParty,
    log: silent,
    clock: () => morning,
  })
  onTestFinished(history.close)
  return { history, faults }
}

/** A short call that began so many seconds after the morning did. */
function keep(history: History, callId: string, second: number): void {
  history.append([{ kind: 'facts', facts: unansweredDial(callId, 'anna', morning + second * 1000) }])
}

/** The ids of every page, as somebody turning pages sees them. */
async function pages(history: History, limit: number): Promise<string[][]> {
  const { listCalls } = callReader(history)
  const found: string[][] = []
  let after: string | undefined
  do {
    const { calls, next } = await listCalls(boss, {
      ...day,
      limit,
      ...(after === undefined ? {} : { after }),
    })
    found.push(calls.map(({ callId }) => callId))
    after = next ?? undefined
  } while (after !== undefined)
  return found
}

describe('the list of calls', () => {
  it('has calls of the database and of this moment, each once, the newest first', async () => {
    const { history } = await open()
    for (const n of [0, 1, 2]) keep(history, `lab:${n}`, n)
    expect(await history.drain(5_000)).toBe(true)
    // two that began in the same moment, and one that only now comes to be known though it began early
    for (const id of ['lab:3a', 'lab:3b']) keep(history, id, 3)
    keep(history, 'lab:late', 1)

    const all = ['lab:3b', 'lab:3a', 'lab:2', 'lab:late', 'lab:1', 'lab:0']
    expect(await pages(history, 50)).toEqual([all])
    for (const limit of [1, 2, 3, 4, 5]) expect((await pages(history, limit)).flat()).toEqual(all)
  })

  it('leaves out what began before or after, and what went on in another call', async () => {
    const { history } = await open()
    keep(history, 'lab:before', -1)
    keep(history, 'lab:after', 3_600)
    keep(history, 'lab:short', 5)
    history.append([{ kind: 'facts', facts: answeredCall('lab:long') }])
    const merged = { pbx: 'lab', at: morning + 6_000, callId: 'lab:long', mergedId: 'lab:short' }
    history.append([{ kind: 'facts', facts: [{ ...merged, type: 'call.merged' }] }])

    expect(await pages(history, 50)).toEqual([['lab:long']])
  })

  it('says of what part of the time calls may be missing', async () => {
    const { history } = await open()
    const gap = (since: number, at: number) =>
      ({ type: 'link.gap', pbx: 'lab', since, at, told: 'nothing', toldUntil: null }) as const
    history.append([
      { kind: 'facts', facts: [gap(morning + 60_000, morning + 90_000), gap(morning - 90_000, morning)] },
    ])
    const { gaps } = await callReader(history).listCalls(boss, day)
    expect(gaps).toMatchObject([{ kind: 'link', from: morning + 60_000, to: morning + 90_000 }])
  })

  it('tells of a call what happened in it', async () => {
    const { history } = await open()
    history.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    const { calls } = await callReader(history).listCalls(boss, day)
    expect(calls).toMatchObject([
      {
        offers: [{ queue: 'support', extension: '201' }, { extension: '202' }],
        contacts: [{ queue: 'support', extension: '202', why: 'customerHungUp', heldMs: 10_000 }],
        holds: [{ extension: '202', by: 'agent', beganAt: morning + 30_000, endedAt: morning + 40_000 }],
      },
    ])
  })

  it('tells no number and no name to whoever may not read cards', async () => {
    const { history } = await open()
    history.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    const admin = { personId: 'admin', rights: ['history.all'] as const }
    const { calls } = await callReader(history).listCalls(admin, day)
    expect(JSON.stringify(calls)).not.toMatch(/30231250199|Erika/)
  })

  it('says that the database is away rather than leave calls out', async () => {
    const { history, faults } = await open()
    faults.away = true
    await expect(callReader(history).listCalls(boss, day)).rejects.toMatchObject({
      code: 'database.unreachable',
    })
  })
})
