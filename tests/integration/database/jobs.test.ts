import { expect, it, onTestFinished, vi } from 'vitest'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { createJobs } from '../../../server/database/jobs.ts'
import { startValve } from '../history/valve.ts'
import { testDatabaseUri } from '../support/database.ts'

const log = { info: () => undefined, warn: () => undefined }
const fast = { lookEveryMs: 100, lockMs: 2_000, log }

async function connected(uri: string): Promise<Database> {
  const database = connectDatabase({ uri, log, serverSelectionTimeoutMs: 500 })
  onTestFinished(database.stop)
  await database.whenReady()
  return database
}
/** A server that does one job each second. */
async function server(database: Database, node: string, done: string[], work = () => Promise.resolve()) {
  const each = async () => {
    done.push(node)
    await work()
  }
  const jobs = createJobs(database, [{ name: 'look', every: '1 second', work: each }], { ...fast, node })
  onTestFinished(jobs.stop)
  await jobs.start()
  return jobs
}

it(
  'two servers do each job once, and the one goes on when the other has gone, or begins again',
  { timeout: 40_000 },
  async () => {
    const database = await connected(testDatabaseUri('jobs'))
    const done: string[] = []
    const one = await server(database, 'one', done)
    const other = await server(database, 'other', done)
    const times: number[] = []
    await vi.waitFor(
      () => {
        while (times.length < done.length) times.push(Date.now())
        // Each server that begins has the job done at once: what comes after that counts.
        expect(times.length).toBeGreaterThanOrEqual(6)
      },
      { timeout: 15_000, interval: 20 },
    )
    // Once a second, and not once for each.
    const gaps = times.slice(3).map((at, index) => at - (times[index + 2] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(500)
    await one.stop()
    done.length = 0
    await vi.waitFor(() => expect(done).toContain('other'), { timeout: 10_000, interval: 50 })
    await other.stop()
    expect(await database.collection('jobs').countDocuments({})).toBe(1)
    done.length = 0
    await server(database, 'later', done)
    await vi.waitFor(() => expect(done).toContain('later'), { timeout: 10_000, interval: 50 })
  },
)

it(
  'a job that fails is done again, and so is each after the database was away',
  { timeout: 40_000 },
  async () => {
    const valve = await startValve(testDatabaseUri('jobs-away'))
    onTestFinished(valve.stop)
    const database = await connected(valve.uri)
    const done: string[] = []
    await server(database, 'one', done, () => Promise.reject(new Error('not now')))
    await vi.waitFor(() => expect(done.length).toBeGreaterThanOrEqual(2), { timeout: 10_000, interval: 50 })
    valve.refuse()
    await vi.waitFor(() => expect(database.state().state).toBe('away'), { timeout: 10_000, interval: 50 })
    valve.open()
    done.length = 0
    await vi.waitFor(() => expect(done.length).toBeGreaterThanOrEqual(2), { timeout: 15_000, interval: 50 })
  },
)
