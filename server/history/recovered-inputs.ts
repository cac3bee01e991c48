import type { PbxEvent } from '../floor/events.ts'
import type { Entry } from './entries.ts'
import type { SegmentReader } from './segments.ts'

/** An input as it was kept. `factsKept` is false when no facts stand behind it: it had none, or the stop came between. */
export interface RecoveredInput {
  seq: number
  event: PbxEvent
  factsKept: boolean
}

/**
 * The inputs that a reader still has before it, in order, up to an entry. Closes the reader.
 * @param open opens a sealed entry
 */
export async function* recoveredInputs(
  reader: SegmentReader,
  untilSeq: number,
  open: (entry: Entry) => Entry,
): AsyncGenerator<RecoveredInput> {
  let last: RecoveredInput | null = null
  try {
    for (;;) {
      const entries = await reader.next(untilSeq, 500)
      if (entries.length === 0) break
      for (const sealed of entries) {
        const entry = open(sealed)
        if (entry.kind === 'facts' && last) last.factsKept = true
        if (entry.kind !== 'input') continue
        if (last) yield last
        last = { seq: entry.seq, event: entry.event, factsKept: false }
      }
    }
    if (last) yield last
  } finally {
    await reader.close()
  }
}
