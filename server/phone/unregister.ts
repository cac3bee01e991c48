import { createHash, randomBytes } from 'node:crypto'
import { sipDomain } from '../../shared/phone.ts'
import type { SipMessage } from './sip-message.ts'

/** Says to Asterisk, in the name of a phone, that it is registered no more. */
export interface Unregistering {
  /** The first message to send. */
  first: string
  /**
   * Takes an answer of Asterisk's.
   * @returns the next message to send; `done`; null for a message that is none of ours
   */
  take: (message: SipMessage) => { send: string } | 'done' | null
}

const hashes = { MD5: 'md5', 'SHA-256': 'sha256' } as const

/** REGISTER for every contact with an expiry of 0 (RFC 3261, 10.2.2), with the digest (RFC 7616) that Asterisk asks for. */
export function unregister(endpoint: string, secret: string): Unregistering {
  const token = () => randomBytes(9).toString('hex')
  const [callId, tag, host] = [token(), token(), `${token()}.invalid`]
  const address = `<sip:${endpoint}@${sipDomain}>`
  const uri = `sip:${sipDomain}`
  let sequence = 0
  const request = (authorization?: string): string => {
    sequence += 1
    return [
      `REGISTER ${uri} SIP/2.0`,
      `Via: SIP/2.0/WS ${host};branch=z9hG4bK${token()}`,
      'Max-Forwards: 70',
      `From: ${address};tag=${tag}`,
      `To: ${address}`,
      `Call-ID: ${callId}`,
      `CSeq: ${sequence} REGISTER`,
      'Contact: *',
      'Expires: 0',
      ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n')
  }
  return {
    first: request(),
    take: (message) => {
      if (message.callId !== callId || message.kind !== 'response') return null
      if (message.status < 200) return null
      const challenge = message.headers.get('www-authenticate')?.find((one) => algorithmOf(one) !== null)
      if (message.status !== 401 || challenge === undefined || sequence > 1) return 'done'
      return { send: request(answer(challenge, { endpoint, secret, uri, cnonce: token() })) }
    },
  }
}

function answer(
  challenge: string,
  { endpoint, secret, uri, cnonce }: { endpoint: string; secret: string; uri: string; cnonce: string },
): string {
  const said = (name: string) => new RegExp(`[ ,]${name}="([^"]*)"`, 'i').exec(challenge)?.[1]
  const algorithm = algorithmOf(challenge) ?? 'MD5'
  const hash = (text: string) => createHash(hashes[algorithm]).update(text).digest('hex')
  const [realm, nonce, opaque] = [said('realm') ?? '', said('nonce') ?? '', said('opaque')]
  const one = hash(`${endpoint}:${realm}:${secret}`)
  const two = hash(`REGISTER:${uri}`)
  const qop = /[ ,]qop="?[^"]*\bauth\b/i.test(challenge)
  const response = hash(qop ? `${one}:${nonce}:00000001:${cnonce}:auth:${two}` : `${one}:${nonce}:${two}`)
  const parts = [
    `username="${endpoint}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
    ...(qop ? ['qop=auth', 'nc=00000001', `cnonce="${cnonce}"`] : []),
  ]
  return `Digest ${parts.join(', ')}`
}

/** The algorithm of a challenge; null for one that we cannot answer. */
function algorithmOf(challenge: string): keyof typeof hashes | null {
  if (!challenge.startsWith('Digest ')) return null
  const named = /[ ,]algorithm="?([\w-]+)/i.exec(challenge)?.[1]?.toUpperCase() ?? 'MD5'
  return named === 'MD5' || named === 'SHA-256' ? named : null
}
