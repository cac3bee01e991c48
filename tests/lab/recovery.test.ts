import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startCentre, type Centre } from '../../lab/centre.ts'
import { writeToTables } from '../../lab/asterisk/write-to-tables.ts'
import { databaseUri } from '../../lab/database/database.ts'
import { startPostgres } from '../../lab/database/postgres.ts'
import { makeRecordTables } from '../../lab/database/record-tables.ts'
import { quiet } from '../../lab/flows/stage.ts'
import { labPinOf } from '../../lab/seed/identity.ts'
import {
  placeCall,
  startPhone,
  startTrunk,
  type CallOptions,
  type Phone,
  type PhoneOptions,
  type PlacedCall,
} from '../../lab/sipp/sipp.ts'
import type { Trace } from '../../lab/traces/trace.ts'
import { usualCelColumns } from '../../server/asterisk/record/cel-rows.ts'
import { celFile, queueLogFile } from '../../server/asterisk/record/file-source.ts'
import { createRecord, type RecordSettings } from '../../server/asterisk/record/record.ts'
import { celTable, queueLogTable } from '../../server/asterisk/record/table-source.ts'
import { connectDatabase, type Database } from '../../server/database/database.ts'
import { entriesOf } from '../../server/history/journal.ts'
import {
  callsCollection,
  journalCollection,
  type CallDocument,
  type JournalPage,
} from '../../server/history/model.ts'
import { silent } from '../unit/history/support.ts'
import type { PbxEvent } from '../../server/floor/events.ts'
import type { Fact } from '../../server/floor/facts.ts'
import { readCdr } from '../compare/cdr.ts'
import { differencesFromAsterisk } from '../compare/held-against-asterisk.ts'
import { openRelay, type Relay } from '../journeys/relay.ts'
import { watch, type Watcher } from './support/watcher.ts'

/** Of the seed's cast: one customer, and one whom nobody knows. All numbers are of ranges kept for fiction. */
const first = '+494066969118'
const second = '+4940669690017'
const support = '+493023125101'
const soon = { timeout: 15_000, interval: 50 }

let centre: Centre
let relay: Relay
let database: Database
let petra: Watcher
let nina: Watcher
const watchers: Watcher[] = []
const phones: Phone[] = []
const calls: PlacedCall[] = []

beforeAll(async () => {
  centre = await startCentre({
    customers: 200,
    amiThrough: async (ami) => {
      relay = await openRelay(ami)
      return relay.at
    },
  })
  database = connectDatabase({ uri: databaseUri(centre.database.uri, 'ringcard'), log: silent })
  await database.whenReady()
  nina = await opened('nina')
  petra = await opened('petra')
  await vi.waitFor(() => expect(petra.agent('201')).toBeDefined(), soon)
})
afterEach(async () => {
  relay.mend()
  await Promise.all(calls.splice(0).map((call) => call.hangUp()))
  await quiet(centre.pbx)
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
})
afterAll(async () => {
  for (const watcher of watchers.splice(0)) watcher.close()
  await database.stop()
  await centre.stop()
  relay.close()
})

/** Somebody signs in and has a console open. */
async function opened(signInName: string): Promise<Watcher> {
  const watcher = await watch(centre.url, signInName)
  watchers.push(watcher)
  return watcher
}

async function phone(extension: PhoneOptions['extension'], afterMs = 300): Promise<Phone> {
  const started = await startPhone(centre.pbx, { extension, answer: { afterMs } })
  phones.push(started)
  return started
}

/** A customer calls support, or whom the options say. */
async function call(from: CallOptions['from'], options: Partial<CallOptions> = {}): Promise<PlacedCall> {
  const placed = await placeCall(centre.pbx, { from, to: support, ...options })
  calls.push(placed)
  return placed
}

/** The call on Nina's desk that an agent talks in now. */
async function ninasCall(): Promise<string> {
  await vi.waitFor(() => expect(nina.deskCalls().at(-1)?.state).toBe('talking'), soon)
  const call = nina.deskCalls().find(({ state }) => state === 'talking')
  return call?.callId ?? ''
}

const storedCalls = () => database.collection<CallDocument>(callsCollection)
async function ended(callId: string): Promise<CallDocument> {
  return vi.waitFor(
    async () => {
      const call = await storedCalls().findOne({ _id: callId, endedAt: { $ne: null } })
      if (!call) throw new Error(`${callId} has not ended in history`)
      return call
    },
    { timeout: 30_000, interval: 100 },
  )
}

