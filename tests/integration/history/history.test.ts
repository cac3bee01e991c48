import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { ensureIndexes } from '../../../server/database/schema.ts'
import { callsOf } from '../../../server/history/apply-entry.ts'
import { archiveHistory, restoreHistory } from '../../../server/history/archive.ts'
import type { Entry } from '../../../server/history/entries.ts'
import { openHistory, type History, type HistoryOptions } from '../../../server/history/history.ts'
import { entriesOf } from '../../../server/history/journal.ts'
import { defineHistoryModels, type CallDocument, type JournalPage } from '../../../server/history/model.ts'
import { answeredCall, morning, tick } from '../../unit/history/calls.ts'
import { masterKeys } from '../../unit/history/master-keys.ts'
import { showParty, silent, temporaryFolder } from '../../unit/history/support.ts'
import { testDatabaseUri } from '../support/database.ts'
import { startValve } from './valve.ts'

let database: Database
let uri = ''
const calls = () => database.collection<CallDocument>('calls')
const journal = () => database.collection<JournalPage>('journal')
const journalEntries = async (): Promise<Entry[]> => entriesOf(await journal().find({}).toArray())

const open = async (folder: string, more: Partial<HistoryOptions> = {}): Promise<History> => {
  const history = await openHistory({
    folder,
    node: 'one',
    database,
    masterKeys,
    showParty,
    log: silent,
    ...more,
  })
  onTestFinished(history.close)
  return history
}

beforeAll(async () => {
  uri = testDatabaseUri('history')
  database = connectDatabase({ uri, log: silent })
  await database.whenReady()
  defineHistoryModels(database.connection)
  await ensureIndexes(database.connection)
})
afterAll(() => database.stop())
beforeEach(async () => {
  await calls().deleteMany({})
  await journal().deleteMany({})
})

describe('history in the database', () => {
  it('holds the journal in order and each call whole, and answers from it', async () => {
    const history = await open(temporaryFolder())
    for (let n = 0; n < 100; n += 1) {
      history.append([
        { kind: 'input', event: tick(morning + n) },
        { kind: 'facts', facts: answeredCall(`lab:${n}`, morning + n * 1000) },
      ])
    }
    history.bindCustomer('lab:99', 'customer-1', true)
    expect(await history.drain(20_000)).toBe(true)

    expect(await calls().countDocuments({})).toBe(100)
    const seqs = (await journalEntries()).map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index))
    expect(seqs).toHaveLength(201)
    const inputs = await journal().findOne({ part: 'inputs' }, { sort: { firstSeq: -1 } })
    const newest = entriesOf(inputs ? [inputs] : []).at(-1)
    expect((inputs?.expiresAt?.getTime() ?? 0) - (newest?.at ?? 0)).toBe(30 * 24 * 3600 * 1000)
    expect(await journal().countDocuments({ callIds: 'lab:5' })).toBe(1)
    expect(await history.readCall('lab:5')).toMatchObject({ end: 'customerHungUp', offers: [{}, {}] })
    expect((await history.todayOf('anna', morning + 90_000, 5)).calls.map(({ callId }) => callId)).toEqual(
      [99, 98, 97, 96, 95].map((n) => `lab:${n}`),
    )
    expect(await history.readCall('lab:99')).toMatchObject({ customerId: 'customer-1' })
  })

  it('has all that was kept about one call, also what is not drained yet, and nothing of others', async () => {
    const history = await open(temporaryFolder())
    const nobody = { read: null, outcome: 'none' as const, by: null, candidates: [] }
    for (let n = 0; n < 50; n += 1) {
      const callId = `lab:${n}`
      const at = morning + n
      const asked = { type: 'channel.hangupAsked', channelId: `lab:${n}.5`, by: 'farEnd', cause: 16 } as const
      history.append([
        { kind: 'input', event: { pbx: 'lab', at, arrivedAt: at, ...asked, linkedId: callId } },
        { kind: 'facts', facts: answeredCall(callId, at) },
        { kind: 'lookup', callId, ...nobody },
      ])
      if (n === 20) expect(await history.drain(20_000)).toBe(true)
    }
    history.bindCustomer('lab:7', 'customer-1', true)

    const journalOf7 = await history.journalOf('lab:7')

    expect(journalOf7).toMatchObject({ truncated: false, call: { customerId: 'customer-1' } })
    expect(journalOf7?.entries.map(({ kind }) => kind)).toEqual(['input', 'facts', 'lookup', 'binding'])
    expect(await history.journalOf('lab:99')).toBeNull()
  })

  it('is the same when a batch comes again, whole or in other pieces', async () => {
    const folder = temporaryFolder()
    const first = await open(folder)
    for (let n = 0; n < 30; n += 1) first.append([{ kind: 'facts', facts: answeredCall(`lab:${n}`) }])
    expect(await first.drain(20_000)).toBe(true)
    await first.close()
    const before = await calls().find({}).sort({ _id: 1 }).toArray()
    rmSync(join(folder, 'cursor'))

    const second = await open(folder)
    for (let n = 30; n < 40; n += 1) second.append([{ kind: 'facts', facts: answeredCall(`lab:${n}`) }])
    expect(await second.drain(20_000)).toBe(true)
    expect(
      await calls()
        .find({ _id: { $in: before.map(({ _id }) => _id) } })
        .sort({ _id: 1 })
        .toArray(),
    ).toEqual(before)
    expect((await journalEntries()).flatMap(callsOf)).toEqual(
      Array.from({ length: 40 }, (_, n) => `lab:${n}`),
    )
  })

  it('is filled in order after the database froze, refused and came back; what just ended is shown meanwhile', async () => {
    const valve = await startValve(uri)
    onTestFinished(valve.stop)
    const away = connectDatabase({ uri: valve.uri, log: silent, serverSelectionTimeoutMs: 500 })
    onTestFinished(away.stop)
    await away.whenReady()
    const history = await open(temporaryFolder(), { database: away })
    let n = 0
    const callSome = (): void => {
      for (let i = 0; i < 50; i += 1)
        history.append([{ kind: 'facts', facts: answeredCall(`lab:${(n += 1)}`, morning + n) }])
    }
    callSome()
    expect(await history.drain(20_000)).toBe(true)

    valve.freeze()
    callSome()
    expect(await history.drain(500)).toBe(false)
    expect(history.status().entries).toBe(50)
    valve.refuse()
    callSome()
    await vi.waitFor(() => expect(history.status().trouble).not.toBeNull(), { timeout: 10_000 })
    expect(await history.readCall('lab:150')).toMatchObject({ end: 'customerHungUp' })
    expect((await history.todayOf('boris', morning, 1)).calls[0]?.callId).toBe('lab:150')

    valve.open()
    expect(await history.drain(20_000)).toBe(true)
    expect(await calls().countDocuments({})).toBe(150)
    const callIds = (await journalEntries()).flatMap(callsOf)
    expect(callIds).toEqual(Array.from({ length: 150 }, (_, index) => `lab:${index + 1}`))
  }, 60_000)
})

