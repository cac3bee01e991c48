import { describe, expect, it } from 'vitest'
import { flows } from '../../lab/flows/flows.ts'
import { readTrace, type Trace } from '../../lab/traces/trace.ts'
import { applyEntry } from '../../server/history/apply-entry.ts'
import type { CallDocument } from '../../server/history/model.ts'
import { callRecord } from '../../server/history/views.ts'
import { replay } from '../compare/replay.ts'
import { compare, type Circumstances, type Comparison, type Written } from '../lab/comparer/compare.ts'
import { readPhoneLog, type PhoneHold } from '../lab/comparer/holds.ts'
import { byClockAhead, readToldCall, type ToldCall } from '../lab/comparer/told.ts'
import { showParty } from './history/support.ts'

/** What the API tells of a recorded trace. */
function toldOf(trace: Trace): ToldCall[] {
  const calls = new Map<string, CallDocument>()
  const { facts } = replay(trace)
  applyEntry(calls, { kind: 'facts', facts, node: 'one', seq: 1, at: trace.startedAt })
  return [...calls.values()].map((call) => readToldCall(callRecord(call, showParty)))
}

function held(
  trace: Pick<Trace, 'queueLog' | 'cdr' | 'cel'>,
  told: readonly ToldCall[],
  circumstances: Partial<Circumstances> = {},
  phones: readonly PhoneHold[] | null = null,
): Comparison {
  const written: Written = { ...trace, phones }
  return compare(written, told, { thresholdSeconds: 5, unheard: [], clockSet: [], ...circumstances })
}

/** When the first of some calls began, s. */
function beginOf(told: readonly ToldCall[]): number {
  return Math.min(...told.map(({ startedAt }) => startedAt))
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

  it('takes an answered row for no talk only where CEL never has the two together', async () => {
    const trace = await readTrace('answered-as-caller-goes')
    const without = toldOf(trace).map((call) => ({ ...call, contacts: [], offers: [] }))
    const withoutBridge = trace.cel.filter((line) => !line.includes('BRIDGE_ENTER'))

    const what = (cel: readonly string[]) => {
      const { differences, rules } = held({ ...trace, cel: [...cel] }, without)
      return {
        rules,
        told: differences.map((one) => one.what).filter((it) => it.startsWith('CDR has a talk')),
      }
    }
    expect(what(trace.cel)).toEqual({ rules: {}, told: ['CDR has a talk with 201, Ringcard has not'] })
    expect(what(withoutBridge)).toEqual({ rules: { 'answered-alone': 1 }, told: [] })
  })

  it('counts how often each rule was needed', async () => {
    const trace = await readTrace('refused-by-member')
    expect(held(trace, toldOf(trace)).rules).toEqual({ 'refused-again': 6 })
  })
})

