import { expect, it, vi } from 'vitest'
import type { CallCommands } from '../../../server/asterisk/call-commands.ts'
import { AmiError, type AmiErrorCode } from '../../../server/asterisk/errors.ts'
import { createDialling } from '../../../server/control/dial.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { Story } from '../floor/story.ts'

const read = createNumberReader(planOf('DE', []))
const nina = { personId: 'person-201', extension: '201' }
let serial = 1_000_000_000_000_000
const request = (number: string) => ({ number, commandId: String((serial += 1)) })

/** Desks whose phones are called when the PBX is asked to; what happens on the floor is told to whoever waits. */
function desk(fails?: AmiErrorCode, detail?: string) {
  const story = new Story()
  const asked = vi.fn<CallCommands['originate']>((channelId, device, { exten, shown }) => {
    if (fails !== undefined) return Promise.reject(new AmiError(fails, detail))
    if (exten === '99999') return Promise.resolve(false)
    story.channel(device, { channelId, linkedId: channelId, callerNumber: shown, exten: 's' })
    const dial = { callerId: null, calledId: channelId, called: null, dialString: null }
    story.happens({ type: 'dial.began', ...dial })
    return Promise.resolve(true)
  })
  const hangUp = vi.fn<CallCommands['hangUp']>(() => Promise.resolve())
  const dialling = createDialling({
    floor: () => story.floor,
    commands: { originate: asked, hangUp },
    phoneOf: (extension) => (extension === '202' ? null : { pbx: 'lab', device: 'PJSIP/201' }),
    readNumber: (raw) => read(raw),
    internationalPrefix: () => '00',
    busy: new Set(),
    log: { warn: () => undefined },
  })
  /** The channel of the phone, once it is called. */
  const ringing = () =>
    vi.waitFor(() => {
      expect(asked).toHaveBeenCalled()
      return asked.mock.calls[0]?.[0] ?? ''
    })
  return { story, asked, hangUp, dialling, ringing }
}

it('is answered when the phone was picked up; pressed twice, the phone is called once', async () => {
  const { story, asked, dialling, ringing } = desk()
  const press = request('030 23125-901')
  const [first, second] = [dialling.dial(nina, press), dialling.dial(nina, press)]
  const callId = await ringing()
  dialling.take(story.happens({ type: 'tick' }))
  await expect(dialling.dial(nina, request('030 23125-901'))).rejects.toMatchObject({
    code: 'control.under_way',
  })
  dialling.take(
    story.happens({ type: 'channel.changed', channelId: callId, linkedId: callId, changes: { state: 'up' } }),
  )
  await expect(Promise.all([first, second])).resolves.toEqual([{ callId }, { callId }])
  expect(asked).toHaveBeenCalledTimes(1)
  expect(asked).toHaveBeenCalledWith(callId, 'PJSIP/201', {
    exten: '00493023125901',
    shown: '+493023125901',
    ringMs: 25_000,
  })
  expect(story.floor.calls.get(callId)).toMatchObject({
    direction: 'outbound',
    dialled: '+493023125901',
    offers: [],
  })
})

it.each([
  ['farEnd', 21, 'dial.declined'],
  ['pbx', 19, 'dial.not_picked_up'],
] as const)('hung up by %s with cause %i while it rings: %s', async (by, cause, code) => {
  const { story, dialling, ringing } = desk()
  const outcome = expect(dialling.dial(nina, request('205'))).rejects.toMatchObject({ code })
  const channelId = await ringing()
  if (by === 'farEnd')
    story.happens({ type: 'channel.hangupAsked', channelId, linkedId: channelId, by, cause })
  dialling.take(
    story.happens({ type: 'channel.gone', channelId, linkedId: channelId, cause, causeText: null }),
  )
  await outcome
})

it.each([
  ['ami.refused_action', 'Permission denied', 'dial.not_permitted'],
  ['ami.refused_action', 'No such extension', 'dial.refused'],
  ['ami.not_connected', undefined, 'pbx.unreachable'],
  ['ami.timeout', undefined, 'control.not_done'],
] as const)('the PBX fails by %s, “%s”: %s', async (error, detail, code) => {
  const { dialling, asked, hangUp } = desk(error, detail)
  await expect(dialling.dial(nina, request('205'))).rejects.toMatchObject({ code })
  // What it may have done all the same is not to ring later.
  expect(hangUp).toHaveBeenCalledWith(asked.mock.calls[0]?.[0])
})

it('what makes no sense is not asked of the PBX', async () => {
  const { story, asked, dialling } = desk()
  const refused = (who: typeof nina | { personId: string; extension: null }, number: string, code: string) =>
    expect(dialling.dial(who, request(number))).rejects.toMatchObject({ code })
  await refused({ personId: 'nobody', extension: null }, '205', 'dial.no_phone')
  await refused({ personId: 'person-202', extension: '202' }, '205', 'dial.no_phone')
  await refused(nina, '12a34', 'dial.not_dialable')
  story.happens({ type: 'phone.reachable', device: 'PJSIP/201', reachable: false })
  await refused(nina, '205', 'dial.phone_away')
  story.happens({ type: 'phone.reachable', device: 'PJSIP/201', reachable: true })
  const customer = story.customer()
  story.enters('support', customer)
  story.rings(customer, '201')
  await refused(nina, '205', 'dial.in_call')
  expect(asked).not.toHaveBeenCalled()
})

it('where the dialplan leads nowhere, nobody’s phone rings', async () => {
  const { story, dialling } = desk()
  await expect(dialling.dial(nina, request('99999'))).rejects.toMatchObject({ code: 'dial.not_dialable' })
  expect(story.floor.calls.size).toBe(0)
})

it('an emergency number goes through whatever else rings', async () => {
  const { story, asked, dialling, ringing } = desk()
  const customer = story.customer()
  story.enters('support', customer)
  story.rings(customer, '201')
  const outcome = dialling.dial(nina, request('112'))
  const callId = await ringing()
  dialling.take(
    story.happens({ type: 'channel.changed', channelId: callId, linkedId: callId, changes: { state: 'up' } }),
  )
  await expect(outcome).resolves.toEqual({ callId })
  expect(asked.mock.calls[0]?.[2]).toMatchObject({ exten: '112', shown: '112' })
})

it('an emergency number waits for no other call that is being made', async () => {
  const { asked, dialling, ringing } = desk()
  const wrong = dialling.dial(nina, request('205'))
  await ringing()
  const urgent = dialling.dial(nina, request('112'))
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2))
  expect(asked.mock.calls[1]?.[2]).toMatchObject({ exten: '112' })
  await expect(dialling.dial(nina, request('206'))).rejects.toMatchObject({ code: 'control.under_way' })
  dialling.stop()
  for (const one of [wrong, urgent]) await expect(one).rejects.toMatchObject({ code: 'control.not_done' })
})
