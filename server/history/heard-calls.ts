import type { CallEnd, Direction } from '../../shared/calls.ts'
import type { CallDocument } from './model.ts'
import { isBegunHere } from '../floor/own-phone.ts'
import { partyOf, type ShowParty } from './views.ts'

/** What a call with somebody outside came to so far, for those who return calls. Times are ms. */
export interface HeardCall {
  callId: string
  direction: Exclude<Direction, 'internal'>
  customerId: string | null
  /** In E.164; null where it is not known, or no number. */
  number: string | null
  startedAt: number
  endedAt: number | null
  end: CallEnd | null
  /** Who dialled it; null for a call from outside, and where that is not known. */
  dialledBy: string | null
  visits: { queue: string; leftAt: number | null; outcome: CallDocument['visits'][number]['outcome'] }[]
  /** Whether it rang at anybody. */
  wasOffered: boolean
  talks: { personId: string | null; beganAt: number }[]
  voicemail: boolean
  /** The message that was left, or that none was; absent where the PBX did not say. */
  message?: NonNullable<CallDocument['message']>
  /** The place in a queue that was kept for them; absent where none was. */
  place?: NonNullable<CallDocument['place']>
  /** Whether whoever was to be called was: not where an agent's own phone was called first and never picked up. */
  wasDialled: boolean
}

/**
 * The calls of a batch in which somebody began to talk, that have ended, or of which only now it is known whose they are.
 * Erased ones, those between colleagues and those that live on in others are none.
 */
export function heardCalls(
  before: ReadonlyMap<string, CallDocument>,
  changed: readonly CallDocument[],
  showParty: ShowParty,
): HeardCall[] {
  return changed.flatMap((call) => {
    const { direction } = call
    if (direction === 'internal' || call.mergedInto !== null || call.personal.erased === true) return []
    const was = before.get(call._id)
    const isNews =
      (call.endedAt !== null && was?.endedAt == null) ||
      call.contacts.length !== (was?.contacts.length ?? 0) ||
      (was !== undefined && was.customerId !== call.customerId)
    if (!isNews) return []
    const { number } = partyOf(call, showParty)
    return [
      {
        callId: call._id,
        direction,
        customerId: call.customerId,
        number: number?.startsWith('+') === true ? number : null,
        startedAt: call.startedAt,
        endedAt: call.endedAt,
        end: call.end,
        dialledBy: call.dialledBy?.personId ?? null,
        visits: call.visits.map(({ queue, leftAt, outcome }) => ({ queue, leftAt, outcome })),
        wasOffered: call.offers.length > 0,
        talks: call.contacts.map(({ personId, beganAt }) => ({ personId, beganAt })),
        voicemail: call.voicemail,
        ...(call.message ? { message: call.message } : {}),
        ...(call.place ? { place: call.place } : {}),
        wasDialled: direction === 'outbound' && (!isBegunHere(call._id) || call.pickedUp === true),
      },
    ]
  })
}
