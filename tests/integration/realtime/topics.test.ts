import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TodayCall } from '../../../shared/calls.ts'
import type { Change } from '../../../shared/realtime.ts'
import { Center } from './center.ts'

const gone = (callId: string): Change => ({ type: 'floorCall.gone', callId })
let center: Center

beforeEach(async () => {
  center = await new Center().start({ keep: 5, paceMs: 20 })
})
afterEach(() => center.stop())

const tell = (from: number, to: number) => {
  for (let n = from; n <= to; n += 1) center.realtime.publish('floor+names', [gone(`call-${n}`)])
}

describe('a topic', () => {
  it('comes as a snapshot, then as deltas that are numbered without holes', async () => {
    const console = await center.open('supervisor').has('floor')
    tell(1, 3)
    await console.until(() => console.of('floor').length === 4, 'three deltas')
    const [snapshot, ...deltas] = console.of('floor')
    expect(snapshot?.kind).toBe('snapshot')
    expect(snapshot?.changes.map((change) => change.type)).toEqual(['agent.set', 'agent.set'])
    expect(deltas.map((delta) => delta.kind)).toEqual(['delta', 'delta', 'delta'])
    expect(deltas.map((delta) => delta.seq - (snapshot?.seq ?? 0))).toEqual([1, 2, 3])
    expect(deltas.flatMap((delta) => delta.changes)).toEqual([gone('call-1'), gone('call-2'), gone('call-3')])
  })

  it('is taken up after a gap with the deltas that were missed, and nothing of what was not', async () => {
    const first = await center.open('supervisor').has('floor')
    const { epoch, seq } = first.of('floor')[0] ?? { epoch: '', seq: 0 }
    first.socket.disconnect()
    await center.open('admin').has('floor')
    tell(1, 3)
    const again = center.open('supervisor', { auth: { epoch, have: { floor: seq + 1 } } })
    await again.until(() => again.of('floor').length === 2, 'two deltas')
    expect(again.of('floor').map((step) => [step.kind, step.seq - seq])).toEqual([
      ['delta', 2],
      ['delta', 3],
    ])
  })

  it('comes anew when too much was missed, or when the server was started again', async () => {
    const console = await center.open('supervisor').has('floor')
    const { epoch, seq } = console.of('floor')[0] ?? { epoch: '', seq: 0 }
    tell(1, 6)
    for (const have of [
      { epoch, have: { floor: seq } },
      { epoch: 'another', have: { floor: seq + 6 } },
      { epoch, have: { floor: 3 } },
      { epoch, have: { floor: seq + 60 } },
    ]) {
      const late = await center.open('supervisor', { auth: have }).has('floor')
      expect(late.of('floor')[0]).toMatchObject({ kind: 'snapshot', seq: seq + 6, epoch })
    }
  })

  it('is caught up with on request', async () => {
    const console = await center.open('supervisor').has('floor')
    const { epoch, seq } = console.of('floor')[0] ?? { epoch: '', seq: 0 }
    tell(1, 2)
    await console.until(() => console.of('floor').length === 3, 'two deltas')
    const answer = await new Promise((resolve) =>
      console.socket.emit('resume', { epoch, have: { floor: seq + 1 } }, resolve),
    )
    expect(answer).toEqual({ ok: true, value: null })
    expect(console.of('floor').map((step) => step.seq - seq)).toEqual([0, 1, 2, 2])
  })

  it('brings only the newest of many changes to one thing within the pace', async () => {
    const console = await center.open('supervisor').has('queue:support')
    const before = console.of('queue:support').length
    for (let n = 0; n < 50; n += 1) {
      const customer = center.story.customer()
      center.story.enters('support', customer)
    }
    await console.until(
      () => console.changes('queue:support').some((c) => c.type === 'queue.set' && c.queue.waiting === 50),
      'fifty waiting',
    )
    expect(console.of('queue:support').length - before).toBeLessThan(10)
  })
})

