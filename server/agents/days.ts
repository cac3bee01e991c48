import {
  countsOf,
  figuresOfDay,
  spansOfDay,
  type AgentDay,
  type DayInterval,
  type DayPart,
} from '../../shared/agent-day.ts'
import { unidentified, type Gap, type TodayCall } from '../../shared/calls.ts'
import type { Right } from '../../shared/people.ts'
import type { BreakReason, StatusView } from '../../shared/status.ts'
import type { IntervalDocument } from './model.ts'
import { shownReason } from './view.ts'

/** What a day is told from. */
export interface DaysOptions {
  /** The whole intervals of a person that touch a time. @throws ProblemError `database.unreachable` */
  intervalsOf: (personId: string, from: number, to: number) => Promise<IntervalDocument[]>
  /** Who has whole intervals in a time. @throws ProblemError `database.unreachable` */
  peopleBetween: (from: number, to: number) => Promise<string[]>
  /** Where somebody stands now; null for somebody who is signed in at no desk. */
  statusOf: (personId: string) => StatusView | null
  /** Who sits at a desk now. */
  seated: () => string[]
  callsOf: (
    personId: string,
    from: number,
    to: number,
    limit: number,
  ) => Promise<{ calls: { part: DayPart; call: TodayCall; heldMs: number }[]; complete: boolean }>
  gapsBetween: (from: number, to: number) => Promise<Gap[]>
  /** Brings what is only on the disk to the database; false when that takes too long. */
  drain: (withinMs: number) => Promise<boolean>
  /** The customers' names. */
  named: (calls: readonly TodayCall[]) => Promise<TodayCall[]>
  nameOf: (personId: string) => string | null
  breaks: () => readonly BreakReason[]
  now?: () => number
}

export type Days = ReturnType<typeof createDays>

/** How long who asks for a day may wait for its newest moments, ms. */
const drainWithinMs = 500
const mostCalls = 2_000

/** Tells what agents did, from their intervals and calls. */
export function createDays(options: DaysOptions) {
  const now = options.now ?? Date.now

  return {
    /**
     * Somebody's day.
     * @param rights of whoever reads: without `card.read` no customer is told
     * @throws ProblemError `database.unreachable`
     */
    read: async (
      personId: string,
      from: number,
      to: number,
      rights: ReadonlySet<Right>,
    ): Promise<AgentDay> => {
      // First, so that what ends meanwhile is among the whole intervals.
      const open = options.statusOf(personId)
      const isDrained = await options.drain(drainWithinMs)
      const [stored, { calls, complete }, gaps] = await Promise.all([
        options.intervalsOf(personId, from, to),
        options.callsOf(personId, from, to, mostCalls),
        options.gapsBetween(from, to),
      ])
      const at = Math.max(now(), open?.since ?? 0)
      const intervals = withOpen(stored.map(intervalOf(options.breaks())), open, at)
      const parts = calls.map(({ part }) => part)
      const spans = spansOfDay(intervals, parts, from, to, at)
      const counts = parts.map((part) => countsOf(part, from, to))
      const mayRead = rights.has('card.read')
      const lines = calls.map(({ call }) =>
        mayRead ? call : { ...call, party: unidentified(call.party), customerId: null },
      )
      const named = await options.named(lines)
      return {
        personId,
        name: options.nameOf(personId),
        from,
        to,
        at,
        complete: isDrained && complete,
        spans,
        figures: figuresOfDay(spans, counts),
        calls: named.map((call, index) => ({
          ...call,
          heldMs: calls[index]?.heldMs ?? 0,
          ...(counts[index] ?? { offered: 0, missed: 0, handled: 0 }),
        })),
        gaps,
      }
    },

    /** Who was signed in within a time, by name. @throws ProblemError `database.unreachable` */
    people: async (from: number, to: number) => {
      const isNow = from <= now() && now() < to
      const ids = new Set([...(await options.peopleBetween(from, to)), ...(isNow ? options.seated() : [])])
      const people = [...ids].map((personId) => ({ personId, name: options.nameOf(personId) }))
      people.sort((one, other) => (one.name ?? '').localeCompare(other.name ?? ''))
      return { people, breaks: [...options.breaks()] }
    },
  }
}

const intervalOf =
  (breaks: readonly BreakReason[]) =>
  ({ state, reasonId, reasonText, paid, beganAt, endedAt }: IntervalDocument): DayInterval[] =>
    state === 'offline'
      ? []
      : [
          {
            state,
            reason:
              state === 'break'
                ? shownReason({ reasonId, text: reasonText, paid: paid === true }, breaks)
                : null,
            beganAt,
            endedAt,
          },
        ]

/** The whole intervals, and the one that goes on. */
function withOpen(whole: readonly DayInterval[][], open: StatusView | null, at: number): DayInterval[] {
  const intervals = whole.flat()
  if (open === null || open.state === 'offline') return intervals
  const { state, reason, since } = open
  if (intervals.some(({ beganAt }) => beganAt === since)) return intervals
  return [...intervals, { state, reason, beganAt: since, endedAt: at }]
}
