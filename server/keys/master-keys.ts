import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { openBox, sealBox } from './cipher.ts'

/** A key under a master key: only who has that master key can use it. */
export interface WrappedKey {
  /** Which master key. */
  master: string
  wrapped: string
}

/**
 * The master keys of a centre. The first wraps; the others, from before a change of key, only unwrap. Each goes by an id made
 * of the key itself, so that nobody has to name them.
 */
export interface MasterKeys {
  has: (master: string) => boolean
  ids: () => string[]
  /** @param context what the key is of: it is unwrapped for nothing else */
  wrap: (secret: KeyObject, context: string) => WrappedKey
  /** Null when its master key is not here, or it was tampered with. */
  unwrap: (key: WrappedKey, context: string) => KeyObject | null
  /** What a phone number in E.164 is found by: nobody without the master key can tell which number it is of. */
  hashNumber: (e164: string) => string
  /** What it may be found by in what was kept before a change of key too. */
  hashesOf: (e164: string) => string[]
  /**
   * What a person's consoles encrypt under what waits on a computer, in base64: the first is the one in use, the others read
   * what was encrypted before a change of key. Nobody else comes to them, and they are kept nowhere.
   */
  outboxKeysOf: (personId: string) => string[]
}

/** What to say where something is under a master key that is not here. */
export function missingMasterKey(folder: string, master: string): Error {
  return new Error(
    `What is kept in ${folder} is under master key ${master}, which MASTER_KEY does not hold: add it there, behind the one in use.`,
  )
}

export const masterKeyLength = 32

/**
 * Makes what each key is used for, by HKDF (RFC 5869): nothing is done with a master key itself.
 * @param keys of 32 bytes each, the one in use first
 */
export function createMasterKeys(keys: readonly Buffer[]): MasterKeys {
  const derive = (key: Buffer, use: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', key, '', `ringcard ${use}`, length))
  const known = keys.map((key) => ({
    id: derive(key, 'id', 6).toString('base64url'),
    wrapping: createSecretKey(derive(key, 'wrapping', 32)),
    hashing: createSecretKey(derive(key, 'number', 32)),
  }))
  const [first] = known
  if (!first) throw new Error('There is no master key.')
  const hash = (hashing: KeyObject, e164: string): string =>
    createHmac('sha256', hashing).update(e164).digest('base64url')

  return {
    has: (master) => known.some(({ id }) => id === master),
    ids: () => known.map(({ id }) => id),
    wrap: (secret, context) => ({
      master: first.id,
      wrapped: sealBox(first.wrapping, secret.export(), context),
    }),
    unwrap: ({ master, wrapped }, context) => {
      const key = known.find(({ id }) => id === master)
      const secret = key && openBox(key.wrapping, wrapped, context)
      return secret ? createSecretKey(secret) : null
    },
    hashNumber: (e164) => hash(first.hashing, e164),
    hashesOf: (e164) => known.map(({ hashing }) => hash(hashing, e164)),
    outboxKeysOf: (personId) => keys.map((key) => derive(key, `outbox ${personId}`, 32).toString('base64')),
  }
}
