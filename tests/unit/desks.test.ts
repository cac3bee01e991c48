import { describe, expect, it } from 'vitest'
import { deskDevices, numberOn, phonePlace } from '../../server/desks.ts'

const one = [{ name: 'main', prefix: '' as const }]
const two = [
  { name: 'berlin', prefix: 'berlin/' as const },
  { name: 'kyiv', prefix: 'kyiv/' as const },
]

describe('the devices of desks', () => {
  const desks = [{ interfaces: ['PJSIP/201', 'kyiv/PJSIP/201', 'Local/205@agent-phones/n'] }]

  it('are as they are said where there is one PBX', () => {
    expect(deskDevices(desks, one)).toEqual(desks)
  })

  it('stand at the first of several PBXs unless they name another', () => {
    expect(deskDevices(desks, two)).toEqual([
      { interfaces: ['berlin/PJSIP/201', 'kyiv/PJSIP/201', 'berlin/Local/205@agent-phones/n'] },
    ])
  })
})

describe('where the phone of a desk is', () => {
  const [berlin, kyiv] = [{ SIP_WS_URL: 'ws://berlin/ws' }, { SIP_WS_URL: '' }]
  const pbxs = two.map((pbx, index) => ({ ...pbx, ...(index === 0 ? berlin : kyiv) }))

  it.each([
    ['PJSIP/201-web', { pbx: 'berlin', endpoint: '201-web', url: 'ws://berlin/ws' }],
    ['kyiv/PJSIP/201', { pbx: 'kyiv', endpoint: '201', url: '' }],
    ['Local/205@agent-phones/n', null],
    ['PJSIP/201)evil', null],
  ])('of %s', (device, place) => {
    expect(phonePlace(device, pbxs)).toEqual(place)
  })
})

describe('the number by which a PBX rings a desk', () => {
  it('is its extension where there is one PBX, whatever its phone is called', () => {
    expect(numberOn({ extension: '201', interfaces: ['PJSIP/anna'] }, '')).toBe('201')
  })

  it.each([
    [
      'its extension, where a phone has that name',
      '201',
      ['berlin/PJSIP/201-web', 'berlin/PJSIP/201'],
      '201',
    ],
    ['that of its phone, where two PBXs have the same numbers', '7201', ['berlin/PJSIP/201'], '201'],
    ['its extension, where no phone tells', '201', ['berlin/PJSIP/anna'], '201'],
    ['none, where it has no phone there', '201', ['kyiv/PJSIP/201'], null],
  ])('is %s', (_what, extension, interfaces, number) => {
    expect(numberOn({ extension, interfaces }, 'berlin/')).toBe(number)
  })
})
