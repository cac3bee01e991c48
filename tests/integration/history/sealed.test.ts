import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { ensureIndexes } from '../../../server/database/schema.ts'
import type { PbxEvent } from '../../../server/floor/events.ts'
import { archiveHistory, restoreHistory } from '../../../server/history/archive.ts'
import type { EntryBody } from '../../../server/history/entries.ts'
import { emptyCall } from '../../../server/history/fold-call.ts'
import { openHistory, type History, type HistoryOptions } from '../../../server/history/history.ts'
import { defineHistoryModels } from '../../../server/history/model.ts'
import { callKeysCollection, defineKeyModel } from '../../../server/keys/model.ts'
import { createMasterKeys } from '../../../server/keys/master-keys.ts'
import { describeParty } from '../../../server/describe.ts'
import { answeredCall, caller, morning } from '../../unit/history/calls.ts'
import { masterKeys } from '../../unit/history/master-keys.ts'
import { silent, temporaryFolder } from '../../unit/history/support.ts'
import { testDatabaseUri } from '../support/database.ts'
import { startValve } from './valve.ts'

let database: Database
let uri = ''
const collections = ['calls', 'journal', callKeysCollection] as const

const open = async (folder: string, more: Partial<HistoryOptions> = {}): Promise<History> => {
  const history = await openHistory({
    folder,
    node: 'one',
    database,
    masterKeys,
    showParty: describeParty({ home: 'DE', of: () => 'DE' }),
    log: silent,
    ...more,
  })
  onTestFinished(history.close)
  return history
}

beforeAll(async () => {
  uri = testDatabaseUri('sealed')
  database = connectDatabase({ uri, log: silent })
  await database.whenReady()
  defineHistoryModels(database.connection)
  defineKeyModel(database.connection)
  await ensureIndexes(database.connection)
})
afterAll(() => database.stop())
beforeEach(async () => {
  for (const name of collections) await database.collection(name).deleteMany({})
})

/** Erika's digits as any of her entries has them, her name, and what she keyed in. */
const telling = /231250199|Erika|Example|4711-?0815|2512500/
const appeared = (callId: string): PbxEvent => ({
  pbx: 'lab',
  at: morning,
  arrivedAt: morning,
  type: 'channel.appeared',
  channel: {
    channelId: callId,
    linkedId: callId,
    name: 'PJSIP/trunk-00000001',
    device: 'PJSIP/trunk',
    localHalf: null,
    state: 'dialling',
    callerNumber: caller.number,
    callerName: caller.name,
    callerRestricted: false,
    exten: '49302312512500',
    context: 'from-trunk',
    application: null,
  },
})
const erikasCall = (callId: string): EntryBody[] => [
  { kind: 'input', event: appeared(callId) },
  { kind: 'facts', facts: answeredCall(callId) },
  {
    kind: 'facts',
    facts: [
      { pbx: 'lab', at: morning, type: 'call.learnt', callId, account: '4711-0815', digits: '47110815' },
      {
        pbx: 'lab',
        at: morning,
        type: 'call.transferred',
        callId,
        kind: 'blind',
        byExtension: '202',
        to: '030231250199',
      },
    ],
  },
  {
    kind: 'lookup',
    callId,
    read: { raw: '030231250199', e164: '+4930231250199', complete: true },
    outcome: 'none',
    by: null,
    candidates: [],
  },
]
const clear = { party: { number: '+4930231250199', name: 'Erika Example' }, dialled: '+49302312500' }
const erased = { party: { number: null, name: null, erased: true }, dialled: null, end: 'customerHungUp' }

/** Every byte below a folder, as text; what is compressed, as it was before. */
function bytesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name)))
    .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1'))
    .join('\n')
}
async function documents(): Promise<string> {
  const all = []
  for (const name of collections) all.push(await database.collection(name).find({}).toArray())
  return JSON.stringify(all)
}

