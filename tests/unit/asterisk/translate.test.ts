import { beforeEach, describe, expect, it } from 'vitest'
import { createCounters, createTranslator, readTimestamp } from '../../../server/asterisk/translate.ts'
import type { Translator } from '../../../server/asterisk/translate.ts'
import { block, channel, event, type ChannelText } from './ami-text.ts'

const number = '+493023125990'
const at = 1_764_000_001_250
const stamp = { pbx: 'lab', at, arrivedAt: 5_000 }

let counters = createCounters()
let odd: string[] = []
let asked: string[] = []
let askedDevices: string[] = []
let translator: Translator

beforeEach(() => {
  counters = createCounters()
  odd = []
  asked = []
  askedDevices = []
  translator = createTranslator({
    pbx: 'lab',
    now: () => 5_000,
    counters,
    onOdd: (message) => odd.push(message),
    askPresentation: (unique) => asked.push(unique),
    askDeviceState: (device) => askedDevices.push(device),
  })
})

const caller: ChannelText = { unique: '1.1', number, callerName: 'Olena', state: 4 }
const arrives = (more: Partial<ChannelText> = {}) =>
  translator.translate(event('Newchannel', channel({ ...caller, pres: 'allowed_not_screened', ...more })))
const happens = (name: string, headers: string) => translator.translate(event(name, headers))

describe('a call that comes in', () => {
  it('appears without its number, since Asterisk calls even a withheld number allowed at this point', () => {
    const [appeared] = arrives()

    expect(appeared).toMatchObject({
      ...stamp,
      type: 'channel.appeared',
      channel: {
        channelId: 'lab:1.1',
        linkedId: 'lab:1.1',
        device: 'PJSIP/trunk',
        state: 'dialling',
        callerNumber: null,
        callerName: null,
        callerRestricted: false,
        exten: '101',
      },
    })
    expect(asked).toEqual(['1.1'])
  })

  it('has its number as soon as the PBX says that it may be shown', () => {
    arrives()

    expect(translator.learnPresentation('1.1', 'allowed_not_screened')).toEqual([
      {
        ...stamp,
        type: 'channel.changed',
        channelId: 'lab:1.1',
        linkedId: 'lab:1.1',
        changes: { callerNumber: number, callerName: 'Olena', callerRestricted: false },
      },
    ])
  })

  it('has its number by the next event of its own, where nobody answered the question', () => {
    arrives()

    const events = happens('Newstate', channel({ ...caller, state: 6, pres: 'allowed_passed_screen' }))

    expect(events.map((each) => each.type)).toEqual(['channel.changed', 'channel.changed'])
    expect(events[0]).toMatchObject({ changes: { callerNumber: number } })
    expect(events[1]).toMatchObject({ changes: { state: 'up' } })
    expect(translator.learnPresentation('1.1', 'allowed_passed_screen')).toEqual([])
  })

  it('is told once as restricted when the number is withheld', () => {
    arrives()

    const events = happens('Newstate', channel({ ...caller, state: 6, pres: 'prohib_not_screened' }))

    expect(events[0]).toMatchObject({
      changes: { callerNumber: null, callerName: null, callerRestricted: true },
    })
  })

  it('is restricted when it says anonymous in place of a number', () => {
    arrives({ number: 'anonymous', callerName: 'Anonymous' })

    expect(translator.learnPresentation('1.1', 'allowed')).toMatchObject([
      { changes: { callerNumber: null, callerName: null, callerRestricted: true } },
    ])
  })

  it.each(['unavailable', '', '<unknown>'])(
    'has no number, and nothing is restricted, when it is “%s”',
    (none) => {
      const [appeared] = arrives({ number: none, callerName: none })

      expect(appeared).toMatchObject({
        channel: { callerNumber: null, callerName: null, callerRestricted: false },
      })
      expect(translator.learnPresentation('1.1', 'unavailable')).toEqual([])
    },
  )
})

