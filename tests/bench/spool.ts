import { databaseUri, startDatabase } from '../../lab/database/database.ts'
import { connectDatabase, type Database } from '../../server/database/database.ts'
import {
  callsCollection,
  journalCollection,
  type CallDocument,
  type JournalPage,
} from '../../server/history/model.ts'
import { callKeysCollection } from '../../server/keys/model.ts'
import { startValve, type Valve } from '../integration/history/valve.ts'
import type { SpoolSideMessage } from './messages.ts'
import { startWorker } from './processes.ts'
import { median, ratio, round } from './statistics.ts'
import { versions } from './versions.ts'

const callsPerSecond = 20
/** How long each part lasts, s: the three troubles together are ten minutes. */
const full = { healthy: 30, trouble: 200 }
const shortened = { healthy: 10, trouble: 12 }
/** How much more memory the last quarter of the trouble may take than the second: what grows with what waits shows there. */
const mostGrowth = 1.15
const delayMs = 1_000
const silent = { info: () => undefined, warn: () => undefined }

type Sample = Extract<SpoolSideMessage, { type: 'sample' }>
const troubles: [string, (valve: Valve) => void][] = [
  ['frozen', (valve) => valve.freeze()],
  ['refused', (valve) => valve.refuse()],
  ['slow', (valve) => valve.slow(delayMs)],
]

/**
 * `npm run bench -- spool`: calls at a rate into history while the database stands still, refuses, and answers each message
 * a second late; then whether it has everything, once and in order, and what memory it took.
 * @returns the line of figures
 */
export async function benchSpool(short: boolean, say: (line: string) => void): Promise<object> {
  const seconds = short ? shortened : full
  const server = await startDatabase({ onProgress: say })
  const uri = databaseUri(server.uri, 'ringcard-bench-spool')
  const database = connectDatabase({ uri, log: silent })
  await database.whenReady()
  await database.connection.dropDatabase()
  const valve = await startValve(uri)
  const side = startWorker<SpoolSideMessage>('spool-side.ts', {}, [valve.uri, String(callsPerSecond)])
  const samples: (Sample & { part: string })[] = []
  let part = 'healthy'
  side.onMessage('sample', (sample) => samples.push({ ...sample, part }))
  try {
    await side.next('ready')
    await pass(seconds.healthy)
    for (const [name, begin] of troubles) {
      part = name
      begin(valve)
      await pass(seconds.trouble)
      const last = samples.at(-1)
      say(`${name}: ${last?.entries ?? 0} entries wait, ${megabytes(last?.rssBytes ?? 0)} MB of memory`)
    }
    part = 'draining'
    valve.open()
    side.send({ type: 'finish' })
    const finished = await side.next('finished')
    const stored = await whatIsStored(database)
    const trouble = samples.filter((sample) => troubles.some(([name]) => name === sample.part))
    const quarter = (nth: number) =>
      median(
        trouble
          .slice(Math.floor((trouble.length * nth) / 4), Math.floor((trouble.length * (nth + 1)) / 4))
          .map(({ rssBytes }) => rssBytes),
      )
    const growth = ratio(quarter(3), quarter(1))
    const met = {
      memoryFlat: short || (growth ?? Infinity) <= mostGrowth,
      allKept: finished.refused === 0 && finished.refusedEntries === 0 && stored.missing === 0,
      orderKept: stored.differing === 0,
      drained: finished.drained,
      nothingDoubled: stored.doubled === 0 && stored.calls === finished.calls,
      sealed: stored.inClear === 0 && stored.keys >= finished.calls,
      waited:
        trouble.at(-1) !== undefined && Math.max(...trouble.map(({ entries }) => entries)) > finished.calls,
    }
    return {
      bench: 'spool',
      ok: !short && Object.values(met).every(Boolean),
      short,
      callsPerSecond,
      seconds: { ...seconds, troubles: troubles.map(([name]) => name) },
      calls: finished.calls,
      stored,
      mostWaiting: {
        entries: Math.max(...samples.map(({ entries }) => entries)),
        megabytes: megabytes(Math.max(...samples.map(({ bytes }) => bytes))),
      },
      drainSeconds: round(finished.drainMs / 1000),
      append: finished.append,
      memory: {
        quartersOfTrouble: [0, 1, 2, 3].map((nth) => megabytes(quarter(nth))),
        most: megabytes(Math.max(...samples.map(({ rssBytes }) => rssBytes))),
        growth,
      },
      goals: { mostGrowth, met },
      versions: versions(),
    }
  } finally {
    await side.stop()
    await valve.stop()
    await database.stop()
    await server.stop()
  }
}

/** Holds what is in the database against what must be there: every number once, and every call like every other. */
async function whatIsStored(database: Database) {
  const seen = new Set<number>()
  let [doubled, inClear, first, last] = [0, 0, Infinity, 0]
  for await (const { content } of database.collection<JournalPage>(journalCollection).find({})) {
    for (const json of content) {
      const seq = Number(/"seq":(\d+)/.exec(json)?.[1])
      if (seen.has(seq)) doubled += 1
      seen.add(seq)
      first = Math.min(first, seq)
      last = Math.max(last, seq)
      if (/\+49302\d{8}/.test(json)) inClear += 1
    }
  }
  const shapes = new Map<string, number>()
  for await (const call of database.collection<CallDocument>(callsCollection).find({})) {
    shapes.set(shapeOf(call), (shapes.get(shapeOf(call)) ?? 0) + 1)
  }
  const calls = [...shapes.values()].reduce((sum, count) => sum + count, 0)
  return {
    entries: seen.size,
    doubled,
    missing: last - first + 1 - seen.size,
    inClear,
    calls,
    /** Calls that were not told as most were: facts in another order, or left out, make another document. */
    differing: calls - Math.max(0, ...shapes.values()),
    keys: await database.collection(callKeysCollection).countDocuments({}),
  }
}

function shapeOf({
  end,
  visits,
  offers,
  contacts,
  holds,
  personal,
  startedAt,
  endedAt,
}: CallDocument): string {
  const parts = [visits, offers].map((list) => list.map(({ outcome }) => outcome))
  const talks = contacts.map(({ why, beganAt, endedAt: ended }) => [why, (ended ?? 0) > beganAt])
  return JSON.stringify([end, parts, talks, holds.length, personal.number, (endedAt ?? 0) > startedAt])
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10
}

function pass(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
