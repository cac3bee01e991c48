import mongoose from 'mongoose'
import { planOf } from '../../shared/number-plan.ts'
import { createNumberReader } from '../../shared/number-reader.ts'
import { createCustomers } from '../../server/customers/customers.ts'
import { customersCollection } from '../../server/customers/model.ts'
import { callerNumbers, openCustomerBase, type Kind } from './customer-base.ts'
import { percentiles, ratio, round } from './statistics.ts'
import { versions } from './versions.ts'

const kinds: readonly Kind[] = ['one', 'several', 'none']
const goal = 1.3

/**
 * `npm run bench -- match`: our look-up of a caller against the driver's own query for the same documents, turn by turn.
 * @returns the line of figures
 */
export async function benchMatch(short: boolean, say: (line: string) => void): Promise<object> {
  const base = await openCustomerBase(short ? 50_000 : 1_000_000, say)
  const { database, count } = base
  const client = new mongoose.mongo.MongoClient(base.uri)
  try {
    const driver = client.db().collection<{ _id: string; lookupKeys: string[] }>(customersCollection)
    const customers = createCustomers({
      database,
      readNumber: createNumberReader(planOf('DE')),
      partIn: () => null,
      nameOf: () => null,
      log: { warn: (_fields: unknown, message?: string) => say(message ?? 'a look-up failed') },
      onChange: () => undefined,
    })
    const perKind = short ? 1_000 : 10_000
    const warmUp = perKind / 10
    const figures = new Map<Kind, { floor: number[]; ours: number[]; wrong: number }>()
    for (const kind of kinds) {
      const numbers = callerNumbers(kind, perKind + warmUp, count)
      const taken = { floor: [] as number[], ours: [] as number[], wrong: 0 }
      for (const [turn, number] of numbers.entries()) {
        const callId = `${kind}-${turn}`
        const askDriver = async () => {
          const began = performance.now()
          const found = await driver.find({ lookupKeys: number }).toArray()
          return { tookMs: performance.now() - began, ids: found.map(({ _id }) => _id) }
        }
        const askUs = async () => {
          const began = performance.now()
          const { match } = await customers.matchCall({
            callId,
            number,
            restricted: false,
            dialled: null,
            account: null,
          })
          return { tookMs: performance.now() - began, ids: match.candidates.map((one) => one.customerId) }
        }
        // Each goes first as often as the other: who comes second finds the pages of the document in memory.
        const [floor, ours] =
          turn % 2 === 0 ? [await askDriver(), await askUs()] : await bothReversed(askDriver, askUs)
        customers.forgetCall(callId)
        if (turn < warmUp) continue
        taken.floor.push(floor.tookMs)
        taken.ours.push(ours.tookMs)
        const expected = kind === 'none' ? 0 : kind === 'one' ? 1 : 2
        const same = [...floor.ids].sort().join() === [...ours.ids].sort().join()
        if (!same || (kind === 'several' ? floor.ids.length < expected : floor.ids.length !== expected))
          taken.wrong += 1
      }
      figures.set(kind, taken)
      say(
        `match, ${kind}: ${JSON.stringify(percentiles(taken.ours))}, the driver ${JSON.stringify(percentiles(taken.floor))}`,
      )
    }
    const of = (part: 'floor' | 'ours') =>
      Object.fromEntries([...figures].map(([kind, taken]) => [kind, percentiles(taken[part])]))
    const ratios = Object.fromEntries(
      [...figures].map(([kind, { floor, ours }]) => {
        const [f, o] = [percentiles(floor), percentiles(ours)]
        return [kind, { p50: ratio(o.p50, f.p50), p99: ratio(o.p99, f.p99), mean: ratio(o.mean, f.mean) }]
      }),
    )
    const wrong = [...figures.values()].reduce((sum, taken) => sum + taken.wrong, 0)
    const met = wrong === 0 && Object.values(ratios).every(({ p50 }) => p50 !== null && p50 <= goal)
    return {
      bench: 'match',
      ok: met && !short,
      short,
      customers: count,
      floor: of('floor'),
      ours: of('ours'),
      ratios,
      goals: { p50: goal, met },
      n: Object.fromEntries([...figures].map(([kind, { ours }]) => [kind, ours.length])),
      wrong,
      cpu: { bench: round(process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6) },
      versions: versions(),
      database: base.describe,
    }
  } finally {
    await client.close()
    await base.stop()
  }
}

async function bothReversed<A, B>(first: () => Promise<A>, second: () => Promise<B>): Promise<[A, B]> {
  const b = await second()
  return [await first(), b]
}
