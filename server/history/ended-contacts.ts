import type { ShownResult } from '../../shared/dispositions.ts'
import type { VerificationState } from '../../shared/verification.ts'
import type { CallDocument } from './model.ts'
import { resultOfTalk } from './results.ts'

/** One agent's talk in a call, over, and whose timeline it belongs on now. Times are ms. */
export interface EndedContact {
  contactId: string
  callId: string
  /** Null when the call has proved to be nobody's. */
  customerId: string | null
  /** The customer whom the call was taken for when this talk was told before, and on whose timeline it is; null for none. */
  takenFrom: string | null
  /** When the talk began. */
  at: number
  talkMs: number
  personId: string | null
  /** How the caller was verified as this customer; absent where nobody tried. */
  verification?: Exclude<VerificationState, 'unverified'>
  /** What came of it, as whoever talked said; absent while they have not. */
  result?: ShownResult
}

/**
 * The talks that are over and belong on another timeline than before: because they have ended, because only now it is
 * known whose call it is, or because it proved to be somebody else's; and those of which it was said what came of them.
 * @param before the call as it was; undefined for a new one
 */
export function newlyEnded(before: CallDocument | undefined, call: CallDocument): EndedContact[] {
  const { customerId, _id: callId } = call
  if (call.mergedInto !== null || call.direction === 'internal') return []
  const customerBefore = before === undefined || before.direction === 'internal' ? null : before.customerId
  const endedBefore = new Set(
    before?.contacts.filter(({ endedAt }) => endedAt !== null).map(({ contactId }) => contactId),
  )
  return call.contacts.flatMap(({ contactId, beganAt, endedAt, personId }) => {
    const takenFrom = endedBefore.has(contactId) ? customerBefore : null
    const result = resultOfTalk(call, contactId)
    const isNewlySaid =
      result !== null && (before === undefined || resultOfTalk(before, contactId)?.at !== result.at)
    if (endedAt === null || (takenFrom === customerId && !isNewlySaid)) return []
    const talk = {
      contactId,
      callId,
      customerId,
      takenFrom: takenFrom === customerId ? null : takenFrom,
      at: beganAt,
      talkMs: endedAt - beganAt,
      personId,
    }
    return [{ ...talk, ...verifiedAs(call, customerId), ...(result === null ? {} : { result }) }]
  })
}

/** How the call stood last for a customer. */
function verifiedAs(
  { verification }: CallDocument,
  customerId: string | null,
): Pick<EndedContact, 'verification'> {
  const last = verification.findLast((step) => step.customerId === customerId)
  if (last === undefined || last.kind === 'voided' || last.state === 'unverified') return {}
  return { verification: last.state }
}
