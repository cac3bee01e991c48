import type { SipMessage } from './sip-message.ts'

/** The calls of one phone, by what goes over its line in both directions. */
export interface CallsOnLine {
  note: (message: SipMessage) => void
  has: (callId: string) => boolean
  /** Forgets all, without telling anybody. */
  forget: () => void
  readonly count: number
}

/** @param onEmpty told each time when the last call has ended */
export function createCallsOnLine(onEmpty: () => void): CallsOnLine {
  /** By Call-ID, whether it was answered. */
  const calls = new Map<string, boolean>()
  const end = (callId: string): void => {
    if (calls.delete(callId) && calls.size === 0) onEmpty()
  }
  return {
    note(message) {
      const { callId, about } = message
      if (message.kind === 'request') {
        if (message.method === 'INVITE' && !calls.has(callId)) calls.set(callId, false)
        else if (message.method === 'BYE') end(callId)
        return
      }
      const { status } = message
      if (about === 'INVITE' && status >= 200 && status < 300) {
        if (calls.has(callId)) calls.set(callId, true)
      } else if (about === 'INVITE' && status >= 300) {
        // A call that is on goes on when holding it is refused, unless the other side knows nothing of it any more.
        if (calls.get(callId) === false || status === 481 || status === 408) end(callId)
      }
    },
    has: (callId) => calls.has(callId),
    forget: () => calls.clear(),
    get count() {
      return calls.size
    },
  }
}
