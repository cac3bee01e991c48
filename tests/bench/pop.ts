import { agentCount, paintingAgent } from './center.ts'
import { callerNumbers } from './customer-base.ts'
import type { Offer, PlannedCall, PlayBlock } from './messages.ts'
import { openPaintingConsole } from './painted.ts'
import { processorTimes } from './processes.ts'
import { setUpPop, type PopStage, type Side } from './pop-stage.ts'
import { percentiles, ratio, round } from './statistics.ts'
import { versions } from './versions.ts'

interface Plan {
  customers: number
  blocks: number
  blockSeconds: number
  /** From the first offer of a call to its end. */
  lengthMs: number
  /** What the late half waits, ms. */
  waits: readonly number[]
  paintedSeconds: number
  /** As `lengthMs`, for the calls that are painted: the first phone rings for a tenth of it. */
  paintedLengthMs: number
  paintedEveryMs: number
  paintedNeeded: number
  /** Before that, cards that are not counted: a browser is slow with the first of the day. */
  paintedWarmUpSeconds: number
}

const rate = 20
/** Whatever was offered within this after the arrival could not be prepared for. */
const atOnceMs = 5
/** What such a call is played with: a timer's delay still fits in. */
const playedAtOnceMs = 1
const goals = { p50: 1.5, p99: 3, paintedP99: 100 }
/** A run that fell further short of its rate or its n than this is not ok. */
const enough = 0.98

const full: Plan = {
  customers: 1_000_000,
  blocks: 5,
  blockSeconds: 60,
  lengthMs: 10_000,
  waits: Array.from({ length: 31 }, (_, step) => 5_000 + step * 500),
  paintedSeconds: 275,
  paintedLengthMs: 10_000,
  paintedEveryMs: 1_250,
  paintedNeeded: 200,
  paintedWarmUpSeconds: 25,
}
const shortened: Plan = {
  customers: 50_000,
  blocks: 2,
  blockSeconds: 4,
  lengthMs: 3_000,
  waits: [5_000, 5_250, 5_500],
  paintedSeconds: 12,
  paintedLengthMs: 6_000,
  paintedEveryMs: 1_000,
  paintedNeeded: 8,
  paintedWarmUpSeconds: 6,
}

/** What was measured of one side. */
interface Measured {
  /** From the last byte of the offer to the card at a console, ms. */
  atOnce: number[]
  late: number[]
  /** Median of the calls offered at once, by block. */
  byBlock: number[]
  offers: number
  /** Offers whose card did not come, or came to somebody else. */
  missed: number
  reached: number[]
}

/**
 * `npm run bench -- pop`: from the bytes of an offer to the card at a connected console, ours against the floor's, and to
 * the card painted in Chromium.
 * @returns the line of figures
 */
export async function benchPop(short: boolean, say: (line: string) => void): Promise<object> {
  const plan = short ? shortened : full
  const stage = await setUpPop(plan.customers, say)
  try {
    let taken = 0
    const callers = (howMany: number) => callerNumbers('one', howMany, plan.customers, (taken += 104_729))
    const measured: Record<Side['name'], Measured> = { floor: nothingYet(), ours: nothingYet() }
    const cpu: Record<Side['name'] | 'painted', Record<string, number>> = { floor: {}, ours: {}, painted: {} }

    say('Warming up')
    await Promise.all(
      [stage.floor, stage.ours].map(async (side) => {
        await side.play(blockOf({ ...plan, blockSeconds: 3, waits: [playedAtOnceMs] }, callers))
        await side.collect()
      }),
    )
    for (let block = 1; block <= plan.blocks; block++) {
      for (const side of [stage.floor, stage.ours]) {
        const before = processorTimes(stage.names)
        const offers = await side.play(blockOf(plan, callers))
        addTimes(cpu[side.name], before, processorTimes(stage.names))
        measure(measured[side.name], offers, await side.collect())
        const { byBlock } = measured[side.name]
        say(`Block ${block} of ${side.name}: median ${byBlock.at(-1) ?? 0} ms`)
      }
    }
    const painted = await measurePainted(stage.ours, plan, callers, stage, cpu.painted, say)
    const [floor, ours] = [summary(measured.floor), summary(measured.ours)]
    const ratios = {
      atOnce: compare(ours.atOnce, floor.atOnce),
      late: compare(ours.late, floor.late),
    }
    const { p50, p99 } = ratios.atOnce
    const reached = Math.min(...measured.floor.reached, ...measured.ours.reached)
    const asked = plan.blocks * plan.blockSeconds * rate
    const complete =
      reached >= rate * enough &&
      Math.min(floor.atOnce.n + floor.late.n, ours.atOnce.n + ours.late.n) >= asked * enough &&
      painted.n >= plan.paintedNeeded
    const met = {
      p50: p50 !== null && p50 <= goals.p50,
      p99: p99 !== null && p99 <= goals.p99,
      painted: painted.p99 <= goals.paintedP99,
      complete,
    }
    return {
      bench: 'pop',
      ok: !short && Object.values(met).every(Boolean),
      short,
      customers: plan.customers,
      consoles: agentCount,
      floor,
      ours,
      ratios,
      goals: { ...goals, met },
      painted,
      n: { asked, floor: measured.floor.offers, ours: measured.ours.offers },
      rate: { asked: rate, reached: round(reached) },
      cpu,
      versions: versions(),
      database: stage.base.describe,
    }
  } finally {
    await stage.stop()
  }
}

