import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createPbxLink,
  type LinkTiming,
  type PbxLinkSettings,
  type RunningLink,
} from '../../../server/asterisk/link.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import { copyOfFloor, createFloor, reduce } from '../../../server/floor/floor.ts'
import { reconcile } from '../../../server/floor/reconcile.ts'
import type { PbxLink } from '../../../shared/calls.ts'
import { errorAnswer, listAnswer, oneAnswer, startFakeAmi, type FakeAmi } from './support/fake-ami.ts'

let pbx: FakeAmi
let link: RunningLink | undefined
const events: PbxEvent[] = []
const states: PbxLink[] = []
const said: string[] = []

beforeEach(async () => {
  pbx = await startFakeAmi()
  for (const list of [events, states, said]) list.length = 0
})

afterEach(async () => {
  await link?.stop()
  await pbx.close()
})

const quick: Partial<LinkTiming> = {
  actionMs: 500,
  listMs: 200,
  queuePauseMs: 10,
  queueTries: 3,
  bootMs: 200,
  reconnect: { firstMs: 5, longestMs: 20 },
  refused: { firstMs: 20, longestMs: 20 },
}

function start(
  more: {
    secret?: string
    system?: PbxLinkSettings['system']
    now?: () => number
    timing?: Partial<LinkTiming>
    onEvents?: (events: readonly PbxEvent[]) => void
    readUnheard?: PbxLinkSettings['readUnheard']
    check?: PbxLinkSettings['check']
  } = {},
) {
  const log = (_fields: object, message: string) => {
    said.push(message)
  }
  const ahead = Date.now() - 1_764_000_100_000
  link = createPbxLink({
    pbx: 'lab',
    host: '127.0.0.1',
    port: pbx.port,
    username: 'ringcard',
    secret: more.secret ?? 'right',
    ...(more.system ? { system: more.system } : {}),
    onEvents: (batch) => {
      events.push(...batch)
      more.onEvents?.(batch)
    },
    onState: (state) => states.push(state),
    log: { info: log, warn: log, error: log },
    // As late as the PBX that is played says that it is.
    now: more.now ?? (() => Date.now() - ahead),
    timing: { ...quick, ...more.timing },
    ...(more.readUnheard ? { readUnheard: more.readUnheard } : {}),
    ...(more.check ? { check: more.check } : {}),
  })
  link.start()
  return link
}

const until = (state: PbxLink['state']) => vi.waitFor(() => expect(link?.state().state).toBe(state))
const types = () => events.map((event) => event.type)
const snapshots = () => events.flatMap((event) => (event.type === 'snapshot' ? [event.snapshot] : []))
const linesLike = (pattern: RegExp) => said.filter((line) => pattern.test(line))

const channelHeaders = (unique: string, more = '') =>
  `Channel: PJSIP/trunk-0000000${unique.at(-1) ?? ''}\nChannelState: 6\nCallerIDNum: +493023125990\nCallerIDName: Olena
Uniqueid: ${unique}\nLinkedid: ${unique}\nChanVariable: CALLERID(pres)=allowed${more}`
const item = (unique: string, more = '') => `Event: CoreShowChannel\n${channelHeaders(unique)}${more}`
const happened = (name: string, headers: string) => `Event: ${name}\nTimestamp: 1764000100.500000\n${headers}`

