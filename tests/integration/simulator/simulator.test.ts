import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  pauseBefore,
  startSimulator,
  type PlayOptions,
  type Simulator,
} from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { header } from '../../../lab/simulator/block-text.ts'
import { header as headerOf, LabAmi } from '../../../lab/asterisk/ami.ts'
import { listedFolder, readTrace } from '../../../lab/traces/trace.ts'
import { createPbxLink, type RunningLink } from '../../../server/asterisk/link.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { createFloor, reduce } from '../../../server/floor/floor.ts'
import type { Floor } from '../../../server/floor/state.ts'
import { desks, floorOptions, narrate, replay } from '../../compare/replay.ts'

const traces = readdirSync(new URL('../../fixtures/traces/', import.meta.url))
  .filter((file) => file.endsWith('.json.gz'))
  .map((file) => file.replace('.json.gz', ''))

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const open: { close: () => unknown }[] = []

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

interface Stage {
  simulator: Simulator
  link: RunningLink
  events: PbxEvent[]
  facts: Fact[]
  floor: Floor
}

/**
 * The server's own link and floor, at a simulator that has the company of a trace.
 * @param silenceMs when a line counts as silent: so long that only a test of silence is shorter than this process may be busy
 */
async function stage(name: string, secret = 'as agreed', silenceMs = 30_000): Promise<Stage> {
  const simulator = await startSimulator({
    company: companyOf(await readTrace(name)),
    username: 'ringcard',
    secret: 'as agreed',
    random: () => 0.5,
  })
  open.push(simulator)
  const events: PbxEvent[] = []
  const facts: Fact[] = []
  const floor = createFloor(floorOptions)
  reduce(floor, { type: 'desks.set', pbx: 'lab', at: 1, arrivedAt: 1, desks })
  const link = createPbxLink({
    pbx: 'lab',
    host: '127.0.0.1',
    port: simulator.port,
    username: 'ringcard',
    secret,
    keepPin: () => 'kept',
    onEvents: (batch) => {
      events.push(...batch)
      for (const event of batch) facts.push(...reduce(floor, event).facts)
    },
    onState: () => undefined,
    log: silent,
    timing: { reconnect: { firstMs: 20, longestMs: 50 }, silenceMs, pingMs: 100 },
  })
  link.start()
  open.push({ close: () => link.stop() })
  return { simulator, link, events, facts, floor }
}

const live = async ({ link }: Stage) => vi.waitFor(() => expect(link.state().state).toBe('live'), 5_000)

/** Plays a trace, and waits until all of it has been worked on. */
async function playThrough(
  on: Stage,
  name: string,
  options: PlayOptions = { speed: Infinity },
): Promise<void> {
  await on.simulator.play(compileTemplate(await readTrace(name)), options)
  await on.link.action('Ping', {})
  await vi.waitFor(() => expect(on.link.counters().waiting).toBe(0))
}

/**
 * Events without times, and with ids by the order in which they come up. Without what the link asks for by itself, which
 * no recording has: the state of a device that lost a contact.
 */
