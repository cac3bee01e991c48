import type { SipMessage } from './sip-message.ts'

/** The calls of one phone, by what goes over its line in both directions. */
export interface CallsOnLine {
  note: (message: SipMessage) => void
  has: (callId: string) => boolean
  /** The page that had them is gone. One that was answered may be taken over by the next one, for a while. */
  leave: () => void
  /** How many wait to be taken over by the next page. */
  readonly left: number
  /** Nobody takes over what was left any more. */
  giveUp: () => void
  /** Whether the next page may take over a call of the one before. */
  mayReplace: (callId: string) => boolean
  readonly count: number
}

/** How long the next page has to come, ms. */
const mayReplaceForMs = 60_000

/**
 * @param onEmpty told each time when the last call has ended
 * @param now our clock, ms
 */
export function createCallsOnLine(onEmpty: () => void, now: () => number = Date.now): CallsOnLine {
  /** Of a page that is gone: until when each may be taken over. */
  const left = new Map<string, number>()
  /** By the new call, which one it takes the place of. */
  const replacing = new Map<string, string>()
  /** By Call-ID, whether it was answered. */
  const calls = new Map<string, boolean>()
  const end = (callId: string): void => {
    if (calls.delete(callId) && calls.size === 0) onEmpty()
  }
  return {
    note(message) {
      const { callId, about } = message
      if (message.kind === 'request') {
        const replaces = message.headers.get('replaces')?.[0]?.split(';')[0]
        if (replaces !== undefined) replacing.set(callId, replaces)
        if (message.method === 'INVITE' && !calls.has(callId)) calls.set(callId, false)
        else if (message.method === 'BYE') end(callId)
        return
      }
      const { status } = message
      if (about === 'INVITE' && status >= 200 && status < 300) {
        if (calls.has(callId)) calls.set(callId, true)
        left.delete(replacing.get(callId) ?? '')
        replacing.delete(callId)
      } else if (about === 'INVITE' && status >= 300) {
        // A call that is on goes on when holding it is refused, unless the other side knows nothing of it any more.
        if (calls.get(callId) === false || status === 481 || status === 408) end(callId)
      }
    },
    has: (callId) => calls.has(callId),
    leave: () => {
      for (const [callId, answered] of calls) if (answered) left.set(callId, now() + mayReplaceForMs)
      calls.clear()
    },
    get left() {
      return left.size
    },
    giveUp: () => left.clear(),
    mayReplace: (callId) => (left.get(callId) ?? 0) > now(),
    get count() {
      return calls.size
    },
  }
}