/**
 * Calls at the rate, every other one offered at once. Each begins somewhere in its share of the time: begun in step, all
 * steps of all calls would fall into the same instants, which no telephone network does.
 */
function blockOf(plan: Plan, callers: (howMany: number) => string[]): PlayBlock {
  const numbers = callers(plan.blockSeconds * rate)
  const calls = numbers.map((caller, index): PlannedCall => {
    const wait = plan.waits[Math.floor(Math.random() * plan.waits.length)] ?? 0
    const atMs = ((index + Math.random()) * 1000) / rate
    return { caller, atMs, waitMs: index % 2 === 0 ? playedAtOnceMs : wait }
  })
  return { type: 'play', lengthMs: plan.lengthMs, calls }
}

const nothingYet = (): Measured => ({ atOnce: [], late: [], byBlock: [], offers: 0, missed: 0, reached: [] })

function measure(
  measured: Measured,
  offers: readonly Offer[],
  seen: Awaited<ReturnType<Side['collect']>>,
): void {
  const atOnce: number[] = []
  for (const { callId, extension, arrivedMs, offeredMs } of offers) {
    const card = seen.get(callId)
    if (card?.extension !== extension) {
      measured.missed += 1
      continue
    }
    const tookMs = card.atMs - offeredMs
    if (offeredMs - arrivedMs <= atOnceMs) atOnce.push(tookMs)
    // A call that was to be offered at once, and was not because the machine was busy, is of neither kind.
    else if (offeredMs - arrivedMs > 1_000) measured.late.push(tookMs)
  }
  measured.atOnce.push(...atOnce)
  measured.byBlock.push(percentiles(atOnce).p50)
  measured.offers += offers.length
  const arrivals = offers.map(({ arrivedMs }) => arrivedMs)
  const spanMs = Math.max(...arrivals) - Math.min(...arrivals)
  measured.reached.push(((offers.length - 1) * 1000) / spanMs)
}

function summary({ atOnce, late, byBlock, offers, missed }: Measured) {
  return { atOnce: percentiles(atOnce), late: percentiles(late), byBlock, offers, missed }
}

function compare(ours: ReturnType<typeof percentiles>, floor: ReturnType<typeof percentiles>) {
  return { p50: ratio(ours.p50, floor.p50), p90: ratio(ours.p90, floor.p90), p99: ratio(ours.p99, floor.p99) }
}

/** With the same load on the server, one agent is in Chromium and is called again and again. */
async function measurePainted(
  ours: Side,
  plan: Plan,
  callers: (howMany: number) => string[],
  { seats, names }: Pick<PopStage, 'seats' | 'names'>,
  cpu: Record<string, number>,
  say: (line: string) => void,
) {
  const seat = seats.find(({ extension }) => extension === paintingAgent)
  if (!seat) throw new Error(`Nobody is at ${paintingAgent}.`)
  say('Opening a console in Chromium')
  const browser = await openPaintingConsole(ours.url, seat)
  try {
    const play = async (blockSeconds: number) => {
      const block = blockOf(
        { ...plan, blockSeconds, lengthMs: plan.paintedLengthMs, waits: [playedAtOnceMs] },
        callers,
      )
      let nextMs = 1_000
      for (const call of block.calls) {
        if (call.atMs < nextMs) continue
        call.firstTo = paintingAgent
        nextMs += plan.paintedEveryMs
      }
      const offers = (await ours.play(block)).filter(({ extension }) => extension === paintingAgent)
      await ours.collect()
      return offers
    }
    await play(plan.paintedWarmUpSeconds)
    const before = processorTimes(names)
    const offers = await play(plan.paintedSeconds)
    addTimes(cpu, before, processorTimes(names))
    const painted = await browser.painted()
    const took = offers.flatMap(({ callId, offeredMs }) => {
      const atMs = painted.get(callId)
      return atMs === undefined ? [] : [atMs - offeredMs]
    })
    return { ...percentiles(took), offers: offers.length, unpainted: offers.length - took.length }
  } finally {
    await browser.close()
  }
}

function addTimes(
  to: Record<string, number>,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): void {
  for (const [name, seconds] of after) {
    const spent = seconds - (before.get(name) ?? 0)
    if (spent > 0) to[name] = round((to[name] ?? 0) + spent)
  }
}
