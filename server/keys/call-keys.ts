import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { openKeyFiles, type KeyFiles } from './key-files.ts'
import { missingMasterKey, type MasterKeys, type WrappedKey } from './master-keys.ts'

/** A call's key as it is kept: under the master key. A call may have several, each with an id of its own. */
export interface CallKeyRecord extends WrappedKey {
  keyId: string
  callId: string
}

/** A call's key, ready for use. */
export interface CallKey extends CallKeyRecord {
  secret: KeyObject
}

/** The keys of this node's calls: made here, kept in files of their own, and found again. */
export interface CallKeys extends Pick<KeyFiles, 'begin' | 'write' | 'sync' | 'keepFrom' | 'close'> {
  /** The key to seal what is said of a call with; made when there is none. Good for what is written after `write`. */
  forCall: (callId: string) => CallKey
  /**
   * The key of an entry of this node's own.
   * @param seq the entry's
   * @returns null when it was destroyed
   */
  find: (keyId: string, seq: number) => CallKey | null
  /** A key that is in memory. */
  inMemory: (keyId: string) => CallKey | null
  /** Takes up a key that was kept elsewhere; null when it cannot be used. */
  take: (record: CallKeyRecord) => CallKey | null
  /** Destroys all that is here of the keys of some calls. @throws the file system's error */
  destroy: (callIds: ReadonlySet<string>) => void
}

/** Keys held in memory. One that has gone is read again or, for a call that goes on, made anew: an entry names its key. */
const mostInMemory = 5_000

/**
 * Opens the keys beside a spool. A key stands in the file of each segment that holds entries sealed with it, so that a
 * segment and its keys come and go together, and memory holds no more than it likes.
 * @param folder of the keys alone; must exist
 * @throws Error when some are under a master key that is not here
 */
export function openCallKeys(folder: string, master: MasterKeys): CallKeys {
  const files = openKeyFiles(folder)
  const strange = files.all().find((record) => !master.has(record.master))
  if (strange) throw missingMasterKey(folder, strange.master)
  const byId = new Map<string, CallKey>()
  const byCall = new Map<string, CallKey>()

  const remember = (key: CallKey): CallKey => {
    putLast(byId, key.keyId, key)
    putLast(byCall, key.callId, key)
    return key
  }
  const take = (record: CallKeyRecord): CallKey | null => {
    const secret = master.unwrap(record, contextOf(record))
    return secret && remember({ ...record, secret })
  }
  const make = (callId: string): CallKey => {
    const secret = createSecretKey(randomBytes(32))
    const named = { keyId: randomBytes(9).toString('base64url'), callId }
    return remember({ ...named, ...master.wrap(secret, contextOf(named)), secret })
  }

  return {
    ...files,
    forCall: (callId) => {
      const key = byCall.get(callId) ?? make(callId)
      files.put(key)
      return key
    },
    find: (keyId, seq) => {
      const known = byId.get(keyId)
      if (known) return known
      const record = files.find(keyId, seq)
      return record && take(record)
    },
    inMemory: (keyId) => byId.get(keyId) ?? null,
    take,
    destroy: (callIds) => {
      for (const callId of callIds) byCall.delete(callId)
      for (const { keyId, callId } of byId.values()) if (callIds.has(callId)) byId.delete(keyId)
      files.destroy(callIds)
    },
  }
}

function contextOf({ keyId, callId }: Pick<CallKeyRecord, 'keyId' | 'callId'>): string {
  return `call key ${keyId} ${callId}`
}

function putLast<V>(map: Map<string, V>, name: string, value: V): void {
  map.delete(name)
  map.set(name, value)
  if (map.size > mostInMemory) map.delete(map.keys().next().value ?? '')
}