describe('a cut in the link', () => {
  const cuts = {
    'that hides the whole call': (begin: number) => ({ from: begin - 5, to: begin + 3_600 }),
    'that was over before the call': (begin: number) => ({ from: begin - 60, to: begin - 0.5 }),
    'that begins in the midst of the call': (begin: number) => ({ from: begin + 2, to: begin + 3_600 }),
  }
  type Change = (told: readonly ToldCall[]) => ToldCall[]
  const each = (change: (call: ToldCall) => Partial<ToldCall>): Change => {
    return (told) => told.map((call) => ({ ...call, ...change(call) }))
  }
  const wrong: Readonly<Record<string, { change: Change; what: string }>> = {
    'a call told twice': {
      change: (told) => [...told, ...told],
      what: 'Ringcard has a call twice',
    },
    'a call told twice under another id': {
      change: (told) => [...told, ...told.map((call) => ({ ...call, callId: 'lab-1764000000.999' }))],
      what: 'Ringcard has a call, Asterisk has not',
    },
    'a call that is missing': {
      change: () => [],
      what: 'Asterisk has a call, Ringcard has not',
    },
    'a talk told twice': {
      change: each(({ contacts }) => ({ contacts: [...contacts, ...contacts] })),
      what: 'CEL has them together at no such time',
    },
    'a wrong agent': {
      change: each(({ contacts, offers }) => ({
        contacts: contacts.map((contact) => ({ ...contact, extension: '206' })),
        offers: offers.map((offer) => ({ ...offer, extension: '206' })),
      })),
      what: 'with the customer',
    },
    'a wrong outcome': {
      change: each(({ visits }) => ({ visits: visits.map((visit) => ({ ...visit, outcome: 'unknown' })) })),
      what: 'Ringcard has, queue_log has not: unknown support',
    },
    'a wrong end of a talk': {
      change: each(({ contacts }) => ({
        contacts: contacts.map((contact) => ({ ...contact, why: 'unknown' })),
      })),
      what: 'Ringcard has, queue_log has not: unknown support',
    },
    'an offer nobody was made': {
      change: each(({ offers }) => ({
        offers: [...offers, ...offers.slice(0, 1).map((offer) => ({ ...offer, outcome: 'busy' }))],
      })),
      what: 'queue_log has none',
    },
  }
  describe.each(Object.entries(cuts))('%s', (_name, cutOf) => {
    it.each(Object.entries(wrong))('excuses nothing of %s', async (_what, { change, what }) => {
      const trace = await readTrace('ringall-one-answers')
      const told = toldOf(trace)
      const unheard = [cutOf(beginOf(told))]
      expect(held(trace, told, { unheard }).differences).toEqual([])
      const { differences } = held(trace, change(told), { unheard })
      expect(differences.map((difference) => difference.what).join('\n')).toContain(what)
    })
  })

  it('excuses a hold that began or ended in it, which stands in no record, and no other', async () => {
    const trace = await readTrace('hold')
    const told = toldOf(trace)
    const phones: PhoneHold[] = told.flatMap(({ holds }) =>
      holds.map(({ extension, beganAt, endedAt }) => ({ who: extension, beganAt, endedAt })),
    )
    const hold = phones[0] ?? { who: '', beganAt: NaN, endedAt: NaN }
    const around = (at: number) => ({ unheard: [{ from: at - 0.5, to: at + 0.5 }] })
    expect(held(trace, told, {}, phones).differences).toEqual([])

    const without = each(() => ({ holds: [] }))(told)
    expect(held(trace, without, around(hold.beganAt), phones)).toMatchObject({
      differences: [],
      rules: { 'hold-unheard': 1 },
    })
    expect(held(trace, without, around(hold.endedAt), phones).differences).toHaveLength(1)

    const longer = each(({ holds }) => ({
      holds: holds.map((one) => ({ ...one, endedAt: one.endedAt + 2 })),
    }))(told)
    expect(held(trace, longer, around(hold.endedAt), phones)).toMatchObject({
      differences: [],
      rules: { 'hold-unheard': 1 },
    })
    expect(held(trace, longer, around(hold.beganAt), phones).differences).toHaveLength(1)
  })
})

describe('two holds of one phone in two calls', () => {
  it('are each held against its own', async () => {
    const trace = await readTrace('hold')
    const [call] = toldOf(trace)
    const [hold] = call?.holds ?? []
    if (!call || !hold) throw new Error('there is no hold')
    const own = { who: hold.extension, beganAt: hold.beganAt, endedAt: hold.endedAt }
    const other = { ...own, beganAt: hold.beganAt - 0.9, endedAt: hold.beganAt + 0.2 }
    const { differences } = held(trace, [call], {}, [other, own])
    expect(differences.map(({ what }) => what)).toEqual([expect.stringContaining('Ringcard has not')])
  })
})

