import { describe, expect, it } from 'vitest'
import { createLog, redacted } from '../../../server/log.ts'

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  write(createLog({ LOG_LEVEL: 'debug' }, { write: (line: string) => void lines.push(line) }))
  return lines.join('')
}

describe('the log', () => {
  it('names a call by its id, which stays readable', () => {
    const line = logged((log) =>
      log.child({ callId: 'main:1764000000.12' }).info({ queue: 'support' }, 'Queued.'),
    )
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      callId: 'main:1764000000.12',
      queue: 'support',
      msg: 'Queued.',
    })
  })

  it.each([
    ['a caller', { party: { number: '+493023125999', name: 'Anna Berg' } }],
    ['a customer in a list', { calls: [{ customerName: 'Anna Berg', callerIdNum: '+493023125999' }] }],
    ['a request', { request: { headers: { cookie: 'Anna Berg' }, body: { password: '+493023125999' } } }],
    ['a number in a sentence', { reason: 'Anna.Berg@example.com called from +49 30 2312-5999' }],
    ['a database URI', { reason: 'cannot reach mongodb://anna:+493023125999@db/x' }],
    ['an error', { err: new Error('refused +493023125999', { cause: new Error('Anna.Berg@example.com') }) }],
    [
      'an error with a document hung on it',
      { err: Object.assign(new Error('E11000 dup key: { name: "Anna Berg" }'), { doc: '+493023125999' }) },
    ],
  ])('keeps personal data out: %s', (_what, fields) => {
    const line = logged((log) => log.warn(fields, 'Something.'))
    expect(line).not.toMatch(/Berg|2312|5999/)
  })

  it('keeps personal data out of its sentences and of child loggers too', () => {
    const line = logged((log) => log.child({ email: 'a@example.com' }).info('+493023125999 rang'))
    expect(line).not.toMatch(/example|2312/)
    expect(line).toContain(redacted)
  })

  it('says of an error what is needed to find it', () => {
    const error = Object.assign(new TypeError('bad thing'), { code: 'EBAD' })
    expect(JSON.parse(logged((log) => log.error({ err: error }, 'Failed.')))).toMatchObject({
      err: {
        type: 'TypeError',
        message: 'bad thing',
        code: 'EBAD',
        stack: expect.stringContaining('log.test.ts') as string,
      },
    })
  })
})
