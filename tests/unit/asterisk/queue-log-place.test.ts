import { describe, expect, it } from 'vitest'
import { judged } from './judged.ts'

/** What is found of queue_log on a PBX with such lines in its files, by a server with such settings. */
function found(lines: Record<string, string>, read: { file?: string; table?: string }) {
  const asked = { lines: new Map([['logger.conf general queue_log', 'yes'], ...Object.entries(lines)]) }
  return judged(asked, { queueLog: { file: '', table: '', ...read } })
    .filter(({ code }) => code.startsWith('queueLog'))
    .map(({ code, fix, values }) => ({ code, fix, values }))
}
const realtime = { 'extconfig.conf settings queue_log': 'pgsql,asterisk,queue_log' }
const file = '/var/log/asterisk/queue_log'

describe('where queue_log is written', () => {
  it('to a table alone, and read from a file: the line that has the file written too', () => {
    expect(found(realtime, { file })).toEqual([
      {
        code: 'queueLogInTable',
        values: { table: 'pgsql,asterisk,queue_log' },
        fix: {
          file: 'logger.conf',
          section: 'general',
          lines: ['queue_log_to_file = yes'],
          then: "asterisk -rx 'logger reload'",
        },
      },
    ])
  })

  it('to a file alone, and read from a table: the line that has the table written', () => {
    expect(found({}, { table: 'public.calls_of_queues' })).toEqual([
      {
        code: 'queueLogInFile',
        values: { table: 'public.calls_of_queues' },
        fix: {
          file: 'extconfig.conf',
          section: 'settings',
          lines: ['queue_log => pgsql,asterisk,calls_of_queues'],
          then: "asterisk -rx 'module reload extconfig'",
        },
      },
    ])
  })

  it.each([
    ['to a file, and read there', {}, { file }],
    ['to a table, and read there', realtime, { table: 'queue_log' }],
    ['to both', { ...realtime, 'logger.conf general queue_log_to_file': 'yes' }, { file }],
    ['to a table, and not read', realtime, {}],
  ])('%s is well', (_what, lines, read) => {
    expect(found(lines, read)).toEqual([])
  })

  it('nowhere is told as such, and nothing else', () => {
    const off = { ...realtime, 'logger.conf general queue_log': 'no' }
    expect(found(off, { file }).map(({ code }) => code)).toEqual(['queueLog'])
  })
})
