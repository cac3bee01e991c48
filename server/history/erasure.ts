import type { Logger } from 'pino'
import type { CallKeys } from '../keys/call-keys.ts'
import type { CustomerErased, DestroyedKeys, KeyStore } from '../keys/key-store.ts'
import type { MasterKeys } from '../keys/master-keys.ts'
import type { CallDocument } from './model.ts'
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
  /**
   * To be called when their card has gone: whoever came to be known as them meanwhile is forgotten too, by every node. Never
   * rejects: what the database does not take now is told to it with the next look.
   */
  finish: (customerId: string, numbers: readonly string[]) => Promise<void>
  /** Destroys here what other nodes, or a run of this one that was stopped, destroyed in the database since it was last asked. */
  followOthers: () => Promise<void>
  /** Has somebody told of each erasure from now on, until it resolves: who remembers callers is to forget them too. */
  onErased: (listener: (erased: Erased) => Promise<void>) => void
  /** Whom any node erased up to then (ms) is forgotten here. */
  until: () => number
}

const nameOfKeys = ({ callId, at }: DestroyedKeys): string => `${callId} ${at}`
const nameOfErasure = ({ customerId, at }: CustomerErased): string => `customer ${customerId} ${at}`

/** Clocks of nodes, and writes under way, may differ by this, ms. */
const marginMs = 60_000

/**
 * @param options.until as `until` told it, in the run before; 0 for not known
 * @param options.hashesOf what a call is found by, of its other party's number
 * @param options.keepForgotten keeps, of calls that go on, that they are nobody's
 */
export function createErasure(options: {
  store: KeyStore
  keys: Pick<CallKeys, 'destroy'>
  recent: Pick<RecentCalls, 'all' | 'erase'>
  hashesOf: (call: CallDocument) => readonly string[]
  keepForgotten: (callIds: readonly string[]) => Promise<void>
  /** Removes what was put aside unread. */
  forgetAside: () => void
  master: Pick<MasterKeys, 'hashesOf'>
  until: number
  log: Pick<Logger, 'warn'>
  clock: () => number
}): Erasure {
  const { store, keys, recent, hashesOf, keepForgotten, forgetAside, master, log, clock } = options
  let { until } = options
  /** What was found at the last look, or erased since: the next one begins a little before it. */
  let followed = new Set<string>()
  /** Customers whose cards have gone, and of whom the database is still to be told that. */
  const finished: Omit<CustomerErased, 'at'>[] = []
  let tell: Parameters<Erasure['onErased']>[0] = () => Promise.resolve()

  const forgetHere = async (erased: Erased): Promise<void> => {
    const those = new Set(erased.callIds)
    keys.destroy(those)
    recent.erase(those)
    forgetAside()
    await tell(erased)
    await keepForgotten(erased.callIds)
  }

  const noteFinished = async (): Promise<void> => {
    for (let next = finished[0]; next; next = finished[0]) {
      await store.noteErasure({ ...next, at: clock() })
      finished.shift()
    }
  }

  /** Calls of this node that are an erased customer's, or come from their number and are nobody's. */
  const callsHereOf = ({ customerId, at, numberHashes }: CustomerErased): string[] =>
    recent.all().flatMap((call) => {
      // Who calls from that number later is somebody whom nobody knows.
      const isNobodys = call.customerId === null && call.startedAt <= at + marginMs
      const isTheirs =
        call.customerId === customerId ||
        (isNobodys && hashesOf(call).some((hash) => numberHashes.includes(hash)))
      return isTheirs && call.personal.erased !== true ? call._id : []
    })

  /** What was erased of a customer, with the calls here that the database did not know, or has got new keys of since. */
  const destroyHereOf = async (
    erasure: CustomerErased,
    found: readonly DestroyedKeys[],
  ): Promise<DestroyedKeys[]> => {
    const { customerId, at } = erasure
    const theirs = new Set(found.flatMap((each) => (each.customerId === customerId ? each.callId : [])))
    const running = recent.all().filter(({ _id, endedAt }) => endedAt === null && theirs.has(_id))
    const here = [...callsHereOf(erasure), ...running.map(({ _id }) => _id)]
    if (here.length > 0) await store.destroy(here, customerId, at)
    return here.map((callId) => ({ callId, customerId, at }))
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
      const numberHashes = numbers.flatMap(master.hashesOf)
      // In the database first: stopped in between, this node follows it as others do.
      const at = clock()
      await store.noteErasure({ customerId, at, numberHashes })
      await store.destroy(await callsOf(customerId, numbers), customerId, at)
      const callIds = await store.destroyedFor(customerId)
      await forgetHere({ callIds, customerIds: [customerId] })
      followed.add(nameOfErasure({ customerId, at, numberHashes }))
      for (const callId of callIds) followed.add(`${callId} ${at}`)
      return callIds
    },
    finish: async (customerId, numbers) => {
      finished.push({ customerId, numberHashes: numbers.flatMap(master.hashesOf) })
      try {
        await noteFinished()
      } catch (error) {
        log.warn(
          { err: error },
          'That a customer is erased could not be told to other nodes; it is tried again.',
        )
      }
    },
    followOthers: async () => {
      const at = clock()
      try {
        await noteFinished()
        const since = until - marginMs
        const [found, erasures] = await Promise.all([store.destroyedSince(since), store.erasuresSince(since)])
        const fresh = found.filter((each) => !followed.has(nameOfKeys(each)))
        const freshErasures = erasures.filter((each) => !followed.has(nameOfErasure(each)))
        const here: DestroyedKeys[] = []
        for (const erasure of freshErasures) here.push(...(await destroyHereOf(erasure, found)))
        const callIds = new Set([...fresh, ...here].map(({ callId }) => callId))
        const ofKeys = fresh.flatMap(({ customerId }) => customerId ?? [])
        const customerIds = new Set([...ofKeys, ...freshErasures.map(({ customerId }) => customerId)])
        if (callIds.size + customerIds.size > 0)
          await forgetHere({ callIds: [...callIds], customerIds: [...customerIds] })
        followed = new Set([...[...found, ...here].map(nameOfKeys), ...erasures.map(nameOfErasure)])
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
