import { expect, it } from 'vitest'
import type { Asked } from '../../../server/asterisk/check/asked.ts'
import { judge } from '../../../server/asterisk/check/check.ts'

/** What is found of the contexts to which calls are sent, on a PBX whose dialplan has these. */
function found(contexts: readonly string[] | null) {
  const asked: Asked = {
    user: 'ringcard',
    system: null,
    version: '22.10.1',
    major: 22,
    actions: new Set(),
    reads: null,
    writes: null,
    authFrom: [],
    lines: null,
    queues: [],
    devices: [],
    parkingLots: [],
    contexts: contexts && new Set(contexts),
  }
  return judge(asked, {
    prefix: '',
    desks: [],
    trunks: [],
    readsTable: false,
    sipUrl: '',
    queueLog: { file: '', table: '' },
    contexts: { transfer: 'ringcard-transfer', consult: 'ringcard-consult', dial: 'ringcard-dial' },
  }).filter(({ code }) => code === 'transferContexts')
}

it('a dialplan without the contexts to which calls are sent gets the lines of those that are missing', () => {
  expect(found(['ringcard-transfer', 'ringcard-consult'])).toEqual([])
  expect(found(null)).toEqual([])
  const [one] = found(['ringcard-transfer'])
  expect(one?.values).toEqual({ contexts: 'ringcard-consult' })
  expect(one?.fix?.lines[0]).toBe('[ringcard-consult]')
  expect(found([])[0]?.fix?.lines).toEqual(
    expect.arrayContaining(['[ringcard-transfer]', '[ringcard-consult]']),
  )
})
