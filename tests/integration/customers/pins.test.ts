import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCustomers, type Customers, type Who } from '../../../server/customers/customers.ts'
import { customersCollection, newCustomer, type StoredCustomer } from '../../../server/customers/model.ts'
import { storedPin } from '../../../server/customers/pins.ts'
import { connectDatabase, type Database } from '../../../server/database/database.ts'
import { planOf } from '../../../shared/number-plan.ts'
import { createNumberReader } from '../../../shared/number-reader.ts'
import { defaultRoleRights } from '../../../shared/people.ts'
import { testDatabaseUri } from '../support/database.ts'

const log = { info: () => undefined, warn: () => undefined }
const key = 'a key of thirty-two characters or more'
const lock = { lockAfter: 3, lockMinutes: 30 }
const nina: Who = { personId: 'nina', rights: [...defaultRoleRights.agent] }
let database: Database
let customers: Customers
let clock = 1_760_000_000_000

beforeAll(async () => {
  database = connectDatabase({ uri: testDatabaseUri('pins'), log })
  await database.whenReady()
  customers = open(key)
})
afterAll(() => database.stop())

function open(pinKey: string, digits: number | null = null): Customers {
  return createCustomers({
    database: { ...database, connection: database.connection.useDb(`pins${String(pinKey.length)}`) },
    readNumber: createNumberReader(planOf('DE')),
    partIn: () => 'talking',
    nameOf: () => null,
    disclosureOf: () => ({ closed: new Map() }),
    mayGivePin: (call) => call.callId === 'verified',
    pinKey,
    pinDigits: () => digits,
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

/** A call that is bound to this customer. */
const callFrom = (callId: string) => ({
  callId,
  number: null,
  restricted: true,
  dialled: null,
  account: null,
})
async function inCall(callId: string, customerId: string): Promise<void> {
  await customers.matchCall(callFrom(callId))
  await customers.choose(callId, customerId, false, nina)
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

  it('that is typed while it is locked does not count: the owner has all their tries when the time is over', async () => {
    const id = await somebody('pin-locked', '7061')
    for (const pin of ['8520', '8521', '8522']) expect(await customers.checkPin(id, pin, lock)).toBe('wrong')
    for (const pin of ['8523', '8524', '7061', '8525'])
      expect(await customers.checkPin(id, pin, lock)).toBe('locked')
    clock += 31 * 60_000
    expect(await customers.checkPin(id, '7016', lock)).toBe('wrong')
    expect(await customers.checkPin(id, '7016', lock)).toBe('wrong')
    expect(await customers.checkPin(id, '7061', lock)).toBe('right')
  })

  it('that anybody would guess is not taken', async () => {
    const id = await somebody('pin-weak', null)
    await inCall('verified', id)
    for (const pin of ['0000', '1111', '1234', '4321', '0987', '7890', '0101', '123123', '11111111'])
      await expect(customers.setPin(id, pin, nina)).rejects.toMatchObject({ code: 'pin.weak' })
    for (const pin of ['7061', '1224', '1243', '9081', '12345679']) await customers.setPin(id, pin, nina)
  })

  it('of another length than the phone menu reads is not taken, and the right length is told', async () => {
    const id = await somebody('pin-length', null)
    const sixes = open(key, 6)
    await sixes.restoreCall(callFrom('verified'), () =>
      Promise.resolve({ customerId: id, decided: true, decidedBy: null, reason: null }),
    )
    for (const pin of ['4711', '47112', '4711293', '47x129'])
      await expect(sixes.setPin(id, pin, nina)).rejects.toMatchObject({
        code: 'pin.length',
        detail: 'A PIN has 6 digits here.',
      })
    await sixes.setPin(id, '471129', nina)
    expect(await sixes.checkPin(id, '471129', lock)).toBe('right')
  })

  it('is given only in a call of theirs in which it may be, whatever of the card is open', async () => {
    const id = await somebody('pin-given', null)
    const other = await somebody('pin-other', null)
    const refused = () =>
      expect(customers.setPin(id, '4711', nina)).rejects.toMatchObject({ code: 'verification.needed' })
    await refused()
    await inCall('unverified', id)
    await refused()
    await inCall('verified', other)
    await refused()
    await inCall('verified', id)
    await customers.setPin(id, '4711', nina)
    expect(await customers.checkPin(id, '4711', lock)).toBe('right')
    await customers.setPin(id, null, nina)
    expect(await customers.checkPin(id, '4711', lock)).toBe('unchecked')
    const keyless = open('')
    await keyless.restoreCall(callFrom('verified'), () =>
      Promise.resolve({ customerId: id, decided: true, decidedBy: null, reason: null }),
    )
    await expect(keyless.setPin(id, '4711', nina)).rejects.toMatchObject({ code: 'verification.not_open' })
    await expect(customers.setPin('nobody', '4711', nina)).rejects.toMatchObject({
      code: 'verification.needed',
    })
  })
})
