import { describe, expect, it } from 'vitest'
import { firstPassword } from '../../../client/admin/people/first-password.ts'
import { readPeopleList } from '../../../client/admin/people/read-list.ts'
import { checkImport, type ImportRow } from '../../../shared/people-import.ts'

const row = (line: number, more: Partial<ImportRow> = {}): ImportRow => ({
  line,
  signInName: `person${line}`,
  displayName: `Person ${line}`,
  roles: 'agent',
  extension: '',
  password: 'a long enough one',
  ...more,
})
const faultsOf = (...rows: ImportRow[]) => checkImport(rows, new Set(['anna'])).map(({ faults }) => faults)

describe('a row of a list of people', () => {
  it('makes a person, with what a spreadsheet does to names and roles set right', () => {
    const [checked] = checkImport(
      [row(2, { signInName: ' Nina ', roles: 'Agent; sales', extension: ' 201 ' })],
      new Set(),
    )
    expect(checked).toEqual({
      line: 2,
      faults: [],
      person: {
        signInName: 'nina',
        displayName: 'Person 2',
        roles: ['agent', 'sales'],
        extension: '201',
        password: 'a long enough one',
      },
    })
  })

  it('is told everything that is wrong with it at once', () => {
    expect(
      faultsOf(row(2, { signInName: 'Ä', displayName: ' ', roles: '', extension: '7', password: 'short' })),
    ).toEqual([
      ['signInNameInvalid', 'displayNameMissing', 'rolesMissing', 'extensionInvalid', 'passwordInvalid'],
    ])
    expect(faultsOf(row(2, { displayName: 'x'.repeat(101), roles: 'agent boss' }))).toEqual([
      ['displayNameLong', 'rolesUnknown'],
    ])
  })

  it('may not take a name that somebody has, or that stands above', () => {
    expect(
      faultsOf(row(2, { signInName: 'Anna' }), row(3, { signInName: 'ben' }), row(4, { signInName: 'BEN' })),
    ).toEqual([['signInNameTaken'], [], ['signInNameTwice']])
  })
})

describe('a file of people', () => {
  const read = (text: string) => readPeopleList(new TextEncoder().encode(text), () => 'made here')

  it('is read by the names of its columns, in any order and language, and rows without a password get one', () => {
    expect(read('Роли;Имя;Sign-in name;Пароль\nagent;Нина;nina;\nadmin;Anna;anna;chosen one\n')).toEqual({
      missing: [],
      rows: [
        row(2, { signInName: 'nina', displayName: 'Нина', password: 'made here' }),
        row(3, { signInName: 'anna', displayName: 'Anna', roles: 'admin', password: 'chosen one' }),
      ],
    })
  })

  it.each([
    ['names no needed columns', 'name,desk\nNina,201', ['signInName', 'roles']],
    ['has a head and nothing else', 'name,login,roles\n', 'empty'],
    ['is empty', '', 'empty'],
  ])('that %s is refused as a whole', (_what, text, missing) => {
    expect(read(text)).toEqual({ rows: [], missing })
  })

  it('that is no UTF-8 is refused, rather than names spoiled', () => {
    const latin1 = Uint8Array.from('name,login,roles\nJürgen,j,agent', (letter) => letter.charCodeAt(0))
    expect(readPeopleList(latin1, firstPassword)).toEqual({ rows: [], missing: 'notText' })
  })
})

describe('a first password', () => {
  it('is long enough, easy to read aloud, and another each time', () => {
    const made = new Set(Array.from({ length: 200 }, () => firstPassword()))
    expect(made.size).toBe(200)
    for (const one of made) expect(one).toMatch(/^([a-km-z2-9]{4}-){3}[a-km-z2-9]{4}$/)
  })
})
