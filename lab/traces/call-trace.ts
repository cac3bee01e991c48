import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { PbxEvent } from '../../server/floor/events.ts'
import type { Fact } from '../../server/floor/facts.ts'
import { createFloor, reduce } from '../../server/floor/floor.ts'
import type { Floor } from '../../server/floor/state.ts'
import type { CallTrace } from '../../server/history/call-trace.ts'
import { isCallFact } from '../../server/history/fold-call.ts'
import { callTraceSchema } from '../../shared/call-trace.ts'

/**
 * Reads a call that was downloaded as a trace, compressed or not.
 * @throws Error when the file is none
 */
export async function readCallTrace(file: string): Promise<CallTrace> {
  const bytes = await readFile(file)
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  const json: unknown = JSON.parse((isCompressed ? gunzipSync(bytes) : bytes).toString('utf8'))
  const envelope = callTraceSchema.safeParse(json)
  if (!envelope.success)
    throw new Error(`${file} is no trace of a call: ${envelope.error.issues[0]?.message ?? ''}`)
  return json as CallTrace
}

/** What came of a call's inputs on a floor of its own. */
export interface ReplayedCall {
  events: readonly PbxEvent[]
  /** Facts about the calls that the trace tells of. */
  facts: Fact[]
  floor: Floor
}

/** Plays a downloaded call through the floor, as fast as it goes. */
export function replayCall({ events, facts: known, floor: options }: CallTrace): ReplayedCall {
  const callIds = new Set(known.flatMap((fact) => (isCallFact(fact) ? [fact.callId] : [])))
  const floor = createFloor(options)
  const facts = events
    .flatMap((event) => reduce(floor, event).facts)
    .filter((fact) => isCallFact(fact) && callIds.has(fact.callId))
  return { events, facts, floor }
}
