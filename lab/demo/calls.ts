import type { LabAsterisk } from '../asterisk/asterisk.ts'
import { cast } from '../seed/cast.ts'
import { firstNumberOf } from '../seed/generator.ts'
import { createRandom, type Random } from '../seed/random.ts'
import { usualSeed } from '../seed/seed.ts'
import { placeCall, type CallOptions } from '../sipp/call.ts'

/** The most calls that are on their way at once. */
const mostAtOnce = 5
const secondsBetween = { least: 6, most: 16 }
const company = '+493023125'

/** One call of the trickle: who, to where, for how long. */
function nextCall(random: Random, customers: number): CallOptions {
  const hangUpAfterMs = 1000 * random.whole(40, 110)
  const menu = random.chance(0.25)
  const to = menu ? '100' : random.pick(['101', '101', '101', '102', '102', '103', '201', '201'])
  const digits = menu ? [{ afterMs: 2_000, digit: random.pick(['1', '2', '3']) }] : []
  return { ...caller(random, customers), to: `${company}${to}`, digits, hangUpAfterMs }
}

/** Whether a desk phone rings or talks. */
async function hasCall(pbx: LabAsterisk, extension: string): Promise<boolean> {
  return (await pbx.cli('core show channels concise')).includes(`PJSIP/${extension}-`)
}

function caller(random: Random, customers: number): Pick<CallOptions, 'from' | 'callerName' | 'withheld'> {
  if (random.chance(0.06)) return { from: '+493023125909', withheld: true }
  if (random.chance(0.1)) return { from: `+49302312599${random.whole(0, 9)}` }
  if (random.chance(0.3)) return { from: firstNumberOf(usualSeed, random.whole(0, customers - 1)) }
  const member = random.pick(cast)
  return { from: member.phones[0] ?? '', callerName: member.name }
}

/**
 * Customers who call, one after the other, until they are stopped. The same calls in the same order each time.
 * @param customers how many generated customers there are to call from
 * @returns ends every call and waits until the last is over
 */
export function startTrickle(pbx: LabAsterisk, customers: number): () => Promise<void> {
  const random = createRandom(usualSeed, 7)
  const running = new Set<{ hangUp: () => Promise<unknown> }>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function ring(): Promise<void> {
    const next = nextCall(random, customers)
    // Nobody has two customers at the ear: a queue sees to that by itself.
    const agent = /2\d\d$/.exec(next.to)?.[0]
    const isBusy = agent !== undefined && (await hasCall(pbx, agent))
    const call = await placeCall(pbx, isBusy ? { ...next, to: `${company}101` } : next)
    running.add(call)
    // Whatever a call comes to, the trickle goes on.
    void call.ended.finally(() => running.delete(call))
  }
  function later(): void {
    if (stopped) return
    timer = setTimeout(
      () => {
        if (running.size < mostAtOnce) ring().catch(() => undefined)
        later()
      },
      1000 * random.whole(secondsBetween.least, secondsBetween.most),
    )
  }
  ring().catch(() => undefined)
  later()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await Promise.all([...running].map((call) => call.hangUp().catch(() => undefined)))
  }
}
