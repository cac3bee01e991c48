import { describe, expect, it, onTestFinished } from 'vitest'
import { openHistory, type History } from '../../../server/history/history.ts'
import { historyRoutes } from '../../../server/history/routes.ts'
import { answeredCall, morning, unansweredDial } from './calls.ts'
import { memoryStore, noDatabase, showParty, silent, temporaryFolder } from './support.ts'

async function open(): Promise<History> {
  const history = await openHistory({
    folder: temporaryFolder(),
    node: 'one',
    database: noDatabase(),
    store: memoryStore().store,
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
      const { readCall } = historyRoutes(history)

      expect(await history.todayOf('anna', morning, 10)).toMatchObject([
        { callId: 'lab:1', outcome: 'notAnswered' },
      ])
      expect(await history.todayOf('boris', morning, 10)).toEqual([])
      expect(await readCall({ personId: 'anna', rights: ['history.own'] }, 'lab:1')).toMatchObject({
        callId: 'lab:1',
      })
      await expect(readCall({ personId: 'boris', rights: ['history.own'] }, 'lab:1')).rejects.toMatchObject({
        code: 'right.missing',
      })
    },
  )
})

describe('the day of an agent', () => {
  it('holds a call that began the day before and came to them after midnight, at that time', async () => {
    // given a call that waited 13 s for Boris, from 5 s before midnight on; Anna was offered it 2 s after its begin
    const history = await open()
    const midnight = morning + 5_000
    history.append([{ kind: 'facts', facts: answeredCall('lab:1', morning) }])

    expect(await history.todayOf('boris', midnight, 10)).toMatchObject([{ at: morning + 13_000 }])
    expect(await history.todayOf('anna', midnight, 10)).toEqual([])
  })
})
