import { z } from 'zod'

/** A share of packets, from 0 to 1. */
const shareSchema = z.number().min(0).max(1)

/** What a browser measured of one talk. */
export const measuredSchema = z.strictObject({
  /** Made once for each talk, so that a repeated report counts once. */
  talkId: z.string().regex(/^[\w-]{16,64}$/, 'Not the name of a talk.'),
  /** How long it was measured. */
  seconds: z.number().int().min(1).max(86_400),
  /** Packets that did not arrive here. */
  lossIn: shareSchema,
  /** Packets of ours that did not arrive at the PBX, as it says; null where it did not say. */
  lossOut: shareSchema.nullable(),
  /** By how much packets came unevenly, on average (RFC 3550, 6.4.1). */
  jitterMs: z.number().min(0).max(60_000),
  /** To the PBX and back, on average; null where it was not told. */
  roundTripMs: z.number().min(0).max(60_000).nullable(),
})
export type Measured = z.infer<typeof measuredSchema>

/** How one talk sounded on a browser phone, as it is kept with its call. */
export const talkQualitySchema = measuredSchema.extend({
  personId: z.string(),
  /** Estimated from the rest: see {@link mosOf}. */
  mos: z.number().min(1).max(4.5),
})
export type TalkQuality = z.infer<typeof talkQualitySchema>

/** What stands for a delay that nobody told, one way and in ms: that of a usual network in one country. */
const usualDelayMs = 40
/** 20 ms of sound in a packet, and about as much to record and play it. */
const deviceDelayMs = 40

/**
 * The mean opinion score (1 to 4.5) that people would give such a line, estimated by the reduced E-model:
 * `R = 94.2 - Id - Ie`, with `Id = 0.024 d + 0.11 (d - 177.3) H(d - 177.3)` for the delay `d` from mouth to ear in ms, and
 * `Ie = 30 ln(1 + 15 e)` for the lost share `e` of packets under G.711 (R. G. Cole and J. H. Rosenbluth, "Voice over IP
 * performance monitoring", ACM SIGCOMM CCR 31(2), 2001, sections 3 to 5); and from R to MOS by ITU-T G.107, annex B:
 * `1 + 0.035 R + 7e-6 R (R - 60)(100 - R)`. The jitter buffer is taken to be twice the jitter. The worse direction counts.
 * Opus hides loss better than G.711, so for it the estimate is a cautious one.
 */
export function mosOf({
  lossIn,
  lossOut,
  jitterMs,
  roundTripMs,
}: Pick<Measured, 'lossIn' | 'lossOut' | 'jitterMs' | 'roundTripMs'>): number {
  const oneWay = roundTripMs === null ? usualDelayMs : roundTripMs / 2
  const delay = oneWay + 2 * jitterMs + deviceDelayMs
  const impairedByDelay = 0.024 * delay + 0.11 * Math.max(0, delay - 177.3)
  const impairedByLoss = 30 * Math.log(1 + 15 * Math.max(lossIn, lossOut ?? 0))
  const rating = Math.min(100, Math.max(0, 94.2 - impairedByDelay - impairedByLoss))
  const mos = 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating)
  return Math.round(Math.min(4.5, Math.max(1, mos)) * 100) / 100
}

/**
 * A word for a score, by the classes of ITU-T G.109: users are satisfied from R = 80 (4.03), many are not under R = 70 (3.60).
 */
export function qualityWord(mos: number): 'good' | 'fair' | 'poor' {
  if (mos >= 4.03) return 'good'
  return mos >= 3.6 ? 'fair' : 'poor'
}