describe('an entry that no database takes', () => {
  it('is put aside, and what follows goes on', async () => {
    const history = await open(temporaryFolder())
    history.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    history.append([{ kind: 'input', event: { ...tick(morning), pbx: 'x'.repeat(17_000_000) } }])
    history.append([{ kind: 'facts', facts: answeredCall('lab:2') }])

    expect(await history.drain(30_000)).toBe(true)
    expect(history.status().refusedEntries).toBe(1)
    expect((await journalEntries()).flatMap(callsOf)).toEqual(['lab:1', 'lab:2'])
    expect(await calls().countDocuments({})).toBe(2)
  }, 60_000)
})

describe('a node killed at any moment, twenty times', () => {
  it('has every acknowledged entry once, in order, and every call whole', async () => {
    const folder = temporaryFolder()
    const acknowledged = new Map<string, number>()
    // The next one is loaded while this one runs.
    let next = loadNode(folder, 0)
    for (let run = 0; run < 20; run += 1) {
      const node = next
      next = loadNode(folder, run + 1)
      await runUntilKilled(node, acknowledged)
    }
    next.kill('SIGKILL')

    const history = await open(folder)
    expect(await history.drain(60_000)).toBe(true)
    expect(history.status().damagedLines).toBe(0)
    expect(acknowledged.size).toBeGreaterThan(200)
    const kept = new Map<string, number[]>()
    for (const entry of await journalEntries()) {
      const { seq } = entry
      for (const callId of callsOf(entry)) kept.set(callId, [...(kept.get(callId) ?? []), seq])
    }
    for (const [callId, seq] of acknowledged) expect(kept.get(callId), callId).toEqual([seq])
    const whole = await calls().countDocuments({
      end: 'customerHungUp',
      'contacts.0.heldMs': 10_000,
      'offers.1.outcome': 'answered',
    })
    expect(whole).toBe(kept.size)
  }, 300_000)
})

