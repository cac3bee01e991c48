import { describe, expect, it } from 'vitest'
import { createStreamCounters, missedBy } from '../../../server/asterisk/stream-check.ts'
import { createTraceRing } from '../../../server/asterisk/trace-ring.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'

const gone = (channelId: string): PbxEvent => ({
  type: 'channel.gone',
  pbx: 'lab',
  at: 1,
  arrivedAt: 1,
  channelId,
  linkedId: channelId,
  cause: null,
  causeText: null,
})

/** What each look finds, in order. */
async function looks(...found: PbxEvent[][]): Promise<{ missed: PbxEvent[]; times: number }> {
  let times = 0
  const missed = await missedBy(
    () => Promise.resolve(found[times++] ?? []),
    () => Promise.resolve(),
  )
  return { missed, times }
}

describe('holding the stream against the lists', () => {
  it('is content with one look that finds nothing', async () => {
    expect(await looks([])).toEqual({ missed: [], times: 1 })
  })

  it('takes what a second look does not find for what was on its way', async () => {
    expect(await looks([gone('lab:1')], [])).toEqual({ missed: [], times: 2 })
    expect((await looks([gone('lab:1')], [gone('lab:2')])).missed).toEqual([])
  })

  it('finds what was missed at both looks', async () => {
    expect((await looks([gone('lab:1'), gone('lab:2')], [gone('lab:2')])).missed).toEqual([gone('lab:2')])
  })

  it('counts defects apart from what gaps hid, and the first look at a PBX not at all', () => {
    const stream = createStreamCounters()
    stream.reconciled('first', { 'channel.appeared': 9 })
    stream.reconciled('gap', { 'channel.gone': 2 })
    stream.reconciled('check', { 'channel.gone': 1 })
    stream.reconciled('check', { 'channel.gone': 1, 'member.set': 1 })
    expect(stream.health()).toMatchObject({
      afterGaps: { 'channel.gone': 2 },
      defects: { 'channel.gone': 2, 'member.set': 1 },
    })
  })
})

describe('the trace that is written of a defect', () => {
  it('has the last blocks, in order', () => {
    const ring = createTraceRing(3)
    for (const event of ['A', 'B', 'C', 'D']) ring.note({ event })
    expect(ring.replaced().map(({ event }) => event)).toEqual(['B', 'C', 'D'])
  })

  it('tells who talked with whom, and not who they are', () => {
    const blocks = [
      {
        event: 'Newchannel',
        uniqueid: 'lab-1795469138.19',
        channel: 'PJSIP/201-00000001',
        calleridnum: '+493023125901',
        calleridname: 'Olena Kovalchuk',
        exten: '201',
        chanvariable: { RINGCARD_ACCOUNT: '12345678' },
      },
      {
        event: 'Newexten',
        uniqueid: 'lab-1795469138.20',
        appdata: 'PJSIP/+493023125901@trunk,60',
        exten: '493023125901',
      },
      {
        event: 'NewConnectedLine',
        connectedlinename: 'Olena Kovalchuk',
        channel: 'PJSIP/+493023125901-0000000a',
      },
      { event: 'UserEvent', userevent: 'RingcardPin', pin: '4711', digits: '4711' },
      { event: 'Newexten', application: 'UserEvent', appdata: 'RingcardPin,Pin: 4711' },
    ]
    const ring = createTraceRing()
    for (const block of blocks) ring.note(block)
    const replaced = ring.replaced()
    expect(JSON.stringify(replaced)).not.toMatch(/125901|Olena|12345678|4711/)
    expect(replaced[0]).toMatchObject({
      uniqueid: 'lab-1795469138.19',
      channel: 'PJSIP/201-00000001',
      exten: '201',
    })
    // The same by the same.
    const number = replaced[0]?.['calleridnum']
    if (typeof number !== 'string') throw new Error('no number')
    expect(replaced[1]).toMatchObject({ appdata: '', exten: number.slice(1) })
    expect(replaced[2]?.['connectedlinename']).toBe(replaced[0]?.['calleridname'])
  })

  it.each(['K-4711', '12345'])('has no account that a caller typed, of whatever form: %s', (account) => {
    const ring = createTraceRing()
    ring.note({ event: 'UserEvent', userevent: 'RingcardAccount', account })
    ring.note({ event: 'Newstate', chanvariable: { RINGCARD_ACCOUNT: account, QUEUESTATUS: '' } })
    ring.note({ event: 'DialBegin', destchanvariable: ['QUEUESTATUS=', `RINGCARD_ACCOUNT=${account}`] })
    ring.note({ event: 'DialBegin', destchanvariable: `RINGCARD_ACCOUNT=${account}` })
    const replaced = ring.replaced()
    expect(JSON.stringify(replaced)).not.toContain(account)
    expect(replaced[1]).toMatchObject({ chanvariable: { RINGCARD_ACCOUNT: '', QUEUESTATUS: '' } })
    expect(replaced[2]).toMatchObject({ destchanvariable: ['QUEUESTATUS=', 'RINGCARD_ACCOUNT='] })
  })
})
