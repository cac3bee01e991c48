import type { Logger } from 'pino'
import type { CallKeys } from '../keys/call-keys.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { MasterKeys } from '../keys/master-keys.ts'
import type { RecentCalls } from './recent-calls.ts'

/** Who is not to be known any more: the calls whose keys are destroyed, and the customers for whom they were. */
export interface Erased {
  callIds: readonly string[]
  customerIds: readonly string[]
}

/** Makes what was said in calls unreadable for everybody, by destroying their keys. */
export interface Erasure {
  /**
   * How many calls `erase` would make unreadable now.
   * @param numbers of theirs, in E.164
   * @throws ProblemError `database.unreachable`
   */
  count: (customerId: string, numbers: readonly string[]) => Promise<number>
  /**
   * Erases the calls of a customer, those that went on in them, and calls from their numbers that are nobody's. Asked again
   * it finishes what was begun.
   * @param numbers of theirs, in E.164
   * @returns the ids of the calls, with those that were erased for this customer before
   * @throws ProblemError `database.unreachable`, the file system's error, or that of whoever is told; repeat it then
   */
  erase: (customerId: string, numbers: readonly string[]) => Promise<string[]>
  /** Destroys here what other nodes, or a run of this one that was stopped, destroyed in the database since it was last asked. */
  followOthers: () => Promise<void>
  /** Has somebody told of each erasure from now on, until it resolves: who remembers callers is to forget them too. */
  onErased: (listener: (erased: Erased) => Promise<void>) => void
  /** Whom any node erased up to then (ms) is forgotten here. */
  until: () => number
}

/** Clocks of nodes, and writes under way, may differ by this, ms. */
const marginMs = 60_000

/** @param options.until as `until` told it, in the run before; 0 for not known */
export function createErasure(options: {
  store: KeyStore
  keys: Pick<CallKeys, 'destroy'>
  recent: RecentCalls
  /** Removes what was put aside unread. */
  forgetAside: () => void
  master: Pick<MasterKeys, 'hashesOf'>
  until: number
  log: Pick<Logger, 'warn'>
  clock: () => number
}): Erasure {
  const { store, keys, recent, forgetAside, master, log, clock } = options
  let { until } = options
  /** What was found at the last look, or erased since: the next one begins a little before it. */
  let followed = new Set<string>()
  let tell: Parameters<Erasure['onErased']>[0] = () => Promise.resolve()

  const forgetHere = async (erased: Erased): Promise<void> => {
    const those = new Set(erased.callIds)
    keys.destroy(those)
    recent.erase(those)
    forgetAside()
    await tell(erased)
  }

  /** The calls of a customer, those that went on in them, and calls from their numbers that are nobody's. */
  const callsOf = async (customerId: string, numbers: readonly string[]): Promise<string[]> => {
    const own = await store.callsOfCustomer(customerId)
    const nobodys = await store.callsOfNumbers(numbers.flatMap(master.hashesOf))
    return [...new Set([...own, ...nobodys])]
  }

  return {
    count: async (customerId, numbers) => (await callsOf(customerId, numbers)).length,
    erase: async (customerId, numbers) => {
      const those = await callsOf(customerId, numbers)
      // In the database first: stopped in between, this node follows it as others do.
      const at = clock()
      await store.destroy(those, customerId, at)
      const callIds = await store.destroyedFor(customerId)
      await forgetHere({ callIds, customerIds: [customerId] })
      for (const callId of callIds) followed.add(`${callId} ${at}`)
      return callIds
    },
    followOthers: async () => {
      const at = clock()
      try {
        const found = await store.destroyedSince(until - marginMs)
        const name = (each: (typeof found)[number]): string => `${each.callId} ${each.at}`
        const fresh = found.filter((each) => !followed.has(name(each)))
        if (fresh.length > 0) {
          await forgetHere({
            callIds: [...new Set(fresh.map(({ callId }) => callId))],
            customerIds: [...new Set(fresh.flatMap(({ customerId }) => customerId ?? []))],
          })
        }
        followed = new Set(found.map(name))
        until = at
      } catch (error) {
        log.warn({ err: error }, 'Whom other nodes erased could not be forgotten here; it is tried again.')
      }
    },
    onErased: (listener) => {
      tell = listener
    },
    until: () => until,
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
