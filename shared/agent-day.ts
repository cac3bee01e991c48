import { z } from 'zod'
import { gapSchema, instantSchema, todayCallSchema, type Direction, type OfferOutcome } from './calls.ts'
import { breakReasonSchema, shownReasonSchema, type AgentStatusName, type ShownReason } from './status.ts'

/**
 * What an agent did with their day, by the definitions of docs/metrics.md: pure functions over the intervals of their status
 * and their parts in calls. The server tells a day by them, and tests hold it to them. Times are ms.
 */

/**
 * What an agent does at one moment of the time in which they are signed in. `talk` and `hold`: with a customer; `line`: on the
 * phone otherwise, as dialling or asking a colleague; `ringing`: ready, and being rung; all else as their status.
 */
export const daySpanKindSchema = z.enum([
  'talk',
  'hold',
  'line',
  'wrapUp',
  'ringing',
  'ready',
  'break',
  'missed',
  'away',
])
export type DaySpanKind = z.infer<typeof daySpanKindSchema>

export const daySpanSchema = z.object({
  kind: daySpanKindSchema,
  beganAt: instantSchema,
  endedAt: instantSchema,
  /** The call behind it: that is talked or rung in, or of which it is the wrap-up; null for none. */
  callId: z.string().nullable(),
  /** Of a break: which. */
  reason: shownReasonSchema.nullable(),
})
export type DaySpan = z.infer<typeof daySpanSchema>

export const dayFiguresSchema = z.object({
  /** All time at a desk; the sum of all kinds. */
  signedInMs: z.number(),
  /** That of which unpaid breaks are no part. */
  paidMs: z.number(),
  ms: z.record(daySpanKindSchema, z.number()),
  /** Offers: one agent being rung for one call. */
  offered: z.number().int(),
  missed: z.number().int(),
  /** Talks with customers that ended. */
  handled: z.number().int(),
  /** (talk + hold + wrap-up) / handled; null for none handled. */
  ahtMs: z.number().nullable(),
  /** (talk + hold + wrap-up) / (talk + hold + wrap-up + ringing + ready); null where there was no such time. */
  occupancy: z.number().nullable(),
  /** (talk + hold + wrap-up) / paid signed-in time; null where there was none. */
  utilisation: z.number().nullable(),
})
export type DayFigures = z.infer<typeof dayFiguresSchema>

/** A call of the day, and which figures it stands behind. */
export const dayCallSchema = todayCallSchema.extend({
  heldMs: z.number(),
  /** How many of its offers, missed offers and ended talks are this agent's, and of this time. */
  offered: z.number().int(),
  missed: z.number().int(),
  handled: z.number().int(),
})
export type DayCall = z.infer<typeof dayCallSchema>

export const agentDaySchema = z.object({
  personId: z.string(),
  name: z.string().nullable(),
  from: instantSchema,
  to: instantSchema,
  /** When this was told: of what goes on, so far. */
  at: instantSchema,
  /** Whether history could tell all that there was. */
  complete: z.boolean(),
  spans: z.array(daySpanSchema),
  figures: dayFiguresSchema,
  calls: z.array(dayCallSchema),
  /** Times of it of which something is missing: every count is then the least that it can be. */
  gaps: z.array(gapSchema),
})
export type AgentDay = z.infer<typeof agentDaySchema>

/** The longest time that is told at once: a day on which the clocks are set back, and some. */
const longestMs = 48 * 3_600_000
const momentSchema = z
  .string()
  .regex(/^\d{1,15}$/, 'A time in ms since 1970.')
  .transform(Number)
export const dayQuerySchema = z
  .strictObject({ from: momentSchema, to: momentSchema })
  .refine(({ from, to }) => from < to && to - from <= longestMs, {
    message: 'From a moment to a later one, at most 48 hours.',
    path: ['to'],
  })
/** Who was signed in within a time, and the breaks that they may be sent on. */
export const dayPeopleSchema = z.object({
  breaks: z.array(breakReasonSchema),
  people: z.array(z.object({ personId: z.string(), name: z.string().nullable() })),
})

/** A time in one state; one that goes on ends now. */
export interface DayInterval {
  state: Exclude<AgentStatusName, 'offline'>
  reason: ShownReason | null
  beganAt: number
  endedAt: number
}

/** A person's part in a call; of what goes on, `endedAt` is null. */
export interface DayPart {
  callId: string
  direction: Direction
  offers: readonly { madeAt: number; endedAt: number | null; outcome: OfferOutcome }[]
  contacts: readonly { beganAt: number; endedAt: number | null }[]
  holds: readonly { beganAt: number; endedAt: number | null }[]
}

interface Piece {
  callId: string
  beganAt: number
  endedAt: number
}

/** Whether an offer was lost by the agent; one that another took was not. */
export function isMissedOffer(outcome: OfferOutcome): boolean {
  return ['notAnswered', 'declined', 'busy', 'unreachable'].includes(outcome)
}

/**
 * Cuts the time in which somebody was signed in into what they did.
 * @param intervals of their status, none over another
 * @param now where what goes on ends
 * @returns spans in order, which fill the intervals between `from` and `to` whole and lie over nothing
 */
