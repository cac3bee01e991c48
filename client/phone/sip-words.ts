import { C } from 'jssip'
import type { IncomingRequest, IncomingResponse } from 'jssip/lib/SIPMessage'
import type { KeptCall } from './kept-calls.ts'
import type { PhoneFailure } from './phone.ts'

/** How SIP names a call that was answered. */
export type Dialog = Pick<KeptCall, 'callId' | 'localTag' | 'remoteTag'>

/** What JsSIP notes of a message beside what its types tell. */
interface Named {
  call_id: string
  from_tag: string
  to_tag: string | undefined
}

/**
 * How a call that was answered is named, by the message that began it or answered it.
 * @param request of a call that came; null for one of ours
 */
export function dialogOf(request: IncomingRequest | null, response: IncomingResponse | null): Dialog | null {
  const named = (request ?? response) as unknown as Named | null
  if (named === null) return null
  const [callId, from, to] = [named.call_id, named.from_tag, named.to_tag ?? '']
  return request === null
    ? { callId, localTag: from, remoteTag: to }
    : { callId, localTag: to, remoteTag: from }
}

/** JsSIP's words for why a call failed. */
const causes = C.causes as Readonly<Record<string, string>>

/** What a failed call means to the agent; null where they did it themselves, or see it by the call going away. */
export function failureOf(cause: string, inbound: boolean): PhoneFailure | null {
  if (inbound) return cause === causes['WEBRTC_ERROR'] || cause === causes['RTP_TIMEOUT'] ? 'media' : null
  if (cause === causes['CANCELED']) return null
  if (cause === causes['BUSY']) return 'busy'
  if (cause === causes['REJECTED'] || cause === causes['NOT_FOUND'] || cause === causes['ADDRESS_INCOMPLETE'])
    return 'refusedThere'
  if (cause === causes['WEBRTC_ERROR'] || cause === causes['INCOMPATIBLE_SDP']) return 'media'
  return cause === causes['CONNECTION_ERROR'] ? 'connection' : 'notReached'
}
