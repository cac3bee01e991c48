import { startCentre } from '../../lab/centre.ts'
import { databaseUri } from '../../lab/database/database.ts'
import { connectDatabase } from '../../server/database/database.ts'
import { silent } from '../unit/history/support.ts'
import { servedOneByOne } from '../lab/support/one-by-one.ts'
import { watch } from '../lab/support/watcher.ts'

const callers = 50
const wrapUpSeconds = 2

/**
 * `npm run journey -- status`: fifty callers wait for one agent on the real Asterisk, and each is offered only when the
 * wrap-up after the one before is over: by Asterisk's own log, by the times of its events and by the intervals kept.
 * @returns the line of results
 */
export async function journeyStatus(say: (line: string) => void): Promise<{ ok: boolean }> {
  const centre = await startCentre({
    customers: 200,
    onProgress: say,
    settings: () => Promise.resolve({ WRAP_UP_SECONDS: String(wrapUpSeconds), MISSED_CALLS: 'yes' }),
  })
  const database = connectDatabase({ uri: databaseUri(centre.database.uri, 'ringcard'), log: silent })
  await database.whenReady()
  const floor = await watch(centre.url, 'petra')
  const desk = await watch(centre.url, 'nina')
  try {
    say(`${String(callers)} callers wait for one agent …`)
    const served = await servedOneByOne(centre, { desk, floor, database }, callers)
    const { log, expected, pauseReasons, wrapUpsMs, offers, offersInWrapUp, intervalsApart } = served
    if (log !== expected) say(`queue_log: ${log}`)
    const shortestMs = Math.min(...wrapUpsMs)
    const isTrue =
      log === expected &&
      pauseReasons.join() === 'ringcard:wrap-up' &&
      offers === callers &&
      offersInWrapUp === 0 &&
      intervalsApart === 0 &&
      // Times are whole ms.
      shortestMs >= wrapUpSeconds * 1000 - 1
    return {
      ok: isTrue,
      ...{ journey: 'status', pbx: 'asterisk', callers, offers, offersInWrapUp, intervalsApart },
      ...{ wrapUps: wrapUpsMs.length, shortestMs, longestMs: Math.max(...wrapUpsMs) },
    }
  } finally {
    desk.close()
    floor.close()
    await database.stop()
    await centre.stop()
  }
}