export function spansOfDay(
  intervals: readonly DayInterval[],
  parts: readonly DayPart[],
  from: number,
  to: number,
  now: number,
): DaySpan[] {
  const pieces = (choose: (part: DayPart) => readonly { begin: number; endedAt: number | null }[]): Piece[] =>
    parts
      .flatMap((part) =>
        choose(part).map(({ begin, endedAt }) => ({
          callId: part.callId,
          beganAt: begin,
          endedAt: endedAt ?? now,
        })),
      )
      .sort((one, other) => one.beganAt - other.beganAt)
  const begun = ({ beganAt, endedAt }: { beganAt: number; endedAt: number | null }) => ({
    begin: beganAt,
    endedAt,
  })
  const talks = pieces(({ direction, contacts }) => (direction === 'internal' ? [] : contacts.map(begun)))
  const holds = pieces(({ holds: all }) => all.map(begun))
  const rings = pieces(({ offers }) => offers.map(({ madeAt, endedAt }) => ({ begin: madeAt, endedAt })))

  const spans: DaySpan[] = []
  let lastTalk: string | null = null
  for (const interval of [...intervals].sort((one, other) => one.beganAt - other.beganAt)) {
    const beganAt = Math.max(interval.beganAt, from)
    const endedAt = Math.min(interval.endedAt, to, now)
    if (endedAt <= beganAt) continue
    const { state, reason } = interval
    const layers = state === 'onCall' ? [talks, holds] : state === 'ready' ? [rings] : []
    const [over = [], held = []] = layers.map((all) =>
      all.filter((piece) => piece.beganAt < endedAt && piece.endedAt > beganAt),
    )
    const cuts = cutsOf(beganAt, endedAt, [...over, ...held])
    cuts.slice(0, -1).forEach((begin, index) => {
      const end = cuts[index + 1] ?? endedAt
      const here = over.filter((piece) => piece.beganAt <= begin && piece.endedAt >= end)
      const isHeld = ({ callId }: Piece) =>
        held.some((piece) => piece.callId === callId && piece.beganAt <= begin && piece.endedAt >= end)
      const talk = here.find((piece) => !isHeld(piece)) ?? here[0]
      if (state === 'onCall' && talk !== undefined) lastTalk = talk.callId
      const kind = kindOf(state, talk !== undefined, talk !== undefined && isHeld(talk))
      const callId = state === 'wrapUp' ? lastTalk : (talk?.callId ?? null)
      put(spans, { kind, beganAt: begin, endedAt: end, callId, reason: state === 'break' ? reason : null })
    })
  }
  return spans
}

function kindOf(state: DayInterval['state'], isOver: boolean, isHeld: boolean): DaySpanKind {
  if (state === 'onCall') return !isOver ? 'line' : isHeld ? 'hold' : 'talk'
  if (state === 'ready') return isOver ? 'ringing' : 'ready'
  return state
}

/** The moments at which something begins or ends, from the first to the last. */
function cutsOf(beganAt: number, endedAt: number, pieces: readonly Piece[]): number[] {
  const inside = pieces
    .flatMap((piece) => [piece.beganAt, piece.endedAt])
    .filter((at) => at > beganAt && at < endedAt)
  return [...new Set([beganAt, ...inside, endedAt])].sort((one, other) => one - other)
}

/** Adds a span, or makes the last one longer that is of the same. */
function put(spans: DaySpan[], span: DaySpan): void {
  const last = spans.at(-1)
  const isSame =
    last?.endedAt === span.beganAt &&
    last.kind === span.kind &&
    last.callId === span.callId &&
    JSON.stringify(last.reason) === JSON.stringify(span.reason)
  if (last !== undefined && isSame) spans[spans.length - 1] = { ...last, endedAt: span.endedAt }
  else spans.push(span)
}

/** How many of a call's offers and talks are of a time: an offer by when it was made, a talk by when it ended. */
export function countsOf(
  { direction, offers, contacts }: DayPart,
  from: number,
  to: number,
): Pick<DayCall, 'offered' | 'missed' | 'handled'> {
  const made = offers.filter(({ madeAt }) => madeAt >= from && madeAt < to)
  const ended = contacts.filter(({ endedAt }) => endedAt !== null && endedAt >= from && endedAt < to)
  return {
    offered: made.length,
    missed: made.filter(({ outcome }) => isMissedOffer(outcome)).length,
    handled: direction === 'internal' ? 0 : ended.length,
  }
}

/** The figures of a day, from its spans and counts alone. */
export function figuresOfDay(
  spans: readonly DaySpan[],
  counts: readonly Pick<DayCall, 'offered' | 'missed' | 'handled'>[],
): DayFigures {
  const kinds = daySpanKindSchema.options
  const ms = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<DaySpanKind, number>
  let unpaidMs = 0
  for (const { kind, beganAt, endedAt, reason } of spans) {
    ms[kind] += endedAt - beganAt
    if (kind === 'break' && reason?.paid !== true) unpaidMs += endedAt - beganAt
  }
  const signedInMs = kinds.reduce((sum, kind) => sum + ms[kind], 0)
  const sum = (field: 'offered' | 'missed' | 'handled') =>
    counts.reduce((total, one) => total + one[field], 0)
  const handled = sum('handled')
  const busyMs = ms.talk + ms.hold + ms.wrapUp
  const share = (of: number) => (of === 0 ? null : busyMs / of)
  return {
    signedInMs,
    paidMs: signedInMs - unpaidMs,
    ms,
    offered: sum('offered'),
    missed: sum('missed'),
    handled,
    ahtMs: handled === 0 ? null : busyMs / handled,
    occupancy: share(busyMs + ms.ringing + ms.ready),
    utilisation: share(signedInMs - unpaidMs),
  }
}
