import { deserialize } from 'bson'
import { DatabaseError } from 'pg'
import { describe, expect, it } from 'vitest'
import {
  CommandError,
  commandErrorOf,
  errorReply,
  errors,
  mongoCodeOf,
  sqlStateOf,
} from '../../lab/database/gateway/errors.ts'

function databaseError(code: string, text: string): DatabaseError {
  const error = new DatabaseError(text, text.length, 'error')
  error.code = code
  return error
}

describe('errors as MongoDB tells them', () => {
  it('a write error’s packed number is an SQLSTATE, six bits a character', () => {
    expect(sqlStateOf(319029277)).toBe('M001C')
    expect(mongoCodeOf('M001C')).toEqual([11000, 'DuplicateKey'])
    expect(sqlStateOf(486539293)).toBe('M000M')
    expect(mongoCodeOf('M000M')).toEqual([66, 'ImmutableField'])
  })

  it('an error of the database keeps its text and gets MongoDB’s code', () => {
    expect(commandErrorOf(databaseError('M0001', 'Unrecognized operator specified: $bar'))).toMatchObject({
      code: 2,
      codeName: 'BadValue',
      message: 'Unrecognized operator specified: $bar',
    })
    expect(commandErrorOf(databaseError('57014', 'canceling statement')).code).toBe(50)
    expect(commandErrorOf(databaseError('40P01', 'deadlock detected')).code).toBe(112)
  })

  it('a violated constraint is a duplicate key, recognisable by its text too', () => {
    const error = commandErrorOf(databaseError('23P01', 'could not create exclusion constraint'))
    expect(error.code).toBe(11000)
    expect(error.message).toMatch(/^E11000 duplicate key error/)
  })

  it('one that nobody foresaw is a failed operation, not a success', () => {
    expect(commandErrorOf(databaseError('XX000', 'cache lookup failed'))).toMatchObject({
      code: 96,
      message: 'cache lookup failed',
    })
  })

  it('a lost connection to the database is a host that cannot be reached', () => {
    expect(commandErrorOf(new Error('connect ECONNREFUSED')).code).toBe(6)
  })

  it('the answer says ok: 0, text, code, name, and the details', () => {
    const reply = errorReply(
      new CommandError(11000, 'DuplicateKey', 'E11000 …', { keyPattern: { a: 1 }, keyValue: { a: 5 } }),
    )
    expect(deserialize(reply)).toEqual({
      ok: 0,
      errmsg: 'E11000 …',
      code: 11000,
      codeName: 'DuplicateKey',
      keyPattern: { a: 1 },
      keyValue: { a: 5 },
    })
    expect(deserialize(errorReply(errors.commandNotFound('makeCoffee')))).toMatchObject({
      ok: 0,
      code: 59,
      codeName: 'CommandNotFound',
    })
  })
})
