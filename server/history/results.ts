import type { Direction, Party } from '../../shared/calls.ts'
import type { Disposition, ShownResult } from '../../shared/dispositions.ts'
import type { CallDocument } from './model.ts'

/** Who talked in a call, and what they said came of it. */
export interface TalksInCall {
  callId: string
  /** Nobody can tell any more who called: nothing more is written about them. */
  erased: boolean
  talks: { personId: string | null; contactId: string; queue: string | null }[]
  dispositions: readonly Disposition[]
}

/** A call in which somebody talked and of which they have not said what came of it. */
export interface Owed {
  callId: string
  personId: string
  /** When their last talk in it began, and when it ended. */
  at: number
  endedAt: number
  direction: Direction
  queue: string | null
  party: Party
  customerId: string | null
}

/** A call as whoever says what came of it needs it. */
export function talksOf(call: CallDocument): TalksInCall {
  return {
    callId: call._id,
    erased: call.personal.erased === true,
    talks: call.contacts.map(({ personId, contactId, queue }) => ({ personId, contactId, queue })),
    dispositions: call.dispositions,
  }
}

/** What a person last said came of a call; null while they have not. */
export function resultOf(
  { dispositions }: Pick<CallDocument, 'dispositions'>,
  personId: string,
): ShownResult | null {
  const last = dispositions.findLast((one) => one.personId === personId)
  return last === undefined ? null : { at: last.at, path: last.path }
}

/** What was last said came of one talk; null while nobody has. */
export function resultOfTalk(
  { dispositions }: Pick<CallDocument, 'dispositions'>,
  contactId: string,
): ShownResult | null {
  const last = dispositions.findLast((one) => one.contactId === contactId)
  return last === undefined ? null : { at: last.at, path: last.path }
}

/** Adds what somebody said, once however often it comes. */
export function withDisposition(call: CallDocument, disposition: Disposition): CallDocument {
  const { dispositions } = call
  if (dispositions.some(({ dispositionId }) => dispositionId === disposition.dispositionId)) return call
  return { ...call, dispositions: [...dispositions, disposition] }
}

/** With who still has to say what came of it: everybody who has talked with a customer in it. Empty, the field is absent. */
export function withOwing(call: CallDocument): CallDocument {
  const owing =
    call.direction === 'internal' || call.mergedInto !== null || call.personal.erased === true
      ? []
      : [
          ...new Set(
            call.contacts.flatMap(({ personId, endedAt }) => (endedAt === null ? [] : (personId ?? []))),
          ),
        ]
  const left = owing.filter((personId) => resultOf(call, personId) === null)
  if (left.length > 0) return { ...call, owing: left }
  if (call.owing === undefined) return call
  const nobody = { ...call }
  delete nobody.owing
  return nobody
}
