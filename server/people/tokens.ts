import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** @returns a new session token: 256 random bits, base64url */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** The id under which a session is stored: it cannot be turned back into the token. */
export function sessionIdOf(token: string): string {
  return createHash('sha256').update(`session:${token}`).digest('hex')
}

/** The token that a page must send in `x-csrf-token`: bound to the session, and of no use as a cookie. */
export function csrfTokenOf(token: string): string {
  return createHash('sha256').update(`csrf:${token}`).digest('base64url')
}

/** Compares in a time that does not tell how much agreed. */
export function sameText(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

/** A name with `__Host-` is only accepted by browsers over https, for this host alone and for the whole of it. */
export function cookieName(secure: boolean): string {
  return secure ? '__Host-ringcard' : 'ringcard'
}

/**
 * The session token in a `Cookie` header.
 * @returns null when there is none, or nothing that could be one
 */
export function tokenFromCookies(header: string | undefined, secure: boolean): string | null {
  const name = cookieName(secure)
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name && value !== undefined && /^[\w-]{43}$/.test(value)) return value
  }
  return null
}

/** The `Set-Cookie` value that keeps a token until `maxAgeSeconds` from now, or drops it with null. */
export function sessionCookie(token: string | null, maxAgeSeconds: number, secure: boolean): string {
  const age = token === null ? 0 : maxAgeSeconds
  return `${cookieName(secure)}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure ? '; Secure' : ''}`
}