describe('a link', () => {
  it('says that it connects, gives a snapshot, and is live', async () => {
    pbx.answer('CoreShowChannels', listAnswer('CoreShowChannels', [item('1764000000.1', '\nBridgeId: b1')]))
    pbx.answer(
      'QueueStatus',
      listAnswer('QueueStatus', [
        'Event: QueueParams\nQueue: support',
        'Event: QueueMember\nQueue: support\nName: Ann\nLocation: PJSIP/201\nStateInterface: PJSIP/201\nStatus: 2\nPaused: 0',
        'Event: QueueEntry\nQueue: support\nPosition: 1\nUniqueid: 1764000000.1\nWait: 7',
      ]),
    )
    pbx.answer(
      'ParkedCalls',
      listAnswer('ParkedCalls', ['Event: ParkedCall\nParkeeUniqueid: 1764000000.1\nParkingSpace: 701']),
    )
    start()
    expect(states).toMatchObject([{ pbx: 'lab', state: 'connecting', newestEventAt: null }])

    await until('live')

    expect(events).toMatchObject([
      {
        type: 'snapshot',
        pbx: 'lab',
        at: 1_764_000_100_000,
        snapshot: {
          channels: [
            { channelId: 'lab:1764000000.1', callerNumber: '+493023125990', startedAt: 1_764_000_000_000 },
          ],
          bridges: [{ bridgeId: 'lab:b1', channelIds: ['lab:1764000000.1'] }],
          queues: ['support'],
          members: [{ queue: 'support', interface: 'PJSIP/201', memberName: 'Ann', deviceState: 'inUse' }],
          waiting: [
            { queue: 'support', channelId: 'lab:1764000000.1', position: 1, since: 1_764_000_093_000 },
          ],
          parked: [{ channelId: 'lab:1764000000.1', space: '701' }],
          bootedAt: 1_764_003_600_000 - 3_600_000,
        },
      },
    ])
  })

  it('passes events on in order, and knows how old the newest is, however wrong the clock of the PBX is', async () => {
    start({ now: Date.now })
    await until('live')

    const sentAt = Date.now()
    pbx.send(
      happened('Newchannel', channelHeaders('1764000000.7')),
      happened('Hangup', channelHeaders('1764000000.7')),
    )

    await vi.waitFor(() => expect(types()).toEqual(['snapshot', 'channel.appeared', 'channel.gone']))
    const { newestEventAt } = link?.state() ?? {}
    expect(newestEventAt).toBeGreaterThanOrEqual(sentAt)
    expect(newestEventAt).toBeLessThanOrEqual(Date.now())
  })

  it('shows the number of a caller as soon as the PBX has answered that it may', async () => {
    start()
    await until('live')
    const arriving = channelHeaders('1764000000.7').replace('State: 6', 'State: 4')

    pbx.send(happened('Newchannel', arriving))

    await vi.waitFor(() => expect(types()).toContain('channel.changed'))
    expect(events.slice(1)).toMatchObject([
      { type: 'channel.appeared', channel: { callerNumber: null } },
      { type: 'channel.changed', changes: { callerNumber: '+493023125990', callerRestricted: false } },
    ])
    expect(pbx.requests.at(-1)).toMatchObject({
      action: 'Getvar',
      channel: '1764000000.7',
      variable: 'CALLERID(pres)',
    })
  })

  it('never shows the number of one who may not be shown', async () => {
    pbx.answer('Getvar', oneAnswer('Variable: CALLERID(pres)\nValue: prohib_passed_screen'))
    start()
    await until('live')

    pbx.send(happened('Newchannel', channelHeaders('1764000000.7').replace('State: 6', 'State: 4')))

    await vi.waitFor(() => expect(types()).toContain('channel.changed'))
    expect(events.at(-1)).toMatchObject({ changes: { callerNumber: null, callerRestricted: true } })
    expect(JSON.stringify(events)).not.toContain('+493023125990')
  })

  it('ends a call by its own cause that hung up while the lists were read', async () => {
    pbx.answer('QueueStatus', (request) => [
      happened('Hangup', `${channelHeaders('1764000000.1')}\nCause: 17\nCause-txt: User busy`),
      ...(listAnswer('QueueStatus', [])(request) ?? []),
    ])
    pbx.answer('CoreShowChannels', listAnswer('CoreShowChannels', [item('1764000000.1')]))

    start()
    await until('live')

    expect(types()).toEqual(['snapshot', 'channel.gone'])
    expect(snapshots()[0]?.channels).toHaveLength(1)
    expect(events[1]).toMatchObject({ cause: 17 })
  })

  it('asks for the queues again while app_queue is not loaded', async () => {
    let tries = 0
    pbx.answer('QueueStatus', (request) => {
      tries += 1
      if (tries === 1) return errorAnswer('Invalid/unknown command')(request)
      // Once loaded, but not ready: the list begins and never ends.
      if (tries === 2) return [`Response: Success\nActionID: ${request.actionid ?? ''}\nEventList: start`]
      return listAnswer('QueueStatus', ['Event: QueueParams\nQueue: support'])(request)
    })

    start()
    await until('live')

    expect(snapshots()[0]?.queues).toEqual(['support'])
  })

  it('waits until the PBX has booted before it reads anything', async () => {
    pbx.answer('login', oneAnswer('Message: Authentication accepted'))
    start({ timing: { bootMs: 10_000 } })
    await vi.waitFor(() => expect(pbx.requests.map((each) => each.action)).toContain('CoreSettings'))
    expect(pbx.requests.map((each) => each.action)).not.toContain('CoreShowChannels')

    pbx.send('Event: FullyBooted\nUptime: 1')

    await until('live')
    expect(pbx.requests.map((each) => each.action)).toContain('CoreShowChannels')
  })

  it('goes without parked calls and device states where the PBX has none', async () => {
    pbx.answer('ParkedCalls', errorAnswer('Invalid/unknown command'))
    pbx.answer('DeviceStateList', errorAnswer('Permission denied'))

    start()
    await until('live')

    expect(snapshots()[0]?.parked).toEqual([])
    expect(linesLike(/DeviceStateList: Permission denied/)).toHaveLength(1)
  })

  it('outlives a floor that fails on an event', async () => {
    pbx.answer('CoreShowChannels', listAnswer('CoreShowChannels', [item('1764000000.7')]))
    start({
      onEvents: (batch) => {
        if (batch.some(({ type }) => type === 'channel.held')) throw new Error('no')
      },
    })
    await until('live')

    pbx.send(happened('Hold', channelHeaders('1764000000.7')))
    await vi.waitFor(() => expect(linesLike(/could not be worked on/)).toHaveLength(1))
    pbx.send(happened('Unhold', channelHeaders('1764000000.7')))

    await vi.waitFor(() => expect(types()).toEqual(['snapshot', 'channel.held', 'channel.resumed']))
    expect(linesLike(/could not be worked on/)).toHaveLength(1)
  })
})

