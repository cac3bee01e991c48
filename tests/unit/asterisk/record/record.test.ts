import { appendFile, chmod, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readTrace, type Trace } from '../../../../lab/traces/trace.ts'
import {
  createRecord,
  type ReadingFor,
  type RecordSettings,
  type Unheard,
} from '../../../../server/asterisk/record/record.ts'
import { usualCelColumns } from '../../../../server/asterisk/record/cel-rows.ts'
import { celFile, queueLogFile } from '../../../../server/asterisk/record/file-source.ts'
import { heardChannels } from '../../../../server/asterisk/record/heard-channel.ts'
import type { PbxEvent, Snapshot } from '../../../../server/floor/events.ts'
import type { Fact } from '../../../../server/floor/facts.ts'
import { copyOfFloor, createFloor, reduce } from '../../../../server/floor/floor.ts'
import { noticeWords, type NoticeCode } from '../../../../shared/notices.ts'
import { desks, floorOptions, narrate, replay } from '../../../compare/replay.ts'

const log = { info: () => undefined, warn: () => undefined }
/** What an administrator would be told. */
const told = new Map<NoticeCode, string>()
const reading: ReadingFor = {
  ours: (at) => at,
  notices: {
    set: (code, values = {}) => told.set(code, noticeWords(code, values)),
    clear: (code) => told.delete(code),
  },
  signal: new AbortController().signal,
}
const empty: Snapshot = {
  channels: [],
  bridges: [],
  queues: [],
  members: [],
  waiting: [],
  parked: [],
  bootedAt: null,
}

