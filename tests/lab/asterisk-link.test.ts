import { createServer, connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { header, LabAmi, type AmiBlock } from '../../lab/asterisk/ami.ts'
import { startAsterisk, type LabAsterisk } from '../../lab/asterisk/asterisk.ts'
import { startSimulator } from '../../lab/simulator/simulator.ts'
import { companyOf } from '../../lab/simulator/world.ts'
import { placeCall, startPhone, type Phone, type PlacedCall } from '../../lab/sipp/sipp.ts'
import { createPbxLink, type PbxLinkSettings, type RunningLink } from '../../server/asterisk/link.ts'
import type { PbxEvent } from '../../server/floor/events.ts'
import type { PbxLink } from '../../shared/calls.ts'

/** From Germany's mobile numbers for fiction. */
const caller = '+4915228817386'

let pbx: LabAsterisk
const events: PbxEvent[] = []
const states: PbxLink['state'][] = []
const said: string[] = []
const links: RunningLink[] = []
const phones: Phone[] = []
const calls: PlacedCall[] = []

beforeAll(async () => {
  pbx = await startAsterisk()
})
afterAll(() => pbx.stop())
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.stop()))
  // A call that a failed test left behind would take the next one's phone.
  await Promise.all(calls.splice(0).map((call) => call.hangUp().catch(() => undefined)))
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
  for (const list of [events, states, said]) list.length = 0
})

function start(more: Partial<PbxLinkSettings> = {}): RunningLink {
  const log = (_fields: object, message: string) => {
    said.push(message)
  }
  const link = createPbxLink({
    pbx: 'lab',
    ...pbx.ami,
    onEvents: (batch) => events.push(...batch),
    onState: ({ state }) => states.push(state),
    log: { info: log, warn: log, error: log },
    ...more,
  })
  links.push(link)
  link.start()
  return link
}

const isLive = (link: RunningLink, timeout = 30_000) =>
  vi.waitFor(() => expect(link.state().state).toBe('live'), { timeout })
const snapshots = () => events.flatMap((event) => (event.type === 'snapshot' ? [event.snapshot] : []))
const indexOf = (type: PbxEvent['type']) => events.findIndex((event) => event.type === type)
const seen = (type: PbxEvent['type']) =>
  vi.waitFor(() => expect(events.map((event) => event.type)).toContain(type), { timeout: 15_000 })

async function phone201(): Promise<Phone> {
  const phone = await startPhone(pbx, { extension: '201', answer: { afterMs: 500 } })
  phones.push(phone)
  return phone
}

/** Places a call from {@link caller} that is over when the test is. */
async function place(
  to: string,
  more: { callerName?: string; withheld?: boolean } = {},
): Promise<PlacedCall> {
  const call = await placeCall(pbx, { from: caller, to, ...more })
  calls.push(call)
  return call
}

/** A caller who talks with 201 by way of the queue; `hangUp` ends it. */
async function talk() {
  const phone = await phone201()
  const call = await place('+493023125101')
  await phone.waitFor('answered')
  return { phone, call }
}

