import { readBlocks, type Block } from '../../../../lab/traces/blocks.ts'
import type { Trace } from '../../../../lab/traces/trace.ts'
import { isUseless } from '../../../../server/asterisk/translate.ts'
import type { PbxEvent } from '../../../../server/floor/events.ts'
import { PbxAsTold } from '../../../compare/pbx-as-told.ts'
import { desks } from '../../../compare/replay.ts'
import { connect, newTranslator } from '../../../compare/snapshot-of.ts'

/** One block that means something to the server, and when it came by our clock, ms. */
export interface Heard {
  block: Block
  at: number
}

/** What one connection made of a PBX: the snapshot of its beginning, and then of each block what it means. */
export interface Hearing {
  connected: readonly PbxEvent[]
  /** From the block on with which the connection began. */
  later: readonly (readonly PbxEvent[])[]
}

/** A recording as the floor hears it. */
export type Recording = Pick<Trace, 'startedAt' | 'start' | 'pieces'>

/** The blocks of a recording that the server reads at all. */
export function heardIn({ startedAt, pieces }: Recording): Heard[] {
  return pieces.flatMap(({ atMs, text }) =>
    readBlocks(text).flatMap((block) => {
      const { event } = block
      return typeof event !== 'string' || isUseless(event) ? [] : [{ block, at: startedAt + atMs }]
    }),
  )
}

/** The directory, before anything else. */
export function desksSet(at: number): PbxEvent {
  return { type: 'desks.set', pbx: 'lab', at, arrivedAt: at, desks }
}

/**
 * Connects to the PBX after the first `from` blocks of a recording, and hears the rest.
 * @param heard of the same recording
 */
export async function hearFrom(
  recording: Recording,
  heard: readonly Heard[],
  from: number,
): Promise<Hearing> {
  const pbx = new PbxAsTold(recording.start)
  for (const { block } of heard.slice(0, from)) pbx.take(block)
  let now = heard[from - 1]?.at ?? recording.startedAt
  const asked: string[] = []
  const translator = newTranslator(
    () => now,
    (device) => asked.push(device),
  )
  const connected = await connect((action) => pbx.answer(action), translator, now)
  const later = heard.slice(from).map(({ block, at }) => {
    now = at
    pbx.take(block)
    const events = translator.translate(block)
    const answers = asked
      .splice(0)
      .flatMap((device) => translator.learnDeviceState(device, pbx.deviceState(device)))
    return [...events, ...answers]
  })
  return { connected, later }
}
