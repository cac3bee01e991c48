import { beforeAll, describe, expect, it, vi } from 'vitest'
import { writeToTables } from '../../lab/asterisk/write-to-tables.ts'
import { startPostgres } from '../../lab/database/postgres.ts'
import { makeRecordTables } from '../../lab/database/record-tables.ts'
import { quiet } from '../../lab/flows/stage.ts'
import { startTrunk } from '../../lab/sipp/sipp.ts'
import { usualCelColumns } from '../../server/asterisk/record/cel-rows.ts'
import { celFile, queueLogFile } from '../../server/asterisk/record/file-source.ts'
import { celTable, queueLogTable } from '../../server/asterisk/record/table-source.ts'
import type { CallDocument } from '../../server/history/model.ts'
import { differencesFromAsterisk } from '../compare/held-against-asterisk.ts'
import { first, second, soon, useCentre } from './support/centre-in-use.ts'
import { newRecordsOf, toldBy } from './support/own-records.ts'

const site = useCentre()
const { phone, call, storedCalls, factsOf, nothingLeft } = site

describe('calls that begin and end while nobody listens', () => {
  // Asterisk's record begins before any gap, as that of any PBX in use.
  beforeAll(async () => {
    const early = await call(first, { hangUpAfterMs: 500 })
    await early.ended
    await quiet(site.centre.pbx)
  })

  /** One gives up in a queue; one is answered from it, one goes straight to an agent and one out, at once. */
  async function fourCalls(): Promise<void> {
    await (
      await call(first, { hangUpAfterMs: 2_000 })
    ).ended
    const trunk = await startTrunk(site.centre.pbx, { answerAfterMs: 300 })
    try {
      await phone('202')
      await phone('205')
      const placed = [
        await call(second, { hangUpAfterMs: 1_500 }),
        await call(first, { to: '+493023125205', hangUpAfterMs: 1_500 }),
        await call({ agent: '201' }, { to: '03023125902', hangUpAfterMs: 1_500 }),
      ]
      await Promise.all(placed.map(({ ended: over }) => over))
      await quiet(site.centre.pbx)
    } finally {
      await trunk.stop()
    }
  }

  const newRecords = newRecordsOf(() => site.centre.pbx)

  /** The calls of history that began since a time, once all four have come there. */
  async function fourFrom(sinceMs: number): Promise<CallDocument[]> {
    return vi.waitFor(
      async () => {
        const found = await storedCalls()
          .find({ startedAt: { $gte: sinceMs }, endedAt: { $ne: null } })
          .sort({ startedAt: 1 })
          .toArray()
        expect(found).toHaveLength(4)
        return found
      },
      { timeout: 30_000, interval: 100 },
    )
  }

  const away = {
    'the server is stopped': {
      leave: () => site.centre.stopServer('kill'),
      comeBack: () => site.centre.startServer(),
    },
    'the link is cut': {
      leave: async () => {
        site.relay.cut()
        await vi.waitFor(() => expect(site.petra.linkState()).toBe('lost'), soon)
      },
      comeBack: () => {
        site.relay.mend()
        return Promise.resolve()
      },
    },
  }

  it.each(Object.entries(away))(
    '%s: told from Asterisk’s record, each once, as it has them',
    async (_, gap) => {
      await newRecords()
      const since = Date.now()
      await gap.leave()
      await fourCalls()
      const back = Date.now()
      await gap.comeBack()

      const stored = await fourFrom(since)
      expect(stored.map(({ reconstructed }) => reconstructed)).toEqual(Array(4).fill('wholly'))
      expect(stored.map(({ direction, end }) => `${direction} ${end}`).sort()).toEqual([
        'inbound abandoned',
        'inbound customerHungUp',
        'inbound customerHungUp',
        'outbound agentHungUp',
      ])
      expect(stored.flatMap(({ visits }) => visits.map(({ outcome }) => outcome))).toEqual([
        'shortAbandon',
        'answered',
      ])
      // a known customer is found by their number, though nobody looked while it rang
      await vi.waitFor(async () => {
        const known = await storedCalls().countDocuments({
          startedAt: { $gte: since },
          direction: 'inbound',
          customerId: { $ne: null },
        })
        expect(known).toBe(2)
      }, soon)

      const compared = stored.map((call) => ({
        ...call,
        callId: call._id,
        customerChannelId: call.direction === 'inbound' ? call._id : null,
        offers: call.offers.map((offer) => ({ ...offer, attempts: 1 })),
      }))
      const facts = await factsOf(stored.map(({ _id }) => _id))
      expect(differencesFromAsterisk(await newRecords(), facts, compared)).toEqual([])
      expect(facts.filter(({ type }) => type === 'call.started')).toHaveLength(4)

      // the gap is shown with its length, and that all of it was told
      const health = await site.petra.health()
      const [told] = health.gaps
      expect(told).toMatchObject({ kind: 'link', told: 'whole' })
      expect((told?.to ?? 0) - (told?.from ?? 0)).toBeGreaterThan(back - since - 5_000)
      expect(health.links[0]?.record).toMatchObject({ state: 'ready', damagedLines: 0 })
      expect(health.notices.filter(({ code }) => /record|queue_log|missed/.test(code))).toEqual([])
      const byHand = await site.petra.readCall(stored[0]?._id ?? '')
      expect(byHand?.reconstructed).toBe('wholly')
      await nothingLeft()
    },
    120_000,
  )

  it('told from tables as from files: by the real Asterisk’s cel_pgsql and realtime queue_log', async () => {
    const postgres = await startPostgres()
    try {
      const tables = await makeRecordTables(postgres)
      await writeToTables(site.centre.pbx, tables)
      // given tables in which something stands already: else nobody could say that nothing is missing
      await (
        await call(first, { hangUpAfterMs: 500 })
      ).ended
      await quiet(site.centre.pbx)
      await newRecords()
      const since = Date.now()

      // when one call begins and ends while the server is stopped, and the next start reads tables alone
      await site.centre.stopServer('kill')
      await phone('202')
      await (
        await call(second, { hangUpAfterMs: 1_500 })
      ).ended
      await quiet(site.centre.pbx)
      const files = { CEL_FILE: site.centre.pbx.files.cel, QUEUE_LOG_FILE: site.centre.pbx.files.queueLog }
      const inTables = { CEL_TABLE: 'cel', QUEUE_LOG_TABLE: 'queue_log', RECORD_DATABASE_URI: tables.uri }
      const empty = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, '']))
      await site.centre.startServer({ ...inTables, ...empty(files) })

      // then it is told as Asterisk's files have it
      const [stored] = await vi.waitFor(async () => {
        const found = await storedCalls()
          .find({ startedAt: { $gte: since }, endedAt: { $ne: null } })
          .toArray()
        expect(found).toHaveLength(1)
        return found
      }, soon)
      expect(stored).toMatchObject({
        ...{ direction: 'inbound', end: 'customerHungUp', reconstructed: 'wholly' },
        visits: [{ queue: 'support', outcome: 'answered' }],
        contacts: [{ extension: '202', why: 'customerHungUp' }],
      })
      const compared = stored
        ? [
            {
              ...stored,
              callId: stored._id,
              customerChannelId: stored._id,
              offers: stored.offers.map((offer) => ({ ...offer, attempts: 1 })),
            },
          ]
        : []
      const facts = await factsOf(compared.map(({ callId }) => callId))
      const records = await newRecords()
      expect(differencesFromAsterisk(records, facts, compared)).toEqual([])

      // event by event and to the millisecond as the files of the same call tell it
      const table = (name: string) => ({ uri: tables.uri, table: name, timeZone: '' })
      const byTables = await toldBy(celTable(table('cel')), queueLogTable(table('queue_log')), since)
      const cel = celFile({ path: files.CEL_FILE, columns: usualCelColumns, timeZone: '' })
      expect(byTables).toEqual(await toldBy(cel, queueLogFile(files.QUEUE_LOG_FILE), since))
      expect(byTables.map(({ type }) => type)).toContain('queue.connected')
      const health = await site.petra.health()
      expect(health.gaps[0]).toMatchObject({ kind: 'link', told: 'whole' })
      expect(health.links[0]?.record).toMatchObject({ state: 'ready', damagedLines: 0 })
      expect(health.notices.filter(({ code }) => /record|queue_log|missed/.test(code))).toEqual([])

      // and the next start, by files again, tells nothing twice
      await site.centre.stopServer('kill')
      await site.centre.startServer({ ...files, ...empty(inTables) })
      await vi.waitFor(async () => expect((await site.petra.health()).links[0]?.state).toBe('live'), soon)
      expect(await storedCalls().countDocuments({ startedAt: { $gte: since } })).toBe(1)
      await nothingLeft()
    } finally {
      for (const module of ['cel_pgsql.so', 'res_config_pgsql.so'])
        await site.centre.pbx.cli(`module unload ${module}`)
      await postgres.stop()
    }
  }, 120_000)

  it('nothing is told again by the next start', async () => {
    const before = await storedCalls().countDocuments({})
    await site.centre.stopServer('kill')
    await site.centre.startServer()
    await vi.waitFor(async () => expect((await site.petra.health()).links[0]?.state).toBe('live'), soon)
    await nothingLeft()
    expect(await storedCalls().countDocuments({})).toBe(before)
  }, 60_000)
})
