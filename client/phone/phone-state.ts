import { phoneClosed } from '../../shared/phone.ts'
import type { ApiErrorCode } from '../api.ts'

/** How the browser phone stands, as it is said to the agent. */
export type PhoneState =
  /** The agent takes calls by the desk phone, or has none here. */
  | { at: 'off' }
  /** The microphone is asked for. */
  | { at: 'starting' }
  | { at: 'registering' }
  /** Calls ring here. */
  | { at: 'ready' }
  /** Not connected; tried again by itself. `tries` since it last was. */
  | { at: 'lost'; tries: number; retryAt: number }
  | { at: 'noMicrophone' }
  | { at: 'microphoneRefused' }
  /** Another window is the phone. */
  | { at: 'elsewhere' }
  /** It needs somebody to do something first. */
  | { at: 'problem'; code: ApiErrorCode }

export type PhoneEvent =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'microphone'; is: 'there' | 'missing' | 'refused' }
  | { type: 'connecting' }
  | { type: 'registered' }
  /** Asterisk did not take the registration. */
  | { type: 'notRegistered' }
  /** The server did not give the phone. */
  | { type: 'refused'; code: ApiErrorCode }
  /** The connection ended, by a code of the WebSocket. */
  | { type: 'closed'; code: number }
  /** The network, or the window, is back: what is waited for is tried at once. */
  | { type: 'wake' }

/** What time and chance give to a step. */
export interface Circumstances {
  /** ms since 1970 */
  now: number
  /** From 0 to 1. */
  random: number
}

/** What only the passing of time mends; all else waits for a person. */
const passing = new Set<ApiErrorCode>([
  'network',
  'unexpected',
  'pbx.unreachable',
  'server.starting',
  'server.failed',
  'request.throttled',
  'database.unreachable',
])
const firstWaitMs = 500
const longestWaitMs = 20_000

/** How long to wait before the next try: doubled each time, half of it by chance, so that not all come back at once. */
export function retryAfterMs(tries: number, random: number): number {
  const most = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries, 10))
  return Math.round(most / 2 + (most / 2) * random)
}

/** The next state. Events that do not belong to a state leave it as it is. */
export function nextPhoneState(
  state: PhoneState,
  event: PhoneEvent,
  { now, random }: Circumstances,
): PhoneState {
  if (event.type === 'stop') return { at: 'off' }
  if (event.type === 'start') return { at: 'starting' }
  if (state.at === 'off') return state
  const lost = (): PhoneState => {
    const tries = state.at === 'lost' ? state.tries + 1 : 0
    return { at: 'lost', tries, retryAt: now + retryAfterMs(tries, random) }
  }
  switch (event.type) {
    case 'microphone':
      if (event.is === 'missing') return { at: 'noMicrophone' }
      if (event.is === 'refused') return { at: 'microphoneRefused' }
      return state.at === 'starting' || state.at === 'noMicrophone' || state.at === 'microphoneRefused'
        ? { at: 'registering' }
        : state
    case 'connecting':
      // While it is lost each try counts, until one of them registers.
      return state.at === 'elsewhere' || state.at === 'problem' ? { at: 'registering' } : state
    case 'registered':
      return { at: 'ready' }
    case 'notRegistered':
      return lost()
    case 'refused':
      if (event.code === 'phone.in_call') return { at: 'elsewhere' }
      return passing.has(event.code) ? lost() : { at: 'problem', code: event.code }
    case 'closed':
      if (event.code === phoneClosed.takenOver) return { at: 'elsewhere' }
      if (event.code === phoneClosed.ended) return { at: 'problem', code: 'phone.none' }
      return lost()
    case 'wake':
      return state.at === 'lost' ? { ...state, retryAt: now } : state
  }
}

/** Whether the phone goes on trying by itself. */
export function triesAgain({ at }: PhoneState): boolean {
  return at === 'registering' || at === 'lost' || at === 'ready'
}
