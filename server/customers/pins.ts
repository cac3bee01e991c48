import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Collection } from '../database/database.ts'
import type { StoredCustomer } from './model.ts'

/** When a PIN is locked: after so many wrong ones in a row, over all calls, for so long. */
export interface PinLock {
  lockAfter: number
  lockMinutes: number
}

/** What is stored for a PIN. With the customer's id in it, so that no hash fits another customer. */
export function storedPin(key: string, customerId: string, pin: string): NonNullable<StoredCustomer['pin']> {
  return { hash: hashOf(key, customerId, pin), wrong: 0, lockedUntil: null }
}

function hashOf(key: string, customerId: string, pin: string): string {
  return createHmac('sha256', key).update(`pin ${customerId} ${pin}`).digest('hex')
}

/**
 * The PINs of customers. Four digits are guessed in an instant by whoever has a copy of the database, however slow the
 * hash: so they are stored under a keyed hash, whose key is not in the database.
 * @param key from the environment; empty: no PIN can be set or compared
 */
export function createPins(customers: () => Collection<StoredCustomer>, key: string, now: () => number) {
  return {
    /**
     * Compares a PIN. `unchecked`: there is none to compare with.
     * @throws ProblemError `database.unreachable`
     */
    async check(
      customerId: string,
      pin: string,
      { lockAfter, lockMinutes }: PinLock,
    ): Promise<'right' | 'wrong' | 'unchecked' | 'locked'> {
      if (key === '') return 'unchecked'
      const triedAt = now()
      // Counted before it is compared: of many guesses at once none is free. What is tried while it is locked is not counted,
      // or whoever owns it would find it as good as locked when the time is over.
      const isLocked = { $gt: [{ $ifNull: ['$pin.lockedUntil', 0] }, triedAt] }
      const counted = { $cond: [isLocked, '$pin.wrong', { $add: ['$pin.wrong', 1] }] }
      const customer = await customers().findOneAndUpdate(
        { _id: customerId, 'pin.wrong': { $gte: 0 } },
        [{ $set: { 'pin.wrong': counted } }],
        { returnDocument: 'after', projection: { pin: 1 } },
      )
      const stored = customer?.pin
      if (!stored) return 'unchecked'
      const isRight = timingSafeEqual(Buffer.from(stored.hash), Buffer.from(hashOf(key, customerId, pin)))
      if ((stored.lockedUntil ?? 0) > triedAt) return 'locked'
      const lockedUntil = !isRight && stored.wrong >= lockAfter ? now() + lockMinutes * 60_000 : null
      if (isRight || lockedUntil !== null) {
        await customers().updateOne(
          { _id: customerId },
          { $set: { 'pin.wrong': 0, 'pin.lockedUntil': lockedUntil } },
        )
      }
      return isRight ? 'right' : 'wrong'
    },

    /** Whether PINs can be set and compared at all. */
    isPossible: key !== '',

    stored: (customerId: string, pin: string) => storedPin(key, customerId, pin),
  }
}