describe('a withheld number', () => {
  /** Everything that a queue call with a withheld number makes, in Asterisk’s order. */
  const wholeCall = () => {
    const withheld = { ...caller, state: 6, pres: 'prohib_not_screened' }
    const agent = {
      unique: '1.2',
      linked: '1.1',
      name: 'PJSIP/201-00000002',
      number: '201',
      connected: number,
      pres: 'allowed',
    }
    const half = {
      unique: '1.3',
      linked: '1.1',
      name: 'Local/205@agents-00000001;2',
      number,
      pres: 'allowed',
      state: 6,
    }
    return [
      ...arrives(),
      ...happens('NewConnectedLine', channel({ ...agent, unique: '1.9' })),
      ...happens('Newstate', channel(withheld)),
      ...happens('QueueCallerJoin', `${channel(withheld)}\nQueue: support\nPosition: 1`),
      ...happens('Newchannel', channel({ ...agent, state: 0 })),
      ...happens('NewConnectedLine', channel(agent)),
      ...happens('Newchannel', channel({ ...half, state: 0 })),
      ...happens('NewCallerid', channel(half)),
      ...happens(
        'AgentCalled',
        `${channel(withheld)}\n${channel(agent, 'Dest')}\nQueue: support\nInterface: PJSIP/201\nMemberName: 201`,
      ),
      ...happens('DialBegin', `${channel(withheld)}\n${channel(agent, 'Dest')}\nDialString: PJSIP/201`),
      ...happens('Hangup', `${channel(withheld)}\nCause: 16\nCause-txt: Normal Clearing`),
      ...happens('NewConnectedLine', channel(agent)),
    ]
  }

  it('is in no event at all, neither the caller’s own nor the agent’s', () => {
    const events = wholeCall()

    expect(events).toHaveLength(13)
    expect(JSON.stringify(events)).not.toContain(number)
    expect(JSON.stringify(events)).not.toContain('Olena')
  })

  it('is not shown by a list either, whatever was said before', () => {
    const item = block(`Event: CoreShowChannel\n${channel({ ...caller, pres: 'prohib' })}`)

    expect(translator.channelOf(item)).toMatchObject({ callerNumber: null, callerRestricted: true })
  })

  it('does not hide the same number where it is given openly', () => {
    wholeCall()

    arrives({ unique: '2.1' })
    const events = happens('Newstate', channel({ ...caller, unique: '2.1', state: 6, pres: 'allowed' }))

    expect(events[0]).toMatchObject({ channelId: 'lab:2.1', changes: { callerNumber: number } })
  })
})

describe('text of a caller’s', () => {
  const nameOf = (callerName: string) => {
    arrives({ callerName })
    const [learnt] = translator.learnPresentation('1.1', 'allowed')
    return learnt?.type === 'channel.changed' ? learnt.changes.callerName : undefined
  }

  it('stays as it is in any script, with quotes and markup', () => {
    expect(nameOf('Олена "Lena" <script>alert(1)</script>')).toBe('Олена "Lena" <script>alert(1)</script>')
  })

  it('loses the backslashes that SIP put before its quotes', () => {
    expect(nameOf('Olena \\"Lena\\" \\\\ Kovalenko')).toBe('Olena "Lena" \\ Kovalenko')
  })

  it('loses control characters and marks that turn the writing direction', () => {
    expect(nameOf('Anna\u0007\u202e moc.knab')).toBe('Anna moc.knab')
  })

  it('is cut at 80 characters', () => {
    expect(nameOf('x'.repeat(10_000))).toBe('x'.repeat(80))
  })

  it('cannot pass for an id by a line break', () => {
    const forged = channel(caller).replace(
      'Olena',
      'Olena\nUniqueid: 9.9\nLinkedid: 9.9\nChannel: PJSIP/201-1',
    )

    expect(happens('Newchannel', forged)).toMatchObject([
      { channel: { channelId: 'lab:1.1', linkedId: 'lab:1.1', device: 'PJSIP/trunk' } },
    ])
  })
})

