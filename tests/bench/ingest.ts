import { randomBytes } from 'node:crypto'
import type { FeedMessage, SideMessage } from './messages.ts'
import { startWorker, type Worker } from './processes.ts'
import { median, ratio, round } from './statistics.ts'
import { versions } from './versions.ts'

interface Plan {
  calls: number
  rounds: number
  /** The calls of one run on each size of floor. */
  scaledCalls: number
}
const full: Plan = { calls: 4_000, rounds: 5, scaledCalls: 1_500 }
const shortened: Plan = { calls: 1_000, rounds: 2, scaledCalls: 400 }
const goals = { fullEvents: 0.6, filteredCalls: 2, perEventGrowth: 1.25 }
const sizes = [10, 100, 1_000] as const

type Side = 'package' | 'ours'
type Done = Extract<SideMessage, { type: 'done' }>

/** A stream in the memory of a process, which can be played again and again. */
interface Feed {
  worker: Worker<FeedMessage>
  secret: string
  made: FeedMessage
}

/**
 * `npm run bench -- ingest`: recorded calls, multiplied, from the bytes of the socket to facts in the spool; beside
 * asterisk-manager that parses the same bytes and does nothing with them.
 * @returns the line of figures
 */
export async function benchIngest(short: boolean, say: (line: string) => void): Promise<object> {
  const plan = short ? shortened : full
  const hundred = await feedOf(plan.calls, false, 100)
  const unfiltered = await feedOf(plan.calls, true, 100)
  const taken: Record<string, Done[]> = {}
  try {
    for (let round = 1; round <= plan.rounds; round++) {
      for (const [stream, feed] of [['filtered', hundred] as const, ['full', unfiltered] as const]) {
        for (const side of ['package', 'ours'] as const) {
          const done = await run(side, feed)
          ;(taken[`${side} ${stream}`] ??= []).push(done)
          say(`Round ${round}: ${side}, ${stream} stream, ${Math.round(done.ms)} ms`)
        }
      }
    }
  } finally {
    await hundred.worker.stop()
    await unfiltered.worker.stop()
  }
  const rates = (side: Side, stream: 'filtered' | 'full') => {
    const { made } = stream === 'full' ? unfiltered : hundred
    const runs = taken[`${side} ${stream}`] ?? []
    const ms = median(runs.map((one) => one.ms))
    return {
      blocks: made.blocks,
      calls: made.calls,
      bytes: made.bytes,
      ms: round(ms),
      runs: runs.map((one) => round(one.ms)),
      cpuMs: round(median(runs.map((one) => one.cpuMs))),
      eventsPerSecond: Math.round((made.blocks * 1000) / ms),
      callsPerSecond: Math.round((made.calls * 1000) / ms),
      callsEnded: Math.min(...runs.map((one) => one.callsEnded)),
    }
  }
  const floor = { filtered: rates('package', 'filtered'), full: rates('package', 'full') }
  const ours = { filtered: rates('ours', 'filtered'), full: rates('ours', 'full') }

  const scaled = []
  for (const agents of sizes) {
    const feed = await feedOf(plan.scaledCalls, false, agents)
    try {
      const runs: Done[] = []
      for (let round = 0; round < Math.min(3, plan.rounds); round++) runs.push(await run('ours', feed))
      const perEventUs = (median(runs.map((one) => one.cpuMs)) * 1000) / feed.made.blocks
      scaled.push({ agents, queues: agents / 10, perEventUs: round(perEventUs) })
      say(`${agents} agents: ${round(perEventUs)} µs of processor time an event`)
    } finally {
      await feed.worker.stop()
    }
  }
  const ratios = {
    fullEvents: ratio(ours.full.eventsPerSecond, floor.full.eventsPerSecond),
    filteredEvents: ratio(ours.filtered.eventsPerSecond, floor.filtered.eventsPerSecond),
    filteredCalls: ratio(ours.filtered.callsPerSecond, floor.full.callsPerSecond),
    perEventGrowth: ratio(scaled.at(-1)?.perEventUs ?? 0, scaled[0]?.perEventUs ?? 0),
  }
  const met = {
    fullEvents: (ratios.fullEvents ?? 0) >= goals.fullEvents,
    filteredCalls: (ratios.filteredCalls ?? 0) >= goals.filteredCalls,
    perEventGrowth: (ratios.perEventGrowth ?? Infinity) <= goals.perEventGrowth,
    // Whatever did not end in the floor was not taken in.
    complete: ours.filtered.callsEnded >= plan.calls && ours.full.callsEnded >= plan.calls,
  }
  return {
    bench: 'ingest',
    ok: !short && Object.values(met).every(Boolean),
    short,
    n: plan.calls,
    rounds: plan.rounds,
    floor,
    ours,
    scaled,
    ratios,
    goals: { ...goals, met },
    versions: versions(),
  }
}

async function feedOf(calls: number, unfiltered: boolean, agents: number): Promise<Feed> {
  const worker = startWorker<FeedMessage>('ingest-feed.ts')
  const secret = randomBytes(16).toString('hex')
  const extensions = Array.from({ length: agents }, (_, index) => String(1001 + index))
  const queues = Math.max(1, agents / 10)
  const agentsOf = Array.from({ length: queues }, (_, queue): [string, string[]] => [
    `queue-${String(queue + 1).padStart(3, '0')}`,
    extensions.filter((_extension, index) => index % queues === queue),
  ])
  worker.send({ type: 'make', calls, unfiltered, secret, agentsOf })
  return { worker, secret, made: await worker.next('made') }
}

/** Plays a stream to a fresh process of a side. */
async function run(side: Side, { worker, secret, made }: Feed): Promise<Done> {
  const listener = startWorker<SideMessage>('ingest-side.ts', {}, [side, String(made.port), secret])
  try {
    await listener.next('ready')
    const done = listener.next('done')
    worker.send({ type: 'go' })
    return await done
  } finally {
    await listener.stop()
  }
}
