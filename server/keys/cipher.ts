import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto'

/** AES-256-GCM as NIST SP 800-38D has it: a nonce of 96 bits and a tag of 128. */
const algorithm = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16

/** Random bytes are fetched many at a time: asking the system for twelve costs as much as encrypting with them. */
const nonces = Buffer.allocUnsafe(nonceLength * 512)
let used = nonces.length

function freshNonce(): Buffer {
  if (used === nonces.length) {
    randomFillSync(nonces)
    used = 0
  }
  return nonces.subarray(used, (used += nonceLength))
}

/**
 * Encrypts and authenticates.
 * @param secret 256 bits. A nonce is random, so a key must seal fewer than 2^32 boxes
 * @param context where the box belongs: it opens nowhere else
 * @returns nonce, ciphertext and tag, in base64
 */
export function sealBox(secret: KeyObject, content: Buffer | string, context: string): string {
  const nonce = freshNonce()
  const cipher = createCipheriv(algorithm, secret, nonce)
  cipher.setAAD(Buffer.from(context))
  const body = typeof content === 'string' ? cipher.update(content, 'utf8') : cipher.update(content)
  cipher.final()
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64')
}

/**
 * Opens what `sealBox` made.
 * @returns null when the key or the context is another, or a bit was changed
 */
export function openBox(secret: KeyObject, box: string, context: string): Buffer | null {
  const bytes = Buffer.from(box, 'base64')
  if (bytes.length < nonceLength + tagLength) return null
  const decipher = createDecipheriv(algorithm, secret, bytes.subarray(0, nonceLength), {
    authTagLength: tagLength,
  })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(-tagLength))
  const content = decipher.update(bytes.subarray(nonceLength, -tagLength))
  try {
    decipher.final()
    return content
  } catch {
    return null
  }
}
