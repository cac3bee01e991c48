import type { Pop } from '../../shared/customers.ts'
import type { Who } from '../customers/customers.ts'
import type { MatchedCall } from '../customers/matching.ts'
import type { Handlers } from '../http/mount.ts'
import type { Verification } from './verification.ts'

type VerificationRoute =
  Extract<keyof Handlers, `verification.${string}`> | 'calls.verification' | 'calls.verify'

/**
 * How callers are verified over HTTP, and the definition is read and changed.
 * @param popFor what somebody sees of a call
 */
export function verificationRoutes(
  verification: Verification,
  popFor: (call: MatchedCall, me: Who) => Pop,
): Pick<Handlers, VerificationRoute> {
  return {
    'calls.verification': ({ params, me }) => verification.waysFor(params.callId, me),

    'calls.verify': ({ params, body, me }) => popFor(verification.verify(params.callId, body, me), me),

    'verification.read': () => verification.current(),

    'verification.change': ({ body, me }) => verification.change(body, me),
  }
}
