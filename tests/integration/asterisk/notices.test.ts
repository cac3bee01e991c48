import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPbxLink, type LinkTiming, type RunningLink } from '../../../server/asterisk/link.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import type { NoticeCode } from '../../../shared/notices.ts'
import { errorAnswer, oneAnswer, startFakeAmi, type FakeAmi } from './support/fake-ami.ts'

let pbx: FakeAmi
const links: RunningLink[] = []
const events: PbxEvent[] = []
const said: string[] = []

beforeEach(async () => {
  pbx = await startFakeAmi()
  events.length = 0
  said.length = 0
})
afterEach(async () => {
  for (const link of links.splice(0)) await link.stop()
  await pbx.close()
})

/** The PBX's clock, which is ahead of ours by so much, ms. */
let aheadMs = 0
const pbxTime = () => ((Date.now() + aheadMs) / 1000).toFixed(6)
const happened = (name: string, headers: string) => `Event: ${name}\nTimestamp: ${pbxTime()}\n${headers}`

/** A link to the PBX that is played; its clock runs, and is `aheadMs` ahead. */
async function live(node = 'node1', timing: Partial<LinkTiming> = {}): Promise<RunningLink> {
  pbx.answer('ping', (request) => oneAnswer(`Ping: Pong\nTimestamp: ${pbxTime()}`)(request))
  const log = (_fields: object, message: string) => {
    said.push(message)
  }
  const link = createPbxLink({
    pbx: 'lab',
    host: '127.0.0.1',
    port: pbx.port,
    username: 'ringcard',
    secret: 'right',
    node,
    onEvents: (batch) => events.push(...batch),
    onState: () => undefined,
    log: { info: log, warn: log, error: log },
    timing: { actionMs: 500, listMs: 500, queuePauseMs: 10, queueTries: 2, bootMs: 200, ...timing },
  })
  links.push(link)
  link.start()
  await vi.waitFor(() => expect(link.state().state).toBe('live'))
  return link
}

const codes = (link: RunningLink) => link.notices().map(({ code }) => code)
const notices = (link: RunningLink, ...expected: NoticeCode[]) =>
  vi.waitFor(() => expect(codes(link)).toEqual(expected))

const headers = (unique: string, more = '') =>
  `Channel: PJSIP/trunk-00000001\nChannelState: 6\nCallerIDNum: +493023125990\nCallerIDName: Olena
Uniqueid: ${unique}\nLinkedid: ${unique}\nChanVariable: CALLERID(pres)=allowed${more}`
const reads = (line: string) =>
  pbx.answer('Getvar', (request) =>
    oneAnswer(`Value: ${request.variable?.startsWith('AST_CONFIG(manager.conf') ? line : 'allowed'}`)(
      request,
    ),
  )

describe('an AMI user', () => {
  beforeEach(() => {
    aheadMs = 0
  })

  it('without the class call is told of at once, though nothing else is wrong: no call would ever be seen', async () => {
    reads('agent,user,system,dialplan')
    const link = await live()

    await notices(link, 'pbx.no_call_events')
    expect(link.notices()[0]?.words).toContain('lacks the class call. No call will be seen.')
    expect(said.filter((line) => line.includes('lacks the class call'))).toHaveLength(1)
  })

  it('who hears of a call after all, as after a reload, is well again', async () => {
    reads('agent,user,system,dialplan')
    const link = await live()
    await notices(link, 'pbx.no_call_events')

    pbx.send(happened('Newchannel', headers('1764000000.7')))

    await notices(link)
  })

  it('with everything, or whose line cannot be read, is no news', async () => {
    reads('all')
    const link = await live()
    await vi.waitFor(() => expect(pbx.requests.some(({ action }) => action === 'Getvar')).toBe(true))
    expect(codes(link)).toEqual([])
  })

  it('who lacks less is a hint that names what', async () => {
    reads('call,agent')
    const link = await live()

    await notices(link, 'pbx.classes_missing')
    expect(link.notices()[0]).toMatchObject({ level: 'hint', values: { classes: 'user, system, dialplan' } })
  })

  it('who may not read a list is told which', async () => {
    pbx.answer('DeviceStateList', errorAnswer('Permission denied'))
    const link = await live()
    await notices(link, 'pbx.list_refused')
    expect(link.notices()[0]?.values).toEqual({ list: 'DeviceStateList' })
  })
})

