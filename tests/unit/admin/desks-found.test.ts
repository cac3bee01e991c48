import { describe, expect, test } from 'vitest'
import { devicesOf, lacksOf } from '../../../client/admin/desks/found.ts'
import type { FoundDesk } from '../../../shared/settings.ts'

const desk = (devices: FoundDesk['devices'], queues: string[] = ['support']): FoundDesk => ({
  extension: '201',
  version: 0,
  devices,
  takenBy: null,
  queues,
})
const unknown = (device: string) => ({ device, state: 'unknown' as const })

describe('what a desk lacks', () => {
  test('is told of each device, and of the queues', () => {
    const devices: FoundDesk['devices'] = [
      { device: 'PJSIP/201', state: 'reachable' },
      { device: 'PJSIP/201-web', state: 'unreachable' },
      unknown('SIP/201'),
    ]
    expect(lacksOf(desk(devices, []), { pbxs: [{ pbx: 'berlin', live: true }] })).toEqual([
      { kind: 'unreachable', device: 'PJSIP/201-web' },
      { kind: 'unknown', device: 'SIP/201' },
      { kind: 'queue', device: null },
    ])
  })

  test('of a telephone system that is not heard is not known: nothing is said to be missing there', () => {
    const pbxs = [
      { pbx: 'berlin', live: true },
      { pbx: 'kyiv', live: false },
    ]
    expect(lacksOf(desk([unknown('kyiv/PJSIP/201')], []), { pbxs })).toEqual([
      { kind: 'unseen', device: 'kyiv/PJSIP/201' },
    ])
    // Without a name it stands at the first.
    expect(lacksOf(desk([unknown('PJSIP/201')]), { pbxs })).toEqual([
      { kind: 'unknown', device: 'PJSIP/201' },
    ])
  })
})

test('devices are read as people list them, each once', () => {
  expect(devicesOf('PJSIP/201, PJSIP/202\n\nPJSIP/201;')).toEqual(['PJSIP/201', 'PJSIP/202'])
})
