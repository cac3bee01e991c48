import { beforeEach, describe, expect, it } from 'vitest'
import { channel } from './ami-text.ts'
import { caller, newTranslator, stamp } from './translator.ts'

let { translator, odd, askedDevices, pins, happens, arrives } = newTranslator()
beforeEach(() => {
  ;({ translator, odd, askedDevices, pins, happens, arrives } = newTranslator())
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

  it('is that a PIN was typed; the PIN goes to whoever compares it, and into no event', () => {
    const headers = `${channel(caller)}\nUserEvent: RingcardPin\nPin: 7061`

    const events = happens('UserEvent', headers)

    expect(events).toMatchObject([{ type: 'call.pinTyped', channelId: 'lab:1.1', keptAs: 'pin 1' }])
    expect(pins).toEqual(['7061'])
    expect(JSON.stringify(events)).not.toContain('7061')
  })

  it('is no PIN where it is anything but digits', () => {
    for (const pin of ['12', '1234567890123', '12a4', '{"$ne":1}'])
      expect(happens('UserEvent', `${channel(caller)}\nUserEvent: RingcardPin\nPin: ${pin}`)).toEqual([])
    expect(pins).toEqual([])
  })

  it('is what the network says of the number, once each time that it changes, and nothing made up', () => {
    const said = (attestation: string) =>
      happens('Newstate', channel({ ...caller, attestation })).flatMap((each) =>
        each.type === 'call.attested' ? [each.attestation] : [],
      )

    expect(['', 'B', 'B', 'full', 'failed', 'none', 'A', 'C'].map(said)).toEqual([
      [],
      ['partial'],
      [],
      [],
      ['failed'],
      ['none'],
      ['full'],
      ['gateway'],
    ])
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
