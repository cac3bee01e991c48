import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { readTrace } from '../../lab/traces/trace.ts'
import { connectDatabase } from '../../server/database/database.ts'
import { ensureIndexes } from '../../server/database/schema.ts'
import type { PbxEvent } from '../../server/floor/events.ts'
import { createFloor, reduce } from '../../server/floor/floor.ts'
import { openHistory } from '../../server/history/history.ts'
import { createMasterKeys } from '../../server/keys/master-keys.ts'
import { desks, floorOptions, replay } from '../compare/replay.ts'
import type { SpoolSideMessage } from './messages.ts'
import { percentiles } from './statistics.ts'

/*
 * The node of `bench -- spool`: real events of a recorded call, again and again with new ids and numbers at a rate, through a
 * floor into history. Arguments: the database's URI, calls a second.
 */
const [uri = '', rate = '20'] = process.argv.slice(2)
const tell = (message: SpoolSideMessage) => process.send?.(message)
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const everyMs = 50
/** How fast a recorded call is played, so that as many run at once as in ten seconds each. */
const lengthMs = 10_000

const folder = mkdtempSync(join(tmpdir(), 'ringcard-spool-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const database = connectDatabase({ uri, log, serverSelectionTimeoutMs: 2_000 })
await database.whenReady()
const history = await openHistory({
  folder,
  node: 'bench',
  database,
  masterKeys: createMasterKeys([randomBytes(32)]),
  showParty: ({ number, name }) => ({ number, display: number ?? '', name, withheld: false }),
  log,
})
await ensureIndexes(database.connection)

/** The recorded call as text in which ids, numbers and times can be put. */
const recorded = replay(await readTrace('second-agent-answers')).events.filter(
  ({ type }) => type !== 'desks.set',
)
const firstAt = recorded[0]?.at ?? 0
const scale = lengthMs / ((recorded.at(-1)?.at ?? 0) - firstAt)
const steps = recorded.map((event) => ({
  afterMs: (event.at - firstAt) * scale,
  json: JSON.stringify(event),
}))
const ids = [
  ...new Set(steps.flatMap(({ json }) => [...json.matchAll(/"lab:([^"]+)"/g)].map(([, id]) => id ?? ''))),
]
const caller = /"callerNumber":"(\+?\d{7,})"/.exec(steps.map(({ json }) => json).join())?.[1] ?? 'none'

interface Running {
  n: number
  beganAt: number
  next: number
  floor: ReturnType<typeof createFloor>
}
const running = new Set<Running>()
const appends: number[] = []
let begun = 0
let owed = 0
let refused = 0

function eventOf({ n, beganAt }: Running, { afterMs, json }: (typeof steps)[number]): PbxEvent {
  let text = json.replaceAll(caller, `+49302${String(n).padStart(8, '0')}`)
  ids.forEach((id, index) => (text = text.replaceAll(`"lab:${id}"`, `"lab:${n}.${index}"`)))
  const at = Math.round(beganAt + afterMs)
  return { ...(JSON.parse(text) as PbxEvent), at, arrivedAt: at }
}

function play(now: number): void {
  for (const call of running) {
    for (let step = steps[call.next]; step && call.beganAt + step.afterMs <= now; step = steps[call.next]) {
      call.next += 1
      const event = eventOf(call, step)
      const { facts } = reduce(call.floor, event)
      const before = performance.now()
      const kept = history.append([
        { kind: 'input', event },
        ...(facts.length > 0 ? [{ kind: 'facts' as const, facts }] : []),
      ])
      appends.push(performance.now() - before)
      if (!kept.kept) refused += 1
    }
    if (call.next >= steps.length) running.delete(call)
  }
}

const sample = (): void => {
  const { entries, bytes, trouble } = history.status()
  tell({ type: 'sample', at: Date.now(), rssBytes: process.memoryUsage.rss(), entries, bytes, trouble })
}
const sampling = setInterval(sample, 1_000)
const checkpoints = setInterval(() => void history.saveCheckpoint({}, history.status().lastSeq), 20_000)
const beating = setInterval(() => {
  const now = Date.now()
  owed += (Number(rate) * everyMs) / 1000
  for (; owed >= 1 && accepting; owed -= 1) {
    const floor = createFloor(floorOptions)
    reduce(floor, { type: 'desks.set', pbx: 'lab', at: now, arrivedAt: now, desks })
    running.add({ n: (begun += 1), beganAt: now, next: 0, floor })
  }
  play(now)
}, everyMs)
let accepting = true

// It is asked for nothing but to finish.
process.once('message', () => void finish())
process.once('disconnect', () => process.exit(0))
tell({ type: 'ready' })

/** Lets the calls end that have begun, and waits until the database has all. */
async function finish(): Promise<void> {
  accepting = false
  while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, everyMs))
  clearInterval(beating)
  const began = Date.now()
  const drained = await history.drain(20 * 60_000)
  clearInterval(sampling)
  clearInterval(checkpoints)
  sample()
  tell({
    type: 'finished',
    calls: begun,
    refused,
    drained,
    drainMs: Date.now() - began,
    append: percentiles(appends),
    refusedEntries: history.status().refusedEntries,
  })
}
