import { storedPin } from '../../server/customers/pins.ts'
import type { NewCustomer, StoredCustomer } from '../../server/customers/model.ts'
import { isWeakPin } from '../../shared/verification.ts'
import type { Random } from './random.ts'

/** The key of the PINs in lab and demo. It stands here for everybody to read, and so is of no use anywhere else. */
export const labPinKey = 'the key of the lab, which everybody knows'

/** The PIN of everybody in the seed who has an account number: its last four digits, or the next that nobody guesses at once. */
export function labPinOf(accountNumber: string): string {
  const pin = accountNumber.slice(-4)
  return isWeakPin(pin) ? labPinOf(String(Number(accountNumber) + 1)) : pin
}

const dayMs = 24 * 60 * 60 * 1000

/** What verifies a customer, what is owed and how they pay: made for whoever lacks it. */
export function identityOf(
  random: Random,
  known: Pick<StoredCustomer, '_id'> & Partial<NewCustomer>,
  now: number,
): Partial<NewCustomer> {
  const two = (n: number) => String(n).padStart(2, '0')
  const birthDate = `${random.whole(1948, 2004)}-${two(random.whole(1, 12))}-${two(random.whole(1, 28))}`
  const postcode = String(random.whole(10_000, 99_999))
  const account = `•••• ${String(random.whole(1_000, 9_999))}`
  const method = random.pick(['Direct debit', 'Direct debit', 'Card', 'Invoice by post'])
  const late = (known.openBusiness ?? []).filter(({ kind }) => kind === 'invoice')
  const debts = late.map(({ title, at }) => ({
    what: title.split(/ is |:/)[0] ?? title,
    amount: { minor: random.whole(40, 900) * 100, currency: 'EUR' },
    dueAt: Math.min(at, now - random.whole(1, 20) * dayMs),
  }))
  const { accountNumber = null } = known
  return {
    birthDate,
    postcode,
    debts,
    payment: { method, account: method === 'Invoice by post' ? '–' : account },
    pin: accountNumber === null ? null : storedPin(labPinKey, known._id, labPinOf(accountNumber)),
  }
}