describe('a link that is cut', () => {
  it('says so, comes back by itself, and gives another snapshot', async () => {
    start()
    await until('live')

    pbx.cut()

    await vi.waitFor(() => expect(types()).toEqual(['snapshot', 'link.lost', 'snapshot']))
    await until('live')
    expect(states.map((each) => each.state)).toEqual(['connecting', 'live', 'lost', 'live'])
    expect(link?.counters().connected).toBe(2)
  })

  it('is found dead when the PBX falls silent', async () => {
    start({ timing: { pingMs: 20, silenceMs: 80 } })
    await until('live')

    pbx.answer('ping', () => undefined)

    await vi.waitFor(() =>
      expect(states.at(-1)).toMatchObject({
        state: 'lost',
        trouble: 'ami.silent',
        message: expect.stringContaining('silent') as string,
      }),
    )
  })

  it('is said once while nobody listens, however often it is tried', async () => {
    start()
    await until('live')
    const { port } = pbx

    await pbx.close()
    await vi.waitFor(() => expect(linesLike(/ECONNREFUSED/)).toHaveLength(1))
    pbx = await startFakeAmi({ port })

    await until('live')
    expect(linesLike(/ECONNREFUSED/)).toHaveLength(1)
    expect(linesLike(/The PBX is connected/)).toHaveLength(2)
  })
})

