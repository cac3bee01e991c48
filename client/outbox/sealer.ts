/** Something sealed, as it may lie on a computer that others use too. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>
  box: ArrayBuffer
}

/** Seals what one person wrote, and opens it again for the same person. */
export interface Sealer {
  /** @param context what it is, so that one thing cannot be passed off as another */
  seal: (content: unknown, context: string) => Promise<Sealed>
  /** @returns null for what was sealed by somebody else, or is damaged */
  open: (sealed: Sealed, context: string) => Promise<unknown>
}

const ivLength = 12

/**
 * AES-256-GCM by WebCrypto, under keys that came with the session and cannot be read out again.
 * @param keys in base64: the first seals, all open
 * @returns null where there is no key, or the browser gives no cryptography, as on a page without TLS
 */
export async function makeSealer(keys: readonly string[]): Promise<Sealer | null> {
  // Absent, whatever its type says, on a page that is neither from this computer nor under TLS.
  const subtle = crypto.subtle as SubtleCrypto | undefined
  if (subtle === undefined || keys.length === 0) return null
  const imported = await Promise.all(
    keys.map((key) => subtle.importKey('raw', bytesOf(key), 'AES-GCM', false, ['encrypt', 'decrypt'])),
  )
  const [first] = imported
  if (first === undefined) return null
  const algorithm = (iv: Uint8Array<ArrayBuffer>, context: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(context),
  })

  return {
    seal: async (content, context) => {
      const iv = crypto.getRandomValues(new Uint8Array(ivLength))
      const clear = new TextEncoder().encode(JSON.stringify(content))
      return { iv, box: await subtle.encrypt(algorithm(iv, context), first, clear) }
    },
    open: async ({ iv, box }, context) => {
      for (const key of imported) {
        const clear = await subtle.decrypt(algorithm(iv, context), key, box).catch(() => null)
        if (clear !== null) return JSON.parse(new TextDecoder().decode(clear)) as unknown
      }
      return null
    },
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