describe('what a caller said', () => {
  it('is in clear nowhere that it is kept: spool, checkpoint, journal, calls, keys, archive; who asks is told', async () => {
    const folder = temporaryFolder()
    const history = await open(folder, { clock: () => morning })
    history.append(erikasCall('lab:1'))
    const personal = { ...caller, dialled: '+49302312500', account: null, digits: '0815', transferredTo: [] }
    history.append([{ kind: 'record', call: { ...emptyCall('lab:5', 'lab', morning), personal } }])
    await history.saveCheckpoint({ calls: [caller] }, history.status().lastSeq - 1)
    const onDisk = bytesIn(folder)
    expect(onDisk).toContain('lab:1')
    expect(onDisk).not.toMatch(telling)

    expect(await history.drain(20_000)).toBe(true)
    const inDatabase = await documents()
    expect(inDatabase).toContain('lab:1')
    expect(inDatabase).not.toMatch(telling)
    expect(await history.readCall('lab:1')).toMatchObject(clear)
    const journal = await history.journalOf('lab:1')
    expect(journal?.entries.map(({ kind }) => kind)).toEqual(['input', 'facts', 'facts', 'lookup'])
    expect(JSON.stringify(journal?.entries)).toContain('47110815')

    const archive = temporaryFolder()
    const done = await archiveHistory(database, archive, morning + 1)
    expect(done.length).toBeGreaterThan(0)
    expect(bytesIn(archive)).toContain('lab:1')
    expect(bytesIn(archive)).not.toMatch(telling)
    for (const { file } of done) await restoreHistory(database, file)
    expect(await (await open(temporaryFolder(), { node: 'two' })).readCall('lab:1')).toMatchObject(clear)
  })

  it('while the database is away is sealed all the same, replayed after a restart, and then there for every node', async () => {
    const valve = await startValve(uri)
    onTestFinished(valve.stop)
    const away = connectDatabase({ uri: valve.uri, log: silent, serverSelectionTimeoutMs: 500 })
    onTestFinished(away.stop)
    await away.whenReady()
    valve.refuse()
    const folder = temporaryFolder()
    const first = await open(folder, { database: away })
    first.append(erikasCall('lab:1'))
    expect(await first.readCall('lab:1')).toMatchObject(clear)
    await first.close()
    expect(bytesIn(folder)).not.toMatch(telling)

    const second = await open(folder, { database: away })
    const inputs = []
    for await (const { event } of second.recover().inputs) inputs.push(event)
    expect(inputs).toEqual([appeared('lab:1')])
    expect(await second.readCall('lab:1')).toMatchObject(clear)

    valve.open()
    expect(await second.drain(20_000)).toBe(true)
    expect(await (await open(temporaryFolder(), { node: 'two' })).readCall('lab:1')).toMatchObject(clear)
  }, 60_000)

  it('under a master key that is not there stops the start with its id, and reads as erased to others', async () => {
    const folder = temporaryFolder()
    const history = await open(folder)
    history.append(erikasCall('lab:1'))
    expect(await history.drain(20_000)).toBe(true)
    await history.close()
    const other = createMasterKeys([Buffer.alloc(32, 8)])
    await expect(open(folder, { masterKeys: other })).rejects.toThrow(masterKeys.ids()[0])
    expect(await (await open(temporaryFolder(), { masterKeys: other })).readCall('lab:1')).toMatchObject(
      erased,
    )
    const rotated = createMasterKeys([Buffer.alloc(32, 8), Buffer.alloc(32, 7)])
    expect(await (await open(folder, { masterKeys: rotated })).readCall('lab:1')).toMatchObject(clear)
  })

  it('before calls had keys is read as it was kept', async () => {
    const history = await open(temporaryFolder())
    history.append(erikasCall('lab:1'))
    expect(await history.drain(20_000)).toBe(true)
    const { number, name } = caller
    await database
      .collection('calls')
      .updateOne({}, { $set: { 'personal.number': number, 'personal.name': name }, $unset: { sealed: '' } })
    const other = await open(temporaryFolder(), { node: 'two' })
    expect((await other.readCall('lab:1'))?.party).toMatchObject(clear.party)
  })
})

