import type { Asked } from '../../../server/asterisk/check/asked.ts'
import { judge } from '../../../server/asterisk/check/check.ts'

/** What is found of a PBX that said this, by a server with such surroundings; it has nothing else, and was asked for nothing else. */
export function judged(asked: Partial<Asked>, around: Partial<Parameters<typeof judge>[1]> = {}) {
  return judge(
    {
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
      contexts: null,
      ...asked,
    },
    {
      prefix: '',
      desks: [],
      trunks: [],
      readsTable: false,
      sipUrl: '',
      queueLog: { file: '', table: '' },
      voicemailFolder: '',
      contexts: {
        transfer: 'ringcard-transfer',
        consult: 'ringcard-consult',
        dial: 'ringcard-dial',
        place: 'ringcard-place',
        callback: 'ringcard-callback',
        keepPlace: 'ringcard-keep-place',
        message: 'ringcard-message',
      },
      ...around,
    },
  )
}
