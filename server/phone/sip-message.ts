/** A SIP message, as far as the relay must know it. */
export type SipMessage = (
  { kind: 'request'; method: string; uri: string } | { kind: 'response'; status: number }
) & {
  /** By the name in lower case, in the order in which they came. */
  headers: ReadonlyMap<string, readonly string[]>
  callId: string
  /** The method of CSeq, which tells what a response answers. */
  about: string
  body: string
}

/**
 * Takes a message apart (RFC 3261, section 7), strictly: one start line, one header a line with its whole name, lines ended by
 * CR LF alone, and a body exactly as long as Content-Length says. So nothing can be read here otherwise than by Asterisk.
 * @returns null for anything else
 */
export function readSip(text: string): SipMessage | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [start = '', ...lines] = text.slice(0, end).split('\r\n')
  const body = text.slice(end + 4)
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    // A compact name (`f:`) or a folded line is what Asterisk would read, and a check by whole names would not.
    const [, name, value] = /^([A-Za-z][A-Za-z-]{1,39}): ?(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined || hasControl(value)) return null
    const key = name.toLowerCase()
    headers.set(key, [...(headers.get(key) ?? []), value.trim()])
  }
  const callId = only(headers, 'call-id')
  const about = /^\d{1,10} ([A-Z]{1,20})$/.exec(only(headers, 'cseq') ?? '')?.[1]
  const length = headers.has('content-length') ? only(headers, 'content-length') : '0'
  if (callId === null || !/^[\x21-\x7e]{1,256}$/.test(callId) || about === undefined) return null
  if (length === null || !/^\d{1,6}$/.test(length) || Number(length) !== Buffer.byteLength(body)) return null
  const rest = { headers, callId, about, body }
  const request = /^([A-Z]{1,20}) (sips?:[\x21-\x7e]{1,512}) SIP\/2\.0$/.exec(start)
  if (request?.[1] !== undefined && request[2] !== undefined) {
    return request[1] === about ? { kind: 'request', method: request[1], uri: request[2], ...rest } : null
  }
  const status = /^SIP\/2\.0 ([1-6]\d\d)(?: [^\r\n]*)?$/.exec(start)?.[1]
  return status === undefined || hasControl(start)
    ? null
    : { kind: 'response', status: Number(status), ...rest }
}

/** The one value of a header; null where it is missing or stands twice. */
export function only(headers: ReadonlyMap<string, readonly string[]>, name: string): string | null {
  const values = headers.get(name) ?? []
  return values.length === 1 ? (values[0] ?? null) : null
}

function hasControl(text: string): boolean {
  return /[\x00-\x08\x0a-\x1f\x7f]/.test(text)
}
