import type { PbxClock } from './clock.ts'
import { leadingField, type AmiBlock } from './fields.ts'
import { readTimestamp } from './translate.ts'

export interface TimeGateSettings {
  clock: Pick<PbxClock, 'doubts'>
  /** Our clock, ms. */
  now: () => number
  /** Asks the PBX for its time, and tells the clock. */
  ask: () => Promise<void>
  /** After asking, a time that is still odd is believed for so long, ms: it is no fault of the clock. */
  believeMs: number
  onBlock: (block: AmiBlock) => void
}

/**
 * Holds events back, in their order, until the PBX has said its time: before the first, and when an event comes that
 * cannot have happened when it says, as after a jump of the PBX's clock.
 */
export interface TimeGate {
  push: (block: AmiBlock) => void
  /** How many events are held back. */
  waiting: () => number
  /** Asks for the time, and lets through what waits. @throws what asking threw; what waits has gone through even then */
  open: () => Promise<void>
}

/** A gate that is closed until it is first opened. */
export function createTimeGate({ clock, now, ask, believeMs, onBlock }: TimeGateSettings): TimeGate {
  let waiting: AmiBlock[] | undefined = []
  let believedUntil = -Infinity

  const open = async () => {
    try {
      await ask()
    } finally {
      const blocks = waiting ?? []
      waiting = undefined
      if (blocks.some(isDoubtful)) believedUntil = now() + believeMs
      for (const block of blocks) onBlock(block)
    }
  }
  const isDoubtful = (block: AmiBlock): boolean => {
    const at = readTimestamp(leadingField(block, 'timestamp'))
    if (at === null) return false
    const arrivedAt = now()
    return clock.doubts(at, arrivedAt) && arrivedAt >= believedUntil
  }
  return {
    open,
    waiting: () => waiting?.length ?? 0,
    push: (block) => {
      if (waiting) waiting.push(block)
      else if (!isDoubtful(block)) onBlock(block)
      else {
        waiting = [block]
        // A line that breaks meanwhile says so itself.
        open().catch(() => undefined)
      }
    },
  }
}
