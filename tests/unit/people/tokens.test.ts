import { describe, expect, it } from 'vitest'
import {
  csrfTokenOf,
  newToken,
  sameText,
  sessionCookie,
  sessionIdOf,
  tokenFromCookies,
} from '../../../server/people/tokens.ts'

describe('a session token', () => {
  it('comes back from the cookie that it was put into', () => {
    const token = newToken()
    const cookie = sessionCookie(token, 60, false).split(';')[0]
    expect(tokenFromCookies(`theme=dark; ${cookie}; other=1`, false)).toBe(token)
  })

  it('is told by neither its id nor its CSRF token', () => {
    const token = newToken()
    expect(sessionIdOf(token)).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set([token, sessionIdOf(token), csrfTokenOf(token)]).size).toBe(3)
  })

  it.each([
    undefined,
    '',
    'ringcard=',
    'ringcard=short',
    `ringcard=${'$'.repeat(43)}`,
    `notringcard=${'a'.repeat(43)}`,
  ])('is not found in %j', (header) => {
    expect(tokenFromCookies(header, false)).toBeNull()
  })

  it('over https is in a cookie that only this host can set, and never in another', () => {
    const token = newToken()
    expect(sessionCookie(token, 60, true)).toMatch(
      /^__Host-ringcard=.*; Path=\/; HttpOnly; SameSite=Strict; .*Secure$/,
    )
    expect(tokenFromCookies(`ringcard=${token}`, true)).toBeNull()
  })
})

describe('texts', () => {
  it('are compared whole', () => {
    expect(sameText('abc', 'abc')).toBe(true)
    expect(sameText('ab', 'abc')).toBe(false)
    expect(sameText('', 'abc')).toBe(false)
  })
})
