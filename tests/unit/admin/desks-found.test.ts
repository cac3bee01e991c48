import { describe, expect, test } from 'vitest'
import { devicesOf, lacksOf } from '../../../client/admin/desks/found.ts'
import type { FoundDesk } from '../../../shared/settings.ts'

const desk = (
  devices: FoundDesk['devices'],
  queues: string[] = ['support'],
  inUse: FoundDesk['inUse'] = 'desk',
): FoundDesk => ({
  extension: '201',
  version: 0,
  devices,
  inUse,
  takenBy: null,
  queues,
})
const unknown = (device: string) => ({ device, state: 'unknown' as const, kind: 'desk' as const })

describe('what a desk lacks', () => {
  test('is told of each device, and of the queues', () => {
    const devices: FoundDesk['devices'] = [
      { device: 'PJSIP/201', state: 'unreachable', kind: 'desk' },
      unknown('SIP/201'),
    ]
    expect(lacksOf(desk(devices, []), { pbxs: [{ pbx: 'berlin', live: true }] })).toEqual([
      { kind: 'unreachable', device: 'PJSIP/201' },
      { kind: 'unknown', device: 'SIP/201' },
      { kind: 'queue', device: null },
    ])
  })

  test('is nothing that is not in use: whoever takes calls by the one phone does not need the other', () => {
    const devices: FoundDesk['devices'] = [
      { device: 'PJSIP/201', state: 'unreachable', kind: 'desk' },
      { device: 'PJSIP/201-web', state: 'unreachable', kind: 'browser' },
    ]
    const live = { pbxs: [{ pbx: 'berlin', live: true }] }
    expect(lacksOf(desk(devices), live)).toEqual([{ kind: 'unreachable', device: 'PJSIP/201' }])
    expect(lacksOf(desk(devices, undefined, 'browser'), live)).toEqual([
      { kind: 'unreachable', device: 'PJSIP/201-web' },
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
