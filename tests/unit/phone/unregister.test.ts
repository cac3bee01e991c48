import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { readSip } from '../../../server/phone/sip-message.ts'
import { unregister } from '../../../server/phone/unregister.ts'

const header = (text: string, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? ''

function answered(first: string, status: string, more: string[] = []) {
  const message = readSip(
    [`SIP/2.0 ${status}`, `Call-ID: ${header(first, 'Call-ID')}`, 'CSeq: 1 REGISTER', ...more, '', ''].join(
      '\r\n',
    ),
  )
  if (message === null) throw new Error('not SIP')
  return message
}

it.each(['MD5', 'SHA-256'])(
  'takes every contact back, by the digest that Asterisk asks for: %s',
  (algorithm) => {
    const { first, take } = unregister('201-web', 'secret')
    expect(readSip(first)).toMatchObject({ kind: 'request', method: 'REGISTER' })
    expect([header(first, 'Contact'), header(first, 'Expires')]).toEqual(['*', '0'])

    const challenge = `WWW-Authenticate: Digest realm="asterisk",nonce="n1",opaque="o1",algorithm=${algorithm},qop="auth"`
    const next = take(answered(first, '401 Unauthorized', [challenge]))
    if (next === null || next === 'done') throw new Error('nothing more was said')
    const authorization = header(next.send, 'Authorization')
    const hash = (text: string) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex')
    const cnonce = /cnonce="(\w+)"/.exec(authorization)?.[1] ?? ''
    const one = hash('201-web:asterisk:secret')
    const two = hash('REGISTER:sip:ringcard.invalid')
    expect(authorization).toContain(`response="${hash(`${one}:n1:00000001:${cnonce}:auth:${two}`)}"`)
    expect(authorization).toContain('opaque="o1"')
    expect(next.send).not.toContain('secret')
    expect(take(answered(first, '200 OK'))).toBe('done')
  },
)

it('gives up when the secret is refused, and minds nobody else’s messages', () => {
  const { first, take } = unregister('201-web', 'secret')
  const challenge = 'WWW-Authenticate: Digest realm="asterisk",nonce="n1"'
  expect(take(answered('Call-ID: other', '401 Unauthorized', [challenge]))).toBeNull()
  expect(take(answered(first, '401 Unauthorized', [challenge]))).toHaveProperty('send')
  expect(take(answered(first, '401 Unauthorized', [challenge]))).toBe('done')
})

it('gives up where it is asked for what it does not know', () => {
  const { first, take } = unregister('201-web', 'secret')
  const challenge = 'WWW-Authenticate: Digest realm="a",nonce="n",algorithm=SHA-512-256'
  expect(take(answered(first, '401 Unauthorized', [challenge]))).toBe('done')
  expect(take(answered(first, '500 Server Internal Error'))).toBe('done')
})