describe('a link that is not let in', () => {
  it('says once that the login is refused, and goes on trying slowly', async () => {
    start({ secret: 'wrong' })

    await until('refused')
    await vi.waitFor(() => expect(pbx.connections()).toBeGreaterThan(3))

    expect(linesLike(/refused the login/)).toHaveLength(1)
    expect(states.map((each) => each.state)).toEqual(['connecting', 'refused'])
    expect(events).toEqual([])
  })

  it.each(['18.26.0', 'certified/18.9-cert17', 'GIT-16-abc123'])(
    'does not take Asterisk %s',
    async (version) => {
      pbx.answer('CoreSettings', oneAnswer(`AsteriskVersion: ${version}`))
      start()

      await until('tooOld')

      expect(link?.state().message).toContain('version 20 or later is needed')
      expect(events).toEqual([])
    },
  )

  it.each(['20.17.0', '23.1.0', 'certified/20.7-cert8'])(
    'takes Asterisk %s and says that it is untried',
    async (version) => {
      pbx.answer('CoreSettings', oneAnswer(`AsteriskVersion: ${version}`))
      start()

      await until('live')

      expect(linesLike(/untried/)).toHaveLength(1)
    },
  )
})

describe('variables of a channel', () => {
  it('are set in their order', async () => {
    const running = start()
    await until('live')
    pbx.answer('Setvar', oneAnswer('Message: Variable Set'))

    await running.setVariables('lab:1764000000.1', { RINGCARD_TIER: 'gold', RINGCARD_READY: '1' })

    expect(pbx.requests.filter((each) => each.action === 'Setvar')).toMatchObject([
      { channel: '1764000000.1', variable: 'RINGCARD_TIER', value: 'gold' },
      { channel: '1764000000.1', variable: 'RINGCARD_READY', value: '1' },
    ])
  })

  it.each([
    ['a function of the dialplan', 'lab:1.1', { 'SHELL(id)': '1' }, 'ami.invalid_field'],
    ['a channel of another PBX', 'other:1.1', { X: '1' }, 'ami.invalid_field'],
    ['a line break', 'lab:1.1', { X: '1\r\nAction: Originate' }, 'ami.invalid_field'],
  ])('are refused for %s', async (_what, channelId, variables, code) => {
    const running = start()
    await until('live')

    await expect(running.setVariables(channelId, variables)).rejects.toMatchObject({ code })
    expect(pbx.requests.filter((each) => each.action !== 'Ping').map((each) => each.action)).not.toContain(
      'Setvar',
    )
  })

  it('cannot be set while there is no connection', async () => {
    pbx.answer('CoreShowChannels', () => undefined)
    const running = start({ timing: { listMs: 5_000 } })

    await expect(running.setVariables('lab:1.1', { X: '1' })).rejects.toMatchObject({
      code: 'ami.not_connected',
    })
  })
})

describe('stopping', () => {
  it('passes on what has come and then is quiet', async () => {
    pbx.answer('CoreShowChannels', listAnswer('CoreShowChannels', [item('1764000000.7')]))
    const running = start()
    await until('live')
    pbx.send(happened('Hold', channelHeaders('1764000000.7')))
    await vi.waitFor(() => expect(types()).toContain('channel.held'))

    await running.stop()

    expect(running.counters().waiting).toBe(0)
    expect(types()).toEqual(['snapshot', 'channel.held'])
  })

  it('does not wait for a PBX that cannot be reached', async () => {
    await pbx.close()
    const running = start({ timing: { reconnect: { firstMs: 60_000, longestMs: 60_000 } } })
    await until('lost')

    await running.stop()

    expect(running.state().state).toBe('lost')
    pbx = await startFakeAmi()
  })

  it.each([
    ['never greets', { greeting: '' }, undefined],
    ['never answers the login', {}, 'login'],
  ])('does not wait for a PBX that takes the connection and %s', async (_how, settings, unanswered) => {
    await pbx.close()
    pbx = await startFakeAmi(settings)
    if (unanswered !== undefined) pbx.answer(unanswered, () => undefined)
    const running = start({ timing: { connectMs: 60_000, actionMs: 60_000 } })
    await vi.waitFor(() => expect(pbx.connections()).toBe(1))
    if (unanswered !== undefined) await vi.waitFor(() => expect(pbx.requests).toHaveLength(1))

    const began = performance.now()
    await running.stop()

    expect(performance.now() - began).toBeLessThan(1_000)
    expect(events).toEqual([])
  })

  it('ends a connection that is still being made', async () => {
    pbx.answer('CoreShowChannels', () => undefined)
    const running = start({ timing: { listMs: 60_000 } })
    await vi.waitFor(() => expect(pbx.requests.map((each) => each.action)).toContain('CoreShowChannels'))

    await running.stop()

    expect(events).toEqual([])
  })
})

