import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPostgres, type LabPostgres } from '../../../lab/database/postgres.ts'
import { makeRecordTables, type RecordTables } from '../../../lab/database/record-tables.ts'
import { whyNoDebianRoot } from '../../../lab/debian-root.ts'
import { readTrace, type Trace } from '../../../lab/traces/trace.ts'
import { createCelReader, usualCelColumns, type CelRow } from '../../../server/asterisk/record/cel-rows.ts'
import { celFile, queueLogFile } from '../../../server/asterisk/record/file-source.ts'
import { readQueueLogRow } from '../../../server/asterisk/record/queue-log-rows.ts'
import { createRecord, type ReadingFor } from '../../../server/asterisk/record/record.ts'
import type { RowSource } from '../../../server/asterisk/record/source.ts'
import { celTable, queueLogTable, type TableSettings } from '../../../server/asterisk/record/table-source.ts'
import type { PbxEvent, Snapshot } from '../../../server/floor/events.ts'
import { noticeWords, type NoticeCode } from '../../../shared/notices.ts'

const whyNot = await whyNoDebianRoot()
const timeZone = 'Europe/Berlin'
const berlin = new Intl.DateTimeFormat('sv', {
  ...{ timeZone, dateStyle: 'short', timeStyle: 'medium' },
})
/** What the PBX's wall clock shows, as cel_pgsql writes it. */
const dayMs = 86_400_000
const wall = (at: number) => `${berlin.format(at)}.${String(at % 1000).padStart(3, '0')}000`
const empty: Snapshot = {
  ...{ channels: [], bridges: [], queues: [], members: [], waiting: [], parked: [], bootedAt: null },
}

let postgres: LabPostgres
let tables: RecordTables
let trace: Trace
let cel: CelRow[]
let folder: string
/** When the calls of the trace begin and end, ms. */
let from: number
let to: number
const told = new Map<NoticeCode, string>()
const reading: ReadingFor = {
  ours: (at) => at,
  notices: {
    set: (code, values = {}) => told.set(code, noticeWords(code, values)),
    clear: (code) => told.delete(code),
  },
  signal: new AbortController().signal,
}
const inTable = (table: string, more: Partial<TableSettings> = {}): TableSettings => ({
  ...{ uri: tables.uri, table, timeZone },
  ...more,
})

async function insert(rows: readonly CelRow[], at: (row: CelRow) => unknown = (row) => wall(row.at)) {
  for (const row of rows) {
    const { type, number, name, exten, context, channel, application, data, uniqueId, linkedId, extra } = row
    await postgres.run(
      `insert into cel (eventtype, eventtime, cid_num, cid_name, exten, context, channame, appname, appdata, uniqueid,
         linkedid, extra) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`,
      [
        ...[type, at(row), number, name, exten, context, channel, application, data, uniqueId, linkedId],
        Object.keys(extra).length > 0 ? JSON.stringify(extra) : '',
      ],
    )
  }
}
async function insertQueueLog(): Promise<void> {
  for (const line of trace.queueLog) {
    const row = readQueueLogRow(line)
    if (!row) continue
    await postgres.run(
      'insert into queue_log (time, callid, queuename, agent, event, data) values ($1, $2, $3, $4, $5, $6)',
      [wall(row.at + 437), row.uniqueId, row.queue, row.agent, row.event, row.data.join('|')],
    )
  }
}

/** What is told of the trace's time. */
async function read(
  sources: { cel: RowSource<CelRow>; queueLog?: Parameters<typeof createRecord>[0]['queueLog'] },
  { ours = (at: number) => at } = {},
) {
  const isDesk = (device: string) => device.startsWith('PJSIP/2')
  const log = { info: () => undefined }
  const queueLog = sources.queueLog ?? null
  const now = () => to
  const record = createRecord({ pbx: 'lab', prefix: '', cel: sources.cel, queueLog, isDesk, log, now })
  const events: PbxEvent[] = []
  const how = await record.read(
    { since: ours(from), bootedAt: null, channelOf: () => null },
    { type: 'snapshot', pbx: 'lab', at: ours(to), arrivedAt: to, snapshot: empty },
    (more) => Promise.resolve(void events.push(...more)),
    { ...reading, ours },
  )
  return { told: how, events, health: record.health() }
}
const readTables = () =>
  read({ cel: celTable(inTable('cel')), queueLog: queueLogTable(inTable('queue_log')) })
