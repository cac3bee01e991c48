import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPbx } from '../../../server/asterisk/check/check.ts'
import { checkText } from '../../../server/asterisk/check/text.ts'
import type { PbxCheck } from '../../../shared/pbx-check.ts'
import { errorAnswer, listAnswer, oneAnswer, startFakeAmi, type FakeAmi } from './support/fake-ami.ts'

let pbx: FakeAmi
beforeEach(async () => {
  pbx = await startFakeAmi()
  const actions =
    'Getvar Setvar Hangup Redirect Atxfer CoreShowChannels DeviceStateList CoreStatus QueuePause QueueAdd QueueRemove Originate UserEvent'
  const listed = actions.split(' ').map((name) => `${name}: What it does  (Priv: call,all)`)
  pbx.answer('ListCommands', oneAnswer(listed.join('\n')))
})
afterEach(() => pbx.close())

const check = (port = pbx.port, prefix: '' | `${string}/` = ''): Promise<PbxCheck> =>
  checkPbx({
    pbx: {
      name: 'berlin',
      prefix,
      AMI_HOST: '127.0.0.1',
      AMI_PORT: port,
      AMI_USERNAME: 'ringcard',
      AMI_SECRET: 'right',
      AMI_SYSTEM_USERNAME: 'ringcard-system',
      AMI_SYSTEM_SECRET: '',
      PBX_TRUNKS: [],
    },
    desks: [{ extension: '201', interfaces: [`${prefix}PJSIP/201`] }],
    now: () => 1_764_000_000_000,
    timing: { connectMs: 300, actionMs: 300, pingMs: 5_000, silenceMs: 20_000 },
  })
const codes = ({ findings }: PbxCheck) => findings.map(({ code }) => code)

describe('a PBX that the real Asterisk cannot play', () => {
  it.each([
    ['16.30.0', 'tooOld', 'missing'],
    ['18.26.4', 'tooOld', 'missing'],
    ['20.17.0', 'untried', 'partly'],
    ['23.1.0', 'untried', 'partly'],
  ])('Asterisk %s is %s', async (version, code, state) => {
    pbx.answer('CoreSettings', oneAnswer(`AsteriskVersion: ${version}`))
    const report = await check()
    expect(codes(report)).toContain(code)
    expect(report.features[0]).toEqual({ feature: 'connection', state })
    expect(checkText(report)).toContain(`Asterisk ${version} is`)
  })

  it('whose files cannot be asked leaves what stands in them unknown, and says nothing wrong of it', async () => {
    pbx.answer('Getvar', errorAnswer('Permission denied'))
    pbx.answer(
      'QueueStatus',
      listAnswer('QueueStatus', ['Event: QueueParams\nQueue: support\nStrategy: ringall']),
    )
    const report = await check()
    expect(codes(report)).toContain('filesUnread')
    expect(codes(report)).not.toContain('timestamps')
    expect(report.reads).toBeNull()
    const state = (name: string) => report.features.find(({ feature }) => feature === name)?.state
    expect([state('withheld'), state('load')]).toEqual(['unknown', 'unknown'])
  })

  it('that is one of several carries its name on queues, and finds its own desks', async () => {
    const member =
      'Event: QueueMember\nQueue: support\nLocation: PJSIP/201\nStateInterface: PJSIP/201\nMembership: dynamic'
    pbx.answer('QueueStatus', listAnswer('QueueStatus', ['Event: QueueParams\nQueue: support', member]))
    const report = await check(pbx.port, 'berlin/')
    expect(report.queues).toMatchObject([
      { name: 'berlin/support', members: [{ interface: 'PJSIP/201', membership: 'dynamic', desk: '201' }] },
    ])
  })

  it('where nothing listens: how to switch AMI on', async () => {
    const { port } = pbx
    await pbx.close()
    const report = await check(port)
    expect(report.reached).toBe(false)
    expect(report.findings).toMatchObject([
      { code: 'unreachable', fix: { file: 'manager.conf', section: 'general' } },
    ])
    expect(checkText(report)).toContain('could not be looked at')
    pbx = await startFakeAmi()
  })

  it('that is not Asterisk at all', async () => {
    await pbx.close()
    pbx = await startFakeAmi({ greeting: 'SSH-2.0-OpenSSH_9.2\r\n' })
    expect(codes(await check())).toEqual(['notAsterisk'])
  })

  it('is asked, and never told to do anything', async () => {
    await check()
    const asked = new Set(pbx.requests.map(({ action }) => action?.toLowerCase()))
    const harmless = [
      'login',
      'coresettings',
      'listcommands',
      'getvar',
      'queuestatus',
      'devicestatelist',
      'parkinglots',
      'ping',
    ]
    expect([...asked].filter((action) => !harmless.includes(action ?? ''))).toEqual([])
  })
})
