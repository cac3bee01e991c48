import { faultFlows, tenCalls, type Site } from '../../../lab/flows/faults.ts'
import { flows } from '../../../lab/flows/flows.ts'
import { firstStart, variants } from '../../../lab/flows/variants.ts'
import type { Rule } from '../../compare/rules.ts'
import { openLane, type Lane, type LaneResult, type Played } from './lane.ts'
import { mixedCalls } from './mixed.ts'

/** The journey's last line. */
export interface TruthResult {
  journey: 'truth'
  ok: boolean
  pbx: 'asterisk'
  /** Ways a call can go that were played whole. */
  flows: number
  calls: number
  compared: number
  differences: number
  reconstructed: number
  ghosts: number
}

interface Task {
  name: string
  ownClock: boolean
  /** Played first, because it takes long. */
  long: boolean
  play: (site: Site) => Promise<void>
}

const mixed = 'sixty-mixed-calls'
const mixedCount = 60
const longFlows = new Set([mixed, 'link-cut-60-s', 'link-cut-10-s', 'thirty-at-once', 'queue-three-times'])
const defaults = { lanes: 3, seed: 20_261_125 }

/**
 * Plays every way that a call can go on the real Asterisk, on several contact centers side by side, and holds what Ringcard
 * tells of it against what Asterisk wrote.
 * @param say told how far it is
 * @param args `--only NAME,NAME` plays some flows, `--lanes N`, `--seed N`
 */
export async function journeyTruth(
  say: (line: string) => void,
  args: readonly string[],
): Promise<TruthResult> {
  const only = valueOf(args, '--only')?.split(',')
  const laneCount = Number(valueOf(args, '--lanes') ?? defaults.lanes)
  const seed = Number(valueOf(args, '--seed') ?? defaults.seed)
  say(`Seed of the mixed calls: ${String(seed)}`)
  const wanted = (name: string): boolean => only === undefined || only.includes(name)
  const tasks = tasksWith(seed).filter(({ name }) => wanted(name))

  const played: Played[] = []
  const results: LaneResult[] = []
  const note = (one: Played): void => {
    played.push(one)
    const bad = [
      ...(one.failed === null ? [] : [one.failed]),
      ...one.ghosts.map((ghost) => `ghost: ${ghost}`),
    ]
    say(`${bad.length === 0 ? '✓' : '✗'} ${one.name} (${(one.ms / 1000).toFixed(1)} s) ${bad.join('; ')}`)
  }
  const lane = async (ownClock: boolean): Promise<void> => {
    const opened = await openLane({ ownClock, say })
    try {
      for (let task = next(tasks, ownClock); task; task = next(tasks, ownClock))
        note(await opened.play(task.name, task.play))
      results.push(await opened.compared())
    } finally {
      await opened.stop()
    }
  }
  if (wanted(firstStart)) {
    const [one, result] = await startedAmongCalls(say)
    note(one)
    results.push(result)
  }
  const needsClock = tasks.some((task) => task.ownClock)
  // Each lane begins when the one before has begun: starting takes both processors.
  const lanes: Promise<void>[] = []
  for (let n = 0; n < Math.min(laneCount, tasks.length); n += 1) lanes.push(lane(needsClock && n === 0))
  await Promise.all(lanes)

  return told(say, played, results)
}

/** Everything that is played on a center that is up. */
function tasksWith(seed: number): Task[] {
  const single = Object.entries(flows).map(([name, flow]) => {
    return { name, ownClock: false, play: ({ pbx }: Site) => flow.play(pbx) }
  })
  const faults = Object.entries(faultFlows).map(([name, { ownClock, play }]) => {
    return { name, ownClock: ownClock === true, play }
  })
  const many = { name: mixed, ownClock: false, play: (site: Site) => mixedCalls(site, mixedCount, seed) }
  return [...faults, many, ...single].map((task) => ({ ...task, long: longFlows.has(task.name) }))
}

/** Takes the next task for a lane out of the list: what only it can do, then what takes long, then in order. */
function next(tasks: Task[], ownClock: boolean): Task | undefined {
  const possible = tasks.filter((task) => ownClock || !task.ownClock)
  const chosen = possible.find((task) => task.ownClock) ?? possible.find((task) => task.long) ?? possible[0]
  if (chosen) tasks.splice(tasks.indexOf(chosen), 1)
  return chosen
}

/** A server that was never there before, started in the middle of ten calls. */
async function startedAmongCalls(say: (line: string) => void): Promise<[Played, LaneResult]> {
  let calls: Awaited<ReturnType<typeof tenCalls>> | undefined
  const lane: Lane = await openLane({
    ownClock: false,
    say,
    beforeServer: async (pbx) => {
      calls = await tenCalls(pbx)
    },
  })
  try {
    const one = await lane.play(firstStart, async () => {
      // Those who wait are far from the threshold: when they came is told by the second.
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      await calls?.end()
    })
    return [one, await lane.compared()]
  } finally {
    await lane.stop()
  }
}

function told(
  say: (line: string) => void,
  played: readonly Played[],
  results: readonly LaneResult[],
): TruthResult {
  const done = new Set(played.filter(({ failed }) => failed === null).map(({ name }) => name))
  const missing = variants.filter((variant) => !variant.flows.every((name) => done.has(name)))
  for (const { name } of missing) say(`not played: ${name}`)
  const differences = results.flatMap((result) => result.differences)
  for (const line of differences) say(`difference: ${line}`)
  const ghosts = played.flatMap((one) => one.ghosts.map((ghost) => `${one.name}: ${ghost}`))
  for (const line of ghosts) say(`ghost: ${line}`)
  for (const [rule, count] of Object.entries(usesOf(results))) say(`rule ${rule}: ${String(count)} times`)
  const sum = (of: (result: LaneResult) => number) => results.reduce((total, result) => total + of(result), 0)
  const [calls, compared] = [sum((result) => result.calls), sum((result) => result.compared)]
  const failed = played.filter((one) => one.failed !== null)
  for (const { name } of failed) say(`failed: ${name}`)
  const allPlayed = missing.length === 0 && done.has(mixed) && failed.length === 0
  return {
    journey: 'truth',
    ok: allPlayed && calls > 0 && compared === calls && differences.length === 0 && ghosts.length === 0,
    pbx: 'asterisk',
    flows: variants.length - missing.length,
    calls,
    compared,
    differences: differences.length,
    reconstructed: sum((result) => result.reconstructed),
    ghosts: ghosts.length,
  }
}

function usesOf(results: readonly LaneResult[]): Partial<Record<Rule, number>> {
  const counts: Partial<Record<Rule, number>> = {}
  for (const { rules } of results)
    for (const [rule, count] of Object.entries(rules) as [Rule, number][])
      counts[rule] = (counts[rule] ?? 0) + count
  return counts
}

function valueOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name)
  return at < 0 ? undefined : args[at + 1]
}