describe('the record of what nobody heard', () => {
  it('is told before the snapshot, and what was heard since the login after it', async () => {
    pbx.answer('QueueStatus', listAnswer('QueueStatus', ['Event: QueueParams\nQueue: support']))
    start({
      readUnheard: async (snapshot, give) => {
        pbx.send(happened('Newchannel', channelHeaders('1764000000.7')))
        await give([{ type: 'tick', pbx: 'lab', at: snapshot.at - 5, arrivedAt: 0, recorded: true }])
        await new Promise((resolve) => setImmediate(resolve))
        return { told: 'whole', until: snapshot.at }
      },
    })
    await until('live')
    await vi.waitFor(() => expect(types()).toEqual(['tick', 'snapshot', 'channel.appeared']))
    expect(snapshots()[0]?.record).toMatchObject({ told: 'whole' })
  })
})

describe('a stream that is held against the lists', () => {
  /** A floor that takes what the link tells, looked at every few ms. */
  function watched(now?: () => number) {
    const floor = createFloor({ shortAbandonMs: 5_000, trunks: ['PJSIP/trunk'] })
    const missed: PbxEvent[][] = []
    const traces: (readonly object[])[] = []
    let checks = 0
    start({
      ...(now ? { now } : {}),
      timing: { checkMs: 20, checkPauseMs: 5 },
      onEvents: (batch) => {
        for (const event of batch) reduce(floor, event)
      },
      check: {
        remember: () => {
          const copy = copyOfFloor(floor)
          return (snapshot) => reconcile(copy, snapshot)
        },
        onChecked: () => (checks += 1),
        onMissed: (events, trace) => {
          missed.push([...events])
          traces.push(trace)
        },
      },
    })
    return { floor, missed, traces, checks: () => checks }
  }

  it('is found to be whole, while calls come and go', async () => {
    pbx.answer('CoreShowChannels', listAnswer('CoreShowChannels', [item('1764000000.7')]))
    const watch = watched()
    await until('live')
    pbx.answer(
      'CoreShowChannels',
      listAnswer('CoreShowChannels', [item('1764000000.7'), item('1764000000.8')]),
    )
    pbx.send(happened('Newchannel', channelHeaders('1764000000.8')))
    await vi.waitFor(() => expect(watch.checks()).toBeGreaterThan(3))
    expect(watch.missed).toEqual([])
    expect(snapshots()).toHaveLength(1)
  })

  it.each([
    ['hours after the link was made', 3 * 3_600_000],
    ['when the clock of the PBX was set back by an hour', -3_600_000],
  ])('does not take a PBX for one that was started anew, %s', async (_what, laterMs) => {
    const saidMs = 1_764_000_100_000
    let passedMs = 0
    pbx.answer('CoreShowChannels', listAnswer('CoreShowChannels', [item('1764000000.7')]))
    const watch = watched(() => saidMs + passedMs)
    await until('live')
    passedMs = laterMs
    pbx.answer('Ping', oneAnswer(`Ping: Pong\nTimestamp: ${(saidMs + laterMs) / 1000}`))
    const checks = watch.checks()
    await vi.waitFor(() => expect(watch.checks()).toBeGreaterThan(checks + 3))
    expect(watch.missed).toEqual([])
    expect([...watch.floor.calls.values()]).toMatchObject([{ endedAt: null }])
  })

  it('that lost a hang-up is put right, and the loss is told once, with what was heard before it', async () => {
    pbx.answer('CoreShowChannels', listAnswer('CoreShowChannels', [item('1764000000.7')]))
    const watch = watched()
    await until('live')
    pbx.send(happened('Newchannel', channelHeaders('1764000000.9')))
    pbx.answer('CoreShowChannels', listAnswer('CoreShowChannels', [item('1764000000.9')]))

    await vi.waitFor(() => expect(watch.missed).toHaveLength(1))
    expect(watch.missed[0]).toMatchObject([{ type: 'channel.gone', channelId: 'lab:1764000000.7' }])
    expect(JSON.stringify(watch.traces[0])).toContain('1764000000.9')
    expect(JSON.stringify(watch.traces[0])).not.toMatch(/23125990|Olena/)
    await vi.waitFor(() => expect([...watch.floor.channels.keys()]).toEqual(['lab:1764000000.9']))
    expect(snapshots().at(-1)).toMatchObject({ isCheck: true })
    const checks = watch.checks()
    await vi.waitFor(() => expect(watch.checks()).toBeGreaterThan(checks + 2))
    expect(watch.missed).toHaveLength(1)
  })
})

