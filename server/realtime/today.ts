import { erasedParty, type Day, type TodayCall } from '../../shared/calls.ts'
import type { ShownResult } from '../../shared/dispositions.ts'
import type { Log } from './boundary.ts'

/** A person's calls since an instant. */
export interface CallsSince {
  calls: readonly TodayCall[]
  /** Whether that is all of them, or some are where nobody can read now. */
  complete: boolean
}

/** What somebody is told of their day. */
export interface DayNews {
  day: Day
  calls: readonly TodayCall[]
}

export interface TodayOptions {
  /** A person's calls since an instant, from history. */
  todayOf: (personId: string, since: number) => Promise<CallsSince>
  /** When the day began, for the people of this centre; ms since epoch. */
  startOfToday: () => number
  /** Tells a person of a day that has begun, and of calls that history has come to know. */
  publish: (personId: string, news: DayNews) => void
  log: Log
}

export interface Today {
  /** What is known of a person's day. What history knows is asked for, and told when it comes. */
  content: (personId: string) => DayNews
  /**
   * One of their calls is over.
   * @returns whether it is one of today; one that began to ring before midnight is not
   */
  note: (personId: string, call: TodayCall) => boolean
  /** A person has said what came of a call of theirs. */
  noteResult: (personId: string, callId: string, result: ShownResult) => void
  forget: (personId: string) => void
  /** Who called is known no more in these calls, nor these customers by name in any: whoever has some in their day is told. */
  erase: (callIds: ReadonlySet<string>, customerIds: ReadonlySet<string>) => void
  /** To be called now and then: begins a new day at midnight, and asks history again where it could not answer. */
  look: () => void
}

interface DayOf {
  since: number
  earlier: Day['earlier']
  /** History is being asked. */
  asking: boolean
  calls: Map<string, TodayCall>
}

/** "My calls of today" of everybody with a console: history's up to now, then what happens. No snapshot waits for history. */
export function createToday({ todayOf, startOfToday, publish, log }: TodayOptions): Today {
  const days = new Map<string, DayOf>()
  let erasures = 0
  const news = ({ since, earlier }: DayOf, calls: Iterable<TodayCall>): DayNews => ({
    day: { since, earlier },
    calls: [...calls],
  })

  async function ask(personId: string, day: DayOf): Promise<void> {
    if (day.asking) return
    day.asking = true
    const before = day.earlier
    const erasuresBefore = erasures
    const known = await todayOf(personId, day.since).catch((error: unknown): CallsSince => {
      if (before !== 'unavailable') {
        log.warn({ err: error, personId }, 'The calls of today could not be read from history.')
      }
      return { calls: [], complete: false }
    })
    day.asking = false
    // Meanwhile the person may be gone, or the day.
    if (days.get(personId) !== day) return
    // Somebody was erased while history was read: it may tell of them.
    if (erasures !== erasuresBefore) return ask(personId, day)
    day.earlier = known.complete ? 'complete' : 'unavailable'
    const fresh = known.calls.flatMap((call) => (call.at < day.since ? [] : newsOf(call, day)))
    for (const call of fresh) day.calls.set(call.callId, call)
    if (fresh.length > 0 || day.earlier !== before) publish(personId, news(day, fresh))
  }

  /** What happened meanwhile is newer than what history had; a name that nobody could read before is news. */
  function newsOf(call: TodayCall, { calls }: DayOf): TodayCall[] {
    const here = calls.get(call.callId)
    if (here === undefined) return [call]
    const named = here.customerName === null && call.customerName !== null
    return named && here.customerId === call.customerId ? [{ ...here, customerName: call.customerName }] : []
  }

  function of(personId: string): DayOf {
    const known = days.get(personId)
    if (known) return known
    const day: DayOf = { since: startOfToday(), earlier: 'loading', asking: false, calls: new Map() }
    days.set(personId, day)
    void ask(personId, day)
    return day
  }

  /** @returns whether another day has begun */
  function turn(day: DayOf): boolean {
    const since = startOfToday()
    if (since === day.since) return false
    day.since = since
    for (const [callId, { at }] of day.calls) if (at < since) day.calls.delete(callId)
    return true
  }

  return {
    content(personId) {
      const day = of(personId)
      turn(day)
      return news(day, day.calls.values())
    },
    note(personId, call) {
      const day = of(personId)
      if (call.at < Math.max(day.since, startOfToday())) return false
      day.calls.set(call.callId, call)
      return true
    },
    noteResult(personId, callId, result) {
      const call = days.get(personId)?.calls.get(callId)
      if (call !== undefined) days.get(personId)?.calls.set(callId, { ...call, result, owed: false })
    },
    forget: (personId) => void days.delete(personId),
    erase(callIds, customerIds) {
      erasures += 1
      for (const [personId, day] of days) {
        const erased = [...day.calls.values()].flatMap((call): TodayCall[] => {
          const unnamed = { ...call, customerId: null, customerName: null }
          if (callIds.has(call.callId) && call.party.erased !== true)
            return [{ ...unnamed, party: erasedParty(call.party), owed: false }]
          return customerIds.has(call.customerId ?? '') ? [unnamed] : []
        })
        for (const call of erased) day.calls.set(call.callId, call)
        if (erased.length > 0) publish(personId, news(day, erased))
      }
    },
    look() {
      for (const [personId, day] of days) {
        if (turn(day)) publish(personId, news(day, []))
        if (day.earlier === 'unavailable') void ask(personId, day)
      }
    },
  }
}
