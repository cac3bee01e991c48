import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { firstDispositions } from '../../../server/dispositions/first.ts'
import { createDispositionStore } from '../../../server/dispositions/model.ts'
import { labDispositions, seedDispositions } from '../../../lab/seed/dispositions.ts'
import type { Disposition } from '../../../shared/dispositions.ts'
import { testDatabaseUri } from '../support/database.ts'

let database: Database
beforeAll(async () => {
  const log = { info: () => undefined, warn: () => undefined }
  database = connectDatabase({ uri: testDatabaseUri('dispositions'), log })
  await database.whenReady()
})
afterAll(() => database.stop())

const given = (code: string): Disposition => ({
  dispositionId: code,
  at: 5_000,
  personId: 'nina',
  contactId: null,
  version: 1,
  treeId: 'general',
  path: [{ code, name: { en: code, ru: code } }],
  followUps: [],
  said: null,
})

it('begins with what every company has; each change is a version that nobody overwrites, and all are read in order', async () => {
  const { definitions } = createDispositionStore(database)
  expect(await definitions.newest(1_000)).toEqual({ version: 1, definition: firstDispositions })
  const next = { ...firstDispositions, mayEndWrapUp: false }
  expect(await definitions.add({ version: 2, definition: next }, 'petra', 2_000)).toBe(true)
  expect(await definitions.add({ version: 2, definition: firstDispositions }, 'lev', 2_001)).toBe(false)
  expect(await definitions.since(0)).toEqual([
    { version: 1, at: 1_000, definition: firstDispositions },
    { version: 2, at: 2_000, definition: next },
  ])
  expect(await definitions.since(2)).toEqual([])
})

it('what the lab has is put in force only where nobody has set up others', async () => {
  await seedDispositions(database, 3_000)
  const { definitions } = createDispositionStore(database)
  expect((await definitions.newest(4_000)).version).toBe(2)
  await database.collection('disposition_definitions').deleteMany({})
  await seedDispositions(database, 3_000)
  expect(await definitions.newest(4_000)).toEqual({ version: 2, definition: labDispositions() })
})

it('notes each code that a call has, once, by any process', async () => {
  const one = createDispositionStore(database)
  const other = createDispositionStore(database)
  await one.noteUsed([given('solved'), given('solved'), { ...given('none'), path: [] }])
  await one.noteUsed([given('solved')])
  await other.noteUsed([given('solved'), given('call-back')])
  expect(await other.used()).toEqual(new Set(['general:solved', 'general:call-back']))
})
