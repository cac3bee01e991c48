import { readFile } from 'node:fs/promises'
import { header, LabAmi } from '../../../lab/asterisk/ami.ts'
import { waitUntil } from '../../../lab/asterisk/process.ts'
import type { Centre } from '../../../lab/centre.ts'
import { placeCall } from '../../../lab/sipp/call.ts'
import { startPhone } from '../../../lab/sipp/phone.ts'
import { intervalsCollection, type IntervalDocument } from '../../../server/agents/model.ts'
import type { Database } from '../../../server/database/database.ts'
import type { StatusView } from '../../../shared/status.ts'
import { readQueueLog } from '../../compare/queue-log.ts'
import type { Watcher } from './watcher.ts'

/** What became of callers who waited for one agent with a wrap-up after each call. */
export interface OneByOne {
  /** Asterisk's own log of the agent in the queue from the moment of ready on, event by event in one line. */
  log: string
  /** The same as it must be. */
  expected: string
  pauseReasons: readonly string[]
  /** How long each wrap-up was by the intervals that are kept, ms. */
  wrapUpsMs: readonly number[]
  offers: number
  /** Offers in a wrap-up, by the times of Asterisk's events. */
  offersInWrapUp: number
  /** Intervals that begin at another time than the one before ended. */
  intervalsApart: number
}

const support = '+493023125101'
const extension = '201'
/** The first events of a wrap-up's end and of the next offer may have times this far apart, ms. */
const togetherMs = 5

/**
 * Has callers wait for one agent on a break, who then gets ready: she answers each, and each is ended after a moment.
 * @param desk the console of who sits at 201
 * @param floor a supervisor's console
 */
export async function servedOneByOne(
  centre: Centre,
  { desk, floor, database }: { desk: Watcher; floor: Watcher; database: Database },
  count: number,
): Promise<OneByOne> {
  const soon = { timeoutMs: 30_000, everyMs: 20 }
  const own = (): StatusView | undefined => desk.statuses().find((each) => each.extension === extension)
  const set = async (body: object): Promise<void> => {
    const answer = await desk.request('PUT', '/api/status', body)
    if (!answer.ok) throw new Error(`The status could not be set: ${await answer.text()}`)
  }
  const rows = async () => readQueueLog(await readFile(centre.pbx.files.queueLog, 'utf8'))

  await set({ state: 'break', reasonId: 'lunch' })
  const phone = await startPhone(centre.pbx, {
    extension,
    answer: { afterMs: 200 },
    hangUpAfterMs: 400,
  })
  const ear = await LabAmi.open(centre.pbx.controlAmi)
  try {
    const calls = []
    for (let n = 0; n < count; n += 1)
      calls.push(await placeCall(centre.pbx, { from: `+4940669690${10 + n}`, to: support }))
    const waiting = () => floor.floorCalls().filter(({ stage }) => stage === 'waiting')
    await waitUntil('all callers to wait', () => waiting().length === count, soon)
    const before = (await rows()).length

    const readyAt = Date.now()
    await set({ state: 'ready' })
    await Promise.all(calls.map(({ ended }) => ended))
    await waitUntil('the last wrap-up to be over', () => own()?.state === 'ready', soon)

    const hers = (await rows()).slice(before).filter(({ agent }) => agent === `PJSIP/${extension}`)
    const log = hers.filter(({ queue }) => queue === 'support').map(({ event }) => event)
    const intervals = await waitUntil(
      'every interval to be kept',
      async () => {
        const found = await database
          .collection<IntervalDocument>(intervalsCollection)
          .find({ extension, beganAt: { $gte: readyAt - 1_000 } })
          .sort({ beganAt: 1 })
          .toArray()
        return found.filter(({ state }) => state === 'wrapUp').length === count && found
      },
      soon,
    )
    const offers = ear.events
      .filter((block) => header(block, 'Event') === 'AgentCalled')
      .map((block) => Number(header(block, 'Timestamp')) * 1000)
    const wrapUps = intervals.filter(({ state }) => state === 'wrapUp')
    return {
      log: log.join(' ').replaceAll(/COMPLETE(AGENT|CALLER)/g, 'COMPLETE'),
      expected: `UNPAUSE${' CONNECT PAUSE COMPLETE UNPAUSE'.repeat(count)}`,
      pauseReasons: [
        ...new Set(hers.flatMap(({ event, data }) => (event === 'PAUSE' ? [data[0] ?? ''] : []))),
      ],
      wrapUpsMs: wrapUps.map(({ beganAt, endedAt }) => endedAt - beganAt),
      offers: offers.length,
      offersInWrapUp: offers.filter((at) =>
        wrapUps.some(({ beganAt, endedAt }) => at > beganAt && at < endedAt - togetherMs),
      ).length,
      intervalsApart: intervals.filter(
        ({ beganAt }, index) => index > 0 && beganAt !== intervals[index - 1]?.endedAt,
      ).length,
    }
  } finally {
    ear.close()
    await phone.stop()
  }
}