describe('my calls of today', () => {
  it('come whole with a fresh console, two thousand of them, and are not too much for it', async () => {
    await center.stop()
    const calls = Array.from({ length: 2_000 }, (_, n): TodayCall => ({
      callId: `lab:1764000000.${n}`,
      at: 1_764_000_000_000 + n,
      direction: 'inbound',
      party: {
        number: '+4930555018712',
        display: '+49 30 5550187 12',
        name: 'Olena Kovalchuk',
        withheld: false,
      },
      customerId: 'f2d7b1c0-2a6e-4a5e-9a57-6f2f6d1f5a10',
      customerName: 'Olena Kovalchuk-Sandoval',
      queue: 'collections',
      outcome: 'answeredElsewhere',
      reconstructed: null,
      result: null,
      owed: false,
      talkMs: 0,
    }))
    center = await new Center().start({ todayOf: () => Promise.resolve({ calls, complete: true }) })
    const first = await center.open('person-201').has('person:person-201')
    const counted = (console: typeof first) =>
      console.changes('person:person-201').filter(({ type }) => type === 'today.set').length
    await first.until(() => counted(first) === 2_000, 'all calls')
    const reloaded = await center.open('person-201').has('person:person-201')
    expect(counted(reloaded)).toBe(2_000)
    await reloaded.settled()
    expect(center.realtime.status()).toMatchObject({ fellBehind: 0, behind: 0 })
  })
})

describe('the topic of a queue', () => {
  const names = ['Sales DE', 'продажи', 'VIP & "press" <1>', 'a'.repeat(80)]

  it.each(names)('called %s is told, and taken up again after the connection broke', async (name) => {
    center.story.member(name, 'PJSIP/201')
    const topic = `queue:${name}`
    const console = await center.open('person-201').has(topic)
    const { epoch, seq } = console.of(topic)[0] ?? { epoch: '', seq: 0 }
    const have = { epoch, have: { [topic]: seq } }
    expect(
      await new Promise((resolve) => console.socket.emit('resume', have, (answer) => resolve(answer))),
    ).toEqual({ ok: true, value: null })
    console.socket.disconnect()

    const again = await center.open('person-201', { auth: have }).has('link')
    await again.settled()
    expect(again.refused).toBeNull()
    expect(again.of(topic)).toEqual([])
  })

  it('is taken up among three hundred others with long names', async () => {
    for (let n = 0; n < 300; n += 1) center.story.member(`очередь номер ${n} `.padEnd(80, 'я'), 'PJSIP/202')
    const supervisor = await center.open('supervisor').has('floor')
    await supervisor.settled()
    const have = Object.fromEntries(supervisor.received.map(({ topic, seq }) => [topic, seq]))
    expect(Object.keys(have).length).toBeGreaterThan(300)
    const epoch = supervisor.received[0]?.epoch
    const again = center.open('supervisor', { auth: { epoch, have } })
    await again.until(() => again.topics.length === 1, 'the topics')
    await again.settled()
    expect(again.received).toEqual([])
  })
})

describe('the link to a PBX', () => {
  const link = {
    pbx: 'lab',
    since: 1,
    newestEventAt: 2,
    trouble: 'ami.refused_login',
    message: 'refused by 10.0.0.1',
  } as const

  it('is told to everybody, and its detail to those who may see it', async () => {
    const agent = await center.open('person-201').has('link')
    const admin = await center.open('admin').has('link')
    center.realtime.linkChanged({ ...link, state: 'refused' })
    await agent.until(() => agent.changes('link').length === 1, 'a link')
    await admin.until(() => admin.changes('link').length === 1, 'a link')
    expect(agent.changes('link')).toEqual([
      {
        type: 'link.set',
        link: { ...link, state: 'refused', newestEventAt: null, trouble: null, message: null },
      },
    ])
    expect(admin.changes('link')).toEqual([{ type: 'link.set', link: { ...link, state: 'refused' } }])
    const late = await center.open('person-202').has('link')
    expect(late.changes('link')).toEqual(agent.changes('link'))
  })
})
