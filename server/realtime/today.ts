import type { TodayCall } from '../../shared/calls.ts'
import type { Log } from './boundary.ts'

export interface TodayOptions {
  /** A person's calls since an instant, from history. */
  todayOf: (personId: string, since: number) => Promise<readonly TodayCall[]>
  /** When the day began, for the people of this centre; ms since epoch. */
  startOfToday: () => number
  /** Tells a person of calls that history has come to know. */
  publish: (personId: string, calls: readonly TodayCall[]) => void
  log: Log
}

export interface Today {
  /** What is known of a person's calls of today. What history knows is asked for, and told when it comes. */
  content: (personId: string) => TodayCall[]
  /** One of their calls is over. */
  note: (personId: string, call: TodayCall) => void
  forget: (personId: string) => void
}

/** "My calls of today" of everybody with a console: history's up to now, then what happens. No snapshot waits for history. */
export function createToday({ todayOf, startOfToday, publish, log }: TodayOptions): Today {
  const calls = new Map<string, Map<string, TodayCall>>()
  const loaded = new Set<string>()

  async function load(personId: string, mine: Map<string, TodayCall>): Promise<void> {
    try {
      const known = await todayOf(personId, startOfToday())
      // Meanwhile the person may be gone, and what happened meanwhile is newer than what history had.
      if (calls.get(personId) !== mine) return
      const news = known.filter((call) => !mine.has(call.callId))
      for (const call of news) mine.set(call.callId, call)
      publish(personId, news)
    } catch (error) {
      loaded.delete(personId)
      log.warn({ err: error, personId }, 'The calls of today could not be read from history.')
    }
  }

  function of(personId: string): Map<string, TodayCall> {
    const mine = calls.get(personId) ?? new Map<string, TodayCall>()
    calls.set(personId, mine)
    if (!loaded.has(personId)) {
      loaded.add(personId)
      void load(personId, mine)
    }
    return mine
  }

  return {
    content(personId) {
      const since = startOfToday()
      const mine = of(personId)
      for (const [callId, call] of mine) if (call.at < since) mine.delete(callId)
      return [...mine.values()]
    },
    note(personId, call) {
      of(personId).set(call.callId, call)
    },
    forget(personId) {
      calls.delete(personId)
      loaded.delete(personId)
    },
  }
}
