import type { Measured } from '../../shared/call-quality.ts'
import type { KeptCall } from './kept-calls.ts'
import type { LineQuality } from './line-quality.ts'
import type { PhoneState } from './phone-state.ts'
import type { SoundChoice } from './sound-choice.ts'

/** One call on the phone of this window. */
export interface PhoneCall {
  readonly id: string
  readonly direction: 'inbound' | 'outbound'
  readonly state: 'ringing' | 'dialling' | 'talking' | 'held'
  /** As the telephone system gives it. */
  readonly number: string
  readonly muted: boolean
  /** What was asked for and has not happened yet. */
  readonly pending: 'answer' | 'hold' | 'resume' | 'end' | null
  /** How it sounds now; null while nothing can be told. */
  readonly quality: LineQuality | null
}

/** Why something that was asked of the phone did not happen. */
export type PhoneFailure =
  'microphone' | 'refusedThere' | 'busy' | 'notReached' | 'connection' | 'media' | 'notTakenBack'

/** What a phone tells: whatever kind it is. */
export interface PhoneListener {
  onState: (state: PhoneState) => void
  onCalls: (calls: readonly PhoneCall[]) => void
  onFailure: (failure: PhoneFailure) => void
  /** A talk is over: how it sounded as a whole. */
  onMeasured: (callId: string, measured: Measured) => void
}

/**
 * A phone that the console drives. The browser's own is the first kind; a desk phone over AMI will be another. Whatever is
 * asked for a call that has gone does nothing.
 */
export interface Phone {
  /** Tries again now, after what needed a person. */
  retry: () => void
  /** Answers a call; one that is on is put on hold first. */
  answer: (callId: string) => void
  /** Answers a call by itself: a tone is heard first. */
  answerByItself: (callId: string) => void
  decline: (callId: string) => void
  hangUp: (callId: string) => void
  setMuted: (callId: string, muted: boolean) => void
  setHeld: (callId: string, held: boolean) => void
  /** @param tones of 0-9, * and # */
  sendDigits: (callId: string, tones: string) => void
  call: (number: string) => void
  /** Talks and listens by other devices from now on, also in a call that is on. */
  useSound: (choice: SoundChoice) => void
  /** What is talked in, or held, as another window goes on with it. */
  keep: () => KeptCall[]
  /**
   * The page is being left: what is talked in, or held, stays on for the page that comes after it; what rings is declined.
   * @returns what stays on
   */
  leave: () => KeptCall[]
  /** Ends what is on, and is no phone any more. */
  stop: () => void
}
