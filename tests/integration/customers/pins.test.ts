import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCustomers, type Customers, type Who } from '../../../server/customers/customers.ts'
import { customersCollection, newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import { storedPin } from '../../../server/customers/pins.ts'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { defaultRoleRights } from '../../../shared/people.ts'
import { closedParts, defaultVerification, type Level } from '../../../shared/verification.ts'
import { testDatabaseUri } from '../support/database.ts'

const log = { info: () => undefined, warn: () => undefined }
const key = 'a key of thirty-two characters or more'
const lock = { lockAfter: 3, lockMinutes: 30 }
const nina: Who = { personId: 'nina', rights: [...defaultRoleRights.agent] }
let database: Database
let customers: Customers
let clock = 1_760_000_000_000
let level: Level = 'none'

beforeAll(async () => {
  database = connectDatabase({ uri: testDatabaseUri('pins'), log })
  await database.whenReady()
  customers = open(key)
})
afterAll(() => database.stop())

function open(pinKey: string): Customers {
  return createCustomers({
    database: { ...database, connection: database.connection.useDb(`pins${String(pinKey.length)}`) },
    readNumber: createNumberReader(planOf('DE')),
    mayTouchCall: () => true,
    nameOf: () => null,
    disclosureOf: () => ({ closed: closedParts(defaultVerification, level) }),
    pinKey,
    log,
    onChange: () => undefined,
    now: () => clock,
  })
}
const stored = () => database.collection<StoredCustomer>(customersCollection)
async function somebody(id: string, pin: string | null): Promise<string> {
  await stored().insertOne(
    newCustomer({ _id: id, name: id, pin: pin === null ? null : storedPin(key, id, pin) }),
  )
  return id
}

describe('a PIN', () => {
  it('is right for its customer and no other, and stands nowhere as it is', async () => {
    const one = await somebody('pin-one', '7061')
    const two = await somebody('pin-two', '7062')
    expect(await customers.checkPin(one, '7061', lock)).toBe('right')
    expect(await customers.checkPin(two, '7061', lock)).toBe('wrong')
    expect(JSON.stringify(await stored().findOne({ _id: one }))).not.toContain('7061')
    const [first, other] = [storedPin(key, one, '7061'), storedPin(key, two, '7061')]
    expect(first.hash).not.toBe(other.hash)
  })

  it('is locked after so many wrong ones in a row, however many come at once, and free again later', async () => {
    const id = await somebody('pin-guessed', '7061')
    const guesses = await Promise.all(
      ['0000', '0001', '0002'].map((pin) => customers.checkPin(id, pin, lock)),
    )
    expect(guesses).toEqual(['wrong', 'wrong', 'wrong'])
    expect(await customers.checkPin(id, '7061', lock)).toBe('locked')
    clock += 31 * 60_000
    expect(await customers.checkPin(id, '7061', lock)).toBe('right')
  })

  it('cannot be compared where there is none, nor without the key', async () => {
    const none = await somebody('pin-none', null)
    const has = await somebody('pin-has', '7061')
    expect(await customers.checkPin(none, '7061', lock)).toBe('unchecked')
    expect(await customers.checkPin('nobody', '7061', lock)).toBe('unchecked')
    expect(await open('').checkPin(has, '7061', lock)).toBe('unchecked')
  })

  it('is given only in a call that is verified for payment data', async () => {
    const id = await somebody('pin-given', null)
    level = 'basic'
    await expect(customers.setPin(id, '4711', nina)).rejects.toMatchObject({ code: 'verification.needed' })
    level = 'full'
    await customers.setPin(id, '4711', nina)
    expect(await customers.checkPin(id, '4711', lock)).toBe('right')
    await customers.setPin(id, null, nina)
    expect(await customers.checkPin(id, '4711', lock)).toBe('unchecked')
    await expect(open('').setPin(id, '4711', nina)).rejects.toMatchObject({ code: 'verification.not_open' })
    await expect(customers.setPin('nobody', '4711', nina)).rejects.toMatchObject({ code: 'customer.unknown' })
  })
})
