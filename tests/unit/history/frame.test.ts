import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameLine, readLines } from '../../../server/history/frame.ts'

const texts = fc.array(fc.json({ maxDepth: 2 }), { minLength: 1, maxLength: 30 })
const file = (records: readonly string[]): Buffer => Buffer.from(records.map(frameLine).join(''))
const intact = (bytes: Buffer): string[] =>
  readLines(bytes).flatMap(({ json }) => (json === null ? [] : [json]))

describe('records on disk', () => {
  it('are read back as they were written, whatever text is in them', () => {
    fc.assert(
      fc.property(texts, (records) => {
        expect(intact(file(records))).toEqual(records)
      }),
    )
    expect(intact(file([JSON.stringify({ name: 'Жанна\r\n<script>\u2028"' })]))).toHaveLength(1)
  })

  it('before a torn end are all read, and the torn one is not', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (records, cut) => {
        const whole = file(records)
        const length = cut % whole.length
        const ends = readLines(whole).map(({ end }) => end)
        expect(intact(whole.subarray(0, length))).toEqual(
          records.slice(0, ends.filter((end) => end <= length).length),
        )
      }),
    )
  })

  it('that are damaged anywhere cost only themselves, and are never taken for others', () => {
    const damage = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(texts, damage, (records, spots) => {
        const bytes = file(records)
        const ends = readLines(bytes).map(({ end }) => end)
        const hit = new Set<number>()
        for (const { at, byte } of spots) {
          const offset = at % bytes.length
          bytes[offset] = byte
          const line = ends.findIndex((end) => offset < end)
          hit.add(line)
          // A damaged line feed joins its line with the next.
          if (offset === (ends[line] ?? 0) - 1) hit.add(line + 1)
        }
        const found = intact(bytes)
        const untouched = records.filter((_, index) => !hit.has(index))
        expect(found.filter((json) => !records.includes(json))).toEqual([])
        expect(found.length).toBeGreaterThanOrEqual(untouched.length)
      }),
      { numRuns: 500 },
    )
  })

  it('stay readable behind zeros and noise', () => {
    const noise = Buffer.concat([Buffer.alloc(4096), Buffer.from('\nffffffff {}\n\n')])
    expect(intact(Buffer.concat([file(['1']), noise, file(['2'])]))).toEqual(['1', '2'])
  })
})