/** How often the journal says something of a call. */
async function told(callId: string, type: string): Promise<number> {
  const pages = await database
    .collection<JournalPage>(journalCollection)
    .find({ part: 'facts', callIds: callId })
    .toArray()
  return entriesOf(pages)
    .flatMap((entry): { type: string; callId?: string | null }[] =>
      entry.kind === 'facts' ? [...entry.facts] : [],
    )
    .filter((fact) => fact.type === type && fact.callId === callId).length
}

/** No call is shown any more, and nobody is shown to be busy. */
async function nothingLeft(): Promise<void> {
  await vi.waitFor(
    () => {
      expect(petra.floorCalls()).toEqual([])
      expect(petra.agent('201')?.state).not.toMatch(/ringing|talking/)
      expect(petra.agent('202')?.state).not.toMatch(/ringing|talking/)
    },
    { timeout: 30_000, interval: 100 },
  )
}

describe('the link to Asterisk cut for ten seconds in mid-call', () => {
  it('ends what ended, shows what began, and doubles nothing', async () => {
    // given Nina in a call
    const desk = await phone('201')
    const one = await call(first)
    await desk.waitFor('answered')
    const callId = await ninasCall()
    const before = Date.now()

    // when the link breaks, that call ends unseen, another begins and is answered
    relay.cut()
    await vi.waitFor(() => expect(petra.linkState()).toBe('lost'), soon)
    expect(nina.deskCalls()).toMatchObject([{ callId, state: 'talking' }])
    await one.hangUp()
    const two = await call(second)
    await desk.waitFor('answered', { times: 2, timeoutMs: 20_000 })
    await vi.waitFor(() => expect(Date.now() - before).toBeGreaterThan(10_000), { timeout: 12_000 })
    relay.mend()

    // then the first has ended, the second is on the desk with its card, and the agent is on it
    await vi.waitFor(() => expect(petra.linkState()).toBe('live'), { timeout: 30_000, interval: 50 })
    await vi.waitFor(() => expect(nina.deskCalls().at(-1)?.callId).not.toBe(callId), soon)
    const other = await ninasCall()
    expect(nina.deskCalls().filter(({ state }) => state === 'talking')).toHaveLength(1)
    await vi.waitFor(() => expect(nina.pop(other)?.match.outcome).not.toMatch(/pending|unavailable/), soon)
    // the floor is told at most ten times a second, so after the desk
    await vi.waitFor(() => {
      expect(petra.floorCalls().map((call) => call.callId)).toEqual([other])
      expect(petra.agent('201')).toMatchObject({ state: 'talking', callId: other })
    }, soon)
    // who ended the first is in Asterisk's record, though nobody heard it
    expect(await ended(callId)).toMatchObject({
      end: 'customerHungUp',
      contacts: [{ extension: '201', why: 'customerHungUp' }],
      reconstructed: 'partly',
    })

    // and its end is seen as any other
    await two.hangUp()
    expect(await ended(other)).toMatchObject({ contacts: [{ extension: '201' }] })
    await nothingLeft()
    for (const id of [callId, other]) {
      expect([await told(id, 'call.started'), await told(id, 'contact.began')]).toEqual([1, 1])
      expect([await told(id, 'contact.ended'), await told(id, 'call.ended')]).toEqual([1, 1])
    }
  }, 120_000)
})

describe('the server killed in mid-call', () => {
  it('goes on with the same call, card and beginning, and ends it once', async () => {
    const desk = await phone('201')
    const placed = await call(first)
    await desk.waitFor('answered')
    const callId = await ninasCall()
    const before = nina.deskCalls().find((mine) => mine.callId === callId)
    const popBefore = await vi.waitFor(() => {
      const pop = nina.pop(callId)
      expect(pop?.match.outcome).toBe('one')
      return pop
    }, soon)

    await centre.stopServer('kill')
    const received = nina.received().length
    await centre.startServer()
    await vi.waitFor(() => expect(nina.received().length).toBeGreaterThan(received), soon)

    await vi.waitFor(
      () => expect(nina.deskCalls().find((mine) => mine.callId === callId)).toEqual(before),
      soon,
    )
    await vi.waitFor(() => expect(nina.pop(callId)?.card?.customerId).toBe(popBefore?.card?.customerId), soon)
    await vi.waitFor(() => expect(petra.agent('201')).toMatchObject({ state: 'talking', callId }), soon)

    await placed.hangUp()
    const stored = await ended(callId)
    expect(stored).toMatchObject({ end: 'customerHungUp', contacts: [{ why: 'customerHungUp' }] })
    expect([await told(callId, 'call.started'), await told(callId, 'call.ended')]).toEqual([1, 1])
    expect(await storedCalls().countDocuments({ _id: callId })).toBe(1)
    const rows = await vi.waitFor(async () => {
      const all = readCdr(
        (await readFile(centre.pbx.files.cdr, 'utf8')).split('\n').filter((line) => line !== ''),
      )
      const mine = all.filter(
        (row) => row.linkedId === callId.replace(/^[^:]*:/, '') && row.dstChannel !== '',
      )
      expect(mine.length).toBeGreaterThan(0)
      return mine
    }, soon)
    const [contact] = stored.contacts
    const talk = ((contact?.endedAt ?? NaN) - (contact?.beganAt ?? NaN)) / 1000
    const theirs = Math.max(...rows.map((row) => row.billSec))
    expect(Math.abs(talk - theirs)).toBeLessThanOrEqual(1)
    await nothingLeft()
  }, 120_000)

  it('ends a call that was over before it came back', async () => {
    const desk = await phone('201')
    const placed = await call(first)
    await desk.waitFor('answered')
    const callId = await ninasCall()

    await centre.stopServer('kill')
    await placed.hangUp()
    await centre.startServer()

    expect(await ended(callId)).toMatchObject({
      end: 'customerHungUp',
      contacts: [{ why: 'customerHungUp' }],
      reconstructed: 'partly',
    })
    await nothingLeft()
    expect(await told(callId, 'call.ended')).toBe(1)
  }, 120_000)
})

