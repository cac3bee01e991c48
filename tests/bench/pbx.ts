import { monotonicMs, startSimulator } from '../../lab/simulator/simulator.ts'
import type { Template } from '../../lab/simulator/template.ts'
import { benchCompany, FreeAgents, queueOf, queues } from './center.ts'
import type { Offer, PbxMessage, PlannedCall, PlayBlock } from './messages.ts'
import { standardCall } from './standard-call.ts'

/*
 * The PBX of a bench, in a process of its own: plays blocks of standard calls, and notes when each offer was written.
 */
const simulator = await startSimulator({
  company: await benchCompany(),
  username: 'ringcard',
  secret: process.env['BENCH_AMI_SECRET'] ?? '',
})
const tell = (message: PbxMessage) => process.send?.(message)
const queueNames = [...queues.keys()]
const agents = new FreeAgents()
const templates = new Map<string, Template>()
let played = 0

async function templateOf(waitMs: number, lengthMs: number): Promise<Template> {
  const key = `${waitMs} ${lengthMs}`
  const template = templates.get(key) ?? (await standardCall(waitMs, lengthMs))
  templates.set(key, template)
  return template
}

/** Plays one call to its end. @returns its first offer */
async function playCall(planned: PlannedCall, template: Template, lengthMs: number): Promise<Offer> {
  const { caller, firstTo } = planned
  const queue =
    firstTo === undefined ? (queueNames[(played += 1) % queueNames.length] ?? '') : queueOf(firstTo)
  const offer: Offer = { callId: '', extension: '', arrivedMs: 0, offeredMs: 0 }
  const taken: string[] = []
  const release = () => {
    const agent = taken.shift()
    if (agent !== undefined) agents.release(queue, agent)
  }
  await simulator.play(template, {
    cast: {
      caller,
      queue: () => queue,
      extension: (_recorded, index) => {
        const extension = agents.take(queue, index === 0 ? firstTo : undefined)
        taken.push(extension)
        // The first agent's phone has stopped ringing by then, and the second is still to be called.
        if (index === 0) setTimeout(release, lengthMs * 0.12)
        return extension
      },
    },
    onArrival: (_call, atMs) => (offer.arrivedMs = atMs),
    onOffer: (call, atMs) => {
      offer.offeredMs = atMs
      offer.callId = call.firstUnique
      offer.extension = taken[0] ?? ''
    },
  })
  release()
  return offer
}

async function playBlock({ calls, lengthMs }: PlayBlock): Promise<void> {
  const ready = new Map<PlannedCall, Template>()
  for (const call of calls) ready.set(call, await templateOf(call.waitMs, lengthMs))
  const began = monotonicMs()
  const offers = await Promise.all(
    [...ready].map(async ([call, template]) => {
      await new Promise((resolve) => setTimeout(resolve, began + call.atMs - monotonicMs()))
      return playCall(call, template, lengthMs)
    }),
  )
  tell({ type: 'played', offers, sessions: simulator.sessions() })
}

process.on('message', (block: PlayBlock) => void playBlock(block))
process.once('disconnect', () => process.exit(0))
tell({ type: 'listening', port: simulator.port })
