import { waitUntil } from '../../../lab/asterisk/process.ts'
import { did, isQuiet, quiet } from '../../../lab/flows/stage.ts'
import type { Site } from '../../../lab/flows/faults.ts'
import { createRandom, type Random } from '../../../lab/seed/random.ts'
import { placeCall, type CallOptions, type PlacedCall } from '../../../lab/sipp/call.ts'
import { startPhone, type Phone, type PhoneOptions } from '../../../lab/sipp/phone.ts'
import { startTrunk } from '../../../lab/sipp/trunk.ts'

/** Who answers: two after a talk hang up themselves, one hands over, one holds, one does not answer at first. */
const desks: readonly PhoneOptions[] = [
  { extension: '201', answer: { afterMs: 700 }, hangUpAfterMs: 2_500 },
  {
    extension: '202',
    answer: { afterMs: 1_200 },
    hold: { afterMs: 1_000, forMs: 1_500 },
    hangUpAfterMs: 1_500,
  },
  { extension: '203', answer: { afterMs: 900 }, hangUpAfterMs: 3_500 },
  { extension: '204', answer: { afterMs: 1_500 }, blindTransfer: { afterMs: 1_500, to: '205' } },
  { extension: '205', answer: { afterMs: 800 }, hangUpAfterMs: 2_000 },
  { extension: '206', answer: { afterMs: 1_000 }, hangUpAfterMs: 2_500 },
]

const betweenMs = 600
/** The breaks, by how many calls have been placed. */
const breaks = { link: 12, server: 26, pbx: 44 }
const linkCutMs = 4_000

/**
 * Places many calls of every kind at once, while the link is cut, the server killed and Asterisk killed among them. Returns
 * when all is over and works again.
 */
export async function mixedCalls(site: Site, count: number, seed: number): Promise<void> {
  const { pbx, link, server, restart } = site
  const random = createRandom(seed)
  let atWork = await desksAtWork(pbx)
  const calls: PlacedCall[] = []
  const breaking: Promise<void>[] = []
  try {
    for (let n = 0; n < count; n += 1) {
      calls.push(await placeCall(pbx, kindOfCall(n, random)))
      await pause(random.whole(betweenMs / 2, betweenMs))
      if (n === breaks.link) breaking.push(cutFor(link, linkCutMs))
      if (n === breaks.server) breaking.push(server.kill().then(() => server.start()))
      if (n === breaks.pbx) {
        // Nothing else breaks meanwhile: whoever died first must be there to see it.
        await Promise.all(breaking.splice(0))
        await restart('kill')
        await Promise.all(calls.map((call) => call.hangUp()))
        await atWork.stop()
        atWork = await desksAtWork(pbx)
      }
    }
    await Promise.all(breaking)
    await allOver(pbx, calls)
  } finally {
    await atWork.stop()
  }
}

/** Waits until calls have come to their ends, and ends those that wait for somebody who will not come. */
export async function allOver(pbx: Site['pbx'], calls: readonly PlacedCall[]): Promise<void> {
  const over = waitUntil('every call to be over', () => isQuiet(pbx), { timeoutMs: 60_000, everyMs: 250 })
  await over.catch(() => Promise.all(calls.map((call) => call.hangUp())))
  await quiet(pbx)
}

/** Agents who answer, and somebody outside who does. */
export async function desksAtWork(pbx: Site['pbx']): Promise<{ stop: () => Promise<void> }> {
  const trunk = await startTrunk(pbx, { answerAfterMs: 800, hangUpAfterMs: 1_500 })
  const phones: Phone[] = []
  for (const options of desks) phones.push(await startPhone(pbx, options))
  return {
    stop: async () => {
      await Promise.all(phones.map((phone) => phone.stop()))
      await trunk.stop()
    },
  }
}

/** Calls of every kind in turn, each a little different. */
export function kindOfCall(n: number, random: Random): CallOptions {
  const from = `+4930231259${String(10 + n)}`
  // An abandonment keeps well away from the threshold of five seconds.
  const impatient = random.pick([1_200, 2_200, 9_000])
  const own = random.pick(['201', '202', '203', '206'] as const)
  const kinds: readonly CallOptions[] = [
    { from, to: did.support },
    { from, to: did.sales },
    { from, to: did.agent(own) },
    { from, to: did.collections },
    { from, to: did.support, hangUpAfterMs: impatient },
    { from, to: did.ivr, digits: [{ afterMs: 1_500, digit: random.pick(['1', '2', '3', '9']) }] },
    { from, to: did.sales, withheld: true },
    { from, to: did.agent(own), giveUpAfterMs: 600 },
    { from: { agent: own }, to: '03023125902' },
    { from, to: did.ringGroup },
  ]
  const chosen = kinds[n % kinds.length] ?? { from, to: did.support }
  return { giveUpAfterMs: 25_000, ...chosen }
}

async function cutFor(link: Site['link'], ms: number): Promise<void> {
  link.cut()
  await pause(ms)
  await link.mend()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
