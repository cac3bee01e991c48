import { describe, expect, it } from 'vitest'
import { flows } from '../../../lab/flows/flows.ts'
import { replayCall } from '../../../lab/traces/call-trace.ts'
import { readTrace } from '../../../lab/traces/trace.ts'
import { createDesksOfCalls } from '../../../server/desks-of-calls.ts'
import { createFloor, reduce } from '../../../server/floor/floor.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import type { Fact } from '../../../server/floor/facts.ts'
import { applyEntry } from '../../../server/history/apply-entry.ts'
import { callTraceOf, plainTraceOf, type CallTrace } from '../../../server/history/call-trace.ts'
import type { Entry, EntryBody } from '../../../server/history/entries.ts'
import { isCallFact } from '../../../server/history/fold-call.ts'
import { readJournalOfCall, type JournalOfCall } from '../../../server/history/journal-of-call.ts'
import type { CallDocument } from '../../../server/history/model.ts'
import { nationalDigits, understandNumber } from '../../../shared/phone-numbers.ts'
import { floorOptions, narrate, replay } from '../../compare/replay.ts'
import { replayThenRecord } from '../../compare/replay-record.ts'
import { desksSet, hearFrom, heardIn } from '../floor/properties/hearing.ts'
import { inClear, memoryStore } from './support.ts'

const options = { name: 'one', floor: floorOptions, home: 'DE' as const }

/** What the journal has of each call that some events tell of, as the pipeline keeps it. */
async function journalsOf(events: readonly PbxEvent[]): Promise<{ journals: JournalOfCall[]; kept: Fact[] }> {
  const floor = createFloor(floorOptions)
  const desks = createDesksOfCalls()
  const entries: Entry[] = []
  const keep = (at: number, ...bodies: EntryBody[]): void => {
    for (const body of bodies) entries.push({ seq: entries.length + 1, node: 'one', at, ...body })
  }
  for (const event of events) {
    const { facts } = reduce(floor, event)
    keep(event.arrivedAt, { kind: 'input', event })
    if (facts.length > 0) keep(event.arrivedAt, { kind: 'facts', facts })
    keep(event.arrivedAt, ...desks.entriesFor(floor, [event], facts))
  }
  const calls = new Map<string, CallDocument>()
  for (const entry of entries) applyEntry(calls, entry)
  const { store } = memoryStore({ apart: true })
  await store.keepJournal(entries)
  const own = [...calls.values()].filter(({ mergedInto }) => mergedInto === null)
  const journals = await Promise.all(
    own.map(async (call) => ({ ...(await readJournalOfCall(inClear(store), call)), current: true })),
  )
  const kept = entries.flatMap((entry) => (entry.kind === 'facts' ? entry.facts : [])).filter(isCallFact)
  return { journals, kept }
}

