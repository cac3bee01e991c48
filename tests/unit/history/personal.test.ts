import { describe, expect, it } from 'vitest'
import { flows } from '../../../lab/flows/flows.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import type { ChannelInfo, PbxEvent } from '../../../server/floor/events.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { createFloor, reduce } from '../../../server/floor/floor.ts'
import type { Entry, EntryBody } from '../../../server/history/entries.ts'
import { emptyCall } from '../../../server/history/fold-call.ts'
import { partCall, partEntry, putBack } from '../../../server/history/personal.ts'
import { floorOptions, replay } from '../../compare/replay.ts'
import { answeredCall, caller, morning } from './calls.ts'

const number = '4930231250199'
const stamp = { pbx: 'lab', at: morning, arrivedAt: morning }
const channel: ChannelInfo = {
  channelId: 'lab:1.2',
  linkedId: 'lab:1.1',
  name: `Local/+${number}@out-00000003;1`,
  device: `Local/+${number}@out`,
  localHalf: 1,
  state: 'ringing',
  callerNumber: `+${number}`,
  callerName: 'Erika Example',
  callerRestricted: false,
  exten: number,
  context: 'out',
  application: null,
}
const linked = { channelId: 'lab:1.2', linkedId: 'lab:1.1' }
const entry = (body: EntryBody): Entry => ({ seq: 1, node: 'one', at: morning, ...body })
const input = (event: PbxEvent): Entry => entry({ kind: 'input', event })

/** Everything that can be said of a caller, in every kind of entry. */
const telling: Entry[] = [
  input({ ...stamp, type: 'channel.appeared', channel }),
  input({
    ...stamp,
    type: 'channel.changed',
    ...linked,
    changes: { name: channel.name, device: channel.device },
  }),
  input({ ...stamp, type: 'channel.changed', ...linked, changes: { callerName: 'Erika Example' } }),
  input({ ...stamp, type: 'channel.application', ...linked, application: 'Dial', exten: number }),
  input({
    ...stamp,
    type: 'dial.began',
    callerId: 'lab:1.1',
    calledId: 'lab:1.2',
    called: channel,
    dialString: `trunk/${number}`,
  }),
  input({
    ...stamp,
    type: 'dial.began',
    callerId: 'lab:1.1',
    calledId: 'lab:1.2',
    called: null,
    dialString: `trunk/${number}`,
  }),
  input({
    ...stamp,
    type: 'dial.ended',
    callerId: 'lab:1.1',
    calledId: 'lab:1.2',
    outcome: 'other',
    forwardedTo: `Local/${number}@out`,
  }),
  input({
    ...stamp,
    type: 'queue.offered',
    queue: 'support',
    ...linked,
    calledId: 'lab:1.3',
    called: channel,
    interface: 'PJSIP/201',
    memberName: 'Nina',
  }),
  input({
    ...stamp,
    type: 'transfer.blind',
    ok: true,
    transfererId: 'lab:1.2',
    transfereeId: 'lab:1.1',
    toExten: number,
    toContext: 'out',
  }),
  input({ ...stamp, type: 'call.learnt', ...linked, account: `A-${number}`, digits: number }),
  input({
    ...stamp,
    type: 'snapshot',
    snapshot: {
      channels: [
        { ...channel, startedAt: morning },
        { ...channel, linkedId: 'lab:9.9', startedAt: morning },
      ],
      bridges: [],
      queues: [],
      members: [],
      waiting: [],
      parked: [],
      bootedAt: null,
    },
  }),
  entry({ kind: 'facts', facts: answeredCall('lab:1.1') }),
  entry({
    kind: 'facts',
    facts: [
      { pbx: 'lab', at: 1, type: 'call.learnt', callId: 'lab:1.1', account: `A-${number}`, digits: number },
      {
        pbx: 'lab',
        at: 2,
        type: 'call.transferred',
        callId: 'lab:1.1',
        kind: 'blind',
        byExtension: '201',
        to: number,
      },
    ],
  }),
  entry({
    kind: 'lookup',
    callId: 'lab:1.1',
    read: { raw: `+${number}`, e164: `+${number}`, complete: true },
    outcome: 'none',
    by: null,
    candidates: [],
  }),
  entry({
    kind: 'record',
    call: {
      ...emptyCall('lab:1.1', 'lab', morning),
      personal: {
        ...caller,
        dialled: number,
        account: number,
        digits: number,
        transferredTo: [null, number],
      },
    },
  }),
]
const callOf = (channelId: string): string => (channelId === 'lab:1.1' ? 'lab:1.1' : 'lab:of another')

