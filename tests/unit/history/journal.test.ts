import { describe, expect, it } from 'vitest'
import type { Entry, Mark } from '../../../server/history/entries.ts'
import { entriesOf, pagesOf } from '../../../server/history/journal.ts'
import { answeredCall, morning, tick } from './calls.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Four entries of one node: twice an input, and what came of it. */
function batch(firstSeq: number): Entry[] {
  return [0, 2].flatMap((more): Entry[] => {
    const seq = firstSeq + more
    const head = { node: 'one', at: morning + seq }
    return [
      { ...head, seq, kind: 'input', event: tick(morning + seq) },
      { ...head, seq: seq + 1, kind: 'facts', facts: answeredCall(`lab:${seq}`, morning + seq) },
    ]
  })
}

describe('pages of the journal', () => {
  it('hold a batch as one page of inputs, which expire, and one of the rest, which stays', () => {
    const pages = pagesOf(batch(1), 30)
    expect(pages).toMatchObject([
      { _id: 'one:inputs:1', part: 'inputs', firstSeq: 1, lastSeq: 3, at: morning + 1 },
      { _id: 'one:facts:2', part: 'facts', firstSeq: 2, lastSeq: 4, callIds: ['lab:1', 'lab:3'] },
    ])
    expect(pages.map(({ expiresAt }) => expiresAt?.getTime())).toEqual([morning + 3 + 30 * dayMs, undefined])
  })

  it('give the same entries back, in order', () => {
    expect(entriesOf(pagesOf(batch(1), 30).reverse())).toEqual(batch(1))
  })

  it('give an entry once that stands on two pages, and pass over what is none', () => {
    const [first, second] = [batch(1), batch(5)]
    const pages = [...pagesOf(first, 30), ...pagesOf([...first.slice(2), ...second], 30)]
    expect(entriesOf([...pages, { content: ['{"half'] }])).toEqual([...first, ...second])
  })

  it('keep the entries of another node apart', () => {
    const other = batch(1).map((entry) => ({ ...entry, node: 'two' }))
    expect(pagesOf([...batch(1), ...other], 30).map(({ node, part }) => `${node} ${part}`)).toEqual([
      'one inputs',
      'one facts',
      'two inputs',
      'two facts',
    ])
  })

  it('are cut where they would outgrow a document of the database', () => {
    const large: Entry[] = [1, 2, 3].map((seq) => ({
      node: 'one',
      at: morning,
      seq,
      kind: 'mark',
      mark: { reason: 'tornTail', from: 0, to: 0, entriesLost: null, text: 'x'.repeat(900_000) } as Mark,
    }))
    const pages = pagesOf(large, 30)
    expect(pages.map(({ _id, lastSeq }) => [_id, lastSeq])).toEqual([
      ['one:facts:1', 2],
      ['one:facts:3', 3],
    ])
    expect(entriesOf(pages)).toEqual(large)
  })
})