describe('what takes the class system', () => {
  const system = () => ({ host: '127.0.0.1', port: pbx.port, username: 'ringcard-system', secret: 'right' })
  const notify = { Channel: 'PJSIP/201-00000001', Variable: 'Event=talk' }
  const asked = () => pbx.requests.map(({ action }) => action?.toLowerCase())

  it('is done by a user of its own, over a line that is closed after it', async () => {
    pbx.answer('PJSIPNotify', oneAnswer('Message: NOTIFY sent'))
    start({ system: system() })
    await until('live')
    const before = pbx.connections()
    await link?.systemAction('PJSIPNotify', notify)
    expect(pbx.connections()).toBe(before + 1)
    const login = pbx.requests.filter(({ action }) => action?.toLowerCase() === 'login').at(-1)
    expect(login).toMatchObject({ username: 'ringcard-system', secret: 'right' })
    expect(asked().slice(-2)).toEqual(['login', 'pjsipnotify'])
    expect(link?.state().state).toBe('live')
  })

  it('is done by the only user where there is no other', async () => {
    pbx.answer('PJSIPNotify', oneAnswer('Message: NOTIFY sent'))
    start()
    await until('live')
    const before = pbx.connections()
    await link?.systemAction('PJSIPNotify', notify)
    expect(pbx.connections()).toBe(before)
  })

  it('fails by its name where the user is refused, may not, or gets no answer, and the link goes on', async () => {
    start({ system: { ...system(), secret: 'wrong' } })
    await expect(link?.systemAction('PJSIPNotify', notify)).rejects.toMatchObject({
      code: 'ami.not_connected',
    })
    await until('live')
    await expect(link?.systemAction('PJSIPNotify', notify)).rejects.toMatchObject({
      code: 'ami.refused_login',
    })
    await link?.stop()
    start({ system: system() })
    await until('live')
    pbx.answer('PJSIPNotify', errorAnswer('Permission denied'))
    await expect(link?.systemAction('PJSIPNotify', notify)).rejects.toMatchObject({
      code: 'ami.refused_action',
    })
    pbx.answer('PJSIPNotify', () => undefined)
    await expect(link?.systemAction('PJSIPNotify', notify, 200)).rejects.toMatchObject({
      code: 'ami.timeout',
    })
    expect(link?.state().state).toBe('live')
  })
})
