import type { CallKey, CallKeys } from '../keys/call-keys.ts'
import type { KeyOwner } from '../keys/key-store.ts'
import type { MasterKeys } from '../keys/master-keys.ts'
import type { Entry } from './entries.ts'
import type { CallDocument } from './model.ts'
import type { Sealing } from './sealing.ts'
import type { HistoryStore } from './store.ts'
import { partyOf, type ShowParty } from './views.ts'

/** History in the database for whoever reads and writes it in clear: what is personal is sealed there. */
export interface SealedStore extends Omit<HistoryStore, 'keys'> {
  /** Keeps entries as they stand in the spool, sealed; their keys first. */
  keepJournal: (entries: readonly Entry[]) => Promise<void>
  /** Opens entries of journal pages. */
  openEntries: (entries: readonly Entry[]) => Promise<Entry[]>
}

/** So many keys, and calls, are known to stand in the database as they are. */
const mostKnown = 5_000

export function createSealedStore(options: {
  store: HistoryStore
  sealing: Sealing
  keys: CallKeys
  master: Pick<MasterKeys, 'hashNumber'>
  showParty: ShowParty
}): SealedStore {
  const { store, sealing, keys, master, showParty } = options
  const kept = new Set<string>()
  const bound = new Map<string, string>()

  const keepKeys = async (those: readonly (CallKey | null)[]): Promise<void> => {
    const fresh = those.flatMap((key) => (key !== null && !kept.has(key.keyId) ? key : []))
    if (fresh.length === 0) return
    await store.keys.keep([...new Map(fresh.map((key) => [key.keyId, key])).values()])
    for (const { keyId } of fresh) kept.add(keyId)
    dropOldest(kept)
  }

  const ownerOf = (call: CallDocument): KeyOwner => {
    const { _id: callId, customerId, mergedInto } = call
    const { number } = partyOf(call, showParty)
    const numberHash = number?.startsWith('+') === true ? master.hashNumber(number) : null
    return { callId, customerId, mergedInto, numberHash }
  }
  const bind = async (calls: readonly CallDocument[]): Promise<void> => {
    const owners = calls.map(ownerOf).filter((owner) => bound.get(owner.callId) !== JSON.stringify(owner))
    await store.keys.bind(owners)
    for (const owner of owners) bound.set(owner.callId, JSON.stringify(owner))
    dropOldest(bound)
  }

  /** Has the keys of what was read in memory. */
  const fetchKeys = async (sealed: readonly { sealed?: readonly { key: string }[] | undefined }[]) => {
    const ids = new Set(sealed.flatMap((each) => each.sealed?.map(({ key }) => key) ?? []))
    const missing = [...ids].filter((keyId) => keys.inMemory(keyId) === null)
    if (missing.length > 0) for (const record of await store.keys.read(missing)) keys.take(record)
  }
  const openCalls = async (calls: readonly CallDocument[]): Promise<CallDocument[]> => {
    await fetchKeys(calls)
    return calls.map((call) => sealing.openCall(call, keys.inMemory))
  }

  return {
    keepJournal: async (entries) => {
      await keepKeys(entries.flatMap(({ seq, sealed = [] }) => sealed.map(({ key }) => keys.find(key, seq))))
      await store.keepJournal(entries)
    },
    readCalls: async (callIds) => {
      const calls = await openCalls([...(await store.readCalls(callIds)).values()])
      return new Map(calls.map((call) => [call._id, call]))
    },
    writeCalls: async (calls) => {
      const sealed = calls.map(sealing.sealCall)
      await keepKeys(sealed.flatMap((call) => call.sealed?.map(({ key }) => keys.inMemory(key)) ?? []))
      // Before the calls, which are not written again once they hold all entries.
      await bind(calls)
      await store.writeCalls(sealed)
    },
    keepGaps: store.keepGaps,
    gapsBetween: store.gapsBetween,
    callsOfPerson: async (personId, sinceMs, limit, untilMs) =>
      openCalls(await store.callsOfPerson(personId, sinceMs, limit, untilMs)),
    callsOwed: async (personId, limit) => openCalls(await store.callsOwed(personId, limit)),
    callsBetween: async (from, to, after, limit) =>
      openCalls(await store.callsBetween(from, to, after, limit)),
    journalPages: store.journalPages,
    journalEntry: store.journalEntry,
    openEntries: async (entries) => {
      await fetchKeys(entries)
      return entries.map((entry) => sealing.openEntry(entry, keys.inMemory))
    },
  }
}

function dropOldest(known: Set<string> | Map<string, string>): void {
  for (const oldest of known.keys()) {
    if (known.size <= mostKnown) return
    known.delete(oldest)
  }
}
