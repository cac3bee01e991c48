import { only, type SipMessage } from './sip-message.ts'

/** Whose phone it is, and what it may do now. */
export interface Speaker {
  /** The endpoint that it is, and no other. */
  endpoint: string
  /** Whether it may register and begin calls; without, it may only go on with calls that there are. */
  mayBegin: boolean
  /** Whether there is a call of this Call-ID. */
  hasCall: (callId: string) => boolean
  /** Whether there is one that the page before left on. */
  mayReplace: (callId: string) => boolean
}

/** What phones of ours send, and no more: nothing that names another caller, a way, or somebody else's call. */
const known = new Set([
  'via',
  'max-forwards',
  'from',
  'to',
  'call-id',
  'cseq',
  'contact',
  'expires',
  'allow',
  'supported',
  'accept',
  'user-agent',
  'content-type',
  'content-length',
  'authorization',
  'proxy-authorization',
  'reason',
  'min-se',
  'session-expires',
  'require',
  'record-route',
  'retry-after',
  'replaces',
])
const once = ['replaces', 'from', 'to', 'contact', 'authorization', 'proxy-authorization', 'content-type']
/** In a call: what hold, keys, and its end need. Transfers are not among them. */
const inCall = new Set(['INVITE', 'ACK', 'BYE', 'CANCEL', 'INFO', 'UPDATE', 'PRACK', 'OPTIONS'])
/** An address of the browser itself, which leads nowhere but back over its own connection. */
const ownContact =
  /^<sip:[\w.-]{1,80}@[\w.-]{1,80}\.invalid;transport=wss?(?:;ob)?>(?:;[\w.+-]{1,40}(?:=(?:[\w.-]{1,80}|"[^",]{0,120}"))?){0,8}$/i
/** Whom a call may go to: what can be dialled. The dialplan decides where it leads. */
const dialled = /^sip:[\w.*#+%-]{1,64}@[\w.-]{1,80}$/i

/**
 * Whether the phone of a desk may say this to Asterisk: register and call as its own endpoint, and go on with its calls.
 * @returns why not, in a word for the log; null when it may
 */
export function whyNot(message: SipMessage, speaker: Speaker): string | null {
  const { headers } = message
  for (const name of headers.keys()) if (!known.has(name)) return `header ${name}`
  for (const name of once) if ((headers.get(name) ?? []).length > 1) return `${name} twice`
  const from = only(headers, 'from')
  const to = only(headers, 'to')
  if (from === null || to === null) return 'no From or To'
  const contact = headers.get('contact')?.[0]
  if (contact !== undefined && contact !== '*' && !ownContact.test(contact)) return 'contact'
  for (const name of ['authorization', 'proxy-authorization']) {
    const value = headers.get(name)?.[0]
    if (value !== undefined && !isOwnAnswer(value, speaker.endpoint)) return name
  }
  if (message.kind === 'response')
    return ['authorization', 'replaces'].find((name) => headers.has(name)) ?? null
  if (headers.has('record-route')) return 'record-route'
  return whyNotAsked(message, from, to, speaker)
}

function whyNotAsked(
  { method, uri, callId, headers }: SipMessage & { kind: 'request' },
  from: string,
  to: string,
  { endpoint, mayBegin, hasCall, mayReplace }: Speaker,
): string | null {
  const replaces = headers.get('replaces')?.[0]
  if (replaces !== undefined) {
    // Only a call of this phone's own, and only to go on with it (RFC 3891, 6.1).
    const callId = /^([^\s;,]{1,256});to-tag=[\w.+-]{1,80};from-tag=[\w.+-]{1,80}$/.exec(replaces)?.[1]
    if (method !== 'INVITE' || callId === undefined || !mayReplace(callId)) return 'replaces'
  }
  if (method !== 'REGISTER' && !inCall.has(method)) return `method ${method}`
  // Without a registration whatever belongs to a call that there is may still be said, so that it can be ended.
  if (!mayBegin) return hasCall(callId) && method !== 'REGISTER' ? null : 'signed out'
  const isWithin = /;tag=/i.test(to.replace(/^[^>]*>/, ''))
  if (isWithin) return method === 'REGISTER' ? 'REGISTER in a call' : null
  if (addressOf(from) !== endpoint) return 'From'
  if (method === 'REGISTER') return addressOf(to) === endpoint ? null : 'To'
  if (method === 'INVITE') return dialled.test(uri) && headers.get('contact')?.[0] !== '*' ? null : 'number'
  return (method === 'ACK' || method === 'CANCEL') && hasCall(callId) ? null : `${method} without a call`
}

/** The user of `"name" <sip:user@host>;tag=…`; null for anything that could be read otherwise. */
function addressOf(value: string): string | null {
  return (
    /^(?:"[^"\\<>]{0,80}" ?)?<sip:([\w.-]{1,80})@[\w.-]{1,80}>(?:;tag=[\w.-]{1,80})?$/i.exec(value)?.[1] ??
    null
  )
}

/** Whether a digest answer is that of the endpoint itself. */
function isOwnAnswer(value: string, endpoint: string): boolean {
  if (!value.startsWith('Digest ')) return false
  const users = [...value.matchAll(/(?:^Digest |[\s,])username\*?\s*=\s*("?)([^",\s]*)\1/gi)]
  return users.length === 1 && users[0]?.[2] === endpoint
}
