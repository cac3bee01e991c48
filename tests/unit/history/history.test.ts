import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { frameLine } from '../../../server/history/frame.ts'
import { openHistory, type History, type HistoryOptions } from '../../../server/history/history.ts'
import type { RecoveredInput } from '../../../server/history/recovered-inputs.ts'
import { answeredCall, morning, tick } from './calls.ts'
import { masterKeys } from './master-keys.ts'
import { memoryStore, noDatabase, showParty, silent, temporaryFolder } from './support.ts'

const open = async (folder: string, more: Partial<HistoryOptions> = {}): Promise<History> => {
  const history = await openHistory({
    folder,
    node: 'one',
    database: noDatabase(),
    store: memoryStore().store,
    masterKeys,
    showParty,
    log: silent,
    readSpace: () => ({ total: 1e12, free: 9e11 }),
    ...more,
  })
  onTestFinished(history.close)
  return history
}
const inputs = async (history: History): Promise<RecoveredInput[]> => {
  const found: RecoveredInput[] = []
  for await (const input of history.recover().inputs) found.push(input)
  return found
}
const awayStore = () => {
  const memory = memoryStore()
  memory.faults.away = true
  return memory
}

describe('after a restart', () => {
  it('the inputs since the checkpoint are there, in order, and numbers go on', async () => {
    const folder = temporaryFolder()
    const first = await open(folder)
    first.append([{ kind: 'input', event: tick(1) }])
    const { lastSeq } = first.append([{ kind: 'input', event: tick(2) }])
    await first.saveCheckpoint({ floor: 'as it was' }, lastSeq)
    first.append([
      { kind: 'input', event: tick(3) },
      { kind: 'facts', facts: answeredCall('lab:1') },
    ])
    first.append([{ kind: 'input', event: tick(4) }])
    await first.close()

    const second = await open(folder)
    expect(second.recover().checkpoint).toMatchObject({ floor: { floor: 'as it was' }, seq: lastSeq })
    expect(await inputs(second)).toEqual([
      { seq: lastSeq + 1, event: tick(3), factsKept: true },
      { seq: lastSeq + 3, event: tick(4), factsKept: false },
    ])
    expect(second.append([{ kind: 'input', event: tick(5) }])).toEqual({ kept: true, lastSeq: lastSeq + 4 })
  })

  it('a torn end is cut off, counted and marked, and everything before it is there', async () => {
    const folder = temporaryFolder()
    const first = await open(folder, { store: awayStore().store })
    first.append([{ kind: 'input', event: tick(1) }])
    await first.close()
    appendFileSync(join(folder, segmentsOf(folder).at(-1) ?? ''), 'deadbeef {"seq":99')

    const { store, journal } = memoryStore()
    const second = await open(folder, { store })
    expect(second.status().tornBytes).toBe(18)
    expect(await inputs(second)).toHaveLength(1)
    expect(await second.drain(5_000)).toBe(true)
    expect([...journal.values()].map(({ kind }) => kind)).toEqual(['input', 'mark'])
  })

  it('a damaged entry in the middle costs itself only', async () => {
    const folder = temporaryFolder()
    const first = await open(folder, { store: awayStore().store })
    for (let at = 1; at <= 5; at += 1) first.append([{ kind: 'input', event: tick(at) }])
    await first.close()
    const path = join(folder, segmentsOf(folder)[0] ?? '')
    const lines = readFileSync(path, 'utf8').split('\n')
    writeFileSync(path, lines.with(2, `x${lines[2] ?? ''}`).join('\n'))

    const second = await open(folder)
    expect((await inputs(second)).map(({ event }) => event.at)).toEqual([1, 2, 4, 5])
    expect(await second.drain(5_000)).toBe(true)
    expect(second.status().damagedLines).toBe(1)
  })

  it('a call that began before it is whole, with the database away all the time', async () => {
    const folder = temporaryFolder()
    const facts = answeredCall('lab:1')
    const first = await open(folder, { store: awayStore().store })
    const { lastSeq } = first.append([{ kind: 'facts', facts: facts.slice(0, 3) }])
    await first.saveCheckpoint(null, lastSeq)
    first.append([{ kind: 'facts', facts: facts.slice(3, 8) }])
    await first.close()

    const second = await open(folder, { store: awayStore().store })
    second.append([{ kind: 'facts', facts: facts.slice(8) }])
    expect(await second.readCall('lab:1')).toMatchObject({
      end: 'customerHungUp',
      offers: [{}, {}],
      contacts: [{}],
    })
  })

  it('a lost folder does not give out old numbers again', async () => {
    const folder = temporaryFolder()
    const first = await open(folder)
    const { lastSeq } = first.append([{ kind: 'input', event: tick() }])
    await first.close()
    rmSync(folder, { recursive: true })
    const second = await open(folder)
    expect(second.append([{ kind: 'input', event: tick() }]).lastSeq).toBeGreaterThan(lastSeq)
  })

  it('a damaged checkpoint is done without, put aside and said', async () => {
    const folder = temporaryFolder()
    const first = await open(folder, { store: awayStore().store })
    first.append([{ kind: 'input', event: tick() }])
    await first.saveCheckpoint({}, first.status().lastSeq)
    await first.close()
    writeFileSync(join(folder, 'checkpoint'), 'half')
    const second = await open(folder)
    expect(second.recover()).toMatchObject({ checkpoint: null, isWhole: false })
    expect(await inputs(second)).toHaveLength(1)
    expect(second.status().checkpointLost).toBe(true)
    expect(readFileSync(join(folder, 'checkpoint.unreadable'), 'utf8')).toBe('half')
    await second.saveCheckpoint({}, second.status().lastSeq)
    await second.close()
    expect((await open(folder)).status().checkpointLost).toBe(false)
  })

  it('a checkpoint that was deleted leaves all only if no spool file has gone', async () => {
    const folder = temporaryFolder()
    const first = await open(folder, { limits: { segmentBytes: 1_000 } })
    for (let n = 0; n < 50; n += 1) first.append([{ kind: 'input', event: tick(n) }])
    await first.close()
    const second = await open(folder, { limits: { segmentBytes: 1_000 } })
    expect(second.recover()).toMatchObject({ checkpoint: null, isWhole: true })
    expect(await inputs(second)).toHaveLength(50)
    expect(await second.drain(5_000)).toBe(true)
    await second.saveCheckpoint({}, second.status().lastSeq)
    second.append([{ kind: 'input', event: tick(50) }])
    await second.close()

    const third = await open(folder)
    expect(third.recover().isWhole).toBe(true)
    await third.close()
    rmSync(join(folder, 'checkpoint'))
    const fourth = await open(folder)
    expect(fourth.recover()).toMatchObject({ checkpoint: null, isWhole: false })
    expect(await inputs(fourth)).toHaveLength(1)
  })

  it('a checkpoint in clear, from before calls had keys, is left nowhere', async () => {
    const folder = temporaryFolder()
    const plain = { seq: 1, at: morning, floor: {}, calls: [], channels: [] }
    writeFileSync(join(folder, 'checkpoint'), frameLine(JSON.stringify(plain)))
    const history = await open(folder)
    expect(history.recover()).toMatchObject({ checkpoint: null, isWhole: false })
    expect(readdirSync(folder).filter((name) => name.startsWith('checkpoint'))).toEqual([])
  })

  it('an entry that nobody understands is put aside and counted, and what stands behind it is kept', async () => {
    const folder = temporaryFolder()
    const first = await open(folder, { store: awayStore().store })
    const { lastSeq } = first.append([{ kind: 'input', event: tick(1) }])
    await first.close()
    const strange = [
      { kind: 'facts', facts: null },
      { kind: 'record', call: null },
    ]
    const lines = strange.map((body, n) =>
      frameLine(JSON.stringify({ seq: lastSeq + 1 + n, node: 'one', at: morning, ...body })),
    )
    appendFileSync(join(folder, segmentsOf(folder).at(-1) ?? ''), lines.join(''))

    const { store, calls } = memoryStore()
    const second = await open(folder, { store })
    second.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    expect(await second.drain(5_000)).toBe(true)
    expect(second.status().refusedEntries).toBe(2)
    expect(readFileSync(join(folder, 'refused.spool'), 'utf8')).toBe(lines.join(''))
    expect(calls.get('lab:1')).toMatchObject({ end: 'customerHungUp' })
  })
})

