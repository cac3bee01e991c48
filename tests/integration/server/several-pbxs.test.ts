import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { io, type Socket } from 'socket.io-client'
import { startSimulator, type Simulator } from '../../../lab/simulator/simulator.ts'
import { compileTemplate } from '../../../lab/simulator/template.ts'
import { companyOf } from '../../../lab/simulator/world.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { healthSchema } from '../../../shared/api.ts'
import type { Change, ClientToServerEvents, Delta, ServerToClientEvents } from '../../../shared/realtime.ts'
import { openOffice } from '../people/support.ts'
import { testDatabaseUri } from '../support/database.ts'
import { aloneSettings, endServers, startServerProcess } from './process.ts'
import { signIn } from './sign-in.ts'

afterEach(endServers)

const soon = { timeout: 20_000, interval: 100 }

async function simulator(hoursAhead = 0): Promise<Simulator> {
  const pbx = await startSimulator({
    company: companyOf(await readTrace('hold')),
    username: 'ringcard',
    secret: 'as agreed',
    now: () => Date.now() + hoursAhead * 3_600_000,
  })
  onTestFinished(pbx.close)
  return pbx
}

it(
  'two PBXs with the same names and clocks hours apart: calls are told apart, and times are ours; one that goes takes nothing of the other',
  { timeout: 60_000 },
  async () => {
    // given a server at two PBXs, each with a phone PJSIP/201, and an agent at Berlin's
    const berlin = await simulator()
    const kyiv = await simulator(5)
    const office = await openOffice('several-pbxs')
    await office.add('anna', { roles: ['supervisor'], extension: '201' })
    await office.close()
    const server = startServerProcess({
      ...aloneSettings(),
      PBX_NAME: '',
      MONGODB_URI: testDatabaseUri('several-pbxs'),
      PBX_NAMES: 'berlin,kyiv',
      AMI_SECRET: 'as agreed',
      AMI_PORT_BERLIN: String(berlin.port),
      AMI_PORT_KYIV: String(kyiv.port),
      DESKS: '201=PJSIP/201,7201=kyiv/PJSIP/201',
    })
    const url = await server.address()
    const { cookie } = (await signIn(server, 'anna')).headers
    const health = async () =>
      healthSchema.parse(await (await fetch(`${url}/api/health`, { headers: { cookie } })).json())
    const states = async () => (await health()).links.map(({ pbx, state }) => `${pbx} ${state}`)
    await vi.waitFor(async () => expect(await states()).toEqual(['berlin live', 'kyiv live']), soon)

    const seen: { topic: string; change: Change; at: number }[] = []
    const console: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
      transports: ['websocket'],
      extraHeaders: { cookie },
      reconnection: false,
    })
    onTestFinished(() => void console.disconnect())
    const keep = ({ topic, changes }: Delta) =>
      seen.push(...changes.map((change) => ({ topic, change, at: Date.now() })))
    console.on('snapshot', keep)
    console.on('delta', keep)
    await vi.waitFor(() => expect(console.connected).toBe(true), soon)

    // when the same call comes in on both at once
    const call = compileTemplate(await readTrace('hold'))
    await Promise.all([berlin, kyiv].map((pbx) => pbx.play(call, { speed: 5 })))

    // then they are two, in queues of their own, and only Berlin's rang at Anna's desk
    const callIds = (type: 'deskCall.set' | 'floorCall.set') =>
      new Set(
        seen.flatMap(({ change }) =>
          change.type === type && 'call' in change ? [change.call.callId.split(':')[0]] : [],
        ),
      )
    await vi.waitFor(() => expect(callIds('floorCall.set')).toEqual(new Set(['berlin', 'kyiv'])), soon)
    expect(callIds('deskCall.set')).toEqual(new Set(['berlin']))
    const topics = new Set(seen.map(({ topic }) => topic).filter((topic) => topic.startsWith('queue:')))
    expect([...topics].toSorted()).toEqual(
      expect.arrayContaining(['queue:berlin/support', 'queue:kyiv/support']),
    )
    // and Kyiv's times are by our clock, though its own is five hours ahead
    for (const { change, at } of seen) {
      if (change.type === 'floorCall.set') expect(Math.abs(change.call.since - at)).toBeLessThan(30_000)
    }
    expect((await health()).notices).toMatchObject([
      { code: 'pbx.clock_off', pbx: 'kyiv', values: { difference: '+5:00:00' } },
    ])

    // and one that goes away is lost alone
    await kyiv.close()
    await vi.waitFor(async () => expect(await states()).toEqual(['berlin live', 'kyiv lost']), soon)
  },
)