function anonymous(events: readonly PbxEvent[]): string[] {
  const names = new Map<string, string>()
  const named = (id: string) => {
    const name = names.get(id) ?? `id ${names.size}`
    names.set(id, name)
    return name
  }
  const unasked = events.filter((event) => event.type !== 'phone.reachable')
  return unasked.map((event) =>
    JSON.stringify({ ...event, at: 0, arrivedAt: 0 })
      .replace(/lab:(?:(?:ringcard-place-)?lab-\d+\.\d+|[0-9a-f]{8}-[0-9a-f-]{27})/g, named)
      .replace(/-[0-9a-f]{8}(?=[";])/g, ''),
  )
}

describe('the simulator plays what the real Asterisk did', () => {
  it.each(traces)('%s: the server makes the same events and the same story of it', async (name) => {
    const expected = replay(await readTrace(name))
    const on = await stage(name)
    await live(on)
    const before = on.events.length
    await playThrough(on, name)

    expect(narrate(on.facts)).toEqual(narrate(expected.facts))
    expect(anonymous(on.events.slice(before))).toEqual(anonymous(expected.events.slice(1)))
  })

  it('plays the same call twice at once, as two calls with ids, numbers and agents of their own', async () => {
    const on = await stage('second-agent-answers')
    await live(on)
    await Promise.all([
      playThrough(on, 'second-agent-answers', {
        speed: 40,
        cast: { caller: '+442079460101', queue: () => 'support' },
      }),
      playThrough(on, 'second-agent-answers', {
        speed: 40,
        cast: {
          caller: '+442079460102',
          extension: (recorded) => ({ 201: '203', 202: '204' })[recorded] ?? recorded,
        },
      }),
    ])

    const started = on.facts.flatMap((fact) => (fact.type === 'call.started' ? [fact.callId] : []))
    expect(new Set(started).size).toBe(2)
    const numbers = on.facts.flatMap((fact) => (fact.type === 'call.identified' ? [fact.party.number] : []))
    expect(new Set(numbers)).toEqual(new Set(['+442079460101', '+442079460102']))
    expect(narrate(on.facts)).toEqual(
      expect.arrayContaining(['talks with 202', 'talks with 204', 'waits for support', 'waits for sales']),
    )
  })
})

/** What a manager session that has logged in is answered, as text. */
async function ask(port: number, actions: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  open.push({ close: () => socket.destroy() })
  let heard = ''
  socket.on('data', (text: string) => (heard += text))
  const send = (...headers: string[]) => socket.write(`${headers.join('\r\n')}\r\n\r\n`)
  send('Action: Login', 'Username: ringcard', 'Secret: as agreed')
  for (const action of actions) send(`Action: ${action}`, 'ActionID: test')
  send('Action: Ping', 'ActionID: last')
  await vi.waitFor(() => expect(heard).toContain('Ping: Pong'), 5_000)
  return heard
}

/** Blocks with their headers sorted: a list's ActionID does not stand in the same place in every list. */
const blocksOf = (text: string) =>
  text
    .split('\r\n\r\n')
    .map((block) =>
      block
        .split('\r\n')
        .filter((line) => line !== '' && !line.startsWith('ActionID: '))
        .sort(),
    )
    .filter((block) => block.length > 0)

/** The lists that the server asks for after a connect. */
const midCall = new Set([
  'CoreShowChannels',
  'BridgeList',
  'BridgeInfo',
  'QueueStatus',
  'ParkedCalls',
  'DeviceStateList',
])
/**
 * What no event tells, and the server does not read: times and counters, what a queue runs on the leg that it dialled, how
 * media flows, and the group of a leg that was picked up.
 */
const untold =
  /^(?:Duration|Wait|ParkingDuration|LastCall|CallsTaken|InCall|Completed|Abandoned|Holdtime|TalkTime|ServicelevelPerf2?|Application|ApplicationData|BridgeTechnology|Linkedid): /

/** Blocks that are nothing to the server: devices that are no phones, bridges that stand empty, and counts of both. */
const unread = /Device: (?:Queue|park):|DeviceStateListComplete|BridgeNumChannels: 0|BridgeListComplete/

/** Blocks of a list in mid-call as the server reads them, in an order of their own. */
function inMidCall(text: string): string[] {
  return blocksOf(text)
    .map((block) => block.filter((line) => !untold.test(line)).join('\n'))
    .filter((block) => !unread.test(block))
    .sort()
}

describe('the simulator answers as Asterisk does', () => {
  it.each(['CoreStatus', 'CoreSettings', 'CoreShowChannels', 'BridgeList', 'DeviceStateList', 'QueueStatus'])(
    '%s of an idle company is what the real one said, header by header',
    async (action) => {
      const { simulator } = await stage('hold')
      const real = (await readTrace('hold')).start[action] ?? ''
      const said = blocksOf(await ask(simulator.port, [action]))

      expect(blocksOf(real).length).toBeGreaterThan(0)
      expect(said).toEqual(expect.arrayContaining(blocksOf(real)))
    },
  )

  const listed = readdirSync(listedFolder).map((file) => file.replace('.json.gz', ''))

  it.each(listed)('%s: asked in mid-call, its lists are those that the real one gave', async (name) => {
    const trace = await readTrace(name, listedFolder)
    for (const taken of trace.lists ?? []) {
      const company = companyOf(trace)
      const simulator = await startSimulator({ company, username: 'ringcard', secret: 'as agreed' })
      open.push(simulator)
      for (const { text } of trace.pieces.filter(({ atMs }) => atMs <= taken.atMs)) {
        const event = header(text, 'Event')
        if (event !== undefined) simulator.world.take(event, text)
      }
      const access = { host: '127.0.0.1', port: simulator.port, username: 'ringcard', secret: 'as agreed' }
      const ami = await LabAmi.open(access)
      open.push({ close: () => ami.close() })
      for (const [asked, real] of Object.entries(taken.answers)) {
        const [action = '', bridge] = asked.split(' ')
        if (!midCall.has(action) || (action === 'BridgeInfo' && unread.test(real))) continue
        const fields = bridge === undefined ? {} : { BridgeUniqueid: bridge }
        const said = await ami.action(action, fields, { list: true })

        const text = said.map((block) => block.map((each) => each.join(': ')).join('\r\n'))
        expect(inMidCall(text.join('\r\n\r\n')), `${asked} after ${taken.atMs} ms`).toEqual(inMidCall(real))
      }
    }
  })

  it('stands still where it is told to, and what comes after bears later times', async () => {
    const on = await stage('hold')
    await live(on)
    const [hold, hangup] = [pauseBefore('Hold'), pauseBefore('HangupRequest')]
    const playing = playThrough(on, 'hold', { speed: Infinity, pauses: [hold, hangup] })
    await vi.waitFor(() => expect(narrate(on.facts).at(-1)).toBe('talks with 201'))
    const stoodFrom = Date.now()
    await vi.waitFor(() => expect(Date.now() - stoodFrom).toBeGreaterThan(100))

    hold.goOn()
    await vi.waitFor(() => expect(narrate(on.facts).at(-1)).toBe('201: resumed'))
    const at = (type: Fact['type']) => on.facts.find((fact) => fact.type === type)?.at ?? NaN
    const recorded = replay(await readTrace('hold')).facts
    const atThen = (type: Fact['type']) => recorded.find((fact) => fact.type === type)?.at ?? NaN
    const later = at('contact.held') - at('contact.began')
    expect(later).toBeGreaterThan(atThen('contact.held') - atThen('contact.began') + 99)

    hangup.goOn()
    await playing
    expect(narrate(on.facts)).toEqual(narrate(recorded))
  })

  it('gives lists of the calls in play, from which a server that connects late knows them', async () => {
    const on = await stage('hold')
    await live(on)
    const template = compileTemplate(await readTrace('hold'))
    const upToHold = template.steps.slice(0, template.steps.findIndex((step) => step.event === 'Hold') + 1)
    await on.simulator.play({ ...template, steps: upToHold }, { speed: Infinity })
    on.simulator.cut()
    await vi.waitFor(() => expect(on.link.counters().connected).toBe(2), 5_000)

    const again = on.events.findLast((event) => event.type === 'snapshot')
    expect(again?.snapshot.channels.map((channel) => channel.device).sort()).toEqual([
      'PJSIP/201',
      'PJSIP/trunk',
    ])
    expect(again?.snapshot.bridges[0]?.channelIds).toHaveLength(2)
    expect([...on.floor.calls.values()].filter((call) => call.endedAt === null)).toHaveLength(1)
    expect(narrate(on.facts).slice(-2)).toEqual(['201: held by agent', 'gap'])
  })

  it('tells variables of a channel in play, and takes new ones', async () => {
    const on = await stage('withheld')
    await live(on)
    const template = compileTemplate(await readTrace('withheld'))
    await on.simulator.play({ ...template, steps: template.steps.slice(0, 12) }, { speed: Infinity })
    await vi.waitFor(() => expect(on.floor.calls.size).toBe(1))
    const [callId = ''] = on.floor.calls.keys()
    const channel = callId.slice('lab:'.length)

    await on.link.setVariables(callId, { RINGCARD_TIER: 'gold' })
    const tier = await on.link.action('Getvar', { Channel: channel, Variable: 'RINGCARD_TIER' })
    const shown = await on.link.action('Getvar', { Channel: channel, Variable: 'CALLERID(pres)' })

    expect(tier['value']).toBe('gold')
    expect(shown['value']).toMatch(/^prohib/)
    await expect(on.link.action('Getvar', { Channel: 'gone', Variable: 'X' })).rejects.toThrow(
      'No such channel',
    )
    await expect(on.link.action('Fly', {})).rejects.toThrow('Invalid/unknown command')
  })

  it('refuses a wrong secret', async () => {
    const on = await stage('hold', 'something else')
    await vi.waitFor(() => expect(on.link.state().state).toBe('refused'), 5_000)
    expect(on.simulator.sessions()).toBe(0)
  })
})

describe('the simulator does what a network does', () => {
  it('blocks torn apart and oddly ended are the same story', async () => {
    const expected = narrate(replay(await readTrace('blind-transfer')).facts)
    const on = await stage('blind-transfer')
    await live(on)
    on.simulator.setFaults({ torn: 0.6, oddEnds: 0.6 })
    await on.simulator.play(compileTemplate(await readTrace('blind-transfer')), { speed: Infinity })

    await vi.waitFor(() => expect(narrate(on.facts)).toEqual(expected), 5_000)
  })

  it('a line that falls silent is left, and what ended meanwhile is ended', async () => {
    const on = await stage('hold', 'as agreed', 400)
    await live(on)
    const template = compileTemplate(await readTrace('hold'))
    const half = template.steps.findIndex((step) => step.event === 'Hold') + 1
    await on.simulator.play({ ...template, steps: template.steps.slice(0, half) }, { speed: Infinity })
    await vi.waitFor(() => expect(on.floor.calls.size).toBe(1))
    on.simulator.stall(60_000)
    for (const unique of on.simulator.world.uniques()) {
      on.simulator.world.take('Hangup', `Event: Hangup\r\nUniqueid: ${unique}\r\n\r\n`)
    }

    await vi.waitFor(() => expect(on.link.counters().connected).toBe(2), 10_000)
    await vi.waitFor(() => expect(narrate(on.facts).at(-1)).toMatch(/^ended/), 5_000)
  })
})

describe('a member who is paused over AMI', () => {
  it('is told to be, and stands so in the lists', async () => {
    const { simulator, link, events } = await stage('ringall-one-answers')
    await vi.waitFor(() => expect(link.state().state).toBe('live'))
    const pause = { Queue: 'support', Interface: 'PJSIP/201', Paused: 'true', Reason: 'lunch' }
    await link.action('QueuePause', pause)
    await vi.waitFor(() =>
      expect(events.findLast(({ type }) => type === 'member.set')).toMatchObject({
        member: { queue: 'support', interface: 'PJSIP/201', paused: true, pauseReason: 'lunch' },
      }),
    )
    const ami = await LabAmi.open({
      host: '127.0.0.1',
      port: simulator.port,
      username: 'ringcard',
      secret: 'as agreed',
    })
    open.push(ami)
    const members = await ami.action('QueueStatus', {}, { list: true })
    const listed = members.find(
      (block) => headerOf(block, 'Location') === 'PJSIP/201' && headerOf(block, 'Queue') === 'support',
    )
    expect(headerOf(listed ?? [], 'Paused')).toBe('1')
    await expect(link.action('QueuePause', { ...pause, Interface: 'PJSIP/999' })).rejects.toMatchObject({
      code: 'ami.refused_action',
    })
  })
})