describe('a folder in use', () => {
  it('is refused with the pid of its owner', async () => {
    const folder = temporaryFolder()
    await open(folder)
    await expect(open(folder)).rejects.toThrow(`in use by process ${process.pid}`)
  })
})

describe('the database', () => {
  it('gets everything in order when it comes back, and memory holds a bounded number of calls meanwhile', async () => {
    const folder = temporaryFolder()
    const { store, journal, calls, order, faults } = awayStore()
    const history = await open(folder, { store, limits: { recentCalls: 10, segmentBytes: 20_000 } })
    for (let n = 0; n < 200; n += 1) {
      history.append([
        { kind: 'input', event: tick(n) },
        { kind: 'facts', facts: answeredCall(`lab:${n}`, morning + n) },
      ])
    }
    expect(segmentsOf(folder).length).toBeGreaterThan(5)
    expect((await history.todayOf('boris', morning, 500)).calls).toHaveLength(10)

    faults.away = false
    expect(await history.drain(10_000)).toBe(true)
    expect(order).toEqual([...order].sort((one, other) => one - other))
    expect(journal.size).toBe(400)
    expect(calls.size).toBe(200)
    expect((await history.todayOf('boris', morning, 500)).calls).toHaveLength(200)
  })

  it('is left unchanged by a batch that comes twice: stopped between write and acknowledgement', async () => {
    const folder = temporaryFolder()
    const { store, journal, calls } = memoryStore()
    const first = await open(folder, { store })
    first.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    first.bindCustomer('lab:1', 'customer-1', true)
    expect(await first.drain(5_000)).toBe(true)
    await first.close()
    const before = structuredClone([...calls])
    rmSync(join(folder, 'cursor'))

    const second = await open(folder, { store })
    expect(await second.drain(5_000)).toBe(true)
    expect([...calls]).toEqual(before)
    expect(journal.size).toBe(2)
  })

  it('takes a call whole that it had taken by half: journal written, document not', async () => {
    const { store, journal, calls, faults } = memoryStore()
    faults.afterJournal = true
    const history = await open(temporaryFolder(), { store })
    history.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    await vi.waitFor(() => expect(history.status().trouble).not.toBeNull())
    expect([journal.size, calls.size]).toEqual([1, 0])
    faults.afterJournal = false
    expect(await history.drain(5_000)).toBe(true)
    expect(calls.get('lab:1')).toMatchObject({ version: 1, holds: [{}], contacts: [{}] })
  })

  it('may be away: a call just ended is still in today’s list, with its customer', async () => {
    const history = await open(temporaryFolder(), { store: awayStore().store })
    history.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    history.bindCustomer('lab:1', 'customer-1', true)
    expect(await history.todayOf('boris', morning, 10)).toMatchObject({
      calls: [{ callId: 'lab:1', customerId: 'customer-1' }],
      complete: false,
    })
    await expect(history.readCall('lab:2')).rejects.toMatchObject({ code: 'database.unreachable' })
  })

  it('shows at once what is bound to a call that it has already', async () => {
    const { store, faults } = memoryStore()
    const history = await open(temporaryFolder(), { store })
    history.append([{ kind: 'facts', facts: answeredCall('lab:1') }])
    expect(await history.drain(5_000)).toBe(true)
    history.bindCustomer('lab:1', 'customer-1', true)
    expect(await history.readCall('lab:1')).toMatchObject({ customerId: 'customer-1', end: 'customerHungUp' })
    expect(faults.away).toBe(false)
  })

  it('and the checkpoint together let old spool files go', async () => {
    const folder = temporaryFolder()
    const history = await open(folder, { limits: { segmentBytes: 1_000 } })
    for (let n = 0; n < 50; n += 1) history.append([{ kind: 'input', event: tick(n) }])
    expect(await history.drain(5_000)).toBe(true)
    expect(segmentsOf(folder).length).toBeGreaterThan(3)
    await history.saveCheckpoint({}, history.status().lastSeq)
    expect(segmentsOf(folder)).toHaveLength(1)
  })
})