describe('two Ringcards on one PBX', () => {
  it('each say which other they hear, once each, and no more when it has gone', async () => {
    aheadMs = 0
    // What one sends by this action, Asterisk sends to everybody, with the action's id.
    pbx.answer('UserEvent', (request) => {
      const { actionid = '', userevent = '', node = '', instance = '' } = request
      pbx.send(
        happened(
          'UserEvent',
          `UserEvent: ${userevent}\nActionID: ${actionid}\nNode: ${node}\nInstance: ${instance}`,
        ),
      )
      return [`Response: Success\nActionID: ${actionid}\nMessage: Event Sent`]
    })
    const one = await live('front')
    expect(codes(one)).toEqual([])

    const other = await live('back')

    await notices(one, 'pbx.second_ringcard')
    await notices(other, 'pbx.second_ringcard')
    expect(one.notices()[0]).toMatchObject({ level: 'trouble', values: { nodes: 'back' } })
    expect(other.notices()[0]?.values).toEqual({ nodes: 'front' })
    expect(said.filter((line) => line.includes('Another Ringcard'))).toHaveLength(2)
  })
})

describe('a PBX whose clock is off', () => {
  it('by hours: the difference is said, and what happens is told by our clock, to the ms', async () => {
    aheadMs = -3 * 3_600_000
    const link = await live()
    await notices(link, 'pbx.clock_off')
    expect(link.notices()[0]?.values).toEqual({ difference: '-3:00:00' })

    pbx.send(happened('Newchannel', headers('1764000000.7')))
    pbx.send(happened('Hangup', headers('1764000000.7')))

    await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('channel.gone'))
    for (const { at } of events.slice(1)) expect(Math.abs(at - Date.now())).toBeLessThan(5_000)
    const age = Date.now() - (link.state().newestEventAt ?? 0)
    expect(Math.abs(age)).toBeLessThan(5_000)
  })

  it('in the middle of a call, by an hour: the call is as long as it was', async () => {
    aheadMs = 0
    const link = await live()
    pbx.send(happened('Newchannel', headers('1764000000.7')))
    await vi.waitFor(() => expect(events).toHaveLength(2))

    aheadMs = 3_600_000
    pbx.send(happened('Hangup', headers('1764000000.7')))

    await vi.waitFor(() => expect(events).toHaveLength(3))
    const [, appeared, gone] = events
    expect((gone?.at ?? 0) - (appeared?.at ?? 0)).toBeLessThan(5_000)
    expect(codes(link)).toEqual(['pbx.clock_off', 'pbx.clock_jumped'])
  })

  it('and is set right is no news any more', async () => {
    aheadMs = 3_600_000
    const link = await live('node1', { pingMs: 30 })
    await notices(link, 'pbx.clock_off')

    aheadMs = 0

    await notices(link, 'pbx.clock_jumped')
  })
})

describe('what no PBX should send', () => {
  beforeEach(() => {
    aheadMs = 0
  })

  it('a channel that was never announced is taken in, and nothing of its call is lost', async () => {
    const link = await live()
    pbx.send(happened('QueueCallerJoin', headers('1764000000.7', '\nQueue: support\nPosition: 1')))

    await notices(link, 'pbx.unannounced')
    expect(events.slice(1)).toMatchObject([
      { type: 'channel.appeared', channel: { channelId: 'lab:1764000000.7', callerNumber: '+493023125990' } },
      { type: 'queue.entered', channelId: 'lab:1764000000.7' },
    ])
  })

  it('a caller’s name of 10 kB is cut with a mark, and counted', async () => {
    const link = await live()
    const name = 'Olena '.repeat(1_700)
    pbx.send(happened('Newchannel', headers('1764000000.7').replace('Olena', name.trim())))

    await notices(link, 'pbx.name_cut')
    const [, appeared] = events
    const shown = appeared?.type === 'channel.appeared' ? appeared.channel.callerName : null
    expect(shown).toHaveLength(80)
    expect(shown?.endsWith('…')).toBe(true)
  })

  it('events without a time are counted by the hour that they go on', async () => {
    const link = await live()
    pbx.send(`Event: Newchannel\n${headers('1764000000.7')}`, `Event: Hangup\n${headers('1764000000.7')}`)

    await notices(link, 'pbx.no_timestamps')
    await vi.waitFor(() => expect(link.notices()[0]?.times).toBe(2))
  })
})
