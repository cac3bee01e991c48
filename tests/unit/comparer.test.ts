import { describe, expect, it } from 'vitest'
import { flows } from '../../lab/flows/flows.ts'
import { readTrace, type Trace } from '../../lab/traces/trace.ts'
import { applyEntry } from '../../server/history/apply-entry.ts'
import type { CallDocument } from '../../server/history/model.ts'
import { callRecord } from '../../server/history/views.ts'
import { replay } from '../compare/replay.ts'
import { compare, type Comparison, type Written } from '../lab/comparer/compare.ts'
import { readPhoneLog } from '../lab/comparer/holds.ts'
import { byClockAhead, readToldCall, type ToldCall } from '../lab/comparer/told.ts'
import { showParty } from './history/support.ts'

/** What the API tells of a recorded trace. */
function toldOf(trace: Trace): ToldCall[] {
  const calls = new Map<string, CallDocument>()
  const { facts } = replay(trace)
  applyEntry(calls, { kind: 'facts', facts, node: 'one', seq: 1, at: trace.startedAt })
  return [...calls.values()].map((call) => readToldCall(callRecord(call, showParty)))
}

function held(trace: Pick<Trace, 'queueLog' | 'cdr' | 'cel'>, told: readonly ToldCall[]): Comparison {
  const written: Written = { ...trace, phones: null }
  return compare(written, told, { thresholdSeconds: 5, unheard: [], clockSet: [] })
}

describe('what the API tells of a recorded flow, held against what Asterisk wrote of it', () => {
  it.each(Object.keys(flows))('%s: agrees, and every call was compared', async (name) => {
    const trace = await readTrace(name)
    const { differences, calls, compared } = held(trace, toldOf(trace))
    expect(differences).toEqual([])
    expect(compared).toBe(calls)
    expect(calls).toBeGreaterThan(0)
  })
})

describe('the comparer', () => {
  const telling = async (name: string, change: (call: ToldCall) => ToldCall): Promise<string> => {
    const trace = await readTrace(name)
    const { differences } = held(trace, toldOf(trace).map(change))
    return differences.map(({ what }) => what).join('\n')
  }

  it('misses a call that is not told', async () => {
    const trace = await readTrace('hold')
    expect(held(trace, []).differences).toMatchObject([
      { what: 'Asterisk has a call, Ringcard has not' },
      ...Array.from({ length: 4 }, () => expect.anything() as unknown),
    ])
    expect(held(trace, [])).toMatchObject({ calls: 1, compared: 0 })
  })

  it('sees an abandonment on the wrong side of the threshold', async () => {
    const short = (call: ToldCall): ToldCall => ({
      ...call,
      visits: call.visits.map((visit) => ({ ...visit, outcome: 'shortAbandon' })),
    })
    expect(await telling('abandoned-late', short)).toMatch(/^support: left after 7\.3\d+ s by CEL/)
  })

  it('knows a PBX whose clock is an hour ahead, and sees one that is not', async () => {
    const trace = await readTrace('hold')
    const told = toldOf(trace).map((call) => byClockAhead(call, -3_600))
    const written = { ...trace, phones: null }
    const at = (told[0]?.startedAt ?? 0) - 60
    const ahead = { thresholdSeconds: 5, unheard: [], clockSet: [{ at, from: 0, to: 3_600 }] }
    expect(compare(written, told, ahead)).toMatchObject({ differences: [], rules: { 'clock-off': 1 } })
    expect(held(trace, told).differences).not.toEqual([])
    expect(compare(written, toldOf(trace), ahead).differences).not.toEqual([])
  })

  it('sees a talk that is two seconds too long', async () => {
    const longer = (call: ToldCall): ToldCall => ({
      ...call,
      contacts: call.contacts.map((contact) => ({ ...contact, endedAt: contact.endedAt + 2 })),
    })
    expect(await telling('direct-caller-hangs-up', longer)).toContain('CDR has no such leg')
  })

  it('sees a transfer, a parking and a pick-up that are told wrongly', async () => {
    expect(await telling('blind-transfer', (call) => ({ ...call, transfers: [] }))).toContain(
      'CEL has, Ringcard has not: blind transfer by 201',
    )
    expect(await telling('park-timed-out', (call) => ({ ...call, parkings: [] }))).toContain(
      'parked, timedOut',
    )
    const by = (extension: string) => (call: ToldCall) => ({
      ...call,
      contacts: call.contacts.map((contact) => ({ ...contact, extension })),
    })
    expect(await telling('pickup-directed', by('202'))).toContain('picked up by 203')
  })

  it('counts how often each rule was needed', async () => {
    const trace = await readTrace('refused-by-member')
    expect(held(trace, toldOf(trace)).rules).toEqual({ 'refused-again': 6 })
  })
})

describe('the log of a phone', () => {
  const sent = (at: string, cseq: number, direction: string, tag = ';tag=9'): string =>
    [
      `----------------------------------------------- ${at}`,
      'UDP message sent (400 bytes):',
      '',
      'INVITE sip:a@127.0.0.1 SIP/2.0',
      'From: <sip:201@127.0.0.1:5060>;tag=1p1',
      `To: "A" <sip:b@127.0.0.1>${tag}`,
      'Call-ID: one@lab',
      `CSeq: ${cseq} INVITE`,
      '',
      'v=0',
      `a=${direction}`,
      '',
    ].join('\n')

  it('tells holds by re-INVITE, once each, and nothing of the call’s first INVITE', () => {
    const text = [
      sent('2026-11-25 04:10:10.000000', 1, 'sendonly', ''),
      sent('2026-11-25 04:10:11.500000', 2, 'sendonly'),
      sent('2026-11-25 04:10:12.000000', 2, 'sendonly'),
      sent('2026-11-25 04:10:14.250000', 3, 'sendrecv'),
    ].join('\n')
    const local = (time: string): number => Date.parse(`2026-11-25T${time}`) / 1000
    expect(readPhoneLog(text)).toEqual([
      { who: '201', beganAt: local('04:10:11.500'), endedAt: local('04:10:14.250') },
    ])
  })
})
