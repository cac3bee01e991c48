import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { createDefinitionStore } from '../../../server/verification/model.ts'
import { defaultVerification, type VerificationDefinition } from '../../../shared/verification.ts'
import { testDatabaseUri } from '../support/database.ts'

let database: Database
beforeAll(async () => {
  const log = { info: () => undefined, warn: () => undefined }
  database = connectDatabase({ uri: testDatabaseUri('verification-definitions'), log })
  await database.whenReady()
})
afterAll(() => database.stop())

it('how callers are verified begins as the default, and each change is a version that nobody overwrites', async () => {
  const store = createDefinitionStore(database)
  expect(await store.newest(1_000)).toEqual({ version: 1, definition: defaultVerification })

  const stricter: VerificationDefinition = { ...defaultVerification, callBack: null }
  expect(await store.add({ version: 2, definition: stricter }, 'anna', 2_000)).toBe(true)
  expect(await store.add({ version: 2, definition: defaultVerification }, 'boris', 2_001)).toBe(false)
  expect(await store.newest(3_000)).toEqual({ version: 2, definition: stricter })
})

it('what was stored before the digits of a PIN were asked reads with the usual number', async () => {
  const store = createDefinitionStore(database)
  const pin = { earns: 'full' as const, tries: 3, lockAfter: 10, lockMinutes: 60 }
  const former = { _id: 90, at: 4_000, by: null, definition: { ...defaultVerification, pin } }
  await database.collection<{ _id: number }>('verification_definitions').insertOne(former)
  expect((await store.newest(5_000)).definition.pin).toEqual({ ...pin, digits: 4 })
})
