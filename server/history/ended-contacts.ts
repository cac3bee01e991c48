import type { CallDocument } from './model.ts'

/** One agent's talk with a known customer, over. Times are ms. */
export interface EndedContact {
  contactId: string
  callId: string
  customerId: string
  /** When the talk began. */
  at: number
  talkMs: number
  personId: string | null
}

/**
 * The talks that are over and belong to the call's customer, and did not before: because they have ended, or because only
 * now it is known whose call it is.
 * @param before the call as it was; undefined for a new one
 */
export function newlyEnded(before: CallDocument | undefined, call: CallDocument): EndedContact[] {
  const { customerId, _id: callId } = call
  if (customerId === null || call.mergedInto !== null || call.direction === 'internal') return []
  const known = new Set(
    before?.customerId === customerId && before.direction !== 'internal'
      ? before.contacts.filter(({ endedAt }) => endedAt !== null).map(({ contactId }) => contactId)
      : [],
  )
  return call.contacts.flatMap(({ contactId, beganAt, endedAt, personId }) =>
    endedAt === null || known.has(contactId)
      ? []
      : [{ contactId, callId, customerId, at: beganAt, talkMs: endedAt - beganAt, personId }],
  )
}
