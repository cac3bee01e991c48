import type { Logger } from 'pino'
import type { CallKeys } from '../keys/call-keys.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { MasterKeys } from '../keys/master-keys.ts'
import type { RecentCalls } from './recent-calls.ts'

/** Makes what was said in calls unreadable for everybody, by destroying their keys. */
export interface Erasure {
  /**
   * Erases the calls of a customer, those that went on in them, and calls from their numbers that are nobody's.
   * @param numbers of theirs, in E.164
   * @returns the ids of the calls
   * @throws ProblemError `database.unreachable`; repeat it then
   */
  erase: (customerId: string, numbers: readonly string[]) => Promise<string[]>
  /** Destroys here what other nodes destroyed since it was last asked. */
  followOthers: () => Promise<void>
}

/** Clocks of nodes, and writes under way, may differ by this, ms. */
const marginMs = 60_000

export function createErasure(options: {
  store: KeyStore
  keys: Pick<CallKeys, 'destroy'>
  recent: RecentCalls
  /** Removes what was put aside unread. */
  forgetAside: () => void
  master: Pick<MasterKeys, 'hashesOf'>
  log: Pick<Logger, 'warn'>
  clock: () => number
}): Erasure {
  const { store, keys, recent, forgetAside, master, log, clock } = options
  let lookedAt = 0

  const destroyHere = (callIds: readonly string[]): void => {
    const those = new Set(callIds)
    keys.destroy(those)
    recent.erase(those)
    forgetAside()
  }

  return {
    erase: async (customerId, numbers) => {
      const own = await store.callsOfCustomer(customerId)
      const nobodys = await store.callsOfNumbers(numbers.flatMap(master.hashesOf))
      const callIds = [...new Set([...own, ...nobodys])]
      // In the database first: stopped in between, this node follows it at its next start.
      await store.destroy(callIds, clock())
      destroyHere(callIds)
      return callIds
    },
    followOthers: async () => {
      const since = lookedAt - marginMs
      const at = clock()
      try {
        const callIds = await store.destroyedSince(since)
        if (callIds.length > 0) destroyHere(callIds)
        lookedAt = at
      } catch (error) {
        log.warn({ err: error }, 'It could not be read whose calls other nodes erased; it is tried again.')
      }
    },
  }
}

/** Says once if the database has keys that nobody here can use: what they sealed reads as erased, and need not. */
export async function sayIfKeysAreStrange(
  store: Pick<KeyStore, 'underOtherThan'>,
  master: Pick<MasterKeys, 'ids'>,
  log: Pick<Logger, 'error' | 'warn'>,
): Promise<void> {
  try {
    const keys = await store.underOtherThan(master.ids())
    if (keys > 0) {
      log.error(
        { keys },
        'Calls in the database are under a master key that MASTER_KEY does not hold: who called reads as erased. Add that key behind the one in use.',
      )
    }
  } catch (error) {
    log.warn({ err: error }, 'It could not be read which master keys are needed.')
  }
}