describe('a caller who types a PIN in the phone menu', () => {
  it('is unverified by a wrong one and verified by the right one while it rings', async () => {
    // given a customer whose number the network vouches for, who errs once: 5, then 9999, then the right one
    const [pinDigits, wrongDigits] = [labPinOf('950101'), '9999']
    const keys = (digits: string, afterMs: number) =>
      Array.from(digits, (digit, at) => ({ digit, afterMs: at === 0 ? afterMs : 300 }))
    const desk = await phone('201', 1_500)
    const placed = await placeCall(centre.pbx, {
      from: first,
      to: '+493023125100',
      verstat: 'TN-Validation-Passed',
      digits: [...keys('5', 1_500), ...keys(wrongDigits, 1_500), ...keys(pinDigits, 3_500)],
    })
    calls.push(placed)

    // when it rings, then the card says so
    await desk.waitFor('ringing', { timeoutMs: 30_000 })
    const ringing = await vi.waitFor(() => {
      const call = nina.deskCalls().find(({ state }) => state === 'ringing')
      expect(call?.attestation).toBe('full')
      return call
    }, soon)
    const callId = ringing?.callId ?? ''
    const pop = nina.pop(callId)
    expect(pop?.verification).toMatchObject({
      state: 'verified',
      level: 'full',
      by: { method: 'pin', person: null },
    })
    expect(pop?.card).not.toHaveProperty('payment')

    // and with the answer all is open, until the end of the call closes it again
    await desk.waitFor('answered')
    await vi.waitFor(() => expect(nina.pop(callId)?.card?.payment).not.toBeUndefined(), soon)
    await placed.hangUp()
    await vi.waitFor(() => expect(nina.pop(callId)?.verification?.state).toBe('over'), soon)
    expect(nina.pop(callId)?.card).not.toHaveProperty('payment')
    expect((await ended(callId)).verification).toMatchObject([
      { kind: 'pin', result: 'wrong', by: null },
      { kind: 'pin', result: 'right', level: 'full' },
    ])
    await nothingLeft()
  }, 120_000)
})

