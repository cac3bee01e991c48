import { describe, expect, it, onTestFinished } from 'vitest'
import type { Erased } from '../../../server/history/erasure.ts'
import { openHistory, type History } from '../../../server/history/history.ts'
import { answeredCall, caller, morning } from './calls.ts'
import { masterKeys } from './master-keys.ts'
import { memoryStore, noDatabase, showParty, silent, temporaryFolder } from './support.ts'

/** Two nodes on one database, a clock for both, and a call of Erika's that the first node heard. */
async function twoNodes() {
  const memory = memoryStore()
  const looked: number[] = []
  const { destroyedSince } = memory.store.keys
  memory.store.keys.destroyedSince = (at) => {
    looked.push(at)
    return destroyedSince(at)
  }
  const center = { ...memory, looked, now: morning }
  const open = async (node: string, folder = temporaryFolder(), store = memory.store): Promise<History> => {
    const history = await openHistory({
      ...{ folder, node, masterKeys, showParty, store, log: silent },
      ...{ database: noDatabase(), clock: () => center.now },
      readSpace: () => ({ total: 1e12, free: 9e11 }),
    })
    onTestFinished(history.close)
    return history
  }
  const first = await open('one')
  first.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
  first.bindCustomer('lab:1', 'erika', true)
  expect(await first.drain(20_000)).toBe(true)
  return { center, open, first }
}

/** Has a node's erasures noted. The first so many times it cannot forget. */
function remembering(history: History, failures = 0): Erased[] {
  const told: Erased[] = []
  let left = failures
  history.onErased((erased) => {
    if (left-- > 0) return Promise.reject(new Error('no'))
    told.push(erased)
    return Promise.resolve()
  })
  return told
}

const erikas: Erased = { callIds: ['lab:1'], customerIds: ['erika'] }

describe('whoever remembers callers', () => {
  it('is told whom this node erased, and again when what was begun is asked for again', async () => {
    const { first } = await twoNodes()
    const told = remembering(first, 1)
    await expect(first.eraseCustomer('erika', [])).rejects.toThrow('no')
    expect(await first.eraseCustomer('erika', [])).toEqual(['lab:1'])
    expect(told).toEqual([erikas])
  })

  it('is told whom another node erased, until it could forget them, and then no more', async () => {
    const { center, open, first } = await twoNodes()
    const second = await open('two')
    const told = remembering(second, 1)
    await first.eraseCustomer('erika', [])
    for (let look = 0; look < 3; look += 1) {
      await second.followOthers()
      center.now += 10_000
    }
    expect(told).toEqual([erikas])
  })

  it('is told after a start what was erased in the database alone, as by a run that was stopped then', async () => {
    const { center, open, first } = await twoNodes()
    await center.store.keys.destroy(['lab:1'], 'erika', center.now)
    const told = remembering(first)
    await first.followOthers()
    expect(told).toEqual([erikas])
    expect(await (await open('two')).readCall('lab:1')).toMatchObject({ party: { number: null } })
  })

  it('is told, once, of whom another node erased though the database knew none of their calls', async () => {
    const { center, open, first } = await twoNodes()
    let isCutOff = true
    const keepJournal: typeof center.store.keepJournal = (entries) =>
      isCutOff ? Promise.reject(new Error('cut off')) : center.store.keepJournal(entries)
    const second = await open('two', temporaryFolder(), { ...center.store, keepJournal })
    const told = remembering(second)
    // Two calls of Olena's that only this node knows: one that is hers, and one from her number that is nobody's.
    second.append([{ kind: 'facts', facts: answeredCall('lab:2').slice(0, -1) }])
    second.bindCustomer('lab:2', 'olena', true, 'nina')
    second.append([{ kind: 'facts', facts: answeredCall('lab:3').slice(0, -1) }])
    // Whoever calls from that number an hour later is somebody whom nobody knows.
    second.append([{ kind: 'facts', facts: answeredCall('lab:4', morning + 3_600_000).slice(0, -1) }])
    await first.eraseCustomer('olena', [caller.number ?? ''])
    await second.followOthers()
    await second.followOthers()
    expect(told).toEqual([{ callIds: ['lab:2', 'lab:3'], customerIds: ['olena'] }])

    expect(second.bindingOf('lab:2')).toEqual({ customerId: null, decided: false })
    isCutOff = false
    expect(await second.drain(20_000)).toBe(true)
    const { calls } = center.opened()
    const ofSecond = calls.filter(({ _id }) => _id !== 'lab:1')
    expect(ofSecond).toMatchObject([
      { customerId: null, personal: { number: null, erased: true } },
      { customerId: null, personal: { number: null, erased: true } },
      { customerId: null, personal: { number: caller.number } },
    ])
  })

  it('is told again when the card has gone: of whoever was taken for them meanwhile', async () => {
    const { center, open, first } = await twoNodes()
    const second = await open('two')
    const told = remembering(second)
    await first.eraseCustomer('erika', [])
    await second.followOthers()
    second.append([{ kind: 'facts', facts: answeredCall('lab:2').slice(0, -1) }])
    second.bindCustomer('lab:2', 'erika', false)
    center.now += 1_000
    // The database is away for a moment just then.
    center.faults.away = true
    await first.finishErasure('erika', [])
    center.faults.away = false
    await first.followOthers()
    await second.followOthers()
    expect(told).toEqual([erikas, { callIds: ['lab:2'], customerIds: ['erika'] }])
    expect(second.bindingOf('lab:2')).toEqual({ customerId: null, decided: false })
  })

  it('is told of nothing that is older than the last checkpoint: a start reads only what came after', async () => {
    const { center, open } = await twoNodes()
    const folder = temporaryFolder()
    const second = await open('two', folder)
    await second.followOthers()
    await second.saveCheckpoint({}, second.status().lastSeq)
    const at = center.now
    // Forgotten since, and not in a checkpoint yet.
    center.now += 3_600_000
    await second.followOthers()
    await second.close()
    await (await open('two', folder)).followOthers()
    expect(center.looked).toEqual([-60_000, at - 60_000, at - 60_000])
  })
})
