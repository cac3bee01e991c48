import type { QueueLogRow } from '../../compare/queue-log.ts'
import type { Difference } from '../../compare/rules.ts'

/** What a supervisor was shown of an agent, from when on (seconds since 1970). */
export interface ToldState {
  extension: string
  state: string
  since: number
}

/** A pause that is not over, or began and ended too soon to be seen, is not held against anything, s. */
const tooShort = 2

/**
 * Holds pauses, and so wrap-up, against queue_log's PAUSEALL and UNPAUSEALL, within a second. Whoever is paused in a call
 * is shown in the call until it is over.
 */
export function pauseDifferences(queueLog: readonly QueueLogRow[], told: readonly ToldState[]): Difference[] {
  const lines: Difference[] = []
  const begun = new Map<string, number>()
  for (const row of queueLog) {
    const extension = /^PJSIP\/(\d{3})/.exec(row.agent)?.[1] ?? ''
    if (row.event === 'PAUSEALL') begun.set(extension, row.time)
    const from = begun.get(extension)
    if (row.event !== 'UNPAUSEALL' || from === undefined) continue
    begun.delete(extension)
    const mine = told.filter((state) => state.extension === extension)
    const shown = mine.find(
      ({ state, since }) => state === 'paused' && since >= from - 1 && since <= row.time + 1,
    )
    const talked = mine.some(
      ({ state, since }) => state === 'talking' && since <= row.time && since > from - 3_600,
    )
    if (!shown) {
      if (row.time - from >= tooShort && !talked)
        lines.push({ callId: '', at: from, what: `queue_log has ${extension} paused, Ringcard has not` })
      continue
    }
    const next = mine.find(({ state, since }) => state !== 'paused' && since >= shown.since)
    if (!next || Math.abs(Math.floor(next.since) - row.time) > 1)
      lines.push({
        callId: '',
        at: row.time,
        what: `${extension} paused until ${row.time} there, ${next?.since ?? 'for ever'} here`,
      })
  }
  return lines
}