describe('a call in which Asterisk died', () => {
  /** The trace as far as Asterisk had written it some seconds after its begin, when it was killed; and what is told of it. */
  const killedAfter = async (seconds: number) => {
    const trace = await readTrace('ringall-one-answers')
    const [call] = toldOf(trace)
    if (!call) throw new Error('there is no call')
    const diedAt = call.startedAt + seconds
    const before = (line: string): boolean => Number(/\d{10}(?:\.\d+)?/.exec(line)?.[0]) <= diedAt
    const started = `${String(Math.ceil(diedAt))}|NONE|NONE|NONE|QUEUESTART|`
    const rows = {
      cel: trace.cel.filter(before),
      queueLog: [...trace.queueLog.filter(before), started],
      cdr: [],
    }
    const told: ToldCall = {
      ...call,
      end: 'cutOff',
      endedAt: diedAt,
      contacts: call.contacts.map((contact) => ({ ...contact, endedAt: diedAt, why: 'cutOff' })),
    }
    return { rows, told }
  }

  it('has no end in Asterisk’s account, which is excused', async () => {
    const { rows, told } = await killedAfter(3)
    const { differences, rules } = held(rows, [told])
    expect(differences.map(({ what }) => what)).toEqual(['there are no CDR rows to compare with'])
    expect(rules).toEqual({ 'cut-off': 2 })
  })

  it('had the agent that CEL says, or it is a difference', async () => {
    const { rows, told } = await killedAfter(3)
    const by206 = {
      ...told,
      contacts: told.contacts.map((contact) => ({ ...contact, extension: '206' })),
    }
    const lines = held(rows, [by206]).differences.map(({ what }) => what)
    expect(lines.join('\n')).toContain('CEL has them together at no such time')
    expect(lines.join('\n')).toContain('Ringcard has, queue_log has not: CONNECT support 206')
  })
})

describe('a talk that nobody ended', () => {
  const unknown = (call: ToldCall): ToldCall => ({
    ...call,
    contacts: call.contacts.map((contact) => ({ ...contact, why: 'unknown' })),
  })

  it('may be unknown where no row of CEL names who hung up, and nowhere else', async () => {
    const trace = await readTrace('ringall-one-answers')
    const told = toldOf(trace).map(unknown)
    expect(held(trace, told).differences).toHaveLength(2)
    const source = /(""hangupsource"":)""[^"]*""/
    const stopped = { ...trace, cel: trace.cel.map((line) => line.replace(source, '$1""""')) }
    expect(held(stopped, told)).toMatchObject({ differences: [], rules: { 'nobody-hung-up': 1 } })
  })
})

describe('a clock that is set in mid-call', () => {
  it('excuses when the call and its talks ended, and not with whom they were', async () => {
    const trace = await readTrace('ringall-one-answers')
    const told = toldOf(trace)
    const clockSet = [{ at: beginOf(told) + 1, from: 0, to: 3_600 }]
    const later = told.map((call) => ({
      ...call,
      endedAt: call.endedAt + 9,
      contacts: call.contacts.map((contact) => ({ ...contact, endedAt: contact.endedAt + 9 })),
    }))
    expect(held(trace, later).differences).not.toEqual([])
    const { differences, rules } = held(trace, later, { clockSet })
    expect(differences).toEqual([])
    expect(Object.keys(rules)).toEqual(['clock-set'])
    const by206 = told.map((call) => ({
      ...call,
      contacts: call.contacts.map((contact) => ({ ...contact, extension: '206' })),
    }))
    const lines = held(trace, by206, { clockSet }).differences.map(({ what }) => what)
    expect(lines.join('\n')).toContain('CEL has them together at no such time')
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

  const agreed = (at: string, cseq: number): string =>
    [
      `----------------------------------------------- ${at}`,
      'UDP message received [330] bytes :',
      '',
      'SIP/2.0 200 OK',
      'From: <sip:201@127.0.0.1:5060>;tag=1p1',
      'Call-ID: one@lab',
      `CSeq: ${cseq} INVITE`,
      '',
    ].join('\n')

  it('tells no hold that the PBX never agreed to', () => {
    expect(readPhoneLog(sent('2026-11-25 04:10:11.500000', 2, 'sendonly'))).toEqual([])
  })

  it('tells holds by re-INVITE, once each, and nothing of the call’s first INVITE', () => {
    const text = [
      sent('2026-11-25 04:10:10.000000', 1, 'sendonly', ''),
      sent('2026-11-25 04:10:11.500000', 2, 'sendonly'),
      sent('2026-11-25 04:10:12.000000', 2, 'sendonly'),
      agreed('2026-11-25 04:10:12.001000', 2),
      sent('2026-11-25 04:10:14.250000', 3, 'sendrecv'),
      agreed('2026-11-25 04:10:14.251000', 3),
    ].join('\n')
    const local = (time: string): number => Date.parse(`2026-11-25T${time}`) / 1000
    expect(readPhoneLog(text)).toEqual([
      { who: '201', beganAt: local('04:10:11.500'), endedAt: local('04:10:14.250') },
    ])
  })
})
