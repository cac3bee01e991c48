import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { archiveDaily } from '../../../server/history/archive-daily.ts'
import { morning } from './calls.ts'
import { silent } from './support.ts'

const hourMs = 3_600_000

beforeEach(() => vi.useFakeTimers({ now: morning }))
afterEach(() => vi.useRealTimers())

describe('old history', () => {
  it('is archived at the start and every day, by the age that was set', async () => {
    const asked: number[] = []
    const archive = (beforeMs: number) => {
      asked.push(beforeMs)
      return Promise.resolve([{ file: 'calls-2026-03', documents: 5 }])
    }
    const { stop } = archiveDaily({ archive, days: 365, log: silent })
    await vi.advanceTimersByTimeAsync(49 * hourMs)
    stop()
    await vi.advanceTimersByTimeAsync(240 * hourMs)
    const ages = asked.map((beforeMs, day) => morning + day * 24 * hourMs - beforeMs)
    expect(ages).toEqual([365, 365, 365].map((days) => days * 24 * hourMs))
  })

  it('that could not be archived is tried again in an hour', async () => {
    const archive = vi.fn(() => Promise.reject(new Error('no room')))
    const { stop } = archiveDaily({ archive, days: 30, log: silent })
    await vi.advanceTimersByTimeAsync(2.5 * hourMs)
    stop()
    expect(archive).toHaveBeenCalledTimes(3)
  })

  it('stays where it is with 0 days', async () => {
    const archive = vi.fn(() => Promise.resolve([]))
    archiveDaily({ archive, days: 0, log: silent })
    await vi.advanceTimersByTimeAsync(100 * hourMs)
    expect(archive).not.toHaveBeenCalled()
  })
})
