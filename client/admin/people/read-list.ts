import { readCsv } from '../../../shared/csv.ts'
import { importColumns, type ImportColumn, type ImportRow } from '../../../shared/people-import.ts'

/** What a column may be called in the first line, without spaces, dots and dashes. */
const names: Readonly<Record<ImportColumn, readonly string[]>> = {
  signInName: ['signinname', 'signin', 'login', 'username', 'user', 'имявхода', 'логин'],
  displayName: ['displayname', 'name', 'fullname', 'имя', 'фио'],
  roles: ['roles', 'role', 'роли', 'роль'],
  extension: ['extension', 'desk', 'phone', 'номер', 'место'],
  password: ['password', 'пароль'],
}
const needed: readonly ImportColumn[] = ['signInName', 'displayName', 'roles']

/** A list of people as it was read, or why it could not be. */
export type ReadList =
  { rows: ImportRow[]; missing: [] } | { rows: []; missing: ImportColumn[] | 'empty' | 'notText' }

/**
 * Reads a list of people from a CSV file. Rows without a password get one.
 * @param bytes of the file, in UTF-8
 * @param makePassword makes a first password
 */
export function readPeopleList(bytes: Uint8Array, makePassword: () => string): ReadList {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { rows: [], missing: 'notText' }
  }
  const [head, ...body] = readCsv(text)
  if (head === undefined || body.length === 0) return { rows: [], missing: 'empty' }
  const titles = head.cells.map((cell) => cell.toLocaleLowerCase().replace(/[\s._-]/g, ''))
  const place = (column: ImportColumn): number => titles.findIndex((title) => names[column].includes(title))
  const places = new Map(importColumns.map((column) => [column, place(column)]))
  const missing = needed.filter((column) => places.get(column) === -1)
  if (missing.length > 0) return { rows: [], missing }
  const rows = body.map(({ line, cells }): ImportRow => {
    const cell = (column: ImportColumn): string =>
      (cells[places.get(column) ?? -1] ?? '').trim().slice(0, 300)
    return {
      line,
      signInName: cell('signInName'),
      displayName: cell('displayName'),
      roles: cell('roles'),
      extension: cell('extension'),
      password: cell('password') || makePassword(),
    }
  })
  return { rows, missing: [] }
}