describe('calls that begin and end while nobody listens', () => {
  // Asterisk's record begins before any gap, as that of any PBX in use.
  beforeAll(async () => {
    const early = await call(first, { hangUpAfterMs: 500 })
    await early.ended
    await quiet(centre.pbx)
  })

  /** One gives up in a queue; one is answered from it, one goes straight to an agent and one out, at once. */
  async function fourCalls(): Promise<void> {
    await (
      await call(first, { hangUpAfterMs: 2_000 })
    ).ended
    const trunk = await startTrunk(centre.pbx, { answerAfterMs: 300 })
    try {
      await phone('202')
      await phone('205')
      const placed = [
        await call(second, { hangUpAfterMs: 1_500 }),
        await call(first, { to: '+493023125205', hangUpAfterMs: 1_500 }),
        await call({ agent: '201' }, { to: '03023125902', hangUpAfterMs: 1_500 }),
      ]
      await Promise.all(placed.map(({ ended: over }) => over))
      await quiet(centre.pbx)
    } finally {
      await trunk.stop()
    }
  }

  /** Asterisk's own records, by the lines that were written since the last time. */
  let read = { queueLog: 0, cdr: 0, cel: 0 }
  async function newRecords(): Promise<Pick<Trace, 'queueLog' | 'cdr' | 'cel'>> {
    const since = read
    const { files } = centre.pbx
    const lines = async (file: string) =>
      (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
    const all = {
      queueLog: await lines(files.queueLog),
      cdr: await lines(files.cdr),
      cel: await lines(files.cel),
    }
    read = { queueLog: all.queueLog.length, cdr: all.cdr.length, cel: all.cel.length }
    return {
      queueLog: all.queueLog.slice(since.queueLog),
      cdr: all.cdr.slice(since.cdr),
      cel: all.cel.slice(since.cel),
    }
  }

  async function factsOf(callIds: readonly string[]): Promise<Fact[]> {
    const pages = await database
      .collection<JournalPage>(journalCollection)
      .find({ part: 'facts', callIds: { $in: [...callIds] } })
      .toArray()
    return entriesOf(pages)
      .flatMap((entry): Fact[] => (entry.kind === 'facts' ? [...entry.facts] : []))
      .filter((fact) => 'callId' in fact && fact.callId !== null && callIds.includes(fact.callId))
  }

  /** What two sources tell of the time since, as if nobody had heard it. */
  async function toldBy(
    cel: RecordSettings['cel'],
    queueLog: RecordSettings['queueLog'],
    since: number,
  ): Promise<PbxEvent[]> {
    const isDesk = (device: string) => device.startsWith('PJSIP/2')
    const log = { info: () => undefined }
    const snapshot = { channels: [], bridges: [], queues: [], members: [], waiting: [], parked: [] }
    const events: PbxEvent[] = []
    const told = await createRecord({
      pbx: 'lab',
      prefix: '',
      cel,
      queueLog,
      isDesk,
      log,
      now: () => since,
    }).read(
      { since, bootedAt: null, channelOf: () => null },
      {
        ...{ type: 'snapshot', pbx: 'lab', at: Date.now(), arrivedAt: Date.now() },
        snapshot: { ...snapshot, bootedAt: null },
      },
      (more) => Promise.resolve(void events.push(...more)),
      {
        ours: (at) => at,
        notices: { set: () => undefined, clear: () => undefined },
        signal: new AbortController().signal,
      },
    )
    expect(told?.told).toBe('whole')
    return events
  }

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
      leave: () => centre.stopServer('kill'),
      comeBack: () => centre.startServer(),
    },
    'the link is cut': {
      leave: async () => {
        relay.cut()
        await vi.waitFor(() => expect(petra.linkState()).toBe('lost'), soon)
      },
      comeBack: () => {
        relay.mend()
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
      const health = await petra.health()
      const [told] = health.gaps
      expect(told).toMatchObject({ kind: 'link', told: 'whole' })
      expect((told?.to ?? 0) - (told?.from ?? 0)).toBeGreaterThan(back - since - 5_000)
      expect(health.links[0]?.record).toMatchObject({ state: 'ready', damagedLines: 0 })
      expect(health.notices.filter(({ code }) => /record|queue_log|missed/.test(code))).toEqual([])
      const byHand = await petra.readCall(stored[0]?._id ?? '')
      expect(byHand?.reconstructed).toBe('wholly')
      await nothingLeft()
    },
    120_000,
  )

  it('told from tables as from files: by the real Asterisk’s cel_pgsql and realtime queue_log', async () => {
    const postgres = await startPostgres()
    try {
      const tables = await makeRecordTables(postgres)
      await writeToTables(centre.pbx, tables)
      // given tables in which something stands already: else nobody could say that nothing is missing
      await (
        await call(first, { hangUpAfterMs: 500 })
      ).ended
      await quiet(centre.pbx)
      await newRecords()
      const since = Date.now()

      // when one call begins and ends while the server is stopped, and the next start reads tables alone
      await centre.stopServer('kill')
      await phone('202')
      await (
        await call(second, { hangUpAfterMs: 1_500 })
      ).ended
      await quiet(centre.pbx)
      const files = { CEL_FILE: centre.pbx.files.cel, QUEUE_LOG_FILE: centre.pbx.files.queueLog }
      const inTables = { CEL_TABLE: 'cel', QUEUE_LOG_TABLE: 'queue_log', RECORD_DATABASE_URI: tables.uri }
      const empty = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, '']))
      await centre.startServer({ ...inTables, ...empty(files) })

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
      const health = await petra.health()
      expect(health.gaps[0]).toMatchObject({ kind: 'link', told: 'whole' })
      expect(health.links[0]?.record).toMatchObject({ state: 'ready', damagedLines: 0 })
      expect(health.notices.filter(({ code }) => /record|queue_log|missed/.test(code))).toEqual([])

      // and the next start, by files again, tells nothing twice
      await centre.stopServer('kill')
      await centre.startServer({ ...files, ...empty(inTables) })
      await vi.waitFor(async () => expect((await petra.health()).links[0]?.state).toBe('live'), soon)
      expect(await storedCalls().countDocuments({ startedAt: { $gte: since } })).toBe(1)
      await nothingLeft()
    } finally {
      for (const module of ['cel_pgsql.so', 'res_config_pgsql.so'])
        await centre.pbx.cli(`module unload ${module}`)
      await postgres.stop()
    }
  }, 120_000)

  it('nothing is told again by the next start', async () => {
    const before = await storedCalls().countDocuments({})
    await centre.stopServer('kill')
    await centre.startServer()
    await vi.waitFor(async () => expect((await petra.health()).links[0]?.state).toBe('live'), soon)
    await nothingLeft()
    expect(await storedCalls().countDocuments({})).toBe(before)
  }, 60_000)
})

