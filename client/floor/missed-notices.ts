import { computed } from 'vue'
import { useLive } from '../realtime/live.ts'
import { useSession } from '../session/session.ts'

/** An agent who is on a break for missed calls, which no supervisor has seen yet. */
export interface MissedNotice {
  extension: string
  /** By name; by the desk where that is not known. */
  name: string
  misses: number
  at: number
}

/** Those of the floor, the newest first; none for somebody who may not watch it. */
export function useMissedNotices() {
  const live = useLive()
  const session = useSession()
  return computed((): MissedNotice[] => {
    if (!session.rights.has('floor.watch')) return []
    const names = new Map(live.agents.map(({ extension, displayName }) => [extension, displayName]))
    return live.statuses
      .flatMap(({ extension, missedNotice }) =>
        missedNotice === null
          ? []
          : [{ extension, name: names.get(extension) ?? extension, ...missedNotice }],
      )
      .sort((one, other) => other.at - one.at)
  })
}