let folder: string
let trace: Trace
/** When the calls of the trace begin and end, ms. */
let from: number
let to: number
beforeEach(async () => {
  told.clear()
  folder = await mkdtemp(join(tmpdir(), 'record-'))
  trace = await readTrace('second-agent-answers')
  const times = trace.cel.map((line) => Number(/"(\d+\.\d+)"/.exec(line)?.[1]) * 1000)
  from = Math.min(...times) - 2_000
  to = Math.max(...times) + 2_000
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const path = (name: string) => join(folder, name)
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
/** A row as of years before. */
const older = (line = '') => line.replace(/"179\d+\./, '"1700000000.').replaceAll('lab-179', 'lab-170')
/** The record of the trace, which was kept before it already. */
async function write(
  cel: readonly string[] = [older(trace.cel[0]), ...trace.cel],
  queueLog: readonly string[] = trace.queueLog,
): Promise<void> {
  await writeFile(path('cel.csv'), text(cel))
  await writeFile(path('queue_log'), text(queueLog))
}
const celOf = (columns = usualCelColumns) => celFile({ path: path('cel.csv'), columns, timeZone: '' })
const recordOf = (more: Partial<RecordSettings> = {}) =>
  createRecord({
    pbx: 'lab',
    prefix: '',
    cel: celOf(),
    queueLog: queueLogFile(path('queue_log')),
    isDesk: (device) => device.startsWith('PJSIP/2'),
    log,
    ...more,
  })

/**
 * Reads a gap, and has a floor take what it tells and then the snapshot.
 * @param aheadMs by how much the PBX's clock is ahead of ours; `from`, `to` and the record are by the PBX's
 */
async function read(
  record = recordOf(),
  gap: Partial<Unheard> = {},
  snapshot: Partial<Snapshot> = {},
  untilThere = to,
  aheadMs = 0,
) {
  const ours = (at: number): number => at - aheadMs
  const [since, until] = [ours(from), ours(untilThere)]
  const floor = createFloor(floorOptions)
  const facts: Fact[] = []
  const take = (event: PbxEvent) => facts.push(...reduce(floor, event).facts)
  take({ type: 'desks.set', pbx: 'lab', at: since, arrivedAt: since, desks })
  take({ type: 'snapshot', pbx: 'lab', at: since, arrivedAt: since, snapshot: empty })
  take({ type: 'link.lost', pbx: 'lab', at: since, arrivedAt: since })
  const how = await record.read(
    { since, bootedAt: null, channelOf: heardChannels(copyOfFloor(floor)), ...gap },
    { type: 'snapshot', pbx: 'lab', at: until, arrivedAt: until, snapshot: { ...empty, ...snapshot } },
    (events) => {
      events.forEach(take)
      return Promise.resolve()
    },
    { ...reading, ours },
  )
  return { told: how, floor, facts, lines: narrate(facts), health: record.health() }
}
/** A row as of an Asterisk that was started later: its ids begin anew. */
function newer(line: string): string {
  return line.replace(/lab-(\d+)\.(\d+)/g, (_all, at: string, serial: string) => {
    return `lab-${Number(at) + 20}.${Number(serial) % 10}`
  })
}
const whole = [
  'inbound call to +493023125102',
  'waits for sales',
  'offered to 201',
  'offer to 201: notAnswered',
  'offered to 202',
  'offer to 202: answered',
  'sales: answered',
  'talks with 202',
  'talk with 202 over: customerHungUp',
  'ended: customerHungUp',
]

describe('reading what nobody heard', () => {
  it('tells the calls of the gap, and no other', async () => {
    await write()
    const { told: how, lines, health } = await read()
    expect(how).toEqual({ told: 'whole', until: to })
    expect(lines.filter((line) => line !== 'caller unknown')).toEqual(whole)
    expect(health).toMatchObject({ state: 'ready', callsReconstructed: 1, damagedLines: 0 })
    expect((await read(recordOf(), { since: to - 1_000 })).lines).toEqual([])
    expect((await read(recordOf(), {}, {}, from + 1_000)).lines).toEqual([])
  })

  it('takes only whole rows, and tells how many were not', async () => {
    await write([trace.cel[0]?.slice(40) ?? '', ...trace.cel], trace.queueLog)
    await appendFile(path('cel.csv'), trace.cel.at(-1)?.slice(0, 50) ?? '')
    const { lines, health } = await read()
    expect(lines.filter((line) => line !== 'caller unknown')).toEqual(whole)
    expect(health.damagedLines).toBe(1)
  })

  it('reads on over a rotation, whatever the old file is called now', async () => {
    for (const name of ['1', '0', '20261125', '1795469138']) {
      await write(trace.cel.slice(0, 7), trace.queueLog.slice(0, 2))
      await rename(path('cel.csv'), path(`cel.csv.${name}`))
      await rename(path('queue_log'), path(`queue_log.${name}`))
      await write(trace.cel.slice(7), trace.queueLog.slice(2))
      expect((await read()).lines.filter((line) => line !== 'caller unknown')).toEqual(whole)
      await rm(path(`cel.csv.${name}`))
      await rm(path(`queue_log.${name}`))
    }
  })

  it('says that a part is missing when a rotated file was packed', async () => {
    await write(trace.cel.slice(7), trace.queueLog)
    await writeFile(path('cel.csv.1.gz'), '')
    await utimes(path('cel.csv.1.gz'), to / 1000, to / 1000)
    expect((await read()).told).toMatchObject({ told: 'partly' })
  })

  it.each([
    ['ahead', 3],
    ['behind', -3],
  ])(
    'reads every rotated file that has rows of it, with the clock of the PBX three hours %s',
    async (_, hours) => {
      const aheadMs = hours * 3_600_000
      const cut = [0, 5, 9, trace.cel.length]
      const parts = [trace.cel.map(older), ...cut.slice(1).map((end, at) => trace.cel.slice(cut[at], end))]
      for (const [index, part] of parts.entries()) {
        await writeFile(path('cel.csv'), text(part))
        // As the PBX's machine would date it; an hour for those of long before.
        const writtenAt = (index === 0 ? from - 3_600_000 : from) / 1000
        await utimes(path('cel.csv'), writtenAt, writtenAt)
        if (index < parts.length - 1) await rename(path('cel.csv'), path(`cel.csv.${9 - index}`))
      }
      await writeFile(path('queue_log'), text(trace.queueLog))
      const { lines, health } = await read(recordOf(), {}, {}, to, aheadMs)
      expect(lines.filter((line) => line !== 'caller unknown')).toEqual(whole)
      expect(health).toMatchObject({ callsReconstructed: 1, damagedLines: 0 })
    },
  )

  it.each([
    ['ahead', 3],
    ['behind', -3],
  ])('misses what was packed with the clock three hours %s, and nothing of long before', async (_, hours) => {
    const aheadMs = hours * 3_600_000
    const packedAt = async (at: number) => {
      await writeFile(path('cel.csv.1.gz'), '')
      await utimes(path('cel.csv.1.gz'), at / 1000, at / 1000)
    }
    await write()
    await packedAt(from - 12 * 3_600_000)
    expect((await read(recordOf(), {}, {}, to, aheadMs)).told).toMatchObject({ told: 'whole' })
    await packedAt(from + 1_000)
    expect((await read(recordOf(), {}, {}, to, aheadMs)).told).toMatchObject({ told: 'partly' })
  })

  it('leaves out a rotated file by what is in it: one of before the gap is not read, however new it seems', async () => {
    await write()
    await writeFile(path('cel.csv.1'), text(['no row', ...trace.cel.map(older)]))
    await writeFile(path('cel.csv.2'), text(['no row at all']))
    expect((await read()).health).toMatchObject({ damagedLines: 1, callsReconstructed: 1 })
  })

  it.each([
    ['was moved elsewhere, or cut off', () => trace.cel.slice(7)],
    ['was not kept before', () => trace.cel],
    ['is empty', () => []],
  ])('does not say that all was told where the record %s', async (_what, rows: () => readonly string[]) => {
    await write(rows())
    expect((await read()).told).toEqual({ told: 'partly', until: null })
  })

  it('finds its place in a large file without reading all of it', async () => {
    const old = trace.cel.map(older)
    const many = Array.from({ length: 6_000 }, () => old).flat()
    await write([...many, ...trace.cel])
    const begun = performance.now()
    const { lines, health } = await read()
    expect(lines.filter((line) => line !== 'caller unknown')).toEqual(whole)
    expect(health.damagedLines).toBe(0)
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  it('ends what a restart of Asterisk cut off, and tells what came after it', async () => {
    const answered = trace.cel.findIndex((line) => line.includes('BRIDGE_ENTER')) + 2
    await write(trace.cel.slice(0, answered), trace.queueLog)
    const bootedAt = to - 1_000
    const { lines, floor } = await read(recordOf(), { bootedAt: from - 100_000 }, { bootedAt })
    expect(lines.slice(-2)).toEqual(['talk with 202 over: cutOff', 'ended: cutOff'])
    expect(floor.links.get('lab')).toMatchObject({ bootedAt, lostAt: from })
  })

  it('ends nothing too soon, though a PBX says only in which second it was started', async () => {
    const answered = trace.cel.findIndex((line) => line.includes('BRIDGE_ENTER')) + 2
    const lastAt = Number(/"(\d+\.\d+)"/.exec(trace.cel[answered - 1] ?? '')?.[1]) * 1000
    // Killed after its last row, and started in the same second: told as started at the second's begin, before that row.
    const bootedAt = lastAt - 990
    const next = trace.cel.map((line) =>
      line.replace(/"(\d+\.\d+)"/, (_all, at: string) => `"${Number(at) + 20}"`),
    )
    await write([...trace.cel.slice(0, answered), ...next.map(newer)], trace.queueLog)
    const { lines, floor } = await read(recordOf(), { bootedAt: from - 100_000 }, { bootedAt }, to + 60_000)
    expect(lines.filter((line) => line.startsWith('inbound call'))).toHaveLength(2)
    expect(lines).toContain('talk with 202 over: cutOff')
    expect(floor.calls.size).toBe(2)
  })

  it('tells the visits of the gap, though the clock was an hour on before and queue_log has rows of that', async () => {
    const ahead = trace.queueLog.map((line) => line.replace(/^\d+/, (at) => String(Number(at) + 3_600)))
    await write(trace.cel, [...ahead, ...trace.queueLog])
    expect((await read()).lines.filter((line) => line !== 'caller unknown')).toEqual(whole)
  })

  it('leaves a call that came in the moment of the lists, and is in none, to the events that tell of it', async () => {
    await write()
    const started = Number(/"(\d+\.\d+)"/.exec(trace.cel[0] ?? '')?.[1]) * 1000
    expect((await read(recordOf(), {}, {}, Math.ceil(started) + 1)).lines).toEqual([])
  })

  it('tells no call twice that was heard before the gap', async () => {
    await write()
    expect((await read(recordOf(), { since: to - 1_990, channelOf: () => null })).lines).toEqual([])
  })

  it('goes on with a talk that was heard to begin: the answer in queue_log is no second one', async () => {
    await write()
    // heard up to the moment at which the two were connected
    const bridged = trace.cel.findLastIndex((line) => line.startsWith('"BRIDGE_ENTER"'))
    const at = (index: number) => Number(/"(\d+\.\d+)"/.exec(trace.cel[index] ?? '')?.[1]) * 1000
    const floor = createFloor(floorOptions)
    const facts: Fact[] = []
    const take = (event: PbxEvent) => facts.push(...reduce(floor, event).facts)
    take({ type: 'desks.set', pbx: 'lab', at: from, arrivedAt: from, desks })
    const heardUntil = Math.floor(at(bridged))
    for (const event of replay(trace).events) if (event.at <= heardUntil + 5) take(event)
    expect(narrate(facts).at(-1)).toBe('talks with 202')
    const { length } = facts
    await recordOf().read(
      {
        since: heardUntil + 5,
        bootedAt: null,
        channelOf: heardChannels(copyOfFloor(floor)),
      },
      { type: 'snapshot', pbx: 'lab', at: to, arrivedAt: to, snapshot: empty },
      (events) => {
        events.forEach(take)
        return Promise.resolve()
      },
      reading,
    )
    expect(narrate(facts.slice(length))).toEqual([
      'talk with 202 over: customerHungUp',
      'ended: customerHungUp',
    ])
    expect([...floor.calls.values()]).toMatchObject([{ reconstructed: 'partly' }])
  })

  it('does not end what the PBX lists as there', async () => {
    await write()
    const hangups = trace.cel.filter((line) => line.startsWith('"HANGUP"') || line.startsWith('"CHAN_END"'))
    const ids = [...new Set(hangups.map((line) => line.split(',')[2]?.replaceAll('"', '') ?? ''))]
    const events: PbxEvent[] = []
    const channels = ids.map((id) => ({ channelId: `lab:${id}` }) as Snapshot['channels'][number])
    await recordOf().read(
      { since: from, bootedAt: null, channelOf: () => null },
      { type: 'snapshot', pbx: 'lab', at: to, arrivedAt: to, snapshot: { ...empty, channels } },
      (more) => Promise.resolve(void events.push(...more)),
      reading,
    )
    expect(events.filter(({ type }) => type === 'channel.gone')).toEqual([])
  })
})

describe('a PBX whose clock is hours off', () => {
  it('is read by our clock, as its events are', async () => {
    await write()
    const hours = 5 * 3_600_000
    const events: PbxEvent[] = []
    const how = await recordOf().read(
      { since: from - hours, bootedAt: null, channelOf: () => null },
      { type: 'snapshot', pbx: 'lab', at: to - hours, arrivedAt: to - hours, snapshot: empty },
      (more) => Promise.resolve(void events.push(...more)),
      { ...reading, ours: (at) => at - hours },
    )
    expect(how?.told).toBe('whole')
    expect(events.length).toBeGreaterThan(10)
    expect(events.every(({ at }) => at > from - hours && at < to - hours)).toBe(true)
  })
})

describe('several PBXs', () => {
  it('tells the queues and phones of each by its name', async () => {
    await write()
    const events: PbxEvent[] = []
    await recordOf({ prefix: 'berlin/', isDesk: (device) => device.startsWith('berlin/PJSIP/2') }).read(
      { since: from, bootedAt: null, channelOf: () => null },
      { type: 'snapshot', pbx: 'lab', at: to, arrivedAt: to, snapshot: empty },
      (more) => Promise.resolve(void events.push(...more)),
      reading,
    )
    expect(events).toContainEqual(expect.objectContaining({ type: 'queue.entered', queue: 'berlin/sales' }))
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'queue.connected', interface: 'berlin/PJSIP/202' }),
    )
    const devices = events.flatMap((event) =>
      event.type === 'channel.appeared' ? [event.channel.device] : [],
    )
    expect(devices).toEqual(['berlin/PJSIP/trunk', 'berlin/PJSIP/201', 'berlin/PJSIP/202'])
  })
})

describe('a record that cannot be used', () => {
  it('is no fault when none is set up', async () => {
    const { told: how, health } = await read(recordOf({ cel: null, queueLog: null }))
    expect([how, health.state]).toEqual([null, 'off'])
  })

  it('says which file is not there, and that nothing was told', async () => {
    const { told: how, health } = await read()
    expect(how).toEqual({ told: 'nothing', until: null })
    expect(health.state).toBe('unreadable')
    expect([...told.values()]).toEqual([expect.stringMatching(/cel\.csv is not there/)])
    // and it is so no more once the file is there
    await write()
    expect((await read()).told?.told).toBe('whole')
    expect([...told]).toEqual([])
  })

  it('names the line to put into which file when columns are lacking', async () => {
    await write(trace.cel.map((line) => line.split(',').slice(0, 3).join(',')))
    const record = recordOf()
    await record.look(reading.notices)
    expect(record.health().state).toBe('unreadable')
    expect(told.get('pbx.record_columns')).toMatch(
      /Put fields = eventtype,eventtime,uniqueid,linkedid,.* in cel_custom\.conf/,
    )
    await write()
    await recordOf({ cel: celOf(usualCelColumns.slice(0, 12)) }).look(reading.notices)
    expect([...told.keys()]).toEqual(['pbx.record_columns'])
  })

  it('says what is lacking without queue_log, and tells the calls all the same', async () => {
    await write()
    const { lines, health } = await read(recordOf({ queueLog: null }))
    expect(health.state).toBe('incomplete')
    expect([...told.keys()]).toEqual(['pbx.no_queue_log'])
    expect(lines).toContain('talks with 202')
    expect(lines).not.toContain('waits for sales')
  })

  it('tells the calls, and that it is not all, when queue_log cannot be read', async () => {
    await write()
    await rm(path('queue_log'))
    const { told: how, lines, health } = await read()
    expect(health.state).toBe('incomplete')
    expect([...told.keys()]).toEqual(['pbx.record_absent'])
    expect(lines).toContain('talks with 202')
    expect(how).toEqual({ told: 'partly', until: null })
  })

  it.skipIf(process.getuid?.() === 0)('says who must be let in', async () => {
    await write()
    await chmod(path('cel.csv'), 0o000)
    await read()
    expect(told.get('pbx.record_unreadable')).toContain('Let the user of this server read it')
  })
})

describe('who is calling', () => {
  const caller = (said: string) =>
    trace.cel.flatMap((line) => {
      if (!line.startsWith('"CHAN_START"') || !line.includes('trunk')) return [line]
      return [
        line,
        line.replace('"CHAN_START"', '"RINGCARD_CALLER"').replace(/""$/, `"{""extra"":""${said}""}"`),
      ]
    })

  it('is shown only if the dialplan says that they may be', async () => {
    await write(caller('allowed_not_screened'))
    expect((await read()).lines).toContain('caller +493023125901')
    await write(caller('prohib_passed_screen'))
    const hidden = await read()
    expect(hidden.lines).toContain('caller withheld')
    await write()
    const unsaid = await read()
    for (const { facts } of [hidden, unsaid]) expect(JSON.stringify(facts)).not.toContain('125901')
  })
})