describe('what the dialplan tells', () => {
  beforeEach(() => arrives())

  it('is the account that was typed, once, though variable and event both say it', () => {
    const headers = `${channel({ ...caller, pres: 'allowed', account: '123456' })}\nUserEvent: RingcardAccount\nAccount: 123456`

    expect(happens('UserEvent', headers).filter((each) => each.type === 'call.learnt')).toMatchObject([
      { channelId: 'lab:1.1', account: '123456', digits: null },
    ])
    expect(happens('UserEvent', headers)).toEqual([])
  })

  it('is nothing that is not an account', () => {
    const account = '{"$ne":null}'
    const headers = `${channel({ ...caller, account })}\nUserEvent: RingcardAccount\nAccount: ${account}`

    expect(happens('UserEvent', headers)).toEqual([])
  })

  it('is nothing of another’s UserEvent', () => {
    expect(happens('UserEvent', `${channel(caller)}\nUserEvent: Billing\nAccount: 1`)).toEqual([])
  })

  it('is why a queue was left, each time that it changes, and not again by the next queue’s events', () => {
    const said = (queueStatus: string) =>
      happens('HangupRequest', channel({ ...caller, queueStatus })).flatMap((each) =>
        each.type === 'queue.result' ? [each.result] : [],
      )

    expect(['', 'TIMEOUT', 'TIMEOUT', 'JOINEMPTY', 'LEAVEEMPTY', 'CONTINUE'].map(said)).toEqual([
      [],
      ['timedOut'],
      [],
      ['refused'],
      ['emptied'],
      ['other'],
    ])
  })
})