describe('a disk that is really full', () => {
  it('loses nothing of what it acknowledged, and goes on when there is room', async ({ skip }) => {
    const mounted = mountSmallDisk()
    if (mounted === null)
      return skip('A small disk cannot be mounted here: it needs root and the right to mount.')
    onTestFinished(() => {
      spawnSync('umount', ['--lazy', mounted])
      rmdirSync(mounted)
    })
    const folder = join(mounted, 'spool')
    mkdirSync(folder)
    const valve = await startValve(uri)
    onTestFinished(valve.stop)
    const away = connectDatabase({ uri: valve.uri, log: silent, serverSelectionTimeoutMs: 500 })
    onTestFinished(away.stop)
    await away.whenReady()
    valve.refuse()
    const history = await open(folder, {
      database: away,
      limits: { minimumFreeBytes: 0, segmentBytes: 256 * 1024 },
    })
    let kept = 0
    while (history.append([{ kind: 'facts', facts: answeredCall(`lab:${kept}`) }]).kept) kept += 1
    expect(history.status().state).toBe('full')
    expect(history.requireRoom).toThrow(expect.objectContaining({ code: 'history.spool_full' }))

    valve.open()
    await vi.waitFor(async () => expect(await calls().countDocuments({})).toBeGreaterThanOrEqual(kept), {
      timeout: 30_000,
      interval: 200,
    })
    await history.saveCheckpoint({}, history.status().drainedSeq).catch(() => undefined)
    spawnSync('mount', ['-o', 'remount,size=16m', mounted])
    await vi.waitFor(() => expect(history.status().state).not.toBe('full'), { timeout: 5_000 })
    expect(await history.drain(20_000)).toBe(true)
    expect(await calls().countDocuments({ end: 'customerHungUp' })).toBe(kept + 1)
    expect((await journalEntries()).filter(({ kind }) => kind === 'mark')).toMatchObject([
      { mark: { reason: 'spoolFull', entriesLost: 1 } },
    ])
  }, 90_000)
})

describe('the archive', () => {
  it('takes what is old, a file a month, and gives back exactly that', async () => {
    const history = await open(temporaryFolder(), { clock: () => Date.UTC(2026, 9, 31) })
    const days = [
      Date.UTC(2026, 7, 5),
      Date.UTC(2026, 8, 5),
      Date.UTC(2026, 8, 30, 23),
      Date.UTC(2026, 9, 20),
    ]
    days.forEach((day, n) => history.append([{ kind: 'facts', facts: answeredCall(`lab:${n}`, day) }]))
    expect(await history.drain(20_000)).toBe(true)
    const before = await calls().find({}).sort({ _id: 1 }).toArray()
    const entries = await journalEntries()
    const folder = temporaryFolder()

    const done = await archiveHistory(database, folder, Date.UTC(2026, 9, 1))
    expect(done).toEqual([
      { file: join(folder, 'calls-2026-08.jsonl.gz'), documents: 1 },
      { file: join(folder, 'calls-2026-09.jsonl.gz'), documents: 2 },
    ])
    expect((await calls().find({}).toArray()).map(({ _id }) => _id)).toEqual(['lab:3'])

    for (const { file } of done) await restoreHistory(database, file)
    expect(await calls().find({}).sort({ _id: 1 }).toArray()).toEqual(before)

    // Archived again, a month's file grows; restoring it twice gives the same.
    await archiveHistory(database, folder, Date.UTC(2026, 10, 1))
    expect(await journal().countDocuments({})).toBe(0)
    for (const kind of ['calls-2026-08', 'calls-2026-09', 'calls-2026-10', 'journal-2026-10']) {
      for (let twice = 0; twice < 2; twice += 1)
        await restoreHistory(database, join(folder, `${kind}.jsonl.gz`))
    }
    expect(await calls().find({}).sort({ _id: 1 }).toArray()).toEqual(before)
    expect(await journalEntries()).toEqual(entries)
    expect(entries).toHaveLength(4)
  })
})

/** A process that opens the folder and appends as soon as it is told to. */
type LoadedNode = ReturnType<typeof loadNode>

/** Has a process ready that touches the folder only when it is told to go. */
function loadNode(folder: string, run: number) {
  // A whole node takes its time to start: most runs are of the spool alone.
  const script = run % 5 === 4 ? 'node-child.ts' : 'spool-child.ts'
  const args = ['--import', 'tsx', join(import.meta.dirname, script), folder, String(run), uri]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  // A failed test leaves none behind.
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Lets a node append until it is killed at a random moment, and notes what it had acknowledged by then. */
async function runUntilKilled(child: LoadedNode, acknowledged: Map<string, number>): Promise<void> {
  child.stdin.end('go')
  const ended = once(child, 'close')
  const reached = 5 + Math.floor(Math.random() * 300)
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [seq = '', callId = ''] = line.split(' ')
    acknowledged.set(callId, Number(seq))
    if ((lines += 1) === reached) child.kill('SIGKILL')
  }
  await ended
}

/** A disk of 4 MB, or null where one cannot be mounted (no root, or a container without the right). */
function mountSmallDisk(): string | null {
  const folder = `/tmp/ringcard-small-disk-${process.pid}`
  mkdirSync(folder, { recursive: true })
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status === 0 ? folder : null
}