describe('a full disk', () => {
  const tightDisk = () => {
    const space = { total: 1e9, free: 1e9 }
    return { space, readSpace: () => ({ ...space }), limits: { minimumFreeBytes: 1e6 } }
  }

  it('is said at 80 %', async () => {
    const { space, ...more } = tightDisk()
    const history = await open(temporaryFolder(), more)
    space.free = 2e8
    await vi.waitFor(
      () => expect(history.status()).toMatchObject({ state: 'alarm', diskUsedPercent: 80 }),
      3_000,
    )
  })

  it('refuses commands, goes on showing calls, and is marked when there is room again', async () => {
    const { space, ...more } = tightDisk()
    const { store, journal, calls } = memoryStore()
    const history = await open(temporaryFolder(), { store, ...more })
    const facts = answeredCall('lab:1')
    history.append([{ kind: 'facts', facts: facts.slice(0, 5) }])
    space.free = 9e5
    await vi.waitFor(() => expect(history.status().state).toBe('full'), 3_000)

    expect(history.append([{ kind: 'facts', facts: facts.slice(5) }])).toMatchObject({
      kept: false,
      code: 'history.spool_full',
    })
    expect(history.requireRoom).toThrow(expect.objectContaining({ code: 'history.spool_full' }))
    expect(() => history.bindCustomer('lab:1', 'customer-1', true)).toThrow(
      expect.objectContaining({ code: 'history.spool_full' }),
    )
    expect((await history.todayOf('boris', morning, 10)).calls).toMatchObject([{ outcome: 'answered' }])

    space.free = 1e9
    await vi.waitFor(() => expect(history.status().state).toBe('ok'), 3_000)
    history.requireRoom()
    expect(await history.drain(5_000)).toBe(true)
    const marks = [...journal.values()].flatMap((entry) => (entry.kind === 'mark' ? [entry.mark] : []))
    expect(marks).toMatchObject([{ reason: 'spoolFull', entriesLost: 2 }])
    expect(calls.get('lab:1')).toMatchObject({ end: 'customerHungUp', contacts: [{ personId: 'boris' }] })
  })

  it('is known after a restart too', async () => {
    const folder = temporaryFolder()
    const { space, ...more } = tightDisk()
    const first = await open(folder, more)
    space.free = 9e5
    await vi.waitFor(() => expect(first.status().state).toBe('full'), 3_000)
    first.append([{ kind: 'input', event: tick() }])
    await vi.waitFor(() => expect(readdirSync(folder)).toContain('gap'))
    await first.close()

    space.free = 1e9
    const { store, journal } = memoryStore()
    const second = await open(folder, { ...more, store })
    expect(await second.drain(5_000)).toBe(true)
    expect([...journal.values()]).toMatchObject([
      { kind: 'mark', mark: { reason: 'spoolFull', entriesLost: null } },
    ])
  })
})

function segmentsOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.spool'))
    .sort()
}
