import type { DayPart } from '../../shared/agent-day.ts'
import type { CallDocument } from './model.ts'

/** What one person had to do with a call. */
export function partOf(call: CallDocument, personId: string): DayPart {
  const contacts = call.contacts.filter((contact) => contact.personId === personId)
  const own = new Set(contacts.map(({ contactId }) => contactId))
  return {
    callId: call._id,
    direction: call.direction,
    offers: call.offers.filter((offer) => offer.personId === personId),
    contacts,
    holds: call.holds.filter(({ contactId }) => own.has(contactId)),
  }
}

/** Whether anything of a part lies in a time. @param now where what goes on ends, ms */
export function isOfTime({ offers, contacts }: DayPart, from: number, to: number, now: number): boolean {
  const touches = (beganAt: number, endedAt: number | null) => beganAt < to && (endedAt ?? now) >= from
  return (
    offers.some(({ madeAt, endedAt }) => touches(madeAt, endedAt)) ||
    contacts.some(({ beganAt, endedAt }) => touches(beganAt, endedAt))
  )
}

/** How long the customer was on hold, ms. @param now where a hold ends that goes on */
export function heldMsOf({ holds }: DayPart, now: number): number {
  return holds.reduce((sum, { beganAt, endedAt }) => sum + Math.max(0, (endedAt ?? now) - beganAt), 0)
}
