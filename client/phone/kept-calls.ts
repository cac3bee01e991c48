import { z } from 'zod'

/** A call that was on when the page was left, as SIP names it (RFC 3261, 12): by it the next page can take its place. */
export const keptCallSchema = z.object({
  callId: z.string().min(1).max(256),
  localTag: z.string().min(1).max(80),
  remoteTag: z.string().min(1).max(80),
  number: z.string().max(80),
  direction: z.enum(['inbound', 'outbound']),
  isHeld: z.boolean(),
  /** ms since 1970 */
  leftAt: z.number(),
})
export type KeptCall = z.infer<typeof keptCallSchema>

/** Later than this the server has done something else with the call. */
const keptForMs = 60_000

/** Whether the server can still let another page take its place. */
export const isFresh = ({ leftAt }: KeptCall, now: number): boolean => now - leftAt < keptForMs

const placeOf = (personId: string) => `ringcard.calls.${personId}`

/** Keeps what is on for the next page in this tab. */
export function leaveCalls(
  storage: Pick<Storage, 'setItem'>,
  personId: string,
  calls: readonly KeptCall[],
): void {
  if (calls.length > 0) storage.setItem(placeOf(personId), JSON.stringify(calls))
}

/** What the page before left on, once: it is forgotten by this. */
export function takeKeptCalls(
  storage: Pick<Storage, 'getItem' | 'removeItem'>,
  personId: string,
  now: number,
): KeptCall[] {
  const text = storage.getItem(placeOf(personId))
  storage.removeItem(placeOf(personId))
  try {
    const kept = z.array(keptCallSchema).safeParse(JSON.parse(text ?? '[]')).data ?? []
    return kept.filter((call) => isFresh(call, now))
  } catch {
    return []
  }
}

/** What says to Asterisk that a new call takes the place of another (RFC 3891): its own tag first, then ours. */
export function replacesHeader({ callId, localTag, remoteTag }: KeptCall): string {
  return `Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}`
}
