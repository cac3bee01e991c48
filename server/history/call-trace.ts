import type { CountryCode } from '../../shared/phone-numbers.ts'
import type { DeskInfo, MemberInfo, PbxEvent, Snapshot } from '../floor/events.ts'
import type { Fact } from '../floor/facts.ts'
import type { FloorOptions } from '../floor/state.ts'
import { createReplacer } from './anonymous.ts'
import { isCallFact } from './fold-call.ts'
import type { JournalOfCall } from './journal-of-call.ts'

/** See `callTraceSchema`, which is what leaves the house of it. */
export interface CallTrace {
  format: 2
  name: string
  floor: FloorOptions
  complete: boolean
  events: PbxEvent[]
  facts: Fact[]
}

export interface CallTraceOptions {
  name: string
  floor: FloorOptions
  /** Country of the trunks: how numbers without a country code are understood. */
  home: CountryCode
}

/** When the first snapshot of a replay is: long enough before the call to have no bearing on it, ms. */
const beforeTheCallMs = 3_600_000

/** Makes of what the journal has about a call a file that can be replayed, and from which nobody can tell who it was. */
export function callTraceOf(journal: JournalOfCall, options: CallTraceOptions): CallTrace {
  const trace = plainTraceOf(journal, options)
  const desks = trace.events.flatMap((event) => (event.type === 'desks.set' ? event.desks : []))
  const { home } = options
  const { startedAt, pbx } = journal.call
  const { events, facts } = trace
  const { trunks } = trace.floor
  const replacer = createReplacer({ home, pbx, trunks, desks, startedAt })
  replacer.note({ events, facts })
  return {
    ...trace,
    floor: { ...trace.floor, ...replacer.replace({ trunks }) },
    events: replacer.replace(events),
    facts: replacer.replace(facts),
  }
}

/** The same with everything in it as it was: for tests, and never to leave the house. */
export function plainTraceOf(journal: JournalOfCall, { name, floor }: CallTraceOptions): CallTrace {
  const { call, entries } = journal
  const { pbx, startedAt } = call
  const events: PbxEvent[] = []
  const facts: Fact[] = []
  const desks = createSeating()
  const members = new Map<string, MemberInfo>()
  for (const entry of entries) {
    if (entry.kind === 'desks') {
      for (const member of entry.members) members.set(`${member.queue} ${member.interface}`, member)
      // Kept after the input that brought the call there.
      const before = events.pop()
      for (const desk of entry.desks) {
        const seating = desks.seat(desk)
        if (seating && before) events.push({ ...stampOf(before), type: 'desks.set', desks: seating })
      }
      if (before) events.push(before)
    } else if (entry.kind === 'input') {
      events.push(entry.event)
    } else if (entry.kind === 'facts') {
      const own = entry.facts.filter(isCallFact)
      facts.push(...own)
      const gap = entry.facts.find((fact) => fact.type === 'link.gap')
      const snapshot = events.at(-1)
      if (gap?.type !== 'link.gap' || snapshot?.type !== 'snapshot') continue
      // What the record told of the gap comes after its begin.
      const before = events.findLastIndex((event, index) => index < events.length - 1 && !event.recorded)
      events.splice(before + 1, 0, { type: 'link.lost', pbx, at: gap.since, arrivedAt: gap.since })
    }
  }
  const begin = { pbx, at: startedAt, arrivedAt: startedAt }
  const listed = [...members.values()]
  const setting: PbxEvent[] = [
    ...linkBefore(events, facts, startedAt),
    { ...begin, type: 'desks.set', desks: desks.atFirst() },
    ...listed.map((member): PbxEvent => ({ ...begin, type: 'member.set', member })),
  ]
  return {
    format: 2,
    name,
    floor: { shortAbandonMs: floor.shortAbandonMs, trunks: trunksIn(events, floor.trunks) },
    complete: call.endedAt !== null && journal.current && !journal.truncated,
    // Of a snapshot the journal of a call has no members; there are those that the call came to.
    events: [...setting, ...events].map((event) =>
      event.type === 'snapshot' ? { ...event, snapshot: { ...event.snapshot, members: listed } } : event,
    ),
    facts,
  }
}

/** Those of the trunks that the call came by: what others there are is nobody's business. */
function trunksIn(events: readonly PbxEvent[], trunks: readonly string[]): string[] {
  const devices = new Set(
    events.flatMap((event) => {
      if (event.type === 'channel.appeared') return event.channel.device
      if (event.type === 'snapshot') return event.snapshot.channels.map(({ device }) => device)
      return 'called' in event && event.called !== null ? event.called.device : []
    }),
  )
  const used = trunks.filter((trunk) => devices.has(trunk))
  // No trunk at all would mean that any device may be one.
  return used.length === 0 && trunks.length > 0 ? ['Channel/none'] : used
}

function stampOf({ pbx, at, arrivedAt }: PbxEvent): { pbx: string; at: number; arrivedAt: number } {
  return { pbx, at, arrivedAt }
}

/** Who sat where: at first, and when somebody else sat down there while the call was. */
function createSeating() {
  const first = new Map<string, DeskInfo>()
  const now = new Map<string, DeskInfo>()
  return {
    /** @returns the directory from now on, when somebody else sits there than before */
    seat: (desk: DeskInfo): DeskInfo[] | null => {
      const before = now.get(desk.extension)
      now.set(desk.extension, desk)
      if (!first.has(desk.extension)) first.set(desk.extension, desk)
      return before && before.personId !== desk.personId
        ? [...first.values()].map((d) => now.get(d.extension) ?? d)
        : null
    },
    atFirst: (): DeskInfo[] => [...first.values()],
  }
}

/**
 * The link as it was before the call: known, unless the call is the first that was ever heard of it. A restart of the PBX
 * shows by another boot time than before.
 */
function linkBefore(events: readonly PbxEvent[], facts: readonly Fact[], startedAt: number): PbxEvent[] {
  const at = events.findIndex(({ type }) => type === 'snapshot')
  const event = events[at]
  if (event?.type !== 'snapshot') return []
  const isFirstHeard = at === 0
  if (isFirstHeard) return []
  const wasCutOff = facts.some((fact) => fact.type === 'call.ended' && fact.end === 'cutOff')
  const { bootedAt } = event.snapshot
  const snapshot: Snapshot = {
    channels: [],
    bridges: [],
    queues: [],
    members: [],
    waiting: [],
    parked: [],
    bootedAt: bootedAt === null || !wasCutOff ? bootedAt : bootedAt - 2 * beforeTheCallMs,
  }
  const before = Math.min(startedAt, events[0]?.at ?? startedAt) - beforeTheCallMs
  return [{ type: 'snapshot', pbx: event.pbx, at: before, arrivedAt: before, snapshot }]
}
