import { z } from 'zod'
import type { PbxEvent } from '../floor/events.ts'
import type { Fact } from '../floor/facts.ts'
import type { CallDocument } from './model.ts'

/** Something that history itself has to say: entries that could not be kept, and when. Times are ms. */
export interface Mark {
  reason: 'spoolFull' | 'tornTail'
  from: number
  to: number
  /** How many entries were not kept; null when nobody could count them. */
  entriesLost: number | null
}

/**
 * What an entry says. The facts that came of an input stand directly after it, best in the same batch.
 * `binding` says who a call's customer is (null: nobody), and whether an agent said so. `record` replaces a call's document, after a gap in which
 * its facts could not be kept.
 */
export type EntryBody =
  | { kind: 'input'; event: PbxEvent }
  | { kind: 'facts'; facts: readonly Fact[] }
  | { kind: 'binding'; callId: string; customerId: string | null; decided: boolean }
  | { kind: 'record'; call: CallDocument }
  | { kind: 'mark'; mark: Mark }

/** An entry as it stands in the journal. `seq` grows by one for each entry of a node, across restarts; `at` is our clock, ms. */
export type Entry = { seq: number; node: string; at: number } & EntryBody

/** What every entry must have to be read at all. What stands inside is guarded by the entry's checksum. */
const envelopeSchema = z.looseObject({
  seq: z.number().int().positive(),
  node: z.string(),
  at: z.number(),
  kind: z.enum(['input', 'facts', 'binding', 'record', 'mark']),
})

/**
 * Reads one entry.
 * @param json what `frame.ts` found intact
 * @returns null when it is no entry of ours
 */
export function readEntry(json: string): Entry | null {
  try {
    const value: unknown = JSON.parse(json)
    return isEntry(value) ? value : null
  } catch {
    return null
  }
}

function isEntry(value: unknown): value is Entry {
  return envelopeSchema.safeParse(value).success
}