describe('each kind of event', () => {
  const one = 'Uniqueid: 1.1\nLinkedid: 1.1'
  const called = channel(
    { unique: '1.2', linked: '1.1', name: 'PJSIP/201-00000002', pres: 'allowed' },
    'Dest',
  )
  const ids = { channelId: 'lab:1.1', linkedId: 'lab:1.1' }
  const member = 'Queue: support\nMemberName: Agent 201\nInterface: PJSIP/201\nStateInterface: PJSIP/201'
  const parkee = 'ParkeeUniqueid: 1.1\nParkeeLinkedid: 1.1\nParkingSpace: 701'

  it.each([
    [
      'Hangup',
      `${one}\nCause: 17\nCause-txt: User busy`,
      { type: 'channel.gone', ...ids, cause: 17, causeText: 'User busy' },
    ],
    ['HangupRequest', one, { type: 'channel.hangupAsked', ...ids, cause: null }],
    ['SoftHangupRequest', `${one}\nCause: 32`, { type: 'channel.hangupAsked', ...ids, cause: 32 }],
    ['Hold', one, { type: 'channel.held', ...ids }],
    ['Unhold', one, { type: 'channel.resumed', ...ids }],
    [
      'Rename',
      'Channel: PJSIP/201-1\nNewname: PJSIP/202-00000009\nUniqueid: 1.1',
      { type: 'channel.changed', channelId: 'lab:1.1', changes: { device: 'PJSIP/202', localHalf: null } },
    ],
    [
      'Newexten',
      `${one}\nExtension: 190\nApplication: VoiceMail\nAppData: 190`,
      { type: 'channel.application', ...ids, application: 'VoiceMail', exten: '190' },
    ],
    [
      'DialBegin',
      `${one}\n${called}\nDialString: 201`,
      {
        type: 'dial.began',
        callerId: 'lab:1.1',
        calledId: 'lab:1.2',
        called: { device: 'PJSIP/201' },
        dialString: '201',
      },
    ],
    ['DialBegin', called, { type: 'dial.began', callerId: null, calledId: 'lab:1.2', dialString: null }],
    [
      'DialEnd',
      `${one}\n${called}\nDialStatus: NOANSWER`,
      { type: 'dial.ended', outcome: 'notAnswered', forwardedTo: null },
    ],
    ['DialEnd', `${one}\n${called}\nDialStatus: CHANUNAVAIL`, { type: 'dial.ended', outcome: 'unreachable' }],
    ['DialEnd', `${one}\n${called}\nDialStatus: GOTO`, { type: 'dial.ended', outcome: 'other' }],
    [
      'BridgeEnter',
      `BridgeUniqueid: b1\n${one}\nSwapUniqueid: 1.7`,
      { type: 'bridge.entered', bridgeId: 'lab:b1', ...ids, swappedFor: 'lab:1.7', holding: false },
    ],
    ['BridgeEnter', `BridgeUniqueid: b1\n${one}`, { type: 'bridge.entered', swappedFor: null }],
    [
      'BridgeEnter',
      `BridgeUniqueid: b1\nBridgeTechnology: holding_bridge\n${one}`,
      { type: 'bridge.entered', holding: true },
    ],
    ['BridgeLeave', `BridgeUniqueid: b1\n${one}`, { type: 'bridge.left', bridgeId: 'lab:b1', ...ids }],
    ['BridgeDestroy', 'BridgeUniqueid: b1', { type: 'bridge.gone', bridgeId: 'lab:b1' }],
    [
      'LocalBridge',
      'LocalOneUniqueid: 1.1\nLocalOneLinkedid: 1.0\nLocalTwoUniqueid: 1.2',
      { type: 'local.bridged', oneId: 'lab:1.1', twoId: 'lab:1.2', linkedId: 'lab:1.0' },
    ],
    [
      'LocalOptimizationEnd',
      'LocalOneUniqueid: 1.1\nLocalTwoUniqueid: 1.2\nSuccess: Yes',
      { type: 'local.optimised', oneId: 'lab:1.1', twoId: 'lab:1.2' },
    ],
    [
      'QueueCallerJoin',
      `${one}\nQueue: support\nPosition: 3`,
      { type: 'queue.entered', queue: 'support', ...ids, position: 3 },
    ],
    ['QueueCallerLeave', `${one}\nQueue: support`, { type: 'queue.left', queue: 'support', ...ids }],
    ['QueueCallerAbandon', `${one}\nQueue: support`, { type: 'queue.gaveUp', queue: 'support', ...ids }],
    [
      'AgentCalled',
      `${one}\n${called}\n${member}`,
      { type: 'queue.offered', ...ids, calledId: 'lab:1.2', interface: 'PJSIP/201', memberName: 'Agent 201' },
    ],
    [
      'AgentConnect',
      `${one}\n${called}\n${member}\nHoldTime: 7\nRingTime: 2`,
      { type: 'queue.connected', ...ids, calledId: 'lab:1.2', waitMs: 7_000, ringMs: 2_000 },
    ],
    [
      'AgentRingNoAnswer',
      `${one}\n${member}\nRingTime: 12010`,
      { type: 'queue.notAnswered', ...ids, ringMs: 12_010 },
    ],
    [
      'AgentComplete',
      `${one}\n${member}\nTalkTime: 65\nReason: caller`,
      { type: 'queue.completed', talkMs: 65_000, reason: 'customer' },
    ],
    [
      'AgentComplete',
      `${one}\n${member}\nReason: agent`,
      { type: 'queue.completed', talkMs: 0, reason: 'agent' },
    ],
    [
      'QueueMemberStatus',
      `${member}\nStatus: 6\nPaused: 1\nPausedReason: lunch`,
      {
        type: 'member.set',
        member: {
          queue: 'support',
          interface: 'PJSIP/201',
          stateInterface: 'PJSIP/201',
          memberName: 'Agent 201',
          paused: true,
          pauseReason: 'lunch',
          deviceState: 'ringing',
        },
      },
    ],
    [
      'QueueMemberPause',
      `${member}\nStatus: 1\nPaused: 0\nPausedReason: lunch`,
      { member: { paused: false, pauseReason: null } },
    ],
    ['QueueMemberRemoved', member, { type: 'member.removed', queue: 'support', interface: 'PJSIP/201' }],
    [
      'BlindTransfer',
      'Result: Success\nTransfererUniqueid: 1.2\nTransfereeUniqueid: 1.1\nContext: agents\nExtension: 202',
      {
        type: 'transfer.blind',
        ok: true,
        transfererId: 'lab:1.2',
        transfereeId: 'lab:1.1',
        toExten: '202',
        toContext: 'agents',
      },
    ],
    [
      'AttendedTransfer',
      'Result: Fail\nOrigTransfererUniqueid: 1.2\nSecondTransfererUniqueid: 1.3\nTransferTargetUniqueid: 1.4',
      {
        type: 'transfer.attended',
        ok: false,
        firstId: 'lab:1.2',
        secondId: 'lab:1.3',
        transfereeId: null,
        targetId: 'lab:1.4',
      },
    ],
    ['ParkedCall', parkee, { type: 'parking.parked', ...ids, space: '701', parkedById: null }],
    ['ParkedCallTimeOut', parkee, { type: 'parking.ended', ...ids, how: 'timedOut', byId: null }],
    ['ParkedCallGiveUp', parkee, { type: 'parking.ended', how: 'gaveUp' }],
    [
      'UnParkedCall',
      `${parkee}\nRetrieverUniqueid: 1.8`,
      { type: 'parking.ended', how: 'retrieved', byId: 'lab:1.8' },
    ],
    ['Pickup', `${one}\nTargetUniqueid: 1.5`, { type: 'pickup', channelId: 'lab:1.1', targetId: 'lab:1.5' }],
    [
      'ContactStatus',
      'EndpointName: 201\nContactStatus: Created',
      { type: 'phone.reachable', device: 'PJSIP/201', reachable: true },
    ],
    [
      'DeviceStateChange',
      'Device: PJSIP/201\nState: UNAVAILABLE',
      { type: 'phone.reachable', reachable: false },
    ],
  ])('%s: %#', (name, headers, expected) => {
    expect(happens(name, headers)).toMatchObject([{ ...stamp, ...expected }])
    expect(odd).toEqual([])
  })

  it.each([
    ['Newexten', `${one}\nApplication: NoOp`],
    ['LocalOptimizationEnd', 'LocalOneUniqueid: 1.1\nLocalTwoUniqueid: 1.2\nSuccess: No'],
    ['DeviceStateChange', 'Device: Queue:support\nState: NOT_INUSE'],
    ['ContactStatus', 'EndpointName: 201\nContactStatus: Updated'],
    ['VarSet', `${one}\nVariable: X\nValue: 1`],
  ])('%s of this kind means nothing: %#', (name, headers) => {
    expect(happens(name, headers)).toEqual([])
    expect(odd).toEqual([])
  })

  it('asks for the device when one of its contacts goes, since it may have another', () => {
    expect(happens('ContactStatus', 'EndpointName: 201\nContactStatus: Removed')).toEqual([])
    expect(askedDevices).toEqual(['PJSIP/201'])
    expect(translator.learnDeviceState('PJSIP/201', 'UNAVAILABLE')).toMatchObject([
      { type: 'phone.reachable', device: 'PJSIP/201', reachable: false },
    ])
  })
})

