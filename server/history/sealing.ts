import type { CallKey, CallKeys } from '../keys/call-keys.ts'
import { openBox, sealBox } from '../keys/cipher.ts'
import type { Entry } from './entries.ts'
import type { CallDocument } from './model.ts'
import { partCall, partEntry, putBack, type CallOfChannel, type Parted, type Patch } from './personal.ts'

/** What is personal in something, of one call: in base64, under the key that it names. */
export interface SealedPart {
  key: string
  box: string
}

/** Seals entries and calls before they are kept, and opens them again. What cannot be opened reads as erased. */
export interface Sealing {
  sealEntry: (entry: Entry) => Entry
  sealCall: (call: CallDocument) => CallDocument
  /** @param find the key of that id; null when it is none that can be used */
  openEntry: (entry: Entry, find: (keyId: string) => CallKey | null) => Entry
  openCall: (call: CallDocument, find: (keyId: string) => CallKey | null) => CallDocument
}

/** @param keys of this node's calls: after sealing, `write` them before what was sealed */
export function createSealing(keys: Pick<CallKeys, 'forCall'>, callOf: CallOfChannel): Sealing {
  const boxes = (personal: ReadonlyMap<string, Patch>, context: string): SealedPart[] =>
    [...personal].map(([callId, patch]) => {
      const { keyId, secret } = keys.forCall(callId)
      return { key: keyId, box: sealBox(secret, JSON.stringify(patch), context) }
    })
  const sealed = <T extends object>({ clear, personal }: Parted<T>, context: string): T =>
    personal.size === 0 ? clear : { ...clear, sealed: boxes(personal, context) }

  return {
    sealEntry: (entry) => sealed(partEntry(entry, callOf), contextOfEntry(entry)),
    sealCall: (call) => sealed(partCall(call), contextOfCall(call)),
    openEntry: (entry, find) => {
      if (entry.sealed === undefined) return entry
      const { sealed: parts, ...clear } = entry
      const { whole, erased } = opened(clear, parts, contextOfEntry(entry), find)
      return erased ? { ...whole, erased } : whole
    },
    openCall: (call, find) => {
      if (call.sealed === undefined) return call
      const { sealed: parts, ...clear } = call
      const { whole, erased } = opened(clear, parts, contextOfCall(call), find)
      return erased ? { ...whole, personal: { ...whole.personal, erased } } : whole
    },
  }
}

function opened<T extends object>(
  clear: T,
  parts: readonly SealedPart[],
  context: string,
  find: (keyId: string) => CallKey | null,
): { whole: T; erased: boolean } {
  let whole = clear
  let erased = false
  for (const { key, box } of parts) {
    const secret = find(key)?.secret
    const content = secret ? openBox(secret, box, context) : null
    if (content === null) erased = true
    else whole = putBack(whole, JSON.parse(content.toString()) as Patch)
  }
  return { whole, erased }
}

function contextOfEntry({ node, seq }: Entry): string {
  return `entry ${node} ${seq}`
}

function contextOfCall({ _id }: CallDocument): string {
  return `call ${_id}`
}
