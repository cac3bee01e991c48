import { PlayedCall, type Ids } from '../../lab/simulator/played-call.ts'
import { compileTemplate, renderStep, type Template } from '../../lab/simulator/template.ts'
import { readTrace, unfilteredFolder } from '../../lab/traces/trace.ts'

/** Recorded calls, multiplied: new ids, numbers and agents, one after the other as if they had come at a rate. */
export interface Stream {
  /** Whole blocks, in the order of their times. */
  text: string
  blocks: number
  calls: number
  bytes: number
}

/** What the streams are made of: the same flows, once as the server's own user hears them and once with nothing left out. */
const names = [
  'second-agent-answers',
  'hold',
  'overflow',
  'ringall-one-answers',
  'abandoned-late',
  'direct-caller-hangs-up',
  'blind-transfer',
]

/** The channel whose first event ends a stream. */
export const lastUnique = 'bench-9999999999.1'

/**
 * Makes a stream.
 * @param unfiltered whether as a manager user hears it who hears everything
 * @param agentsOf who is in which queue: callers are dealt to the queues, and each phone has one call at a time
 */
export async function makeStream(
  calls: number,
  unfiltered: boolean,
  agentsOf: ReadonlyMap<string, readonly string[]>,
): Promise<Stream> {
  const templates = await Promise.all(
    names.map(async (name) =>
      compileTemplate(await readTrace(name, unfiltered ? unfilteredFolder : undefined)),
    ),
  )
  const queueNames = [...agentsOf.keys()]
  const agents = [...agentsOf.values()].flat()
  const lengths = templates.map(({ steps }) => steps.at(-1)?.atMs ?? 0)
  // No more calls at once than a third of the agents can have: a call takes up to three of them.
  const meanMs = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  const everyMs = Math.max(50, (3.5 * meanMs) / agents.length)
  const ids: Ids = { systemName: 'bench', channels: 0, serials: 0 }
  const startedAt = Date.UTC(2026, 10, 2, 8)
  const blocks: { atMs: number; text: string }[] = []
  let turn = 0
  for (let n = 0; n < calls; n++) {
    const template: Template | undefined = templates[n % templates.length]
    if (!template) continue
    const fromMs = n * everyMs
    const cast = {
      caller: `+4930${String(23_000_000 + n)}`,
      queue: () => queueNames[n % queueNames.length] ?? '',
      extension: () => agents[(turn += 1) % agents.length] ?? '',
    }
    const call = new PlayedCall(template, cast, ids, startedAt + fromMs)
    for (const step of template.steps) {
      blocks.push({ atMs: fromMs + step.atMs, text: renderStep(step, call.valueOf) })
    }
  }
  blocks.sort((a, b) => a.atMs - b.atMs)
  const last = blocks.at(-1)?.atMs ?? 0
  const ending = [
    'Event: Newchannel',
    'Privilege: call,all',
    `Timestamp: ${((startedAt + last + 1_000) / 1000).toFixed(6)}`,
    'Channel: PJSIP/trunk-00ffffff',
    'ChannelState: 4',
    'ChannelStateDesc: Ring',
    'CallerIDNum: +493012345678',
    'CallerIDName: <unknown>',
    'ConnectedLineNum: <unknown>',
    'ConnectedLineName: <unknown>',
    'Language: en',
    'AccountCode: ',
    'Context: from-trunk',
    'Exten: +493023125101',
    'Priority: 1',
    `Uniqueid: ${lastUnique}`,
    `Linkedid: ${lastUnique}`,
  ]
  const text = blocks.map((block) => block.text).join('') + `${ending.join('\r\n')}\r\n\r\n`
  return { text, blocks: blocks.length + 1, calls, bytes: Buffer.byteLength(text) }
}