/** What of a call tells who it was. */
function secretsOf({ events, facts }: CallTrace): Set<string> {
  const secrets = new Set<string>()
  const note = (text: string | null | undefined): void => {
    if (text == null || text === '') return
    const { e164 } = understandNumber(text, 'DE')
    const national = e164 === null ? null : nationalDigits(e164)
    if (national !== null && national.length >= 7) secrets.add(national)
    if (!/^[\d+*#]+$/.test(text) && text.length > 2) secrets.add(text)
  }
  for (const fact of facts) {
    if (fact.type === 'call.started' || fact.type === 'call.identified') {
      for (const text of [fact.party.number, fact.party.name, fact.dialled]) note(text)
    }
    if (fact.type === 'call.learnt' && fact.account !== null) secrets.add(fact.account)
    if ('personId' in fact && fact.personId !== null) secrets.add(fact.personId)
  }
  for (const event of events) {
    const channels =
      event.type === 'channel.appeared' ? [event.channel] : 'called' in event ? [event.called] : []
    for (const channel of channels) {
      for (const text of [channel?.callerNumber, channel?.callerName]) note(text)
    }
  }
  secrets.delete('voicemail')
  return secrets
}

describe.each(Object.keys(flows))('%s, each of its calls downloaded', (name) => {
  it('replays to what history holds, and tells nobody who it was', async () => {
    const { journals, kept } = await journalsOf(replay(await readTrace(name)).events)
    expect(journals.length).toBeGreaterThan(0)
    for (const journal of journals) {
      const plain = plainTraceOf(journal, options)
      expect(plain.facts).toEqual(
        kept.filter((fact) => 'callId' in fact && fact.callId !== null && journal.callIds.has(fact.callId)),
      )
      expect(replayCall(plain).facts).toEqual(plain.facts)

      const trace = callTraceOf(journal, options)
      const replayed = replayCall(trace)
      expect(replayed.facts).toEqual(trace.facts)
      expect(replayed.facts.map(({ type }) => type)).toEqual(plain.facts.map(({ type }) => type))
      expect(replayed.floor.channels.size).toBe(0)
      const text = JSON.stringify(trace)
      const secrets = secretsOf(plain)
      expect(secrets.size).toBeGreaterThan(0)
      for (const secret of secrets) expect(text).not.toContain(secret)
    }
  })
})

/** A recorded flow of which the events between two were not heard. */
async function withGap(name: string, from: number, to: number): Promise<PbxEvent[]> {
  const trace = await readTrace(name)
  const heard = heardIn(trace)
  const before = await hearFrom(trace, heard, 0)
  const after = await hearFrom(trace, heard, to)
  const at = Math.min(heard[from - 1]?.at ?? trace.startedAt, (heard[to - 1]?.at ?? trace.startedAt) - 1)
  return [
    desksSet(trace.startedAt),
    ...before.connected,
    ...before.later.slice(0, from).flat(),
    { type: 'link.lost', pbx: 'lab', at, arrivedAt: at },
    ...after.connected,
    ...after.later.flat(),
  ]
}

describe.each(['second-agent-answers', 'attended-transfer', 'abandoned-late', 'held-several-times'])(
  '%s, with a gap in it',
  (name) => {
    it('replays to what history holds, wherever the gap is', async () => {
      const { length } = heardIn(await readTrace(name))
      for (let from = 3; from + 6 < length; from += 9) {
        const { journals } = await journalsOf(await withGap(name, from, from + 6))
        for (const journal of journals) {
          const trace = callTraceOf(journal, options)
          expect(replayCall(trace).facts).toEqual(trace.facts)
        }
      }
    })
  },
)

/** A recorded flow of which nobody heard what came after its `from`th event: its record told it afterwards. */
async function toldByRecord(name: string, from: number, wasRestarted: boolean): Promise<PbxEvent[]> {
  const trace = await readTrace(name)
  const heard = heardIn(trace)
  const { connected, later } = await hearFrom(trace, heard, 0)
  const at = heard[from - 1]?.at ?? trace.startedAt
  const before = [desksSet(trace.startedAt), ...connected, ...later.slice(0, from).flat()]
  const told = replayThenRecord(trace, before).events.slice(before.length)
  const end = { pbx: 'lab', at: (told.at(-1)?.at ?? at) + 1_000, arrivedAt: trace.startedAt + 7_200_000 }
  const snapshot = {
    channels: [],
    bridges: [],
    queues: [],
    members: [],
    waiting: [],
    parked: [],
    bootedAt: null,
    record: { told: 'whole' as const, until: end.at },
  }
  const restarted: PbxEvent = {
    pbx: 'lab',
    at: at + 1,
    arrivedAt: trace.startedAt + 3_600_000,
    recorded: true,
    type: 'pbx.restarted',
    bootedAt: at + 1,
  }
  return [
    ...before,
    { type: 'link.lost', pbx: 'lab', at, arrivedAt: at },
    ...(wasRestarted ? [restarted] : told),
    { ...end, type: 'snapshot', snapshot },
  ]
}

describe.each(['second-agent-answers', 'attended-transfer', 'abandoned-late'])(
  '%s, of which nobody heard the end',
  (name) => {
    it.each([
      ['that the record told', false],
      ['as the PBX was started anew', true],
    ])('replays to what history holds: an end %s', async (_, wasRestarted) => {
      const { length } = heardIn(await readTrace(name))
      for (let from = 0; from < length; from += 9) {
        const { journals } = await journalsOf(await toldByRecord(name, from, wasRestarted))
        for (const journal of journals) {
          const trace = callTraceOf(journal, options)
          expect(journal.call.endedAt).not.toBeNull()
          expect(replayCall(trace).facts).toEqual(trace.facts)
        }
      }
    })
  },
)

describe('what stands in a downloaded call', () => {
  it('a number is one of its own length and country, the same wherever it stands', async () => {
    const { journals } = await journalsOf(replay(await readTrace('second-agent-answers')).events)
    const [journal] = journals
    if (!journal) throw new Error('There is no call in this trace.')
    const plain = plainTraceOf(journal, options)
    const trace = callTraceOf(journal, options)
    const callers = (facts: readonly Fact[]) =>
      facts.flatMap((fact) => (fact.type === 'call.identified' ? [fact.party.number ?? ''] : []))

    const [before] = callers(plain.facts)
    const [after] = callers(trace.facts)
    expect(before?.length).toBeGreaterThan(7)
    expect(after).toHaveLength(before?.length ?? 0)
    expect(after).not.toBe(before)
    expect(after?.slice(0, 3)).toBe(before?.slice(0, 3))
    expect(narrate(trace.facts)).toContain('offered to 201')
    expect(trace.events[0]?.at).toBeGreaterThan(Date.UTC(2025, 11, 31))
  })
})