describe('a customer who is erased', () => {
  it('is unknown from then on in memory, on disk, in the database and its copies; the calls stay, and so do others’', async () => {
    const folder = temporaryFolder()
    const history = await open(folder)
    for (const callId of ['lab:1', 'lab:2', 'lab:3']) history.append(erikasCall(callId))
    history.bindCustomer('lab:1', 'erika', true)
    // A consultation that ended in hers; one that nobody was found for; and one by somebody else from the same number.
    history.append([
      { kind: 'facts', facts: answeredCall('lab:4') },
      {
        kind: 'facts',
        facts: [{ pbx: 'lab', at: morning, type: 'call.merged', callId: 'lab:1', mergedId: 'lab:4' }],
      },
    ])
    history.bindCustomer('lab:3', 'hans', true)
    expect(await history.drain(20_000)).toBe(true)
    const copy = await documents()

    expect((await history.eraseCustomer('erika', ['+4930231250199'])).sort()).toEqual([
      'lab:1',
      'lab:2',
      'lab:4',
    ])

    const elsewhere = await open(temporaryFolder(), { node: 'two' })
    for (const node of [history, elsewhere]) {
      for (const callId of ['lab:1', 'lab:2']) expect(await node.readCall(callId)).toMatchObject(erased)
      const journal = await node.journalOf('lab:1')
      expect(journal?.entries.length).toBeGreaterThan(4)
      expect(JSON.stringify(journal?.entries)).not.toMatch(telling)
      expect(await node.readCall('lab:3')).toMatchObject({ ...clear, customerId: 'hans' })
    }
    // Asked again, as after a stop in the midst of it.
    expect((await history.eraseCustomer('erika', ['+4930231250199'])).sort()).toEqual([
      'lab:1',
      'lab:2',
      'lab:4',
    ])
    const found = { numberHash: masterKeys.hashNumber('+4930231250199') }
    expect(await database.collection(callKeysCollection).distinct('callId', found)).toEqual(['lab:3'])
    // The copy has what was sealed, and its key under the master key: as old as backups of the keys are kept.
    expect(copy).not.toMatch(telling)

    rmSync(join(folder, 'cursor'), { force: true })
    await history.close()
    const again = await open(folder)
    const replayed = []
    for await (const { event } of again.recover().inputs) replayed.push(event)
    expect(replayed).toHaveLength(3)
    expect(JSON.stringify(replayed.slice(0, 2))).not.toMatch(telling)
    expect(JSON.stringify(replayed[2])).toMatch(telling)
    expect(await again.drain(20_000)).toBe(true)
    expect(await again.readCall('lab:1')).toMatchObject({ ...erased, customerId: 'erika' })
  }, 60_000)

  it('is forgotten by the node that knew them too, when another erased them', async () => {
    const [first, second] = [await open(temporaryFolder()), await open(temporaryFolder(), { node: 'two' })]
    first.append(erikasCall('lab:1'))
    first.bindCustomer('lab:1', 'erika', true)
    expect(await first.drain(20_000)).toBe(true)
    expect(await second.readCall('lab:1')).toMatchObject(clear)
    await first.eraseCustomer('erika', [])
    await second.followOthers()
    expect(await second.readCall('lab:1')).toMatchObject(erased)
  })

  it('is refused while the database is away, and nothing is changed', async () => {
    const valve = await startValve(uri)
    onTestFinished(valve.stop)
    const away = connectDatabase({ uri: valve.uri, log: silent, serverSelectionTimeoutMs: 500 })
    onTestFinished(away.stop)
    await away.whenReady()
    const history = await open(temporaryFolder(), { database: away, limits: { eraseWithinMs: 300 } })
    history.append(erikasCall('lab:1'))
    history.bindCustomer('lab:1', 'erika', true)
    expect(await history.drain(20_000)).toBe(true)
    valve.refuse()
    await expect(history.eraseCustomer('erika', [])).rejects.toMatchObject({ code: 'database.unreachable' })
    history.append(erikasCall('lab:2'))
    await expect(history.eraseCustomer('erika', [])).rejects.toMatchObject({ code: 'database.unreachable' })
    valve.open()
    expect(await history.drain(20_000)).toBe(true)
    expect(await history.readCall('lab:1')).toMatchObject(clear)
    expect(await history.eraseCustomer('erika', [])).toEqual(['lab:1'])
  }, 60_000)
})
