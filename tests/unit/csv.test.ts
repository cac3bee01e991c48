import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv, writeCsv } from '../../shared/csv.ts'

const cells = (text: string) => readCsv(text).map((row) => row.cells)

describe('a CSV file', () => {
  it.each([
    ['commas', 'a,b\r\nc,d\r\n'],
    ['semicolons, as a German spreadsheet saves it', 'a;b\nc;d\n'],
    ['tabs', 'a\tb\nc\td'],
    ['a byte order mark', '\ufeffa,b\nc,d'],
    ['line ends of an old Mac', 'a,b\rc,d\r'],
  ])('is read with %s', (_what, text) => {
    expect(cells(text)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('keeps separators, quotes and line breaks inside quotes, and says in which line a row begins', () => {
    expect(readCsv('name,note\n"Berg, Anna","said ""no""\r\ntwice"\nBen,\n')).toEqual([
      { line: 1, cells: ['name', 'note'] },
      { line: 2, cells: ['Berg, Anna', 'said "no"\r\ntwice'] },
      { line: 4, cells: ['Ben', ''] },
    ])
  })

  it('has no rows in empty lines, and ends with a quote that is never closed', () => {
    expect(cells('\n\na\n , \n"b\nc')).toEqual([['a'], ['b\nc']])
  })

  it('comes back as it was written, whatever is in the cells', () => {
    const cell = fc.string().filter((text) => !/^[=+\-@\t\r]/.test(text))
    const row = fc.tuple(fc.constant('first'), cell, cell).map((row) => [...row])
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        // The first line says what separates: a head, as every list has one.
        const head = ['one', 'two', 'three']
        expect(cells(writeCsv([head, ...rows]))).toEqual([head, ...rows])
      }),
    )
  })

  it('is written so that no spreadsheet runs a cell as a formula', () => {
    expect(writeCsv([['=HYPERLINK("http://evil.example")', '-1', 'fine']])).toBe(
      `"'=HYPERLINK(""http://evil.example"")",'-1,fine\r\n`,
    )
  })
})
