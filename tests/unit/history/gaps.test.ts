import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../server/floor/facts.ts'
import type { Entry } from '../../../server/history/entries.ts'
import { createRecentGaps, gapsOf } from '../../../server/history/gaps.ts'
import type { GapDocument } from '../../../server/history/model.ts'
import { ProblemError } from '../../../shared/problems.ts'
import { silent } from './support.ts'

const gap = (since: number, at: number, told: 'whole' | 'nothing' = 'nothing'): Fact => ({
  type: 'link.gap',
  pbx: 'lab',
  at,
  since,
  told,
  toldUntil: told === 'whole' ? at : null,
})
const entry = (...facts: Fact[]): Entry => ({ kind: 'facts', facts, seq: 7, node: 'one', at: 1 })
const day = 24 * 3_600_000

describe('what is missing', () => {
  it('is a gap of the link with its length, and the same one however often it is told', () => {
    expect(
      gapsOf(entry(gap(1_000, 61_000), { type: 'queue.changed', pbx: 'lab', at: 1, queue: 'q' })),
    ).toEqual([
      {
        _id: 'lab:1000',
        node: 'one',
        pbx: 'lab',
        kind: 'link',
        from: 1_000,
        to: 61_000,
        told: 'nothing',
        toldUntil: null,
      },
    ])
    expect(gapsOf(entry(gap(1_000, 1_000)))).toEqual([])
  })

  it('is also what the disk could not take', () => {
    const mark = { reason: 'spoolFull' as const, from: 5, to: 9, entriesLost: 3 }
    expect(gapsOf({ kind: 'mark', mark, seq: 7, node: 'one', at: 1 })).toMatchObject([
      { _id: 'one:7', kind: 'spoolFull', pbx: null, from: 5, to: 9 },
    ])
  })
})

describe('the gaps of the last weeks', () => {
  const now = 100 * day
  const gapsWith = (gapsBetween: () => Promise<GapDocument[]>) =>
    createRecentGaps({ gapsBetween }, () => now, silent)

  it('are those of memory and database together, the newest first, each once', async () => {
    const stored = gapsOf(entry(gap(now - 2 * day, now - 2 * day + 5_000), gap(now - 9, now - 1)))
    const gaps = gapsWith(() => Promise.resolve(stored))
    gaps.note(entry(gap(now - 9, now - 1)))
    expect(gaps.since(0)).toHaveLength(1)
    await gaps.load()
    expect(gaps.since(0).map(({ from }) => from)).toEqual([now - 9, now - 2 * day])
    expect(gaps.since(now - day)).toHaveLength(1)
  })

  it('of any time are those that touch it, from memory and database together', async () => {
    const stored = gapsOf(entry(gap(40 * day, 41 * day), gap(50 * day, 51 * day), gap(60 * day, 61 * day)))
    const gaps = gapsWith(() => Promise.resolve(stored))
    gaps.note(entry(gap(now - 9, now - 1)))
    const from = async (fromMs: number, toMs: number) =>
      (await gaps.between(fromMs, toMs)).map((each) => each.from)
    expect(await from(40.5 * day, 60 * day)).toEqual([50 * day, 40 * day])
    expect(await from(60.5 * day, now)).toEqual([now - 9, 60 * day])
  })

  it('are those of memory while the database is away, and no older than weeks', async () => {
    const gaps = gapsWith(() => Promise.reject(new ProblemError('database.unreachable')))
    gaps.note(entry(gap(now - 40 * day, now - 39 * day), gap(now - 9, now - 1, 'whole')))
    await gaps.load()
    expect(gaps.since(0)).toEqual([
      { pbx: 'lab', kind: 'link', from: now - 9, to: now - 1, told: 'whole', toldUntil: now - 1 },
    ])
  })
})