describe('what is not as it should be', () => {
  it('counts an unknown event and says so once', () => {
    for (let i = 0; i < 3; i++) expect(happens('Frobnicate', 'X: 1')).toEqual([])

    expect(counters.unknown).toEqual(new Map([['Frobnicate', 3]]))
    expect(odd).toHaveLength(1)
  })

  it('counts an event without the field that it needs and says so once', () => {
    for (let i = 0; i < 3; i++) expect(happens('Hangup', 'Cause: 16')).toEqual([])

    expect(counters.malformed).toEqual(new Map([['Hangup', 3]]))
    expect(odd).toEqual(['An event Hangup of the PBX was left out: no usable uniqueid.'])
  })

  it('takes our clock for an event without a time, and says once what to set', () => {
    const events = [1, 2].flatMap(() =>
      translator.translate(block('Event: Hold\nUniqueid: 1.1\nLinkedid: 1.1')),
    )

    expect(events.map((each) => each.at)).toEqual([5_000, 5_000])
    expect(odd).toEqual([
      'The PBX does not say when events happened: set `timestampevents = yes` in manager.conf.',
    ])
  })

  it('keeps its counters bounded, however many names are invented', () => {
    for (let i = 0; i < 1_500; i++) happens(`Invented${i}`, 'X: 1')

    expect(counters.unknown.size).toBeLessThanOrEqual(1_001)
    expect(counters.unknown.get('others')).toBe(500)
  })

  it.each([
    ['1764000000.087210', 1_764_000_000_087],
    ['1764000000.000001', 1_764_000_000_000],
    ['1764000000.999999', 1_764_000_000_999],
    ['1764000000.573000', 1_764_000_000_573],
    ['soon', null],
    [undefined, null],
  ])('reads the time %s', (text, expected) => {
    expect(readTimestamp(text)).toBe(expected)
  })
})