/** A line to AMI that a test can cut in the middle, or let fall silent with both ends open. */
async function cuttableLine() {
  const pairs = new Set<[Socket, Socket]>()
  const server = createServer((near) => {
    const far = connect(pbx.ami.port, pbx.ami.host)
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.pipe(far).pipe(near)
    for (const end of pair) {
      end.on('error', () => undefined)
      end.on('close', () => {
        pairs.delete(pair)
        for (const each of pair) each.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const cut = () => {
    for (const [near] of pairs) near.destroy()
  }
  return {
    port,
    cut,
    freeze: () => {
      for (const [, far] of pairs) far.unpipe()
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}

describe('the link to the real Asterisk', () => {
  it('is live at once, with the queues, members and phones that there are', async () => {
    const link = start()
    await isLive(link)

    expect(snapshots()[0]).toMatchObject({ channels: [], bridges: [], waiting: [], parked: [] })
    expect(snapshots()[0]?.queues.toSorted()).toEqual(['collections', 'returns', 'sales', 'support'])
    expect(snapshots()[0]?.members).toHaveLength(9)
    expect(snapshots()[0]?.members).toContainEqual({
      queue: 'collections',
      interface: 'Local/206@agent-phones',
      stateInterface: 'PJSIP/206',
      memberName: 'Local/206@agent-phones',
      paused: false,
      pauseReason: null,
      deviceState: 'unavailable',
    })
    const bootedAt = snapshots()[0]?.bootedAt ?? 0
    expect(Math.abs(Date.now() - bootedAt)).toBeLessThan(300_000)
    expect(said).toEqual(['The PBX is connected.'])
  })

  it('tells a queue call in its order, with the number of one who shows it', async () => {
    const link = start()
    await isLive(link)

    const { phone, call } = await talk()
    await phone.hangUp()
    await call.ended
    await seen('queue.completed')

    const order = (
      [
        'channel.appeared',
        'queue.entered',
        'queue.offered',
        'dial.began',
        'queue.left',
        'queue.connected',
        'bridge.entered',
        'bridge.left',
      ] as const
    ).map(indexOf)
    expect(order.every((index) => index > 0)).toBe(true)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    const told = events.findIndex(
      (event) => event.type === 'channel.changed' && event.changes.callerNumber === caller,
    )
    expect(told).toBeGreaterThan(indexOf('channel.appeared'))
    expect(told).toBeLessThan(indexOf('queue.offered'))
    expect(Math.max(...events.map((event) => Math.abs(event.arrivedAt - event.at)))).toBeLessThan(5_000)
    expect(link.counters()).toMatchObject({ unknown: new Map(), malformed: new Map(), waiting: 0 })
  })

  it.each([
    ['to a queue', '+493023125101'],
    ['to an agent', '+493023125201'],
  ])('never tells a withheld number, on a call %s', async (_where, to) => {
    const link = start()
    await isLive(link)
    const phone = await phone201()

    const call = await place(to, { callerName: 'Olena Withheld', withheld: true })
    await phone.waitFor('answered')
    await phone.hangUp()
    await call.ended
    await seen('channel.gone')

    expect(JSON.stringify(events)).not.toContain(caller.slice(-8))
    expect(JSON.stringify(events)).not.toContain('Olena')
    expect(events.some((event) => event.type === 'channel.changed' && event.changes.callerRestricted)).toBe(
      true,
    )
  })

  it('tells when a phone can be reached and when it cannot', async () => {
    const link = start()
    await isLive(link)
    const told = () =>
      events.flatMap((event) =>
        event.type === 'phone.reachable' && event.device === 'PJSIP/203' ? [event.reachable] : [],
      )
    expect(told()).toEqual([false])

    const phone = await startPhone(pbx, { extension: '203', answer: 'never' })
    await vi.waitFor(() => expect(told().at(-1)).toBe(true), { timeout: 10_000 })
    await phone.stop()

    await vi.waitFor(() => expect(told().at(-1)).toBe(false), { timeout: 10_000 })
  })

  it('sets variables that the dialplan reads, in their order, by the id of the channel', async () => {
    const link = start()
    await isLive(link)
    const { call } = await talk()
    const channelId = events.find((event) => event.type === 'queue.entered')?.channelId ?? ''

    await link.setVariables(channelId, { RINGCARD_TIER: 'gold, "first"', RINGCARD_READY: '1' })

    const answer = await link.action('Getvar', { Channel: channelId.slice(4), Variable: 'RINGCARD_TIER' })
    expect(answer.value).toBe('gold, "first"')
    await call.hangUp()
    await expect(link.setVariables('lab:no-such-channel', { X: '1' })).rejects.toMatchObject({
      code: 'ami.refused_action',
    })
  })

  describe('where the company has whoever talked with a caller last rung before the queue, for two seconds', () => {
    const rings = () =>
      events.flatMap(({ type }) => (type === 'dial.began' || type === 'queue.offered' ? [type] : []))

    /** A caller whom the server says to ring this agent for; 201 answers what comes from the queue. */
    async function callFor(extension: '202' | '205') {
      const link = start()
      await isLive(link)
      const other = await phone201()
      const preferred = await startPhone(pbx, { extension, answer: 'never' })
      phones.push(preferred)
      // The dialplan waits 200 ms for what the server knows: it is told as soon as the channel is there.
      const placing = place('+493023125101')
      await seen('channel.appeared')
      const [channelId = ''] = events.flatMap((event) =>
        event.type === 'channel.appeared' ? [event.channel.channelId] : [],
      )
      await link.setVariables(channelId, { RINGCARD_AGENT: extension, RINGCARD_READY: '1' })
      return { call: await placing, preferred, other }
    }

    beforeAll(() => pbx.cli('database put preferred support 2'))
    afterAll(() => pbx.cli('database del preferred support'))

    it('rings them alone; not answered, the caller goes into the queue', async () => {
      const { call, preferred, other } = await callFor('202')
      await preferred.waitFor('ringing')
      await seen('dial.began')
      expect(rings()).toEqual(['dial.began'])
      expect(indexOf('queue.entered')).toBe(-1)

      await other.waitFor('answered')
      expect(rings()).toContain('queue.offered')
      await call.hangUp()
    })

    it.each([
      ['takes no calls of this queue', '205', 'unpause'],
      ['has paused', '202', 'pause'],
    ] as const)('rings nobody who %s', async (_why, extension, pause) => {
      await pbx.cli(`queue ${pause} member PJSIP/${extension}`)
      const { call, other } = await callFor(extension)
      await other.waitFor('answered')
      await call.hangUp()
      expect(rings()[0]).toBe('queue.offered')
      await pbx.cli(`queue unpause member PJSIP/${extension}`)
    })
  })

  it('finds a call in progress, and which bridge it is in as BridgeInfo tells it', async () => {
    const { call } = await talk()

    const link = start()
    await isLive(link)

    const [snapshot] = snapshots()
    expect(snapshot?.channels).toMatchObject([{ state: 'up' }, { state: 'up' }])
    expect(snapshot?.channels.map((channel) => channel.callerNumber).toSorted()).toEqual(
      [caller, '201'].toSorted(),
    )
    const ami = await LabAmi.open(pbx.controlAmi)
    const bridge = snapshot?.bridges[0]
    const [, ...inside] = await ami.action(
      'BridgeInfo',
      { BridgeUniqueid: bridge?.bridgeId.slice(4) ?? '' },
      { list: true },
    )
    ami.close()
    const ids = inside.flatMap((each) => {
      const unique = header(each, 'Uniqueid')
      return unique === undefined ? [] : [`lab:${unique}`]
    })
    expect(ids).toHaveLength(2)
    expect(bridge?.channelIds.toSorted()).toEqual(ids.toSorted())
    await call.hangUp()
  })

  it('finds who is waiting, and since when', async () => {
    const call = await place('+493023125101')
    await call.answered
    const ami = await LabAmi.open(pbx.controlAmi)
    await vi.waitFor(
      async () => {
        const blocks = await ami.action('QueueStatus', { Queue: 'support' }, { list: true })
        expect(blocks.map((each) => header(each, 'Event'))).toContain('QueueEntry')
      },
      { timeout: 15_000 },
    )
    ami.close()

    const link = start()
    await isLive(link)

    const [waiting] = snapshots()[0]?.waiting ?? []
    expect(waiting).toMatchObject({ queue: 'support', position: 1 })
    expect(Math.abs(Date.now() - (waiting?.since ?? 0))).toBeLessThan(20_000)
    await call.hangUp()
  })
})

describe('a link that breaks', () => {
  it('comes back in mid-call and finds the same call', async () => {
    const line = await cuttableLine()
    const link = start({ port: line.port })
    await isLive(link)
    const { call } = await talk()
    await seen('bridge.entered')
    const channelId = events.find((event) => event.type === 'queue.entered')?.channelId

    line.cut()
    await vi.waitFor(() => expect(snapshots()).toHaveLength(2), { timeout: 20_000 })

    expect(indexOf('link.lost')).toBeGreaterThan(0)
    expect(snapshots()[1]?.channels.map((channel) => channel.channelId)).toContain(channelId)
    expect(snapshots()[1]?.bootedAt).toBe(snapshots()[0]?.bootedAt)
    await isLive(link)
    expect(states).toEqual(['connecting', 'live', 'lost', 'live'])
    await call.hangUp()
    await seen('channel.gone')
    await link.stop()
    await line.close()
  })

  it('is found dead though both ends are open', async () => {
    const line = await cuttableLine()
    const link = start({ port: line.port, timing: { pingMs: 200, silenceMs: 1_000 } })
    await isLive(link)

    line.freeze()

    await vi.waitFor(() => expect(states).toContain('lost'), { timeout: 10_000 })
    await isLive(link)
    await link.stop()
    await line.close()
  })

  it('comes back after a restart of Asterisk, and says that it was one', async () => {
    const link = start()
    await isLive(link)
    const { call } = await talk()

    await pbx.restart('kill')
    await vi.waitFor(() => expect(snapshots()).toHaveLength(2), { timeout: 40_000 })

    expect(snapshots()[1]).toMatchObject({ channels: [], bridges: [], waiting: [] })
    expect(snapshots()[1]?.queues).toHaveLength(4)
    expect(snapshots()[1]?.members).toHaveLength(9)
    expect(snapshots()[1]?.bootedAt ?? 0).toBeGreaterThan(snapshots()[0]?.bootedAt ?? Infinity)
    await call.hangUp().catch(() => undefined)
  })
})

describe('a link that cannot be', () => {
  it('is refused with a wrong secret, said in one line', async () => {
    const link = start({ secret: 'wrong', timing: { refused: { firstMs: 50, longestMs: 50 } } })

    await vi.waitFor(() => expect(link.state().state).toBe('refused'), { timeout: 10_000 })

    expect(link.state().message).toContain('refused the login')
    expect(said).toHaveLength(1)
    expect(said.join()).not.toContain('wrong')
  })

  it('is lost where nobody listens, said in one line', async () => {
    const line = await cuttableLine()
    await line.close()
    const link = start({ port: line.port })

    await vi.waitFor(() => expect(link.state().state).toBe('lost'))

    expect(link.state().message).toContain('ECONNREFUSED')
    expect(said).toHaveLength(1)
  })
})

describe('the simulator, asked in mid-call what the real Asterisk is asked', () => {
  it('gives the same answers: variables of a call read and set, those of nobody, and what is parked', async () => {
    await talk()
    const real = await LabAmi.open(pbx.ami)
    const channels = await real.action('CoreShowChannels', {}, { list: true })
    const item = channels.find((block) => header(block, 'Channel')?.startsWith('PJSIP/trunk')) ?? []
    const channel = header(item, 'Uniqueid') ?? ''
    const text = (blocks: readonly AmiBlock[]) =>
      blocks.map((block) => block.map((each) => each.join(': ')).join('\r\n')).join('\r\n\r\n')
    const devices = await real.action('DeviceStateList', {}, { list: true })
    const played = await startSimulator({
      company: companyOf({ start: { DeviceStateList: text(devices) } }),
      username: 'ringcard',
      secret: 'as agreed',
    })
    played.world.take(
      'Newchannel',
      text([item.map(([key, value]) => [key, key === 'Event' ? 'Newchannel' : value])]),
    )
    const simulator = await LabAmi.open({
      host: '127.0.0.1',
      port: played.port,
      username: 'ringcard',
      secret: 'as agreed',
    })
    const questions: [string, Record<string, string>][] = [
      ['Setvar', { Channel: channel, Variable: 'RINGCARD_TIER', Value: 'gold' }],
      ['Getvar', { Channel: channel, Variable: 'RINGCARD_TIER' }],
      ['Getvar', { Channel: channel, Variable: 'CALLERID(pres)' }],
      ['Getvar', { Channel: channel, Variable: 'NOBODY_SET_THIS' }],
      ['Getvar', { Channel: channel }],
      ['Getvar', { Channel: 'gone', Variable: 'X' }],
      ['Setvar', { Channel: 'gone', Variable: 'X', Value: '1' }],
      ['Setvar', { Channel: channel }],
      ['Getvar', { Variable: 'DEVICE_STATE(PJSIP/202)' }],
      ['Getvar', { Variable: 'DEVICE_STATE(PJSIP/none)' }],
      ['ParkedCalls', {}],
    ]
    try {
      for (const [action, fields] of questions) {
        const answered = async (ami: LabAmi) =>
          ami.action(action, fields, { list: action === 'ParkedCalls' }).then(
            (blocks) => blocks.map((block) => block.filter(([key]) => key !== 'ActionID')),
            (error: unknown) => (error as Error).message,
          )
        expect(await answered(simulator), `${action} ${JSON.stringify(fields)}`).toEqual(await answered(real))
      }
    } finally {
      for (const side of [real, simulator]) side.close()
      await played.close()
    }
  })
})