describe('what is personal', () => {
  it.each(telling.map((each, index) => [nameOf(each), each, index] as const))(
    'in %s is lifted out to the last digit, and put back as it was',
    (_name, whole) => {
      const before = structuredClone(whole)
      const { clear, personal } = partEntry(whole, callOf)
      expect(JSON.stringify(clear)).not.toMatch(/231250199|Erika/)
      expect([...personal.keys()].filter((callId) => callId !== 'lab:9.9')).toEqual(['lab:1.1'])
      let back = structuredClone(clear)
      for (const patch of personal.values()) back = putBack(back, structuredClone(patch))
      expect(back).toEqual(whole)
      expect(whole).toEqual(before)
    },
  )

  it('is nothing in entries of the dialplan’s own words, and those are left as they are', () => {
    const plain = [
      input({ ...stamp, type: 'channel.application', ...linked, application: 'Queue', exten: 's' }),
      input({
        ...stamp,
        type: 'transfer.blind',
        ok: true,
        transfererId: 'a',
        transfereeId: 'b',
        toExten: '205',
        toContext: 'c',
      }),
      input({ ...stamp, type: 'tick' }),
      entry({ kind: 'binding', callId: 'lab:1.1', customerId: 'c1', decided: true }),
    ]
    for (const each of plain) {
      const { clear, personal } = partEntry(each, callOf)
      expect(clear).toBe(each)
      expect(personal.size).toBe(0)
    }
  })

  it('of a call is of that call alone, and where it was transferred is still told to have been', () => {
    const call = emptyCall('lab:1', 'lab', morning)
    expect(partCall(call)).toEqual({ clear: call, personal: new Map() })
    const transferred = { ...call, personal: { ...call.personal, transferredTo: [number] } }
    expect(partCall(transferred).clear.personal.transferredTo).toEqual([null])
  })
})

describe.each(Object.keys(flows))('the recorded flow %s', (name) => {
  it('has no outside number left in clear, and is told as before once what was lifted out is erased', async () => {
    const { events, facts } = replay(await readTrace(name))
    const kept = events.map((event) => partEntry(input(event), (channelId) => channelId).clear)
    const numbers = facts.flatMap((fact) => ('party' in fact ? (fact.party.number ?? []) : []))
    const texts = JSON.stringify([kept, partEntry(entry({ kind: 'facts', facts }), callOf).clear])
    for (const each of numbers) if (each.length > 6) expect(texts).not.toContain(each.replace('+', ''))

    const floor = createFloor(floorOptions)
    const again = kept.flatMap((each) => (each.kind === 'input' ? reduce(floor, each.event).facts : []))
    const inbound = new Set(
      facts.flatMap((fact) =>
        fact.type === 'call.started' && fact.direction === 'inbound' ? fact.callId : [],
      ),
    )
    const told = (all: readonly Fact[]): string[] =>
      all.flatMap((fact) =>
        'callId' in fact && inbound.has(fact.callId ?? '') && !about.has(fact.type)
          ? `${fact.callId ?? ''} ${fact.type} ${fact.at}`
          : [],
      )
    expect(told(again)).toEqual(told(facts))
  })
})

/** Facts of nothing but what is personal. */
const about: ReadonlySet<Fact['type']> = new Set(['call.identified', 'call.learnt'])

function nameOf(each: Entry): string {
  return each.kind === 'input' ? each.event.type : each.kind
}
