/** One row of a CSV file with the line where it begins, from 1. */
export interface CsvRow {
  line: number
  cells: string[]
}

/**
 * Reads CSV as RFC 4180 describes it and as spreadsheets write it: comma, semicolon or tab (whichever the first line has
 * most of), quotes doubled inside quotes, line breaks inside quotes, a byte order mark before. Empty lines are left out.
 * A quote that is never closed ends with the file.
 */
export function readCsv(text: string): CsvRow[] {
  const source = text.replace(/^\ufeff/, '')
  const separator = separatorOf(source)
  const rows: CsvRow[] = []
  let row: CsvRow = { line: 1, cells: [] }
  let cell = ''
  let quoted = false
  let line = 1
  const endRow = (): void => {
    row.cells.push(cell)
    if (row.cells.some((one) => one.trim() !== '')) rows.push(row)
    row = { line, cells: [] }
    cell = ''
  }
  for (let at = 0; at < source.length; at += 1) {
    const mark = source.charAt(at)
    if (mark === '\n' || (mark === '\r' && source.charAt(at + 1) !== '\n')) line += 1
    if (quoted) {
      if (mark !== '"') cell += mark
      else if (source.charAt(at + 1) === '"') {
        cell += '"'
        at += 1
      } else quoted = false
    } else if (mark === '"' && cell.trim() === '') {
      cell = ''
      quoted = true
    } else if (mark === separator) {
      row.cells.push(cell)
      cell = ''
    } else if (mark === '\n' || mark === '\r') {
      if (mark === '\n' || source.charAt(at + 1) !== '\n') endRow()
    } else cell += mark
  }
  endRow()
  return rows
}

/**
 * Writes CSV with commas. A cell that a spreadsheet would run as a formula gets an apostrophe before it, which the
 * spreadsheet does not show.
 */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  const cellOf = (text: string): string => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

function separatorOf(source: string): string {
  const [first = ''] = source.split(/\r|\n/, 1)
  const count = (separator: string): number => first.split(separator).length
  return [';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best), ',')
}