const readFiles = () =>
  read({
    cel: celFile({ path: join(folder, 'cel.csv'), columns: usualCelColumns, timeZone }),
    queueLog: queueLogFile(join(folder, 'queue_log')),
  })

describe.skipIf(whyNot !== undefined)('a record in tables', () => {
  beforeAll(async () => {
    postgres = await startPostgres()
    tables = await makeRecordTables(postgres)
    trace = await readTrace('second-agent-answers')
    cel = trace.cel.map(createCelReader(usualCelColumns, '')).filter((row) => row !== null)
    const times = cel.map(({ at }) => at)
    from = Math.min(...times) - 2_000
    to = Math.max(...times) + 2_000
    folder = await mkdtemp(join(tmpdir(), 'record-table-'))
    const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
    const older =
      trace.cel[0]?.replace(/"(\d+)\./, (_all, at: string) => `"${Number(at) - dayMs / 1000}.`) ?? ''
    await writeFile(join(folder, 'cel.csv'), text([older, ...trace.cel]))
    await writeFile(join(folder, 'queue_log'), text(trace.queueLog))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
    await postgres.stop()
  })
  beforeEach(async () => {
    told.clear()
    await postgres.run('truncate cel, queue_log')
    await insert(cel)
    // Kept before already, as the file was.
    await insert(cel.slice(0, 1), ({ at }) => wall(at - dayMs))
    await insertQueueLog()
  })

  describe('that can be read', () => {
    it('tells the same as the files of the same calls', async () => {
      const byTables = await readTables()
      const byFiles = await readFiles()
      expect(byFiles.events.length).toBeGreaterThan(20)
      expect(byTables).toEqual(byFiles)
      expect(byTables).toMatchObject({ told: { told: 'whole' }, health: { state: 'ready', damagedLines: 0 } })
      expect([...told]).toEqual([])
    })

    it.each([
      ['timestamptz', `using eventtime at time zone '${timeZone}'`],
      ['double precision', `using extract(epoch from eventtime at time zone '${timeZone}')`],
      ['text', "using to_char(eventtime, 'YYYY-MM-DD HH24:MI:SS.US')"],
    ])('reads times of the type %s', async (type, using) => {
      await postgres.run(`alter table cel alter column eventtime type ${type} ${using}`)
      try {
        const byTables = await readTables()
        expect([...told]).toEqual([])
        expect(byTables).toEqual(await readFiles())
      } finally {
        await postgres.run('truncate cel')
        await postgres.run('alter table cel alter column eventtime type timestamp using null')
      }
    })

    it('reads what an event has beside it from a column each, too', async () => {
      await postgres.run(`create table queue_log_apart as
        select time, callid, queuename, agent, event, split_part(data, '|', 1) as data1, split_part(data, '|', 2) as data2,
          split_part(data, '|', 3) as data3 from queue_log`)
      await postgres.run(`grant select on queue_log_apart to ${tables.reader.user}`)
      const apart = { cel: celTable(inTable('cel')), queueLog: queueLogTable(inTable('queue_log_apart')) }
      expect(await read(apart)).toEqual(await readFiles())
    })

    it('reads a dialplan’s own event by the name that it has in a column of its own', async () => {
      await postgres.run('truncate cel')
      const [first] = cel
      if (first) await insert([{ ...first, type: 'USER_DEFINED' }])
      await postgres.run("update cel set userdeftype = 'RINGCARD_CALLER'")
      expect((await rowsOf(celTable(inTable('cel')))).map(({ type }) => type)).toEqual(['RINGCARD_CALLER'])
    })

    it('reads on over many pages, each row once and in its order', async () => {
      const many = 2_500
      await postgres.run('truncate cel')
      await postgres.run(
        `insert into cel (eventtype, eventtime, channame, uniqueid, linkedid)
         select 'ANSWER', $1::timestamp + n * interval '1 microsecond', 'PJSIP/201-1', 'lab-' || n, 'lab-' || n
           from generate_series(1, $2::int) n order by random()`,
        [wall(from + 1_000), many],
      )
      const rows = await rowsOf(celTable(inTable('cel')))
      expect(rows.map(({ uniqueId }) => uniqueId)).toEqual(
        Array.from({ length: many }, (_, index) => `lab-${index + 1}`),
      )
    })

    it('reads the rows of the time asked for and no others, by the PBX’s clock', async () => {
      const hours = 5 * 3_600_000
      const { told: how, events } = await read(
        { cel: celTable(inTable('cel')), queueLog: queueLogTable(inTable('queue_log')) },
        { ours: (at) => at - hours },
      )
      expect(how?.told).toBe('whole')
      expect(events.length).toBeGreaterThan(20)
      expect(events.every(({ at }) => at >= from - hours && at <= to - hours)).toBe(true)
      expect(await rowsOf(celTable(inTable('cel')), [to + 10_000, to + 20_000])).toEqual([])
    })

    it('tells the two rounds of an hour apart in the night in which clocks go back', async () => {
      const before = Date.UTC(2026, 9, 24, 23, 59)
      const minutes = [0, 11, 60, 61, 91, 121]
      await postgres.run('truncate cel')
      const [row] = cel
      if (row) await insert(minutes.map((minute) => ({ ...row, at: before + minute * 60_000 })))
      const rows = await rowsOf(celTable(inTable('cel')), [before, before + 2 * 3_600_000 + 60_000])
      expect(rows.map(({ at }) => (at - before) / 60_000)).toEqual(minutes)
    })

    it('counts and passes over what is no whole row', async () => {
      await postgres.run("update cel set extra = '{\"torn' where id = (select min(id) from cel)")
      expect((await readTables()).health).toMatchObject({ state: 'ready', damagedLines: 1 })
    })

    it('does not say that all was told where nothing stands there from before', async () => {
      await postgres.run('delete from cel where eventtime < $1::timestamp', [wall(from)])
      expect((await readTables()).told).toEqual({ told: 'partly', until: null })
    })

    it('never takes a name for SQL', async () => {
      await postgres.run('create schema "Odd"; create table "Odd"."cel"";drop" (like public.cel)')
      await postgres.run(`grant usage on schema "Odd" to ${tables.reader.user}`)
      await postgres.run(`grant select on "Odd"."cel"";drop" to ${tables.reader.user}`)
      const { faults, isReadable } = await celTable(inTable('Odd.cel";drop')).look()
      expect([faults, isReadable]).toEqual([[], true])
    })
  })

  describe('that cannot be read', () => {
    const look = async (table: string, more: Partial<TableSettings> = {}) => {
      const { told: how, health } = await read({ cel: celTable(inTable(table, more)) })
      expect([how, health.state]).toEqual([{ told: 'nothing', until: null }, 'unreadable'])
      told.delete('pbx.no_queue_log')
      return Object.fromEntries(told)
    }

    it('because the database is away: says so, and tells all once it is back', async () => {
      const closed = await listening()
      const { port } = closed.server.address() as AddressInfo
      await closed.close()
      const away = postgres.uri('ringcard', 'any').replace(String(postgres.port), String(port))
      expect(await look('cel', { uri: away })).toEqual({
        'pbx.record_database_away': expect.stringContaining('(ECONNREFUSED)') as string,
      })
      expect((await readTables()).told).toMatchObject({ told: 'whole' })
      expect([...told]).toEqual([])
    })

    it('because the database takes the connection and says nothing', async () => {
      const silent = await listening()
      try {
        const { port } = silent.server.address() as AddressInfo
        const uri = postgres.uri('ringcard', 'any').replace(String(postgres.port), String(port))
        const begun = performance.now()
        const timing = { connectMs: 300, statementMs: 300 }
        expect(await look('cel', { uri, timing })).toEqual({
          'pbx.record_database_away': expect.stringContaining('(ETIMEDOUT)') as string,
        })
        expect(performance.now() - begun).toBeLessThan(2_000)
      } finally {
        await silent.close()
      }
    })

    it('because the statement takes too long', async () => {
      await postgres.run('begin; lock table cel in access exclusive mode')
      try {
        const timing = { connectMs: 3_000, statementMs: 300 }
        expect(await look('cel', { timing })).toEqual({
          'pbx.record_unreadable': expect.stringContaining('cel cannot be read (57014)') as string,
        })
      } finally {
        await postgres.run('rollback')
      }
    })

    it('because the password is wrong, which is not repeated', async () => {
      const found = await look('cel', { uri: postgres.uri('ringcard', 'quite-wrong') })
      expect(found).toEqual({
        'pbx.record_database_refused': expect.stringContaining('(28P01)') as string,
      })
      expect(JSON.stringify(found)).not.toContain('quite-wrong')
    })

    it('because the database of that name is not there', async () => {
      const uri = tables.uri.replace(/postgres$/, 'elsewhere')
      expect(Object.keys(await look('cel', { uri }))).toEqual(['pbx.record_database_refused'])
    })

    it('because the table is not there', async () => {
      expect(await look('call_events')).toEqual({
        'pbx.record_absent': expect.stringContaining('call_events is not there') as string,
      })
      expect(Object.keys(await look('nowhere.cel'))).toEqual(['pbx.record_absent'])
    })

    it('because the user may not read it', async () => {
      await postgres.run('create table hidden (like cel)')
      expect(await look('hidden')).toEqual({
        'pbx.record_unreadable': expect.stringContaining('hidden cannot be read (42501)') as string,
      })
    })

    it('because columns are lacking, or of a type that says nothing', async () => {
      await postgres.run('create table bare (eventtype int, eventtime date, uniqueid text, channame text)')
      expect((await look('bare'))['pbx.record_table_columns']).toMatch(
        /The table bare lacks eventtime, eventtype, linkedid, cid_num, .*extra, or/,
      )
    })
  })

  it('that lacks a column of use tells what it can', async () => {
    await postgres.run('create table less as select * from cel; alter table less drop column extra')
    await postgres.run(`grant select on less to ${tables.reader.user}`)
    const { told: how, health } = await read({ cel: celTable(inTable('less')) })
    expect([how?.told, health.state]).toEqual(['whole', 'incomplete'])
    expect(told.get('pbx.record_table_columns')).toContain('The table less lacks extra, or')
  })

  it('says how far it came when the database breaks in the middle', async () => {
    const source = celTable(inTable('cel'))
    const broken: RowSource<CelRow> = {
      ...source,
      between: async function* (times) {
        for await (const portion of source.between({ ...times, to: from + 4_000 })) yield portion
        await postgres.run(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ringcard'",
        )
        yield* source.between({ ...times, signal: AbortSignal.abort() })
      },
    }
    const { told: how } = await read({ cel: broken })
    expect(how).toMatchObject({ told: 'partly' })
    expect([...told.keys()]).toContain('pbx.record_database_away')
  })

  it('lets go of its connections', async () => {
    await readTables()
    await expect
      .poll(() => postgres.run("select pid from pg_stat_activity where usename = 'ringcard'"), {
        timeout: 5_000,
      })
      .toEqual([])
  })
})

/** All rows between two times. */
async function rowsOf<Row>(
  source: RowSource<Row>,
  [first, last]: readonly [number, number] = [from, to],
): Promise<Row[]> {
  const rows: Row[] = []
  const times = { from: first, to: last, ours: (at: number) => at, signal: reading.signal }
  for await (const portion of source.between(times)) rows.push(...portion.rows)
  return rows
}

/** Something that takes connections and says nothing. */
async function listening(): Promise<{ server: Server; close: () => Promise<void> }> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { server, close }
}
