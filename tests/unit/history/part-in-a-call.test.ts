import { describe, expect, it, onTestFinished } from 'vitest'
import { openHistory, type History } from '../../../server/history/history.ts'
import { callReader } from '../../../server/history/reading.ts'
import { answeredCall, morning, unansweredDial } from './calls.ts'
import { masterKeys } from './master-keys.ts'
import { memoryStore, noDatabase, showParty, silent, temporaryFolder } from './support.ts'

async function open(): Promise<History> {
  const history = await openHistory({
    folder: temporaryFolder(),
    node: 'one',
    database: noDatabase(),
    store: memoryStore().store,
    masterKeys,
    showParty,
    log: silent,
    clock: () => morning,
  })
  onTestFinished(history.close)
  return history
}

describe('a call that an agent dialled and nobody answered', () => {
  it.each(['as long as it is in memory', 'from the database'])(
    'is in their day and theirs to read, %s',
    async (where) => {
      const history = await open()
      history.append([{ kind: 'facts', facts: unansweredDial('lab:1', 'anna') }])
      if (where === 'from the database') expect(await history.drain(5_000)).toBe(true)
      const { readCall } = callReader(history)

      expect((await history.todayOf('anna', morning, 10)).calls).toMatchObject([
        { callId: 'lab:1', outcome: 'notAnswered' },
      ])
      expect((await history.todayOf('boris', morning, 10)).calls).toEqual([])
      expect(await readCall({ personId: 'anna', rights: ['history.own'] }, 'lab:1')).toMatchObject({
        callId: 'lab:1',
      })
      await expect(readCall({ personId: 'boris', rights: ['history.own'] }, 'lab:1')).rejects.toMatchObject({
        code: 'right.missing',
      })
    },
  )
})

describe('a call that is read', () => {
  it('without the right to cards, tells neither number nor customer, in no part of it', async () => {
    const history = await open()
    history.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    history.bindCustomer('lab:1', 'olena', true)
    const step = {
      stepId: 'one',
      at: morning + 30_000,
      customerId: 'olena',
      by: 'boris',
      definition: 1,
      kind: 'question',
      fact: 'postcode',
      result: 'right',
      state: 'unverified',
      level: 'none',
    } as const
    history.keepVerification('lab:1', step)
    const { readCall } = callReader(history)
    const withCards = await readCall({ personId: 'petra', rights: ['history.all', 'card.read'] }, 'lab:1')
    const without = await readCall({ personId: 'boss', rights: ['history.all'] }, 'lab:1')

    const { number, name } = withCards.party
    expect([number, name, withCards.dialled, withCards.customerId]).not.toContain(null)
    expect(without).toEqual({
      ...withCards,
      party: { number: null, display: '', name: null, withheld: false },
      dialled: null,
      customerId: null,
      verification: [{ ...step, customerId: null }],
    })
    expect(withCards.verification).toEqual([step])
  })
})

describe('the day of an agent', () => {
  it('holds a call that began the day before and came to them after midnight, at that time', async () => {
    // given a call that waited 13 s for Boris, from 5 s before midnight on; Anna was offered it 2 s after its begin
    const history = await open()
    const midnight = morning + 5_000
    history.append([{ kind: 'facts', facts: answeredCall('lab:1', morning) }])

    expect((await history.todayOf('boris', midnight, 10)).calls).toMatchObject([{ at: morning + 13_000 }])
    expect((await history.todayOf('anna', midnight, 10)).calls).toEqual([])
  })
})