describe('Asterisk killed in mid-call', () => {
  it('cuts the calls off, shows no ghost, and is heard again', async () => {
    const desk = await phone('201')
    // and one who waits, with nobody free
    const talking = await call(first)
    await desk.waitFor('answered')
    const callId = await ninasCall()
    const waiting = await call(second)
    await vi.waitFor(() => expect(petra.floorCalls().map(({ stage }) => stage)).toContain('waiting'), soon)
    const waitingId = petra.floorCalls().find(({ stage }) => stage === 'waiting')?.callId ?? ''

    await centre.pbx.restart('kill')

    expect(await ended(callId)).toMatchObject({ end: 'cutOff', contacts: [{ why: 'cutOff' }] })
    expect(await ended(waitingId)).toMatchObject({ end: 'cutOff', visits: [{ outcome: 'cutOff' }] })
    await vi.waitFor(() => expect(petra.linkState()).toBe('live'), { timeout: 40_000, interval: 100 })
    await nothingLeft()
    await Promise.all([talking.hangUp(), waiting.hangUp()])

    // and the next call comes as ever
    await desk.stop()
    const again = await phone('201')
    const next = await call(first)
    await again.waitFor('answered', { timeoutMs: 20_000 })
    const nextId = await ninasCall()
    await next.hangUp()
    expect(await ended(nextId)).toMatchObject({ end: 'customerHungUp' })
  }, 180_000)
})

describe('the server stopped', () => {
  /** The most that the dialplan may wait for the server; it looks every 20 ms, and busy processors add to that. */
  const mayWaitMs = 200
  const toleranceMs = 100

  /** From the answer to entering the queue, ms, by Asterisk's own record: between them the dialplan waits for the card. */
  async function waits(): Promise<number[]> {
    const found: number[] = []
    for (let n = 0; n < 5; n += 1) {
      const before = (await celRows()).length
      const placed = await call(first)
      const rows = await vi.waitFor(async () => {
        const mine = (await celRows()).slice(before)
        expect(mine.map(({ type, app }) => `${type} ${app}`)).toContain('APP_START Queue')
        return mine
      }, soon)
      const answered = rows.find(({ type }) => type === 'ANSWER')
      const queued = rows.find(({ type, app }) => type === 'APP_START' && app === 'Queue')
      found.push(((queued?.time ?? NaN) - (answered?.time ?? NaN)) * 1000)
      await placed.answered
      await placed.hangUp()
      await quiet(centre.pbx)
    }
    return found
  }

  async function celRows(): Promise<{ type: string; time: number; app: string }[]> {
    const lines = (await readFile(centre.pbx.files.cel, 'utf8')).split('\n').filter((line) => line !== '')
    return lines.map((line) => {
      const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => m[1] ?? m[2] ?? '')
      return { type: cells[0] ?? '', time: Number(cells[1]), app: cells[9] ?? '' }
    })
  }

  it('no caller waits longer for the queue than the dialplan allows', async () => {
    const withServer = await waits()
    await centre.stopServer('graceful')
    const withoutServer = await waits()
    await centre.startServer()

    console.log('Answer to queue, ms, with and without server:', withServer, withoutServer)
    expect(withoutServer.every(Number.isFinite)).toBe(true)
    expect(Math.max(...withoutServer)).toBeLessThanOrEqual(Math.min(...withServer) + mayWaitMs + toleranceMs)
  }, 180_000)
})

describe('the log of all this', () => {
  it('names no caller, no customer and no number', () => {
    const log = centre.serverLog()
    expect(log).toContain('The PBX is connected.')
    for (const text of [first, second]) expect(log).not.toContain(text.slice(-8))
    expect(log).not.toMatch(/Weber|Hartmann/)
  })
})
