import type { Logger } from 'pino'
import type { Gap } from '../../shared/calls.ts'
import { isDatabaseAway } from '../database/errors.ts'
import type { Entry } from './entries.ts'
import type { GapDocument } from './model.ts'
import type { HistoryStore } from './store.ts'

const dayMs = 24 * 3_600_000
/** How far back gaps are held in memory, ms, and how many. */
const heldMs = 31 * dayMs
const mostHeld = 1_000

/** The times of which something is missing, by what an entry says. */
export function gapsOf(entry: Entry): GapDocument[] {
  const { node, seq } = entry
  if (entry.kind === 'mark') {
    const { reason: kind, from, to } = entry.mark
    return [{ _id: `${node}:${seq}`, node, pbx: null, kind, from, to, told: 'nothing', toldUntil: null }]
  }
  if (entry.kind !== 'facts') return []
  return entry.facts.flatMap((fact) => {
    if (fact.type !== 'link.gap' || fact.at <= fact.since) return []
    const { pbx, since: from, at: to, told, toldUntil } = fact
    return [{ _id: `${pbx}:${from}`, node, pbx, kind: 'link' as const, from, to, told, toldUntil }]
  })
}

/** The gaps of the last weeks, in memory: for whoever shows a day. What is older is in the database alone. */
export interface RecentGaps {
  note: (entry: Entry) => void
  /** Adds what the database has, also of other nodes. Nothing when it is away. */
  load: () => Promise<void>
  /** Those that end after a time, ms, the newest first. */
  since: (ms: number) => Gap[]
  /**
   * Those that touch a time, ms (`to` not included), the newest first, however long ago.
   * @throws ProblemError `database.unreachable`
   */
  between: (from: number, to: number) => Promise<Gap[]>
}

/** @param store where older gaps are */
export function createRecentGaps(
  store: Pick<HistoryStore, 'gapsBetween'>,
  clock: () => number,
  log: Pick<Logger, 'warn'>,
): RecentGaps {
  let gaps: GapDocument[] = []
  const put = (more: readonly GapDocument[]): void => {
    if (more.length === 0) return
    const byId = new Map([...gaps, ...more].map((gap) => [gap._id, gap]))
    const after = clock() - heldMs
    gaps = [...byId.values()]
      .filter(({ to }) => to > after)
      .sort(newestFirst)
      .slice(0, mostHeld)
  }
  return {
    note: (entry) => put(gapsOf(entry)),
    load: async () => {
      try {
        put(await store.gapsBetween(clock() - heldMs, clock() + dayMs))
      } catch (error) {
        if (!isDatabaseAway(error)) log.warn({ err: error }, 'The gaps of the last weeks could not be read.')
      }
    },
    since: (ms) => gaps.filter(({ to }) => to > ms).map(shown),
    between: async (from, to) => {
      const known = [...(await store.gapsBetween(from, to)), ...gaps]
      const touching = known.filter((gap) => gap.to > from && gap.from < to)
      return [...new Map(touching.map((gap) => [gap._id, gap])).values()].sort(newestFirst).map(shown)
    },
  }
}

function newestFirst(one: GapDocument, other: GapDocument): number {
  return other.to - one.to
}

function shown({ pbx, kind, from, to, told, toldUntil }: GapDocument): Gap {
  return { pbx, kind, from, to, told, toldUntil }
}
