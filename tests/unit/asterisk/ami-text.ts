import type { AmiBlock } from '../../../server/asterisk/fields.ts'

/** A block as the package would give it for this text: keys in lower case, repeated headers as arrays. */
export function block(text: string): AmiBlock {
  const result: Record<string, string | string[] | Record<string, string>> = {}
  for (const line of text.trim().split('\n')) {
    const colon = line.indexOf(':')
    const key = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const known = result[key]
    if (key === 'chanvariable') {
      const equals = value.indexOf('=')
      const variables = typeof known === 'object' && !Array.isArray(known) ? known : {}
      result[key] = { ...variables, [value.slice(0, equals)]: value.slice(equals + 1) }
    } else if (typeof known === 'string') result[key] = [known, value]
    else if (Array.isArray(known)) known.push(value)
    else result[key] = value
  }
  return result
}

export interface ChannelText {
  unique: string
  linked?: string
  name?: string
  state?: number
  number?: string
  callerName?: string
  connected?: string
  pres?: string
  queueStatus?: string
  account?: string
  attestation?: string
}

/** The headers of a channel as Asterisk 22 writes them, with a prefix for events that describe several. */
export function channel(text: ChannelText, prefix = ''): string {
  const variables = [
    ['CALLERID(pres)', text.pres],
    ['QUEUESTATUS', text.queueStatus],
    ['RINGCARD_ACCOUNT', text.account],
    ['RINGCARD_ATTESTATION', text.attestation],
  ].filter(([, value]) => value !== undefined)
  return [
    `${prefix}Channel: ${text.name ?? 'PJSIP/trunk-00000001'}`,
    `${prefix}ChannelState: ${text.state ?? 6}`,
    `${prefix}CallerIDNum: ${text.number ?? '<unknown>'}`,
    `${prefix}CallerIDName: ${text.callerName ?? '<unknown>'}`,
    `${prefix}ConnectedLineNum: ${text.connected ?? '<unknown>'}`,
    `${prefix}ConnectedLineName: <unknown>`,
    `${prefix}Context: from-trunk`,
    `${prefix}Exten: 101`,
    `${prefix}Uniqueid: ${text.unique}`,
    `${prefix}Linkedid: ${text.linked ?? text.unique}`,
    ...variables.map(([name, value]) => `${prefix}ChanVariable: ${name ?? ''}=${value ?? ''}`),
  ].join('\n')
}

/** An event with its time, 1,764,000,000 s and `seconds` after 1970. */
export function event(name: string, headers: string, seconds = 1): AmiBlock {
  return block(
    `Event: ${name}\nPrivilege: call,all\nTimestamp: ${1_764_000_000 + seconds}.250000\n${headers}`,
  )
}
