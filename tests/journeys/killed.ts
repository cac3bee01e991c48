import { createRandom } from '../../lab/seed/random.ts'
import { placeCall, type PlacedCall } from '../../lab/sipp/call.ts'
import { openLane } from './truth/lane.ts'
import { allOver, desksAtWork, kindOfCall } from './truth/mixed.ts'

/** The journey's last line. */
export interface KilledResult {
  journey: 'killed'
  ok: boolean
  pbx: 'asterisk'
  seed: number
  kills: number
  /** Calls that were placed, and that Asterisk wrote down. */
  placed: number
  calls: number
  /** How many of those are in history: each once, or the journey is not ok. */
  inHistory: number
  /** Of those, how many were read from Asterisk's own record. */
  reconstructed: number
  differences: number
  ghosts: number
}

const defaults = { calls: 200, kills: 20, seed: 20_261_125 }
const betweenCallsMs = 700
/** The server is left alone for at least and at most so long after each start, ms. */
const aliveMs = [500, 5_000] as const
/** On a busy machine each start of the server takes long. */
const longestMs = 900_000

/**
 * Kills the server again and again at moments that nobody chose, while calls of every kind go on.
 * @param args `--calls N`, `--kills N`, `--seed N`
 */
export async function journeyKilled(
  say: (line: string) => void,
  args: readonly string[],
): Promise<KilledResult> {
  const value = (name: keyof typeof defaults): number => {
    const at = args.indexOf(`--${name}`)
    return at < 0 ? defaults[name] : Number(args[at + 1])
  }
  const [count, kills, seed] = [value('calls'), value('kills'), value('seed')]
  say(`Seed: ${String(seed)}`)
  const lane = await openLane({ ownClock: false, say, longestMs })
  try {
    const played = await lane.play('killed', async ({ pbx, server }) => {
      const random = createRandom(seed)
      const desks = await desksAtWork(pbx)
      const calls: PlacedCall[] = []
      let killed = 0
      /** No call is placed long before the kill that is to fall among it and its like. */
      const isEarly = (n: number): boolean => killed < kills && n > ((killed + 2) * count) / kills
      const placing = async (): Promise<void> => {
        for (let n = 0; n < count; n += 1) {
          while (isEarly(n)) await pause(100)
          calls.push(await placeCall(pbx, kindOfCall(n, random)))
          await pause(random.whole(betweenCallsMs / 2, betweenCallsMs))
        }
      }
      const killing = async (): Promise<void> => {
        for (let n = 1; n <= kills; n += 1) {
          await pause(random.whole(...aliveMs))
          await server.kill()
          killed = n
          await server.start()
          say(`killed ${String(n)} times, ${String(calls.length)} calls placed`)
        }
      }
      try {
        await Promise.all([placing(), killing()])
        await allOver(pbx, calls)
      } finally {
        await desks.stop()
      }
    })
    if (played.failed !== null) say(`✗ ${played.failed}`)
    for (const ghost of played.ghosts) say(`ghost: ${ghost}`)
    const { calls, compared, reconstructed, differences, rules } = await lane.compared()
    for (const line of differences) say(`difference: ${line}`)
    for (const [rule, times] of Object.entries(rules)) say(`rule ${rule}: ${String(times)} times`)
    const whole = played.failed === null && calls >= count && compared === calls
    return {
      journey: 'killed',
      ok: whole && differences.length === 0 && played.ghosts.length === 0,
      pbx: 'asterisk',
      ...{ seed, kills, placed: count, calls, inHistory: compared, reconstructed },
      differences: differences.length,
      ghosts: played.ghosts.length,
    }
  } finally {
    await lane.stop()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
