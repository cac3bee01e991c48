import { readFile } from 'node:fs/promises'
import { pino } from 'pino'
import { callRecordSchema, type CallRecord } from '../../shared/api.ts'
import type { LabAsterisk } from '../../lab/asterisk/asterisk.ts'
import { waitUntil } from '../../lab/asterisk/process.ts'
import { connectDatabase } from '../../server/database/database.ts'
import { entriesOf } from '../../server/history/journal.ts'
import {
  callsCollection,
  journalCollection,
  type CallDocument,
  type JournalPage,
} from '../../server/history/model.ts'
import { differences, readQueueLog, stepsOfFacts, stepsOfQueueLog } from '../compare/queue-log.ts'
import type { Console } from './console.ts'

/** Reads a call as history tells it to this person, once it has ended. */
export function endedCall(url: string, { page }: Console, callId: string): Promise<CallRecord> {
  return waitUntil(`the end of call ${callId} in history`, async () => {
    const answer = await page.request.get(`${url}/api/calls/${callId}`)
    if (!answer.ok()) return undefined
    const call = callRecordSchema.parse(await answer.json())
    return call.endedAt === null ? undefined : call
  })
}

/**
 * Holds history against the calls that were placed and against queue_log.
 * @param uri the server's database
 * @param unseen calls that ended while nobody could hear it: how and when exactly is not known of them
 * @returns one line for each difference; none when all agree
 */
export async function historyDifferences(
  uri: string,
  pbx: LabAsterisk,
  placed: readonly string[],
  unseen: ReadonlySet<string>,
): Promise<string[]> {
  const database = connectDatabase({ uri, log: pino({ level: 'silent' }) })
  try {
    await database.whenReady()
    const calls = await database.collection<CallDocument>(callsCollection).find({}).toArray()
    const pages = await database.collection<JournalPage>(journalCollection).find({ part: 'facts' }).toArray()
    const facts = entriesOf(pages).flatMap((entry) => (entry.kind === 'facts' ? entry.facts : []))
    const offers = calls.flatMap(({ _id: callId, offers: made }) =>
      made.map(({ queue, extension, outcome, endedAt }) => {
        return { callId, queue, extension, outcome, attempts: 1, at: endedAt ?? NaN }
      }),
    )
    const log = stepsOfQueueLog(readQueueLog(await readFile(pbx.files.queueLog, 'utf8')))
    const lines = differences(log, stepsOfFacts({ facts, offers }))
    const isUnseen = (line: string) => [...unseen].some((id) => line.includes(id.replace(/^[^:]*:/, '')))
    return [...once(calls, placed), ...lines.filter((line) => !isUnseen(line))]
  } finally {
    await database.stop()
  }
}

function once(calls: readonly CallDocument[], placed: readonly string[]): string[] {
  const known = calls.map((call) => call._id)
  return [
    ...placed.filter((id) => !known.includes(id)).map((id) => `placed, but not in history: ${id}`),
    ...known.filter((id) => !placed.includes(id)).map((id) => `in history, but not placed: ${id}`),
    ...calls.filter((call) => call.mergedInto !== null).map((call) => `merged into another: ${call._id}`),
  ]
}
