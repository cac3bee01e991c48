import { randomBytes } from 'node:crypto'
import type { AmiAccess } from '../asterisk/ami.ts'
import type { CentrePbx } from '../centre.ts'
import { cast } from '../seed/cast.ts'
import { createRandom } from '../seed/random.ts'
import { usualSeed } from '../seed/seed.ts'
import { startSimulator, type Simulator } from '../simulator/simulator.ts'
import { compileTemplate } from '../simulator/template.ts'
import { companyOf } from '../simulator/world.ts'
import { readTrace } from '../traces/trace.ts'

/** Recorded calls that the trickle plays, slower than they were recorded so that there is time to read a card. */
const recordings = [
  'direct-agent-hangs-up',
  'ringall-one-answers',
  'second-agent-answers',
  'hold',
  'blind-transfer',
  'abandoned-late',
  'local-member-kept',
]
const slower = 0.25
const secondsBetween = { least: 6, most: 16 }

/** A PBX that only plays recorded calls, for where no Asterisk can be had. */
export interface SimulatedPbx extends CentrePbx {
  ami: AmiAccess
  simulator: Simulator
}

/** Starts it, with the company as it was when the calls were recorded. */
export async function startSimulatedPbx(): Promise<SimulatedPbx> {
  const username = 'ringcard'
  const secret = randomBytes(16).toString('hex')
  const company = companyOf(await readTrace('ringall-one-answers'))
  const simulator = await startSimulator({ company, username, secret })
  return {
    pbx: 'lab',
    ami: { host: '127.0.0.1', port: simulator.port, username, secret },
    simulator,
    stop: async () => {
      await simulator.close()
    },
  }
}

/** Plays one recorded call from a customer of the cast. @returns resolves when its last event was sent */
export async function playCall(pbx: SimulatedPbx, recording: string, caller: string): Promise<void> {
  const template = compileTemplate(await readTrace(recording))
  await pbx.simulator.play(template, { cast: { caller }, speed: slower })
}

/**
 * Recorded calls from the cast, one after the other, until they are stopped.
 * @returns lets no more begin
 */
export function startSimulatedTrickle(pbx: SimulatedPbx): () => Promise<void> {
  const random = createRandom(usualSeed, 7)
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    // A call that is cut off by the end of the demo is no failure.
    playCall(pbx, random.pick(recordings), random.pick(cast).phones[0] ?? '').catch(() => undefined)
    timer = setTimeout(next, 1000 * random.whole(secondsBetween.least, secondsBetween.most))
  }
  next()
  return () => {
    clearTimeout(timer)
    return Promise.resolve()
  }
}
